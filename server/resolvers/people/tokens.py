"""API tokens: creating, excluding and revoking them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people import tokens as rules
from server.domain.rights import Right, Scope
from server.domain.text import single_line
from server.engine.declarations import JoinTable
from server.models import ApiToken, ApiTokenCustomer, ApiTokenExclusion, Organisation, Partnership, User
from server.models.base import store_changes
from server.models.conditions import OneOf
from server.models.database import transaction
from server.models.visibility.lookups import lock_row, visible_row
from server.models.visibility.policies import visible_queryset
from server.models.visibility.viewers import reload_viewer
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.ids import ApiTokenId, OrganisationId
from server.resolvers.listings import Listing
from server.resolvers.locking import lock_organisation
from server.resolvers.permissions import PersonOnly, RightOn, SignedIn, Sudo, allow


class ApiTokenOrderField(StrEnum):
    """Fields by which tokens can be sorted."""

    CREATED_AT = "CREATED_AT"


API_TOKENS = Listing(
    name="api tokens",
    model=ApiToken,
    parent="organisation_id",
    orders={ApiTokenOrderField.CREATED_AT: "created_at"},
    moments=frozenset({"created_at"}),
)

CUSTOMERS: Final = JoinTable(ApiTokenCustomer, "api_token_id", "customer_id")
"""The customers to which a token is restricted."""

MAY_VIEW_TOKENS = (RightOn(Right.VIEW_API_TOKENS, Organisation),)


@allow(PersonOnly(Right.CREATE_API_TOKEN), RightOn(Right.CREATE_API_TOKEN, Organisation, "organisation_id"), Sudo())
async def create_api_token(
    context: Context,
    organisation_id: OrganisationId,
    name: str,
    scopes: list[Scope],
    customer_ids: list[OrganisationId] | None,
    expires_at: datetime | None,
) -> dict[str, object]:
    """Create an API token for one organisation. Its secret is in this response and is never shown again."""
    async with transaction():
        await lock_organisation(context, organisation_id, Right.CREATE_API_TOKEN)
        organisation = await Organisation.get(id=organisation_id)
        customers = None if customer_ids is None else await _customers(context, customer_ids)
        owner = await User.get(id=context.signed_in.user_id)
        token, secret = await issue_token(
            context,
            user=owner,
            organisation=organisation,
            name=name,
            scopes=scopes,
            customers=customers,
            expires_at=expires_at,
        )
        after = journal.column_values(token, "name", "scopes", "expires_at")
        await journal.record(context, AuditAction.TOKEN_CREATED, token, acting=organisation_id, after=after)
        await journal.announce(context, Topic.TOKEN_CREATED, token)
    return {"api_token": token, "secret": secret}


@allow(PersonOnly(Right.REVOKE_API_TOKEN), SignedIn())
async def revoke_api_token(context: Context, api_token_id: ApiTokenId) -> dict[str, object]:
    """Revoke an API token immediately. You must own it, or have the right to revoke tokens in its organisation."""
    async with transaction():
        token = await _lock_token(context, api_token_id)
        if token.revoked_at is None:
            await end_token(context, token)
            await journal.record(
                context, AuditAction.TOKEN_REVOKED, token, acting=token.organisation_id, before={"revoked_at": None}
            )
            await journal.announce(context, Topic.TOKEN_REVOKED, token)
    return {"api_token": token}


@allow(PersonOnly(Right.EXCLUDE_API_TOKEN), RightOn(Right.EXCLUDE_API_TOKEN, Organisation, "customer_id"), Sudo())
async def exclude_api_token(
    context: Context, customer_id: OrganisationId, api_token_id: ApiTokenId
) -> dict[str, object]:
    """Exclude a partner's API token from your organisation. It loses all access to it from the next request."""
    async with transaction():
        await lock_organisation(context, customer_id, Right.EXCLUDE_API_TOKEN)
        customer = await Organisation.get(id=customer_id)
        token = await ApiToken.get_or_none(id=api_token_id, revoked_at__isnull=True, expires_at__gt=context.now)
        if token is None or not await _may_reach(token, customer_id):
            raise NotFound(("input", "api_token_id"))
        context.viewers_changed()
        _, is_new = await ApiTokenExclusion.get_or_create(api_token_id=token.id, customer_id=customer_id)
        if is_new:
            after = {"excluded": True}
            await journal.record(context, AuditAction.TOKEN_EXCLUDED, token, acting=customer_id, after=after)
            await journal.announce(context, Topic.TOKEN_EXCLUDED, token, customer_id.hex, customer=ids.encode(customer))
    return {"organisation": customer}


async def _lock_token(context: Context, api_token_id: ApiTokenId) -> ApiToken:
    """A token that is visible to the viewer, before and after it is locked (E7)."""
    token = None
    if await context.row(ApiToken, api_token_id) is not None:
        await lock_row(ApiToken, api_token_id)
        token = await visible_row(ApiToken, await reload_viewer(context.signed_in, context.now), api_token_id)
    if token is None:
        raise NotFound(("input", "api_token_id"))
    return token


async def _may_reach(token: ApiToken, customer_id: UUID) -> bool:
    """Whether this is a token of a partner of this customer, and not restricted to others."""
    if not await Partnership.exists(
        customer_id=customer_id, partner_id=token.organisation_id, status=PartnershipStatus.ACTIVE
    ):
        return False
    restricted = ApiTokenCustomer.filter(api_token_id=token.id, customer_id=customer_id)
    return not token.is_for_some_customers or await restricted.exists()


async def issue_token(
    context: Context,
    *,
    user: User,
    organisation: Organisation,
    name: str,
    scopes: Collection[Scope],
    customers: Sequence[Organisation] | None,
    expires_at: datetime | None,
) -> tuple[ApiToken, str]:
    """Store a new token and return it with its secret. `customers` None is a token for all customers.

    Refuses an invalid name, scope, customer, expiry or number of tokens, with all errors at once.
    """
    alive = ApiToken.filter(organisation_id=organisation.id, revoked_at__isnull=True, expires_at__gt=context.now)
    problems = Problems()
    label = problems.check(single_line, name, rules.MAX_TOKEN_NAME_CHARACTERS, ("name",))
    problems.check(rules.check_scopes, scopes)
    if customers is not None:
        wanted = [customer.id for customer in customers]
        problems.check(rules.check_restriction, wanted, await _managed_customers(organisation, wanted))
    ends = problems.check(rules.token_expiry, expires_at, context.now)
    problems.check(rules.check_number_of_tokens, await alive.count())
    problems.raise_if_any()
    secret = rules.new_token()
    context.viewers_changed()
    token = await ApiToken.create(
        user_id=user.id,
        organisation_id=organisation.id,
        name=label,
        secret_digest=rules.token_digest(secret),
        last_four=secret[-4:],
        scopes=[scope.name for scope in Scope if scope in scopes],
        is_for_some_customers=bool(customers),
        expires_at=ends,
    )
    await ApiTokenCustomer.bulk_create(
        [
            ApiTokenCustomer(api_token_id=token.id, customer_id=id)
            for id in {customer.id: None for customer in customers or ()}
        ]
    )
    return token, secret


async def end_token(context: Context, token: ApiToken) -> None:
    context.viewers_changed()
    await store_changes(token, revoked_at=context.now)


async def _customers(context: Context, wanted: Sequence[UUID]) -> list[Organisation]:
    """The organisations to which a token is restricted. Each has to be visible to its creator."""
    found = {row.id: row for row in await visible_queryset(Organisation, context.viewer).filter(OneOf("id", wanted))}
    for place, id in enumerate(wanted):
        if id not in found:
            raise NotFound(("input", "customer_ids", str(place)))
    return [found[id] for id in wanted]


async def _managed_customers(partner: Organisation, among: Sequence[UUID]) -> set[UUID]:
    """Those of these organisations that the partner currently manages."""
    active = Partnership.filter(OneOf("customer_id", among), partner_id=partner.id, status=PartnershipStatus.ACTIVE)
    return {partnership.customer_id for partnership in await active}
