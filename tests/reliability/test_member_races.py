"""What happens when members of an organisation do the same thing at the same time? R14 holds."""

from typing import Any

import pytest

from server.domain.errors import RightMissing
from server.domain.partnerships.partnerships import PaymentMode
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import AssignmentRight, Role
from server.models import (
    EmployeeAssignment,
    Membership,
    Organisation,
    OutboxMessage,
)
from server.resolvers.partnerships.access_types import change_payment_mode
from server.resolvers.partnerships.assignments import assign_employee
from server.resolvers.people.memberships import change_member_role, leave_organisation, remove_member, set_email_wishes
from server.resolvers.products.pending_action_answers import confirm_pending_action, refuse_pending_action
from server.resolvers.products.product_terminations import terminate_product
from server.settings import Settings
from tests.authorised import begin
from tests.reliability.members import ACTORS, NOW, ROUNDS, _context, _outcomes
from tests.rows import organisation, partnership, pending_action, person, product
from tests.snapshots import contents

pytestmark = [pytest.mark.only_postgres, pytest.mark.scaled]


async def _two_legal_representatives() -> tuple[Any, Any]:
    firm = await organisation("Firm")
    return await person("one", firm, Role.LEGAL_REPRESENTATIVE, NOW), await person(
        "two", firm, Role.LEGAL_REPRESENTATIVE, NOW
    )


async def _legal_representatives() -> int:
    return await Membership.filter(role=Role.LEGAL_REPRESENTATIVE, status=MembershipStatus.ACTIVE).count()


async def test_one_of_two_legal_representatives_who_turn_billing_emails_off_still_gets_them(
    own_database: Settings,
) -> None:
    one, two = await _two_legal_representatives()

    for _ in range(ROUNDS):
        await Membership.all().update(notify_billing=True)
        outcomes = await _outcomes(
            [
                set_email_wishes(_context(own_database, who), who.organisation_id, False, None, None)
                for who in (one, two)
            ]
        )

        assert outcomes == {"ok": 1, "LAST_LEGAL_REPRESENTATIVE": 1}
        assert await Membership.filter(notify_billing=True).count() == 1


async def test_one_of_two_legal_representatives_who_remove_each_other_stays(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()

    for _ in range(ROUNDS):
        outcomes = await _outcomes(
            [
                remove_member(_context(own_database, one), two.membership.id, None),
                remove_member(_context(own_database, two), one.membership.id, None),
            ]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "FORBIDDEN", "CONFLICT"}
        assert await _legal_representatives() == 1
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await OutboxMessage.all().delete()


async def test_one_of_two_legal_representatives_who_leave_at_once_stays(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()

    for _ in range(ROUNDS):
        outcomes = await _outcomes(
            [
                leave_organisation(_context(own_database, one), one.organisation_id),
                leave_organisation(_context(own_database, two), two.organisation_id),
            ]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "LAST_LEGAL_REPRESENTATIVE", "CONFLICT"}
        assert await _legal_representatives() == 1
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await OutboxMessage.all().delete()


async def test_a_member_who_lost_the_right_while_they_waited_changes_nobody(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()
    employee = await person("employee", await Organisation.get(id=one.organisation_id), Role.EMPLOYEE, NOW)

    for _ in range(ROUNDS):
        outcomes = await _outcomes(
            [
                remove_member(_context(own_database, one), two.membership.id, None),
                change_member_role(_context(own_database, two), employee.membership.id, Role.EXTERNAL, None),
            ]
        )

        changed = await Membership.filter(id=employee.membership.id, role=Role.EXTERNAL).exists()
        assert (changed, outcomes["ok"]) in ((True, 2), (False, 1)), outcomes
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await Membership.filter(id=employee.membership.id).update(role=Role.EMPLOYEE)
        await OutboxMessage.all().delete()


@pytest.mark.parametrize("answer", [confirm_pending_action, refuse_pending_action, None])
async def test_a_person_who_stops_leading_the_customer_while_they_wait_neither_ends_a_product_nor_answers(
    own_database: Settings, answer: Any
) -> None:
    firm, company = await organisation("Firm"), await organisation("Company", partner_status=PartnerStatus.APPROVED)
    one = await person("one", firm, Role.ADMINISTRATOR, NOW)
    asker = await person("asker", company, Role.LEGAL_REPRESENTATIVE, NOW)
    row, wanted = await partnership(firm, company, PaymentMode.CUSTOMER, now=NOW), await product("x", firm)
    action = await pending_action(row, wanted, asker.user, now=NOW)
    waiting = _context(own_database, one)
    await Membership.filter(id=one.membership.id).update(role=Role.EMPLOYEE)
    before = await contents()

    with pytest.raises(RightMissing):
        await (answer(waiting, action.id, None) if answer else terminate_product(waiting, wanted.id, "x", None, None))

    assert await contents() == before


@pytest.mark.parametrize("role", [Role.EMPLOYEE, None])
async def test_a_person_who_stops_leading_the_customer_while_they_wait_changes_no_partnership(
    own_database: Settings, role: Role | None
) -> None:
    firm, company = await organisation("Firm"), await organisation("Company", partner_status=PartnerStatus.APPROVED)
    one = await person("one", firm, Role.LEGAL_REPRESENTATIVE, NOW)
    await person("other", firm, Role.LEGAL_REPRESENTATIVE, NOW)
    row = await partnership(firm, company, PaymentMode.CUSTOMER, now=NOW)
    waiting = _context(own_database, one)
    await begin(waiting, change_payment_mode, partnership_id=row.id)
    member = Membership.filter(id=one.membership.id)
    await (member.update(role=role) if role else member.update(status=MembershipStatus.REMOVED))
    before = await contents()

    with pytest.raises(RightMissing):
        await change_payment_mode(
            waiting, partnership_id=row.id, payment_mode=PaymentMode.PARTNER, expected_version=None
        )

    assert await contents() == before


async def test_nobody_waits_in_a_ring_where_employees_are_assigned_while_they_are_removed(
    own_database: Settings,
) -> None:
    company = await organisation("Company", partner_status=PartnerStatus.APPROVED)
    leader = await person("leader", company, Role.LEGAL_REPRESENTATIVE, NOW)
    firms = [await organisation(f"Firm {number}") for number in range(ACTORS // 2)]
    served = [await partnership(firm, company, PaymentMode.CUSTOMER, now=NOW) for firm in firms]

    for round_ in range(ROUNDS):
        employee = (await person(f"employee{round_}", company, Role.EMPLOYEE, NOW)).membership
        rights = [AssignmentRight.MANAGE_PRODUCTS] if round_ % 2 else [AssignmentRight.VIEW]
        assigning = [
            assign_employee(
                _context(own_database, leader),
                partnership_id=row.id,
                membership_id=employee.id,
                rights=rights,
                expected_version=None,
            )
            for row in served
        ]
        removing = [remove_member(_context(own_database, leader), employee.id, None) for _ in range(ACTORS // 2)]
        mixed = [attempt for pair in zip(assigning, removing, strict=True) for attempt in pair]
        outcomes = await _outcomes(mixed)

        assert set(outcomes) <= {"ok", "NOT_AN_EMPLOYEE"}, outcomes
        assert outcomes["ok"] >= ACTORS // 2
        assert not await EmployeeAssignment.filter(membership_id=employee.id, ended_at__isnull=True).exists()
