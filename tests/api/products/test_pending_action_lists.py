"""Who reads which pending actions?"""

from datetime import timedelta
from typing import Any

import pytest

from server.models import (
    AccessChangeRequest,
    PendingAction,
)
from server.resolvers import ids
from tests.clients import Clients
from tests.rows import pending_action
from tests.world import World

pytestmark = pytest.mark.postgres


# Reading


@pytest.mark.parametrize(("model", "name"), [(PendingAction, "pending"), (AccessChangeRequest, "change")])
async def test_an_action_past_its_deadline_is_expired_before_the_job_has_run(
    world: World, clients: Clients, model: Any, name: str
):
    status = "{ ... on PendingAction { status } ... on AccessChangeRequest { asked: status } }"
    query = f"query($id: ID!) {{ node(id: $id) {status} }}"
    asked = {"id": world.id(name)}

    before = await clients.ask(query, asked, as_=world.pL)
    await model.filter(id=world.rows[name].id).update(expires_at=world.now)
    after = await clients.ask(query, asked, as_=world.pL)

    assert list(before.data["node"].values()) == ["PENDING"]
    assert list(after.data["node"].values()) == ["EXPIRED"]
    assert (await model.get(id=world.rows[name].id)).status == "PENDING"


async def test_the_status_that_is_filtered_by_is_the_one_that_is_shown(world: World, clients: Clients):
    query = """query($id: ID!, $status: PendingActionStatus!) { organisation(id: $id) {
        pendingActions(filter: {status: $status}) { totalCount nodes { id status } } } }"""

    async def find_actions(status: str) -> list[str]:
        answer = await clients.ask(query, {"id": world.id("borea"), "status": status}, as_=world.bL)
        page = answer.data["organisation"]["pendingActions"]
        assert page["totalCount"] == len(page["nodes"])
        assert all(node["status"] == status for node in page["nodes"])
        return [node["id"] for node in page["nodes"]]

    before = [await find_actions(status) for status in ("PENDING", "EXPIRED", "REFUSED")]
    await PendingAction.filter(id=world.pending.id).update(expires_at=world.now)
    after = [await find_actions(status) for status in ("PENDING", "EXPIRED", "REFUSED")]

    assert before == [[world.id("pending")], [], []]
    assert after == [[], [world.id("pending")], []]


async def test_each_side_lists_its_own_pending_actions(world: World, clients: Clients):
    other = await pending_action(world.partner_pays, world.corvine, world.pL.user, now=world.now + timedelta(hours=1))
    latest, first = ids.encode(other), world.id("pending")

    async def listed_ids(field: str, at: str, who: str) -> list[str]:
        query = f"query($id: ID!) {{ organisation(id: $id) {{ {field} {{ nodes {{ id }} }} }} }}"
        answer = await clients.ask(query, {"id": world.id(at)}, as_=world.people[who])
        return [node["id"] for node in answer.data["organisation"][field]["nodes"]]

    assert await listed_ids("pendingActions", "borea", "bL") == [first]
    assert await listed_ids("pendingActions", "borea", "pE") == [first]
    assert await listed_ids("pendingActions", "corvo", "kL") == [latest]
    assert await listed_ids("requestedActions", "nova", "pL") == [latest, first]
    assert await listed_ids("requestedActions", "nova", "pE") == [first]
    assert await listed_ids("requestedActions", "nova", "pU") == []


async def test_a_token_that_reads_only_products_lists_what_it_may_look_at(world: World, clients: Clients):
    one = "query($id: ID!) { node(id: $id) { id } }"
    all_ = "query($id: ID!) { organisation(id: $id) { requestedActions { nodes { id } } } }"

    seen = await clients.ask(one, {"id": world.id("pending")}, as_=world.tokens["products"])
    listed = await clients.ask(all_, {"id": world.id("nova")}, as_=world.tokens["products"])

    assert seen.data["node"] == {"id": world.id("pending")}
    assert listed.data["organisation"]["requestedActions"]["nodes"] == [seen.data["node"]]


async def test_the_customer_reads_by_name_who_asked(world: World, clients: Clients):
    query = "query($id: ID!) { node(id: $id) { ... on PendingAction { requestedByName requestedBy { id } } } }"

    answer = await clients.ask(query, {"id": world.id("pending")}, as_=world.bL)

    assert answer.data["node"] == {"requestedByName": "pE Nova", "requestedBy": None}


async def test_a_list_is_narrowed_by_status(world: World, clients: Clients):
    query = """query($id: ID!, $status: PendingActionStatus) {
        organisation(id: $id) { pendingActions(filter: {status: $status}) { totalCount } }
    }"""
    counts = {
        status: (await clients.ask(query, {"id": world.id("borea"), "status": status}, as_=world.bL)).data
        for status in ("PENDING", "REFUSED", None)
    }

    found = {status: data["organisation"]["pendingActions"]["totalCount"] for status, data in counts.items()}
    assert found == {"PENDING": 1, "REFUSED": 0, None: 1}
