"""The commands `token create` and `token revoke`, for the operator of the server.

They are for the first token, and for emergencies such as a leaked one. The audit log names no actor, because anyone who
can run them can also write to the database. The same rules apply as over HTTP.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from tortoise.expressions import Q

from server.cli.database import open_current_database
from server.cli.failures import Failure, WrongUsage
from server.cli.settings import read_settings
from server.domain.errors import MalformedInput
from server.domain.events import AuditAction, Topic
from server.domain.folding import BETWEEN_SPELLINGS, fold
from server.domain.people.memberships import MembershipStatus
from server.domain.people.users import normal_email
from server.domain.rights import Scope
from server.models import ApiToken, Membership, Organisation, User
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.people.tokens import end_token, issue_token
from server.settings import Settings

REQUEST_ID: Final = "cli"
"""Stands in the audit log in place of the id of an HTTP request."""

LAST_FOUR: Final = 4
MAX_MATCHES_LISTED: Final = 10


async def create_token(
    email: str, organisation: str, name: str, scopes: Sequence[str], customers: Sequence[str], days: int
) -> None:
    """Create a token. Only its secret is printed to stdout."""
    wanted = [_parse_scope(scope) for scope in scopes]
    context = command_context(read_settings())
    async with open_current_database(context.settings), transaction():
        owner = await _find_user(email)
        home = await _lock_home(owner, await _find_organisation(organisation))
        token, secret = await issue_token(
            context,
            user=owner,
            organisation=home,
            name=name,
            scopes=wanted,
            customers=[await _find_organisation(customer) for customer in customers] or None,
            expires_at=context.now + timedelta(days=days),
        )
        after = journal.column_values(token, "name", "scopes", "expires_at")
        await journal.record(context, AuditAction.TOKEN_CREATED, token, acting=home.id, after=after)
        await journal.announce(context, Topic.TOKEN_CREATED, token)
    print(f"{ids.encode(token)} for {owner.email} in {home.name}, until {token.expires_at:%d %B %Y}.", file=sys.stderr)
    print("Save the secret now: it is not stored anywhere.", file=sys.stderr)
    print(secret)


async def revoke_token(which: str) -> None:
    """Revoke a token. One that has already ended is left unchanged."""
    wanted = _matching_tokens(which)
    context = command_context(read_settings())
    async with open_current_database(context.settings), transaction():
        token = await lock_row(ApiToken, (await _find_only_token(which, wanted)).id)
        if token.revoked_at is None:
            await end_token(context, token)
            before = {"revoked_at": None}
            await journal.record(context, AuditAction.TOKEN_REVOKED, token, acting=token.organisation_id, before=before)
            await journal.announce(context, Topic.TOKEN_REVOKED, token)
    print(f"{ids.encode(token)} ({token.name}) has been revoked.")


def command_context(settings: Settings) -> Context:
    """The context of an action by nobody who is signed in."""
    return Context(viewer=None, now=datetime.now(UTC), request_id=REQUEST_ID, settings=settings)


def _parse_scope(value: str) -> Scope:
    """A scope, spelt `PRODUCTS_READ` as in the API, or `products:read`."""
    try:
        return Scope(value.upper().replace(":", "_"))
    except ValueError:
        raise WrongUsage(f"There is no scope {value}. There are: {', '.join(Scope)}.") from None


async def _find_user(email: str) -> User:
    user = await User.get_or_none(email=normal_email(email))
    if user is None:
        raise Failure(f"Nobody has the e-mail address {email}.")
    return user


async def _find_organisation(wanted: str) -> Organisation:
    """An organisation by id or name. Names need not be unique; if two match, the id is needed."""
    try:
        found = await Organisation.filter(id=ids.decode(wanted, Organisation))
    except MalformedInput:
        found = await _find_by_name(wanted)
    if not found:
        raise Failure(f"There is no organisation {wanted}.")
    if len(found) > 1:
        raise Failure(f"Several organisations are named {wanted}. Give the id of one: {_format_rows(found)}.")
    return found[0]


async def _find_by_name(name: str) -> list[Organisation]:
    """The organisations with exactly this name, compared as everywhere else."""
    key = fold(name)
    same = Q(name_key=key) | Q(name_key__startswith=f"{key}{BETWEEN_SPELLINGS}")
    return await Organisation.filter(same).order_by("name_key", "id").limit(MAX_MATCHES_LISTED) if key else []


async def _lock_home(owner: User, organisation: Organisation) -> Organisation:
    """The organisation, if `owner` belongs to it. Locked, so that two new tokens cannot both be the last allowed."""
    home = await lock_row(Organisation, organisation.id)
    active = Membership.filter(user_id=owner.id, organisation_id=organisation.id, status=MembershipStatus.ACTIVE)
    if not await active.exists():
        raise Failure(f"{owner.email} is not an active member of {organisation.name}.")
    return home


def _matching_tokens(which: str) -> Q:
    """The tokens that match an id or the last four characters of a secret."""
    if len(which) == LAST_FOUR:
        return Q(last_four=which, revoked_at=None)
    try:
        return Q(id=ids.decode(which, ApiToken))
    except MalformedInput as error:
        raise WrongUsage("Give the token's id (tok_…) or the last four characters of its secret.") from error


async def _find_only_token(which: str, wanted: Q) -> ApiToken:
    found = await ApiToken.filter(wanted).limit(MAX_MATCHES_LISTED)
    if not found:
        raise Failure(f"There is no token {which} to revoke.")
    if len(found) > 1:
        raise Failure(f"Several tokens end in {which}. Give the id of one: {_format_rows(found)}.")
    return found[0]


def _format_rows(rows: Sequence[Organisation] | Sequence[ApiToken]) -> str:
    return ", ".join(f"{ids.encode(row)} ({row.name})" for row in rows)
