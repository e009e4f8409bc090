"""Support access to a person's own mail or drive, for some days (S13.4, S13.5, E36)."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.errors import NotFound, Problems, RightMissing
from server.domain.events import AuditAction, Topic
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Right
from server.domain.support import support_access as rules
from server.domain.support.support_access import (
    WARNED_BEFORE,
    SupportAccessKind,
    SupportAccessRevocation,
    SupportAccessStatus,
)
from server.domain.text import single_line
from server.domain.viewer import Viewer
from server.models import Membership, SupportAccessGrant, User
from server.models.base import store_all
from server.models.conditions import equals
from server.models.database import transaction
from server.models.visibility.clauses import NO_ROW
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import announce_deadline, lock_batch
from server.resolvers.ids import SupportAccessGrantId
from server.resolvers.listings import Listing
from server.resolvers.oversight.audit_log import full_name, name_of
from server.resolvers.permissions import PersonOnly, SignedIn, allow


class SupportAccessOrderField(StrEnum):
    """Fields by which grants can be sorted."""

    GRANTED_AT = "GRANTED_AT"


def _own(viewer: Viewer | None) -> Q:
    return equals("user_id", viewer.user_id) if viewer else NO_ROW


OWN_SUPPORT_ACCESS = Listing(
    name="own support access",
    model=SupportAccessGrant,
    parent=None,
    orders={SupportAccessOrderField.GRANTED_AT: "granted_at"},
    moments=frozenset({"granted_at"}),
    always=_own,
    latest_first=True,
)

_ENDS: Final = {
    SupportAccessStatus.REVOKED: AuditAction.SUPPORT_ACCESS_REVOKED,
    SupportAccessStatus.EXPIRED: AuditAction.SUPPORT_ACCESS_EXPIRED,
}

MAY_GRANT = (PersonOnly(Right.GRANT_SUPPORT_ACCESS), SignedIn())

PERSON_NAME = name_of("user_id", User, ("first_name", "last_name"), full_name)


def support_access_status(context: Context, row: SupportAccessGrant) -> SupportAccessStatus:
    """The grant's current status."""
    return rules.SUPPORT_ACCESS_EXPIRY.at(context.now, row.status, row.expires_at)


@allow(*MAY_GRANT)
async def grant_support_access(context: Context, kind: SupportAccessKind, ticket: str | None) -> dict[str, object]:
    """Give support access to your own mail or your own drive for a few days. Each is granted separately.

    Access that is already in force is not extended: revoke it before you grant it again.
    """
    async with transaction():
        user_id = await _lock_person(context)
        problems = Problems()
        if ticket is not None:
            ticket = problems.check(single_line, ticket, rules.MAX_TICKET_CHARACTERS, ("ticket",))
        problems.check(rules.check_not_open, await _is_open(context, user_id, kind))
        problems.raise_if_any()
        grant = await SupportAccessGrant.create(
            user_id=user_id,
            kind=kind,
            ticket=ticket,
            granted_at=context.now,
            expires_at=context.now + timedelta(days=context.settings.support_access_days),
        )
        await journal.record(context, AuditAction.SUPPORT_ACCESS_GRANTED, grant, acting=None, after=_terms(grant))
        await journal.announce(context, Topic.SUPPORT_ACCESS_GRANTED, grant)
    return {"support_access_grant": grant}


@allow(*MAY_GRANT)
async def revoke_support_access(context: Context, support_access_grant_id: SupportAccessGrantId) -> dict[str, object]:
    """End support access that you granted, immediately."""
    async with transaction():
        seen = await context.row(SupportAccessGrant, support_access_grant_id)
        if seen is None:
            raise NotFound(("input", "support_access_grant_id"))
        if seen.user_id != context.signed_in.user_id:
            raise RightMissing(Right.GRANT_SUPPORT_ACCESS)
        grant = await lock_row(SupportAccessGrant, support_access_grant_id)
        if support_access_status(context, grant) is SupportAccessStatus.ACTIVE:
            await end_grants(context, [grant], SupportAccessStatus.REVOKED, SupportAccessRevocation.OWN_WISH)
    return {"support_access_grant": grant}


async def revoke_of_former_member(context: Context, member: Membership) -> None:
    """End all support access of a former member of an organisation. A grant at the same time waits (E36)."""
    await _lock_user(member.user_id)
    held = SupportAccessGrant.filter(
        user_id=member.user_id, status=SupportAccessStatus.ACTIVE, expires_at__gt=context.now
    ).order_by("id")
    grants = await held.select_for_update(no_key=True)
    await end_grants(context, grants, SupportAccessStatus.REVOKED, SupportAccessRevocation.MEMBERSHIP_ENDED)


LEAVING: Final = {"support access": revoke_of_former_member}
"""What ends with a membership, for `offboarding.py`."""


async def end_grants(
    context: Context,
    grants: Sequence[SupportAccessGrant],
    status: SupportAccessStatus,
    reason: SupportAccessRevocation | None = None,
) -> None:
    """End these grants, which are locked, and notify the person if one ends early.

    An automatic end is the system's action, even if the person's next grant triggers it.
    """
    before = [_terms(grant) for grant in grants]
    revoked_at = None if reason is None else context.now
    await store_all(grants, context.now, status=status, revoked_at=revoked_at, revocation_reason=reason)
    acts = [
        journal.Act(_ENDS[status], grant, None, None, was, _terms(grant), by=None if reason else (None, None))
        for grant, was in zip(grants, before, strict=True)
    ]
    await journal.record_all(context, acts)
    if status is SupportAccessStatus.REVOKED:
        await journal.announce_all(context, [journal.News(Topic.SUPPORT_ACCESS_REVOKED, grant) for grant in grants])


async def _lock_user(user_id: UUID) -> None:
    """Lock the person, so that granting and leaving happen in turn. Others can still reference them."""
    await User.filter(id=user_id).select_for_update(no_key=True).get()


async def _lock_person(context: Context) -> UUID:
    """The viewer, locked and still a member of an organisation (E7)."""
    user_id = context.signed_in.user_id
    await _lock_user(user_id)
    if not await Membership.exists(user_id=user_id, status=MembershipStatus.ACTIVE):
        raise RightMissing(Right.GRANT_SUPPORT_ACCESS)
    return user_id


async def _is_open(context: Context, user_id: UUID, kind: SupportAccessKind) -> bool:
    """Whether there is such a grant. One past its end that is not stored as expired yet is expired first."""
    found = await SupportAccessGrant.filter(
        user_id=user_id, kind=kind, status=SupportAccessStatus.ACTIVE
    ).select_for_update(no_key=True)
    late = [grant for grant in found if support_access_status(context, grant) is SupportAccessStatus.EXPIRED]
    await end_grants(context, late, SupportAccessStatus.EXPIRED)
    return len(found) > len(late)


def _terms(grant: SupportAccessGrant) -> journal.State:
    return journal.column_values(grant, "user_id", "kind", "ticket", "status", "expires_at", "revocation_reason")


async def expire_support_access(context: Context) -> int:
    """Expire support access that has reached its end (S13.6)."""
    late = Q(status=SupportAccessStatus.ACTIVE, expires_at__lte=context.now)
    async with transaction():
        rows = await lock_batch(SupportAccessGrant, late)
        await end_grants(context, rows, SupportAccessStatus.EXPIRED)
    return len(rows)


async def warn_of_support_access(context: Context) -> int:
    """Notify people a day before their support access ends automatically (S13.6)."""
    near = Q(
        status=SupportAccessStatus.ACTIVE,
        notices=0,
        expires_at__lte=context.now + WARNED_BEFORE,
        expires_at__gt=context.now,
    )
    return await announce_deadline(
        context, SupportAccessGrant, near, {"notices": 1}, Topic.SUPPORT_ACCESS_EXPIRING, "expires_at"
    )
