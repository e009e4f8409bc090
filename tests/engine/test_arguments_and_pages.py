"""Do arguments and pages mean by the statement what they mean to the resolvers?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.engine.toy import PAGE, Toy, comparable_errors, of_author

pytestmark = pytest.mark.postgres


# Arguments

BOOKS = """query($filter: BookFilter, $first: Int, $order: BookOrdering) {
    books(filter: $filter, first: $first, order: $order) { totalCount nodes { id title subtitle } } }"""


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({"filter": None}, 17),
        ({}, 17),
        ({"filter": {}}, 17),
        ({"filter": {"title": "same"}}, 6),
        ({"filter": {"title": None}}, 17),
        ({"filter": {"title": ""}}, 17),
        ({"filter": {"subtitle": None}}, 13),
        ({"filter": {"subtitle": "sub2"}}, 1),
        ({"filter": {"pages": None}}, 17),
        ({"filter": {"pages": {}}}, 17),
        ({"filter": {"pages": {"least": 101, "most": 101}}}, 3),
        ({"filter": {"pages": {"most": 100, "least": 0}, "subtitle": None}}, 10),
        ({"filter": {"pages": {"most": None}}}, 17),
        ({"filter": {"isPublic": False}}, 0),
        ({"filter": {"isPublic": True, "title": "book", "subtitle": None}}, 4),
    ],
)
async def test_absent_and_null_in_nested_inputs_differ(toy: Toy, filter: dict[str, Any], count: int) -> None:
    data = await toy.ask(BOOKS, filter)

    assert data["books"]["totalCount"] == count


async def test_a_policy_that_depends_on_the_time_reads_it_each_time(toy: Toy) -> None:
    """With one text and the same values: the time belongs to the operation, not to its arguments."""
    at = toy.book4.printed_at
    moments = [at - timedelta(microseconds=1), at, at + timedelta(days=1)]

    async def find_subtitles(reads: str, now: datetime) -> list[str]:
        data = await replace(toy, now=now).ask(BOOKS, {"filter": {"reads": reads}})
        return [node["subtitle"] for node in data["books"]["nodes"]]

    assert [await find_subtitles("sub4", now) for now in moments] == [["sub4"], [], []]
    assert [await find_subtitles("out", now) for now in moments] == [[], ["sub4"], ["sub4"]]
    assert [await find_subtitles("sub2", now) for now in moments] == [["sub2"]] * 3


async def test_variables_stand_inside_nested_inputs_and_lists(toy: Toy) -> None:
    document = """query($a: ID, $b: ID, $least: Int, $title: String, $way: Direction = DOWN, $ids: [ID!]!, $c: ID!) {
        books(filter: {title: $title, pages: {least: 99, most: $least}, ids: [$a, $b, null, "BOOK"]},
              order: {by: TITLE, direction: $way}) { totalCount nodes { title pages } }
        one: nodes(ids: [$c, $c]) { id }
        nodes(ids: $ids) { id } }""".replace("BOOK", toy.id("book4"))
    ids = {"a": toy.id("book1"), "b": toy.id("book2"), "c": toy.id("ada"), "ids": [toy.id("bob")]}
    given: list[dict[str, Any]] = [
        ids | {"least": 200, "title": "book"},
        ids | {"least": 101, "title": None},
        ids | {"least": None, "way": "UP"},
        {"a": None, "c": ids["c"], "ids": ids["ids"], "way": "UP"},
        ids | {"title": "o"},
    ]

    answers = [await toy.ask(document, variables) for variables in given]

    assert [answer["books"]["totalCount"] for answer in answers] == [3, 2, 3, 1, 3]


async def test_a_list_takes_a_single_value(toy: Toy) -> None:
    data = await toy.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": toy.id("ada")})

    assert data == {"nodes": [{"id": toy.id("ada")}]}


async def test_default_values_hold_where_nothing_is_given_and_not_where_null_is(toy: Toy) -> None:
    document = """query($first: Int = 2, $filter: BookFilter = {title: "same"}, $by: BookOrder! = PRINTED_AT) {
        books(first: $first, filter: $filter, order: {by: $by}) { totalCount nodes { title } } }"""

    by_default = await toy.ask(document)
    with_null = await toy.ask(document, {"first": None, "filter": None})

    assert (len(by_default["books"]["nodes"]), by_default["books"]["totalCount"]) == (2, 6)
    assert (len(with_null["books"]["nodes"]), with_null["books"]["totalCount"]) == (3, 17)


async def test_numbers_as_ids_and_other_coercions_are_those_of_graphql(toy: Toy) -> None:
    for document, variables in (
        ("query($id: ID!) { author(id: $id) { name } }", {"id": 5}),
        ("{ author(id: 5) { name } }", {}),
        ("query($first: Int) { books(first: $first) { totalCount } }", {"first": 2.0}),
        ("query($first: Int) { books(first: $first) { totalCount } }", {"first": "2"}),
        ("query($first: Int) { books(first: $first) { totalCount } }", {"first": 2**31}),
        ("query($first: Int) { books(first: $first) { totalCount } }", {"first": 10**40}),
        ("query($on: Boolean!) { books { totalCount @include(if: $on) } }", {"on": "yes"}),
        ("query($id: ID!) { author(id: $id) { name } }", {}),
        ("query($id: ID!) { author(id: $id) { name } }", {"id": None}),
        ("query($id: ID!) { author(id: $id) { name } }", {"id": toy.id("ada"), "unknown": 1}),
        ("query($x: String!) { books(filter: {title: $x}) { totalCount } }", {"x": "\ud800"}),
    ):
        result, _ = await toy.by_engine(document, variables)
        if result is not None:
            assert (result.data, comparable_errors(result.errors)) == await toy.by_resolvers(document, variables), (
                document
            )


# Pages


@pytest.mark.parametrize("arguments", ["", "first: 0", "last: 0", "first: 5", "last: 5"])
async def test_an_empty_connection(toy: Toy, arguments: str) -> None:
    document = of_author(f"books({arguments or 'first: 3'}) {{ {PAGE} }} longBooks {{ nodes {{ id }} totalCount }}")

    data = await toy.ask(document, {"id": toy.id("text0")})

    assert data["author"]["books"]["pageInfo"]["endCursor"] is None
    assert data["author"]["books"]["totalCount"] == 0


@pytest.mark.parametrize("arguments", ["first: 0", "last: 0"])
async def test_a_page_of_no_rows_knows_of_the_others(toy: Toy, arguments: str) -> None:
    data = await toy.ask(of_author(f"books({arguments}) {{ {PAGE} }}"), {"id": toy.id("ada")})

    page = data["author"]["books"]
    assert (page["nodes"], page["totalCount"]) == ([], 8)
    assert page["pageInfo"]["hasNextPage" if "first" in arguments else "hasPreviousPage"] is True


PARTS = (
    "totalCount",
    "nodes { id }",
    "edges { cursor }",
    "edges { node { id } }",
    *(f"pageInfo {{ {name} }}" for name in ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")),
)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("arguments", ["first: 2", "last: 2", "first: 8", "last: 8", "first: 50"])
async def test_each_part_of_a_page_on_its_own(toy: Toy, part: str, arguments: str) -> None:
    whole = await toy.ask(of_author(f"books({arguments}) {{ {PAGE} }}"), {"id": toy.id("ada")})

    alone = await toy.ask(of_author(f"books({arguments}) {{ {part} }}"), {"id": toy.id("ada")})

    name = next(iter(alone["author"]["books"]))
    assert _within(alone["author"]["books"][name], whole["author"]["books"][name])


def _within(part: Any, whole: Any) -> bool:
    """Whether all that the part says is said by the whole."""
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    if isinstance(part, dict):
        return all(_within(value, whole[name]) for name, value in part.items())
    return bool(part == whole)


@pytest.mark.parametrize("direction", ["UP", "DOWN"])
@pytest.mark.parametrize("by", ["TITLE", "PRINTED_AT"])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("size", [1, 2, 5])
async def test_all_pages_over_equal_sort_keys_give_each_row_once(
    toy: Toy, direction: str, by: str, backwards: bool, size: int
) -> None:
    size_argument, cursor_argument = ("last", "before") if backwards else ("first", "after")
    document = f"""query($id: ID!, $cursor: String) {{ author(id: $id) {{
        books({size_argument}: {size}, {cursor_argument}: $cursor, order: {{by: {by}, direction: {direction}}}) {{ {PAGE} }} }} }}"""
    cursor: str | None = None
    seen = list[str]()

    for _ in range(8):
        page = (await toy.ask(document, {"id": toy.id("bob"), "cursor": cursor}))["author"]["books"]
        ids = [node["id"] for node in page["nodes"]]
        seen = ids + seen if backwards else seen + ids
        if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
            break
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]

    assert seen == [toy.id(f"book{10 + number}") for number in (0, 1, 2, 4, 5, 6)]


async def test_a_page_between_two_cursors(toy: Toy) -> None:
    every = await toy.ask("{ books(first: 50) { edges { cursor } } }")
    cursors = [edge["cursor"] for edge in every["books"]["edges"]]
    document = f"query($a: String, $b: String) {{ books(first: 3, after: $a, before: $b) {{ {PAGE} }} back: books(last: 3, after: $a, before: $b) {{ {PAGE} }} }}"

    for a, b in ((0, 16), (3, 5), (8, 14), (5, 6)):
        data = await toy.ask(document, {"a": cursors[a], "b": cursors[b]})
        assert [edge["cursor"] for edge in data["books"]["edges"]] == cursors[a + 1 : b][:3]
        assert [edge["cursor"] for edge in data["back"]["edges"]] == cursors[a + 1 : b][-3:]


async def test_pages_within_pages_have_values_of_their_own(toy: Toy) -> None:
    document = """query($a: Int, $b: Int, $title: String) { books(first: $a, filter: {title: $title}) { nodes { title
        author { books(last: $b, order: {by: PRINTED_AT, direction: DOWN}) { totalCount pageInfo { startCursor }
            nodes { title author { long: longBooks(first: 2) { nodes { pages } totalCount } } } } } } } }"""

    data = await toy.ask(document, {"a": 20, "b": 3, "title": "book"})

    assert len(data["books"]["nodes"]) == 8
