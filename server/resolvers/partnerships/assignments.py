"""Assignments of a partner's employees to customers."""

from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q

from server.domain.events import AuditAction
from server.domain.partnerships import assignments as assignment_rules
from server.domain.partnerships import partnerships as rules
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import AssignmentRight, Right
from server.domain.versions import check_version
from server.models import EmployeeAssignment, Membership, Partnership
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import AssignmentId, MembershipId, PartnershipId
from server.resolvers.listings import Listing
from server.resolvers.partnerships.partnerships import lock_partnership
from server.resolvers.people.offboarding import end_requests, requests_of_member
from server.resolvers.permissions import RightOn, allow


class AssignmentOrderField(StrEnum):
    """Fields by which assignments can be sorted."""

    ASSIGNED_AT = "ASSIGNED_AT"


ASSIGNMENTS = Listing(
    name="assignments",
    model=EmployeeAssignment,
    parent="partnership_id",
    orders={AssignmentOrderField.ASSIGNED_AT: "assigned_at"},
    moments=frozenset({"assigned_at"}),
)

MAY_VIEW_ASSIGNMENTS = (RightOn(Right.VIEW_ASSIGNMENTS, Partnership),)


@allow(RightOn(Right.ASSIGN_EMPLOYEES, Partnership, "partnership_id"))
async def assign_employee(
    context: Context,
    partnership_id: PartnershipId,
    membership_id: MembershipId,
    rights: list[AssignmentRight],
    expected_version: int | None,
) -> dict[str, object]:
    """Assign an employee of the partner to a customer, or change the employee's rights there."""
    stored = assignment_rules.assignment_rights(rights)
    async with transaction():
        partnership = await lock_partnership(context, partnership_id)
        rules.check_partnership_active(partnership)
        member = await _member(context, partnership, membership_id)
        assignment = await EmployeeAssignment.get_or_none(
            membership_id=member.id, partnership_id=partnership_id, ended_at__isnull=True
        )
        check_version(assignment.version if assignment else 0, expected_version)
        before = assignment_terms(assignment) if assignment else None
        if before is None or before["rights"] != stored:
            assignment = await _assign(context, assignment, partnership, member, stored)
            if AssignmentRight.MANAGE_PRODUCTS not in stored:
                await end_requests(context, requests_of_member(member) & Q(partnership_id=partnership.id))
            await _journal_assignment(context, AuditAction.ASSIGNMENT_MADE, partnership, assignment, before)
    return {"assignment": assignment, "partnership": partnership}


@allow(RightOn(Right.ASSIGN_EMPLOYEES, Partnership, "assignment_id", by="partnership_id"))
async def unassign_employee(
    context: Context, assignment_id: AssignmentId, expected_version: int | None
) -> dict[str, object]:
    """End an employee's assignment. From the next request the employee no longer sees the customer."""
    async with transaction():
        found = await EmployeeAssignment.get(id=assignment_id)
        partnership = await lock_partnership(context, found.partnership_id)
        assignment = await lock_row(EmployeeAssignment, assignment_id)
        check_version(assignment.version, expected_version)
        if assignment.ended_at is None:
            before = assignment_terms(assignment)
            await store_changes(assignment, ended_at=context.now)
            member = await Membership.get(id=assignment.membership_id)
            await end_requests(context, requests_of_member(member) & Q(partnership_id=partnership.id))
            await _journal_assignment(context, AuditAction.ASSIGNMENT_ENDED, partnership, assignment, before)
    return {"assignment": assignment, "partnership": partnership}


async def _member(context: Context, partnership: Partnership, membership_id: MembershipId) -> Membership:
    """The employee to assign, locked. Members are visible to the partner's leaders."""
    await context.require_current_row(Membership, membership_id, ("input", "membership_id"))
    return await lock_assignable(membership_id, partnership.partner_id)


async def lock_assignable(membership_id: UUID, partner_id: UUID) -> Membership:
    """An active employee of the partner, locked."""
    member = await lock_row(Membership, membership_id)
    is_active = member.status is MembershipStatus.ACTIVE
    assignment_rules.check_assignable(member.organisation_id, partner_id, member.role, is_active)
    return member


async def _assign(
    context: Context,
    assignment: EmployeeAssignment | None,
    partnership: Partnership,
    member: Membership,
    rights: list[AssignmentRight],
) -> EmployeeAssignment:
    if assignment is None:
        return await EmployeeAssignment.create(
            membership_id=member.id, partnership_id=partnership.id, rights=rights, assigned_at=context.now
        )
    await store_changes(assignment, rights=rights)
    return assignment


async def _journal_assignment(
    context: Context,
    action: AuditAction,
    partnership: Partnership,
    assignment: EmployeeAssignment,
    before: journal.State | None,
) -> None:
    await journal.record(
        context,
        action,
        assignment,
        acting=partnership.partner_id,
        on_behalf_of=partnership.customer_id,
        before=before,
        after=assignment_terms(assignment),
    )
    await journal.announce(context, action.topic, assignment, assignment.version)


def assignment_terms(assignment: EmployeeAssignment) -> journal.State:
    """The terms of an assignment, for the audit log."""
    return journal.column_values(assignment, "membership_id", "partnership_id", "rights", "ended_at")
