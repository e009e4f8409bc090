"""What happens when many grant, assign and end at the same time?"""

import asyncio
from typing import Any

import pytest

from server.domain.errors import Refused
from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import (
    EmployeeAssignment,
    Membership,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
)
from server.models.database import transaction
from server.resolvers import ids
from server.settings import Settings
from tests.reliability.partnership_races import HALF, NOW, codes, partners, race
from tests.reliability.races import ACTORS, ROUNDS, Attempt, Race, check_rules
from tests.rows import Person, organisation, partnership, pending_action, person, product

pytestmark = [pytest.mark.only_postgres, pytest.mark.scaled]

__all__ = ["race"]


async def test_a_product_gets_one_manager(race: Race) -> None:
    customer = await organisation("Customer")
    owner = await person("owner", customer, Role.LEGAL_REPRESENTATIVE, NOW)
    managers = [await partnership(customer, company, now=NOW) for company, _ in await partners()]
    for round_ in range(ROUNDS):
        wanted = await product(f"wanted {round_}", customer)

        outcomes = await race.run([granting(one, wanted, owner) for one in managers], round_)

        assert outcomes["grantProductAccess", "ok"] == 1, outcomes
        assert codes(outcomes) <= {"ok", "PRODUCT_ALREADY_MANAGED", "CONFLICT"}
        assert await ProductAccess.filter(product_id=wanted.id).count() == 1


async def test_a_product_granted_and_revoked_at_once_has_one_manager_or_none(race: Race) -> None:
    customer = await organisation("Customer")
    owner = await person("owner", customer, Role.LEGAL_REPRESENTATIVE, NOW)
    managers = [await partnership(customer, company, now=NOW) for company, _ in await partners(2)]
    wanted = await product("wanted", customer)
    for round_ in range(ROUNDS):
        held = await ProductAccess.get_or_none(product_id=wanted.id, revoked_at__isnull=True)
        if held is None:
            await race.run([granting(managers[0], wanted, owner)], round_)
            held = await ProductAccess.get(product_id=wanted.id, revoked_at__isnull=True)
        before = await ProductAccess.all().count()
        revoking = Attempt("revokeProductAccess", {"productAccessId": ids.encode(held)}, owner)

        outcomes = await race.run(
            [revoking] * HALF + [granting(one, wanted, owner) for one in managers] * (HALF // 2), round_
        )

        assert codes(outcomes) <= {"ok", "ALREADY_GRANTED", "PRODUCT_ALREADY_MANAGED", "CONFLICT"}
        assert outcomes["grantProductAccess", "ok"] <= 1, outcomes
        assert (await ProductAccess.get(id=held.id)).version == 2
        assert await ProductAccess.all().count() == before + outcomes["grantProductAccess", "ok"]


async def test_an_employee_assigned_and_unassigned_at_once_has_one_assignment_or_none(race: Race) -> None:
    ((company, leader),) = await partners(1)
    served = await partnership(await organisation("Customer"), company, PaymentMode.CUSTOMER, now=NOW)
    employee = await person("employee", company, Role.EMPLOYEE, NOW)
    await race.run([assigning(served, employee, ["VIEW"], leader)] * ACTORS, 0)
    assert await EmployeeAssignment.all().count() == 1
    for round_ in range(ROUNDS):
        held = await EmployeeAssignment.get_or_none(ended_at__isnull=True)
        if held is None:
            await race.run([assigning(served, employee, ["VIEW"], leader)] * ACTORS, round_)
            held = await EmployeeAssignment.get(ended_at__isnull=True)
        ending = Attempt("unassignEmployee", {"assignmentId": ids.encode(held)}, leader)
        others = [assigning(served, employee, rights, leader) for rights in (["ORDER"], ["VIEW_INVOICES"])]

        outcomes = await race.run([ending] * HALF + others * (HALF // 2), round_)

        assert codes(outcomes) <= {"ok", "CONFLICT"}
        assert outcomes["unassignEmployee", "ok"] > 0
        assert (await EmployeeAssignment.get(id=held.id)).ended_at is not None


async def test_nobody_waits_in_a_ring_where_an_employee_is_assigned_while_the_partnership_ends(race: Race) -> None:
    ((company, leader),) = await partners(1)
    employee = await person("employee", company, Role.EMPLOYEE, NOW)
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        owner = await person(f"owner{round_}", customer, Role.LEGAL_REPRESENTATIVE, NOW)
        served = await partnership(customer, company, PaymentMode.CUSTOMER, now=NOW)
        ending = {"partnershipId": ids.encode(served), "confirmation": customer.name, "reason": "OTHER"}
        attempts = [
            assigning(served, employee, ["VIEW"], leader),
            Attempt("terminatePartnership", ending, owner),
        ]

        outcomes = dict(await asyncio.gather(*map(race.outcome, attempts)))

        assert outcomes.pop("terminatePartnership") == "ok"
        assert outcomes.pop("assignEmployee") in ("ok", "PARTNERSHIP_NOT_ACTIVE")
        assert await EmployeeAssignment.filter(partnership_id=served.id, ended_at__isnull=True).count() == 0


async def test_a_customer_accepts_one_of_sixteen_requests_for_everything(race: Race) -> None:
    askers = await partners()
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        owner = await person(f"owner{round_}", customer, Role.LEGAL_REPRESENTATIVE, NOW)
        asked = [
            await partnership(
                customer,
                company,
                PaymentMode.PARTNER,
                status=PartnershipStatus.INVITED,
                now=NOW,
                initiated_by=Side.PARTNER,
            )
            for company, _ in askers
        ]
        access = {"complete": {"paymentMode": "PARTNER"}}

        outcomes = await race.run(
            [Attempt("acceptRequest", {"partnershipId": ids.encode(row), "access": access}, owner) for row in asked],
            seed=round_,
        )

        assert outcomes["acceptRequest", "ok"] == 1, outcomes
        assert {code for _, code in outcomes} <= {"ok", "COMPLETE_PARTNER_EXISTS", "CONFLICT"}


async def test_a_partnership_ended_and_changed_at_once_ends_once(race: Race) -> None:
    ((company, _),) = await partners(1)
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        owner = await person(f"owner{round_}", customer, Role.LEGAL_REPRESENTATIVE, NOW)
        row = await partnership(customer, company, now=NOW)
        about = {"partnershipId": ids.encode(row)}
        end = about | {"confirmation": customer.name, "reason": "OTHER"}
        change = about | {"access": {"complete": {"paymentMode": "CUSTOMER"}}}

        outcomes = await race.run(
            [Attempt("terminatePartnership", end, owner) for _ in range(HALF)]
            + [Attempt("changeAccessType", change, owner) for _ in range(HALF)],
            seed=round_,
        )

        assert outcomes["terminatePartnership", "ok"] == 1, outcomes
        assert outcomes["changeAccessType", "ok"] <= 1, outcomes
        codes = {code for _, code in outcomes}
        assert codes <= {"ok", "PARTNERSHIP_NOT_ACTIVE", "ACCESS_TYPE_UNCHANGED", "CONFLICT"}
        assert (await Partnership.get(id=row.id)).status is PartnershipStatus.TERMINATED


async def test_a_partners_request_is_confirmed_once_or_ends_with_the_partnership(race: Race) -> None:
    ((company, asker),) = await partners(1)
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        owner = await person(f"owner{round_}", customer, Role.LEGAL_REPRESENTATIVE, NOW)
        row, wanted = await partnership(customer, company, PaymentMode.CUSTOMER, now=NOW), await product("x", customer)
        action = await pending_action(row, wanted, asker.user, now=NOW)
        confirm = Attempt("confirmPendingAction", {"pendingActionId": ids.encode(action)}, owner)
        end = {"partnershipId": ids.encode(row), "confirmation": customer.name, "reason": "OTHER"}
        others = [Attempt("terminatePartnership", end, owner)] * HALF if round_ % 2 else [confirm] * HALF

        outcomes = await race.run([confirm] * HALF + others, round_)

        won = outcomes["confirmPendingAction", "ok"]
        assert won <= 1 if round_ % 2 else won == 1, outcomes
        assert codes(outcomes) <= {"ok", "ACTION_CLOSED", "PARTNERSHIP_NOT_ACTIVE", "CONFLICT"}
        found, left = await PendingAction.get(id=action.id), await Product.get(id=wanted.id)
        expected = ("CONFIRMED", "TERMINATED") if won else ("WITHDRAWN", "ACTIVE")
        assert (found.status, left.state, found.version) == (*expected, 2)


async def test_the_last_legal_representative_stays(own_database: Settings) -> None:
    """The database's own guard, whatever the rules would have said (R14)."""
    company = await organisation("Company")
    people = [await person(f"leader{number}", company, Role.LEGAL_REPRESENTATIVE, NOW) for number in range(ACTORS)]

    async def leave(who: Person) -> None:
        async with transaction():
            row = await Membership.get(id=who.membership.id)
            row.status = MembershipStatus.REMOVED
            await row.save(update_fields=["status"])

    for _ in range(ROUNDS):
        results = await asyncio.gather(*map(leave, people), return_exceptions=True)

        assert [result for result in results if not isinstance(result, Refused | None)] == []
        assert await Membership.filter(status=MembershipStatus.ACTIVE).count() >= 1
        await check_rules()
        await Membership.all().update(status=MembershipStatus.ACTIVE)


def granting(to: Partnership, wanted: Any, who: Person) -> Attempt:
    input = {"partnershipId": ids.encode(to), "productId": ids.encode(wanted), "rights": ["TECHNICAL"]}
    return Attempt("grantProductAccess", input, who)


def assigning(to: Partnership, whom: Person, rights: list[str], who: Person) -> Attempt:
    input = {"partnershipId": ids.encode(to), "membershipId": ids.encode(whom.membership), "rights": rights}
    return Attempt("assignEmployee", input, who)
