"""Offboarding: everything that ends with a membership, a member's role, or a right to propose (E7, E34).

All of it happens in the transaction of the change. Rows that end are kept, and the change's audit event lists their
ids. Support access belongs to the person and not to the organisation, and is logged on its own.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus, is_lower, may_change
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import Role
from server.models import (
    ApiToken,
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OwnProductGrant,
    PendingAction,
    Session,
    Team,
    TeamMember,
)
from server.models.base import store_all
from server.models.units import leave_columns
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.shared_tables import SharedTable

# `Any` below: rows of any versioned model.

LEAVING: Final = SharedTable[str, Callable[[Context, Membership], Awaitable[None]]]()
"""What higher wings end with a membership, by name. Each wing adds its own; done last, in order."""


async def end_role(context: Context, member: Membership, before: Role) -> journal.State:
    """End everything that depended on the member's previous role."""
    gone = await _end_assignments(context, member) if before is Role.EMPLOYEE else {}
    if is_lower(member.role, before):
        gone |= await _end_tokens(context, member) | await _cancel_invitations(context, member)
        gone |= await end_requests(context, requests_of_member(member))
    return gone


async def end_membership(context: Context, member: Membership) -> journal.State:
    """End everything that a former member had in the organisation, and their support access (E36).

    With the last membership, their sessions end as well.
    """
    grants = OwnProductGrant.filter(membership_id=member.id, revoked_at__isnull=True)
    gone = await _end_tokens(context, member) | await _cancel_invitations(context, member)
    gone |= await _end_assignments(context, member) | await end_requests(context, requests_of_member(member))
    gone["product_grants"] = await end_rows(context, grants, revoked_at=context.now)
    gone["teams"] = await _leave_teams(context, member)
    for end in LEAVING.values():
        await end(context, member)
    if not await Membership.filter(user_id=member.user_id, status=MembershipStatus.ACTIVE).exists():
        context.viewers_changed()
        await Session.filter(user_id=member.user_id, ended_at__isnull=True).update(ended_at=context.now)
    return gone


async def _end_tokens(context: Context, member: Membership) -> journal.State:
    tokens = ApiToken.filter(user_id=member.user_id, organisation_id=member.organisation_id, revoked_at__isnull=True)
    context.viewers_changed()
    return {"api_tokens": await end_rows(context, tokens, revoked_at=context.now)}


async def _cancel_invitations(context: Context, member: Membership) -> journal.State:
    """The invitations that the member sent and could no longer send."""
    actor = member.role if member.status is MembershipStatus.ACTIVE else None
    sent = MemberInvitation.filter(
        organisation_id=member.organisation_id,
        invited_by_id=member.user_id,
        status=MemberInvitationStatus.PENDING,
        role__in=[role for role in Role if not may_change(actor, role)],
    )
    cancelled = await end_rows(context, sent, status=MemberInvitationStatus.CANCELLED, answered_at=context.now)
    return {"member_invitations": cancelled}


async def _end_assignments(context: Context, member: Membership) -> journal.State:
    assignments = EmployeeAssignment.filter(membership_id=member.id, ended_at__isnull=True)
    return {"assignments": await end_rows(context, assignments, ended_at=context.now)}


async def _leave_teams(context: Context, member: Membership) -> list[str]:
    places = TeamMember.filter(membership_id=member.id)
    teams = [place.team_id.hex for place in await places.order_by("id")]
    await end_rows(context, Team.filter(leader_id=member.id, deleted_at__isnull=True), leader_id=None)
    await places.delete()
    return teams


async def end_requests(context: Context, which: Q) -> journal.State:
    """Withdraw those of these pending actions that are still open (E34).

    They are locked first, so that one that is answered or expires at the same time stays as decided.
    """
    waiting = PendingAction.filter(which, status=PendingActionStatus.PENDING).select_for_update(no_key=True)
    withdrawn = await end_rows(context, waiting, status=PendingActionStatus.WITHDRAWN, decided_at=context.now)
    return {"pending_actions": withdrawn}


def leave_withdrawals(context: Context, requests: Iterable[PendingAction]) -> None:
    """The same, in a change that leaves rows. The requests are locked."""
    for request in requests:
        leave_columns(request, status=PendingActionStatus.WITHDRAWN, decided_at=context.now)


def requests_of_member(member: Membership) -> Q:
    """Pending actions that a member proposed for their organisation."""
    return Q(requested_by_id=member.user_id, partner_id=member.organisation_id)


async def end_rows(context: Context, rows: QuerySet[Any], **columns: object) -> list[str]:
    """Change these rows together. Returns their keys as they are logged."""
    found = await rows.order_by("id")
    await store_all(found, context.now, **columns)
    return [row.pk.hex for row in found]
