"""Do all lists page alike: every row exactly once, in either direction, whatever happens in between?"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from server.models import (
    Product,
)
from server.schema import schema
from tests.api.lists import LISTS, PAGE, List, every_list, grow
from tests.api.rows import add_customer, add_item, add_past_partnership, add_product
from tests.api.traces import key
from tests.clients import Clients
from tests.world import World

pytestmark = pytest.mark.postgres


def _by(field: str, direction: str) -> str:
    return f"orderBy: {{field: {field}, direction: {direction}}}"


ORDERED = LISTS | {
    f"{name} by {field} {direction}": List(at, name, asker, add, _by(field, direction))
    for at, name, asker, add, fields in (
        ("alpina", "products", "cL", add_product, ("NAME", "EXPIRES_AT", "CREATED_AT")),
        ("alpina", "partnerships", "cL", add_past_partnership, ("INVITED_AT",)),
        ("nova", "managedCustomers", "pL", add_customer, ("NAME", "SINCE")),
        (None, "catalogue", "pU", add_item, ("NAME", "SKU")),
    )
    for place, field in enumerate(fields)
    for direction in ("DESC",) * (place == 0) + ("ASC", "DESC") * (place > 0)
}
"""The lists as they are unless asked otherwise, and every other order there is."""
every_order = pytest.mark.parametrize("name", ORDERED)


def test_every_list_of_the_schema_is_tried_here():
    connections = {
        (type_.name, field)
        for type_ in schema._schema.type_map.values()
        for field, definition in getattr(type_, "fields", {}).items()
        if "first" in getattr(definition, "args", {})
    }

    assert connections == {(each.type, each.field) for each in LISTS.values()}


def _ids(page: Any) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


def _check_page(page: Any) -> None:
    """Edges, nodes and cursors of one page tell the same story."""
    cursors = [edge["cursor"] for edge in page["edges"]]
    assert [node["id"] for node in page["nodes"]] == _ids(page)
    assert len(set(cursors)) == len(cursors)
    ends = (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"])
    assert ends == ((cursors[0], cursors[-1]) if cursors else (None, None))


Between = Callable[[int], Awaitable[None]]


async def _walk(
    world: World, clients: Clients, listed: List, size: int, *, backwards: bool, between: Between
) -> list[str]:
    """The ids of the whole list, page by page from one end to the other, with something done between two pages."""
    found, cursor, pages = list[str](), None, 0
    amount, side, edge, more = (
        ("last", "before", "startCursor", "hasPreviousPage")
        if backwards
        else ("first", "after", "endCursor", "hasNextPage")
    )
    while True:
        page = await listed.turn_to(world, clients, f"{amount}: {size}", side, cursor)
        _check_page(page)
        found = _ids(page) + found if backwards else found + _ids(page)
        if not page["pageInfo"][more]:
            return found
        assert len(page["edges"]) == size
        cursor, pages = page["pageInfo"][edge], pages + 1
        await between(pages)


def _steps(cursors: list[str], size: int) -> Iterator[tuple[str, slice]]:
    """The pages of this size from the start to the end and back again, and where their rows are in the list."""
    number = len(cursors)
    for start in range(0, number, size):
        after = f', after: "{cursors[start - 1]}"' if start else ""
        yield f"first: {size}{after}", slice(start, min(start + size, number))
    for end in range(number, 0, -size):
        before = f', before: "{cursors[end]}"' if end < number else ""
        yield f"last: {size}{before}", slice(max(end - size, 0), end)


@every_order
async def test_pages_of_every_size_give_every_row_once_in_both_directions(world, clients, name):
    listed = ORDERED[name]
    await grow(world, listed, 4)
    whole = await listed.ask(world, clients, "first: 100", f"{PAGE} totalCount")
    cursors = [edge["cursor"] for edge in whole["edges"]]
    rows = len(cursors)
    sizes = (3 if rows < 10 else 9, rows)  # and more than there are: the whole list
    steps = [step for size in sizes for step in _steps(cursors, size)]

    pages = await listed.ask_all(world, clients, [arguments for arguments, _ in steps])

    _check_page(whole)
    assert len(set(_ids(whole))) == rows == whole["totalCount"]
    for page, (_, part) in zip(pages, steps, strict=True):
        _check_page(page)
        assert page["edges"] == whole["edges"][part]
        assert page["pageInfo"]["hasPreviousPage"] is (part.start > 0)
        assert page["pageInfo"]["hasNextPage"] is (part.stop < rows)


@pytest.mark.parametrize(
    ("name", "backwards"), [*((name, False) for name in LISTS), ("products", True), ("managedCustomers", True)]
)
async def test_rows_that_come_between_two_pages_move_no_other_row(world, clients, name, backwards):
    listed = LISTS[name]
    await grow(world, listed)
    at_first = _ids(await listed.ask(world, clients, "first: 100"))

    async def one_more(page: int) -> None:
        if page <= 3:
            await listed.add(world, 4 * page + 1)

    found = await _walk(world, clients, listed, 2 if len(at_first) < 20 else 20, backwards=backwards, between=one_more)

    assert [id for id in found if id in at_first] == at_first
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", ["products by NAME DESC", "products by EXPIRES_AT ASC"])
@pytest.mark.parametrize("backwards", [False, True])
async def test_rows_that_go_between_two_pages_move_no_other_row(world, clients, name, backwards):
    listed = ORDERED[name]
    await grow(world, listed, 8)
    at_first = _ids(await listed.ask(world, clients, "first: 100"))
    standing = {world.id(name) for name in ("granted", "watched", "kept", "rivals")}
    gone = set[str]()

    async def the_row_of_the_cursor_and_the_next_go(page: int) -> None:
        around = at_first[::-1][2 * page - 1 : 2 * page + 1] if backwards else at_first[2 * page - 1 : 2 * page + 1]
        for id in set(around) - standing:
            await Product.filter(id=key(id)).delete()
            gone.add(id)

    found = await _walk(world, clients, listed, 2, backwards=backwards, between=the_row_of_the_cursor_and_the_next_go)

    seen_before_they_went = gone & set(found)
    assert seen_before_they_went
    assert gone - set(found)
    assert found == [id for id in at_first if id not in gone - seen_before_they_went]


@every_list
async def test_a_page_between_two_cursors_is_what_lies_between(world, clients, name):
    listed = LISTS[name]
    await grow(world, listed)
    whole = await listed.ask(world, clients, "first: 100")
    rows, cursors = _ids(whole), [edge["cursor"] for edge in whole["edges"]]
    between = f'after: "{cursors[0]}", before: "{cursors[4]}"'

    expected = {
        f"first: 100, {between}": rows[1:4],
        f"last: 100, {between}": rows[1:4],
        between: rows[1:4],
        f"first: 2, {between}": rows[1:3],
        f"last: 2, {between}": rows[2:4],
        f'after: "{cursors[4]}", before: "{cursors[0]}"': [],
    }

    pages = await listed.ask_all(world, clients, list(expected))

    assert [_ids(page) for page in pages] == list(expected.values())


@every_list
async def test_an_empty_page_has_no_cursors_and_says_whether_there_are_rows(world, clients, name):
    listed = LISTS[name]
    await grow(world, listed)
    last = (await listed.ask(world, clients, "last: 1"))["pageInfo"]["endCursor"]

    nothing_asked = await listed.ask(world, clients, "first: 0", f"{PAGE} totalCount")
    nothing_left = await listed.ask(world, clients, f'first: 5, after: "{last}"')

    ends = {"startCursor": None, "endCursor": None}
    assert nothing_asked["totalCount"] >= 5
    assert (nothing_asked["edges"], nothing_asked["nodes"]) == ([], [])
    assert nothing_asked["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, **ends}
    assert (nothing_left["edges"], nothing_left["nodes"]) == ([], [])
    assert nothing_left["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, **ends}


async def test_an_empty_list_is_one_empty_page(world, clients):
    listed = List("rival", "customerPartnerships", "qL", add_past_partnership)
    narrowed = "filter: {status: EXPIRED}"

    page = await listed.ask(world, clients, narrowed, f"{PAGE} totalCount")

    info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page == {"edges": [], "nodes": [], "totalCount": 0, "pageInfo": info}


@every_list
async def test_a_page_has_twenty_rows_unless_asked_otherwise(world, clients, name):
    listed = LISTS[name]
    await grow(world, listed, 21)

    nulls = "first: null, last: null, after: null, before: null"
    pages = await listed.ask_all(world, clients, ["", nulls, "last: 21"])

    assert [len(_ids(page)) for page in pages] == [20, 20, 21]
