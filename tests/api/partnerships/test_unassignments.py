"""How does an assignment end, and what does the employee lose?"""

from datetime import UTC, datetime

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import Partnership
from server.schema.scalars import moment_text
from tests.api.partnerships.assignments import ASSIGNMENT, assign_employee, audited_terms, sight, task
from tests.api.refusals import check_id
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


async def unassign_employee(clients: Clients, id: str, as_: Person | str) -> Answer:
    """Ends an assignment, which works."""
    answer = await clients.change("unassignEmployee", {"assignmentId": id}, ASSIGNMENT, as_=as_)
    assert answer.data["unassignEmployee"]["userErrors"] == []
    return answer


# Unassigning


async def test_a_partner_ends_an_assignment(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await unassign_employee(clients, world.id("assignment"), world.pA)

    after, row = await snapshot(), await row_of(world.id("assignment"))
    assert start <= row.ended_at <= datetime.now(UTC)
    assert answer.data["unassignEmployee"] == {
        "assignment": {
            "id": world.id("assignment"),
            "partnership": {"id": world.id("limited")},
            "member": {"id": world.id("pE")},
            "rights": ["VIEW"],
            "assignedAt": moment_text(row.assigned_at),
            "endedAt": moment_text(row.ended_at),
            "version": 2,
        },
        "partnership": {
            "id": world.id("limited"),
            "status": "ACTIVE",
            "version": 1,
            "assignments": {"nodes": [{"id": world.id("assignment"), "endedAt": moment_text(row.ended_at)}]},
        },
        "userErrors": [],
    }
    moved = {"ended_at": row.ended_at, "version": 2, "updated_at": row.updated_at}
    assert after["EmployeeAssignment"][row.id] == before["EmployeeAssignment"][row.id] | moved
    assert changed_models(before, after) == {"EmployeeAssignment", "AuditEvent", "OutboxMessage"}


@pytest.mark.parametrize("by_token", [False, True])
async def test_the_end_of_an_assignment_leaves_its_traces(world: World, clients: Clients, by_token: bool):
    answer = await unassign_employee(clients, world.id("assignment"), world.tokens["pL"] if by_token else world.pL)

    row = await row_of(world.id("assignment"))
    assert await acts(answer) == [
        act(
            "assignment.ended",
            row,
            world.pL,
            world.nova,
            on_behalf_of=world.alpina,
            token=world.token_pL if by_token else None,
            before=audited_terms(row),
            after=audited_terms(row, ended_at=row.ended_at.isoformat()),
        )
    ]
    assert await announced_topics(answer) == [("assignment.ended", world.id("assignment"))]


# Rule E33
async def test_an_unassigned_employee_is_a_stranger_at_once(world: World, clients: Clients):
    before = await sight(world, clients, world.pE)

    await unassign_employee(clients, world.id("assignment"), world.pL)

    assert before[0] == {"Alpina", "Borea"}
    assert set(before[1]) == {"granted", "watched"}
    assert await sight(world, clients, world.pE) == ({"Borea"}, "NOT_FOUND")
    for row in ("granted", "limited", "access", "assignment", "alpina"):
        answer = await clients.ask("query($id: ID!) { node(id: $id) { id } }", {"id": world.id(row)}, as_=world.pE)
        assert answer.code == "NOT_FOUND", row


async def test_an_assignment_ends_once(world: World, clients: Clients):
    first = await unassign_employee(clients, world.id("assignment"), world.pL)
    before = await snapshot()

    second = await unassign_employee(clients, world.id("assignment"), world.pA)

    assert second.data == first.data
    assert await snapshot() == before


async def test_an_unassigned_employee_may_be_assigned_again(world: World, clients: Clients):
    await unassign_employee(clients, world.id("assignment"), world.pL)

    answer = await assign_employee(clients, task(world, "pE"), world.pL)

    anew = answer.data["assignEmployee"]["assignment"]
    assert anew["id"] != world.id("assignment")
    assert (anew["version"], anew["endedAt"]) == (1, None)
    assert (await row_of(world.id("assignment"))).ended_at is not None
    assert (await sight(world, clients, world.pE))[0] == {"Alpina", "Borea"}


async def test_an_assignment_ends_even_where_the_partnership_stands_still(world: World, clients: Clients):
    await Partnership.filter(id=world.limited.id).update(status=PartnershipStatus.SUSPENDED)

    await unassign_employee(clients, world.id("assignment"), world.pL)

    assert (await row_of(world.id("assignment"))).ended_at is not None


async def test_the_end_of_an_assignment_takes_no_other_id(world: World, clients: Clients):
    input = {"assignmentId": world.id("assignment")}

    await check_id(clients, "unassignEmployee", input, "assignmentId", foreign=world.assignment, as_=world.qL)
