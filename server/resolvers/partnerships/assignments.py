"""Assignments of a partner's employees to customers."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from server.domain.errors import NotFound
from server.domain.events import AuditAction
from server.domain.partnerships import assignments as assignment_rules
from server.domain.partnerships import partnerships as rules
from server.domain.people.memberships import MembershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import AssignmentRight, Right
from server.domain.versions import check_version
from server.models import EmployeeAssignment, Membership, Partnership, PendingAction
from server.models.questions import rows_where
from server.models.units import leave, leave_columns
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import AssignmentId, MembershipId
from server.resolvers.listings import Listing
from server.resolvers.partnerships.held import Fact, Held, Payload, held_by, holds, rows_by, rows_to_change_by
from server.resolvers.people.offboarding import leave_withdrawals
from server.resolvers.permissions import RightOn, allow

# `Any` below: of whatever row is changed.


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


_MEMBER = held_by(Membership, "membership_id")
_MEMBER_OF_ROW = Fact(lambda _, given: rows_where(Membership, id=given["row"].membership_id))
_ASSIGNMENT = rows_by(EmployeeAssignment, membership_id="membership_id", partnership_id="partnership_id", ended_at=None)
OPEN_REQUESTS = rows_to_change_by(PendingAction, partnership_id="partnership_id", status=PendingActionStatus.PENDING)


@allow(RightOn(Right.ASSIGN_EMPLOYEES, Partnership, "partnership_id"))
@holds(_MEMBER, _ASSIGNMENT, OPEN_REQUESTS)
def assign_employee(
    context: Context,
    held: Held[Partnership],
    membership_id: MembershipId,
    rights: list[AssignmentRight],
    expected_version: int | None,
) -> Payload:
    """Assign an employee of the partner to a customer, or change the employee's rights there."""
    stored = assignment_rules.assignment_rights(rights)
    rules.check_partnership_active(held.partnership)
    member = _assignable(held)
    assignment = held.first(_ASSIGNMENT)
    check_version(assignment.version if assignment else 0, expected_version)
    before = assignment_terms(assignment) if assignment else None
    if before is None or before["rights"] != stored:
        assignment = _leave_assignment(context, assignment, held.partnership, member, stored)
        if AssignmentRight.MANAGE_PRODUCTS not in stored:
            _leave_requests(context, held, member)
        _log(held, AuditAction.ASSIGNMENT_MADE, assignment, before)
    return {"assignment": assignment, "partnership": held.partnership}


@allow(RightOn(Right.ASSIGN_EMPLOYEES, Partnership, "assignment_id", by="partnership_id"))
@holds(_MEMBER_OF_ROW, OPEN_REQUESTS, assignment_id=AssignmentId)
def unassign_employee(context: Context, held: Held[EmployeeAssignment], expected_version: int | None) -> Payload:
    """End an employee's assignment. From the next request the employee no longer sees the customer."""
    assignment, [member] = held.row, held.all(_MEMBER_OF_ROW)
    check_version(assignment.version, expected_version)
    if assignment.ended_at is None:
        before = assignment_terms(assignment)
        leave_columns(assignment, ended_at=context.now)
        _leave_requests(context, held, member)
        _log(held, AuditAction.ASSIGNMENT_ENDED, assignment, before)
    return {"assignment": assignment, "partnership": held.partnership}


async def lock_assignable(membership_id: UUID, partner_id: UUID) -> Membership:
    """An active employee of the partner, locked."""
    return check_assignable(await lock_row(Membership, membership_id), partner_id)


def check_assignable(member: Membership, partner_id: UUID) -> Membership:
    """The member, who is locked. Refused unless they are an active employee of the partner."""
    is_active = member.status is MembershipStatus.ACTIVE
    assignment_rules.check_assignable(member.organisation_id, partner_id, member.role, is_active)
    return member


def _assignable(held: Held[Partnership]) -> Membership:
    """The employee to assign. Members are visible to the partner's leaders."""
    member = held.first(_MEMBER)
    if member is None:
        raise NotFound(("input", "membership_id"))
    return check_assignable(member, held.partnership.partner_id)


def _leave_assignment(
    context: Context,
    assignment: EmployeeAssignment | None,
    partnership: Partnership,
    member: Membership,
    rights: list[AssignmentRight],
) -> EmployeeAssignment:
    if assignment is not None:
        leave_columns(assignment, rights=rights)
        return assignment
    made = EmployeeAssignment(
        membership_id=member.id, partnership_id=partnership.id, rights=rights, assigned_at=context.now
    )
    leave(made)
    return made


def _leave_requests(context: Context, held: Held[Any], member: Membership) -> None:
    """Withdraw what the member proposed for this customer and what is not answered."""
    leave_withdrawals(context, [each for each in held.all(OPEN_REQUESTS) if each.requested_by_id == member.user_id])


def _log(held: Held[Any], action: AuditAction, assignment: EmployeeAssignment, before: journal.State | None) -> None:
    acting, served = held.partnership.partner_id, held.partnership.customer_id
    held.log(journal.Act(action, assignment, acting, served, before, assignment_terms(assignment)))
    held.announce(action.topic, assignment, assignment.version)


def assignment_terms(assignment: EmployeeAssignment) -> journal.State:
    """The terms of an assignment, for the audit log."""
    return journal.column_values(assignment, "membership_id", "partnership_id", "rights", "ended_at")
