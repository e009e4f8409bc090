"""How is an employee of a partner assigned to a customer, and when is that refused?"""

from datetime import UTC, datetime

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import AssignmentRight, Role
from server.models import EmployeeAssignment, Membership, Partnership
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.partnerships.assignments import assign_employee, audited_terms, sight, task
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, row_of, stored_columns
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# Assigning


async def test_a_partner_assigns_an_employee(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await assign_employee(clients, task(world, rights=("ORDER", "MANAGE_PRODUCTS", "ORDER")), world.pA)

    after = await snapshot()
    id = answer.data["assignEmployee"]["assignment"]["id"]
    row = await row_of(id)
    assert start <= row.assigned_at <= datetime.now(UTC)
    partnership = answer.data["assignEmployee"]["partnership"]
    assert answer.data["assignEmployee"]["assignment"] == {
        "id": id,
        "partnership": {"id": world.id("limited")},
        "member": {"id": world.id("pU")},
        "rights": ["VIEW", "MANAGE_PRODUCTS", "ORDER"],
        "assignedAt": moment_text(row.assigned_at),
        "endedAt": None,
        "version": 1,
    }
    assert (partnership["id"], partnership["status"], partnership["version"]) == (world.id("limited"), "ACTIVE", 1)
    assert {each["id"] for each in partnership["assignments"]["nodes"]} == {id, world.id("assignment")}
    assert await stored_columns(id) == {
        "membership_id": world.pU.membership.id,
        "partnership_id": world.limited.id,
        "rights": ["VIEW", "MANAGE_PRODUCTS", "ORDER"],
        "assigned_at": row.assigned_at,
        "ended_at": None,
        "version": 1,
    }
    assert changed_models(before, after) == {"EmployeeAssignment", "AuditEvent", "OutboxMessage"}


async def test_an_assignment_leaves_its_traces(world: World, clients: Clients):
    answer = await assign_employee(clients, task(world, rights=("ORDER",)), world.pL)

    row = await row_of(answer.data["assignEmployee"]["assignment"]["id"])
    assert await acts(answer) == [
        act("assignment.made", row, world.pL, world.nova, on_behalf_of=world.alpina, after=audited_terms(row))
    ]
    assert await announced_topics(answer) == [("assignment.made", ids.encode(row))]


async def test_an_assignment_by_a_token_names_the_token(world: World, clients: Clients):
    answer = await assign_employee(clients, task(world), world.tokens["pL"])

    row = await row_of(answer.data["assignEmployee"]["assignment"]["id"])
    assert await acts(answer) == [
        act(
            "assignment.made",
            row,
            world.pL,
            world.nova,
            on_behalf_of=world.alpina,
            token=world.token_pL,
            after=audited_terms(row),
        )
    ]


@pytest.mark.parametrize("rights", [(), ("VIEW",), ("VIEW", "VIEW")])
async def test_an_assigned_employee_may_see_the_customer(world: World, clients: Clients, rights: tuple[str, ...]):
    answer = await assign_employee(clients, task(world, rights=rights), world.pL)

    assert answer.data["assignEmployee"]["assignment"]["rights"] == ["VIEW"]


async def test_an_assigned_employee_has_access_from_the_next_request_on(world: World, clients: Clients):
    before = await sight(world, clients, world.pU)

    await assign_employee(clients, task(world, rights=("MANAGE_PRODUCTS",)), world.pL)

    assert before == (set(), "NOT_FOUND")
    assert await sight(world, clients, world.pU) == (
        {"Alpina"},
        {
            "granted": ["VIEW_PRODUCT", "MANAGE_PRODUCT", "VIEW_STATISTICS"],
            "watched": ["VIEW_PRODUCT", "VIEW_STATISTICS"],
        },
    )


async def test_other_rights_change_the_existing_assignment(world: World, clients: Clients):
    before = await snapshot()

    answer = await assign_employee(clients, task(world, "pE", ("MANAGE_PRODUCTS",)), world.pL)

    after, row = await snapshot(), await row_of(world.id("assignment"))
    changed_row = answer.data["assignEmployee"]["assignment"]
    assert (changed_row["id"], changed_row["rights"]) == (world.id("assignment"), ["VIEW", "MANAGE_PRODUCTS"])
    assert (changed_row["assignedAt"], changed_row["version"]) == (moment_text(row.assigned_at), 2)
    moved = {"rights": ["VIEW", "MANAGE_PRODUCTS"], "version": 2, "updated_at": row.updated_at}
    assert after["EmployeeAssignment"][row.id] == before["EmployeeAssignment"][row.id] | moved
    assert changed_models(before, after) == {"EmployeeAssignment", "AuditEvent", "OutboxMessage"}
    assert await acts(answer) == [
        act(
            "assignment.made",
            row,
            world.pL,
            world.nova,
            on_behalf_of=world.alpina,
            before=audited_terms(row, rights=["VIEW"]),
            after=audited_terms(row),
        )
    ]
    assert await announced_topics(answer) == [("assignment.made", world.id("assignment"))]


async def test_every_change_of_rights_is_announced(world: World, clients: Clients):
    for rights in (("ORDER",), ("VIEW",), ("ORDER",)):
        answer = await assign_employee(clients, task(world, "pE", rights), world.pL)

        assert await announced_topics(answer) == [("assignment.made", world.id("assignment"))]


async def test_the_rights_of_an_assignment_that_has_ended_do_not_come_back_with_the_next_one(
    world: World, clients: Clients
):
    before = await sight(world, clients, world.pE)
    await EmployeeAssignment.create(
        membership_id=world.pE.membership.id,
        partnership_id=world.limited.id,
        rights=list(AssignmentRight),
        assigned_at=world.now,
        ended_at=world.now,
    )

    assert await sight(world, clients, world.pE) == before


async def test_fewer_rights_hold_at_once(world: World, clients: Clients):
    await assign_employee(clients, task(world, "pE", ("MANAGE_PRODUCTS",)), world.pL)
    more = await sight(world, clients, world.pE)

    await assign_employee(clients, task(world, "pE"), world.pL)

    assert more[1]["granted"] == ["VIEW_PRODUCT", "MANAGE_PRODUCT", "VIEW_STATISTICS"]
    assert (await sight(world, clients, world.pE))[1]["granted"] == ["VIEW_PRODUCT", "VIEW_STATISTICS"]


@pytest.mark.parametrize("rights", [(), ("VIEW",)])
async def test_the_same_rights_again_change_nothing(world: World, clients: Clients, rights: tuple[str, ...]):
    before = await snapshot()

    answer = await assign_employee(clients, task(world, "pE", rights), world.pA)

    assert answer.data["assignEmployee"]["assignment"]["id"] == world.id("assignment")
    assert answer.data["assignEmployee"]["assignment"]["version"] == 1
    assert await snapshot() == before


NOT_AN_EMPLOYEE = [
    (
        "NOT_AN_EMPLOYEE",
        "Only active employees of the partner can be assigned to a customer.",
        ["input", "membershipId"],
    )
]
NOT_ACTIVE = [("PARTNERSHIP_NOT_ACTIVE", "This partnership is not active.", None)]


@pytest.mark.parametrize("member", ["pL", "pA"])
async def test_a_leader_of_the_partner_is_not_assigned(world: World, clients: Clients, member: str):
    assert await collect_refusals(clients, "assignEmployee", task(world, member), as_=world.pL) == NOT_AN_EMPLOYEE


async def test_an_external_is_not_assigned(world: World, clients: Clients):
    await Membership.filter(id=world.pU.membership.id).update(role=Role.EXTERNAL)

    assert await collect_refusals(clients, "assignEmployee", task(world), as_=world.pL) == NOT_AN_EMPLOYEE


@pytest.mark.parametrize("status", [MembershipStatus.INVITED, MembershipStatus.REMOVED])
async def test_somebody_who_has_left_is_not_assigned(world: World, clients: Clients, status: MembershipStatus):
    await Membership.filter(id=world.pU.membership.id).update(status=status)

    assert await collect_refusals(clients, "assignEmployee", task(world), as_=world.pL) == NOT_AN_EMPLOYEE


@pytest.mark.parametrize(("other", "member"), [("rival", "qE"), ("alpina", "cE")])
async def test_a_leader_of_two_organisations_assigns_no_employee_of_the_other(
    world: World, clients: Clients, other: str, member: str
):
    await Membership.create(
        user_id=world.pL.user.id,
        organisation_id=world.rows[other].id,
        role=Role.ADMINISTRATOR,
        status=MembershipStatus.ACTIVE,
    )

    assert await collect_refusals(clients, "assignEmployee", task(world, member), as_=world.pL) == NOT_AN_EMPLOYEE


INACTIVE = [status for status in PartnershipStatus if status is not PartnershipStatus.ACTIVE]


@pytest.mark.parametrize("status", INACTIVE)
async def test_nobody_is_assigned_where_no_partnership_is_active(
    world: World, clients: Clients, status: PartnershipStatus
):
    await Partnership.filter(id=world.limited.id).update(status=status)

    assert await collect_refusals(clients, "assignEmployee", task(world), as_=world.pL) == NOT_ACTIVE
    assert await collect_refusals(clients, "assignEmployee", task(world, "pE", ("ORDER",)), as_=world.pL) == NOT_ACTIVE


async def test_an_assignment_takes_no_other_ids(world: World, clients: Clients):
    check = (clients, "assignEmployee", task(world))

    await check_id(*check, "partnershipId", foreign=world.at_rival, as_=world.pL)
    await check_id(*check, "membershipId", foreign=world.qE.membership, as_=world.pL)
