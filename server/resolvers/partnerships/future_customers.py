"""Future customers: which of a partner's employees are assigned to each new customer (M22)."""

from collections.abc import Sequence
from uuid import UUID

from server.domain.events import AuditAction, Topic
from server.domain.partnerships import assignments as rules
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import AssignmentRight, Right, Role
from server.domain.versions import check_version
from server.models import EmployeeAssignment, Membership, Organisation, Partnership
from server.models.database import transaction
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import MembershipId
from server.resolvers.locking import check_reaches_everybody, lock_organisation
from server.resolvers.partnerships.assignments import assignment_terms, lock_assignable
from server.resolvers.people.membership_changes import change_member
from server.resolvers.permissions import RightOn, allow


@allow(RightOn(Right.ASSIGN_FUTURE_CUSTOMERS, Organisation, "membership_id", by="organisation_id"))
async def set_future_customers(
    context: Context,
    membership_id: MembershipId,
    include_future_customers: bool,
    rights: list[AssignmentRight] | None,
    expected_version: int | None,
) -> dict[str, object]:
    """Choose whether an employee of a partner is assigned to each new customer, and with which rights.

    Existing customers are not affected; assign those one by one.
    """
    check_reaches_everybody(context, Right.ASSIGN_FUTURE_CUSTOMERS)
    wanted = rules.future_rights(rights, is_included=include_future_customers)
    async with transaction():
        member = await _member(context, membership_id)
        check_version(member.version, expected_version)
        if member.future_customer_rights != wanted:
            before = _switch(member)
            await change_member(context, member, future_customer_rights=wanted)
            await _note(context, member, before)
    return {"membership": member}


async def lock_employees_for_new_customers(partner_id: UUID) -> list[Membership]:
    """The employees who serve each new customer of this partner. Locked before any assignment is (decision 27)."""
    employees = Membership.filter(
        organisation_id=partner_id,
        role=Role.EMPLOYEE,
        status=MembershipStatus.ACTIVE,
        future_customer_rights__isnull=False,
    )
    return await employees.order_by("id").select_for_update(no_key=True)


async def assign_all(context: Context, partnership: Partnership, employees: Sequence[Membership]) -> None:
    """Assign these employees to a new customer. The system does it, following an earlier setting."""
    made = [
        EmployeeAssignment(
            membership_id=employee.id,
            partnership_id=partnership.id,
            rights=employee.future_customer_rights,
            assigned_at=context.now,
        )
        for employee in employees
    ]
    if not made:
        return
    await EmployeeAssignment.bulk_create(made)
    acting, served = partnership.partner_id, partnership.customer_id
    acts = [
        journal.Act(AuditAction.ASSIGNMENT_MADE, one, acting, served, after=assignment_terms(one), by=journal.SYSTEM)
        for one in made
    ]
    await journal.record_all(context, acts)
    await journal.announce_all(context, [journal.News(Topic.ASSIGNMENT_MADE, one, (one.version,)) for one in made])


async def _member(context: Context, membership_id: MembershipId) -> Membership:
    """An employee of the organisation; both are locked."""
    found = await context.require_current_row(Membership, membership_id, ("input", "membership_id"))
    await lock_organisation(context, found.organisation_id, Right.ASSIGN_FUTURE_CUSTOMERS)
    return await lock_assignable(membership_id, found.organisation_id)


async def _note(context: Context, member: Membership, before: journal.State) -> None:
    acting = member.organisation_id
    await journal.record(
        context, AuditAction.MEMBER_FUTURE_CUSTOMERS_SET, member, acting=acting, before=before, after=_switch(member)
    )
    await journal.announce(context, Topic.MEMBER_UPDATED, member, member.version)


def _switch(member: Membership) -> journal.State:
    return journal.column_values(member, "user_id", "future_customer_rights")
