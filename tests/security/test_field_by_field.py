"""Does an operation that cannot be one statement stay within what resolvers may do, whatever it asks for?"""

import pytest

from server.domain.errors import LimitExceeded
from server.resolvers.work_budget import COST_OF_A_RESOLVER, COST_OF_A_ROW, COST_OF_LOADING, Work
from tests.clients import Clients
from tests.rows import product
from tests.world import World

WIDE = """query($id: ID!) { organisation(id: $id) { products(first: 40) { nodes {
    organisation { products(first: 40) { nodes { %(fields)s } } } } } } %(beside)s }"""
TOO_MUCH = (
    "This document cannot be answered in one statement, and is too large to be answered in any other way. "
    "Ask for smaller pages."
)


def wide(fields: str, beside: str = "") -> str:
    return WIDE % {"fields": fields, "beside": beside}


@pytest.fixture
async def stocked_world(world: World) -> World:
    """With forty products of Alpina, so that the lists of `wide` hold 1,600 rows."""
    for number in range(36):
        await product(f"more {number}", world.alpina)
    return world


async def test_a_mistake_next_to_long_lists_does_not_make_resolvers_answer_them(
    engine_clients: Clients, stocked_world: World
) -> None:
    asked = {"id": stocked_world.id("alpina")}

    whole = await engine_clients.ask(wide("id"), asked, as_=stocked_world.cL)
    beside_a_mistake = await engine_clients.ask(wide("id", 'product(id: "x") { id }'), asked, as_=stocked_world.cL)

    lists = [node["organisation"]["products"]["nodes"] for node in whole.data["organisation"]["products"]["nodes"]]
    assert [len(nodes) for nodes in lists] == [40] * 40
    messages = {error["message"] for error in beside_a_mistake.errors}
    assert messages == {"This is not an id of this API.", TOO_MUCH}
    assert set(beside_a_mistake.codes) == {"BAD_USER_INPUT", "VALIDATION_FAILED"}


async def test_the_budget_of_resolvers_is_enough_for_ordinary_pages(
    resolver_clients: Clients, stocked_world: World
) -> None:
    document = (
        "query($id: ID!) { organisation(id: $id) { products(first: 40) { nodes { id customerName viewerRights } } } }"
    )

    found = await resolver_clients.ask(document, {"id": stocked_world.id("alpina")}, as_=stocked_world.cL)

    assert len(found.data["organisation"]["products"]["nodes"]) == 40


async def test_fields_in_fragments_that_are_spread_twice_count_twice(
    resolver_clients: Clients, stocked_world: World
) -> None:
    spread = " ".join(f"s{number}: organisation {{ ...F }}" for number in range(25))
    document = (
        f"query($id: ID!) {{ organisation(id: $id) {{ products(first: 40) {{ nodes {{ {spread} }} }} }} }} "
        "fragment F on Organisation { id name viewerRights }"
    )

    found = await resolver_clients.ask(document, {"id": stocked_world.id("alpina")}, as_=stocked_world.cL)

    assert [error["message"] for error in found.errors] == [TOO_MUCH]


def test_rows_and_their_fields_are_counted_before_anybody_looks_at_them() -> None:
    work = Work(most=100)

    work.hand_out(2, cost_of_fields=1)
    with pytest.raises(LimitExceeded), work.loading(100 // COST_OF_LOADING):
        pytest.fail("it would be loaded")
    with work.loading(10):
        pass
    with pytest.raises(LimitExceeded):
        work.hand_out(8, cost_of_fields=0)
    work.hand_out(7, cost_of_fields=0)

    assert (COST_OF_A_ROW, COST_OF_A_RESOLVER, COST_OF_LOADING) == (10, 8, 2)
