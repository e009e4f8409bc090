"""Does the engine answer as resolvers do, byte for byte, for a schema that is not the product's?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.engine.toy import HOSTILE_TEXTS, Author, Note, Toy, Visitor, comparable_errors, encode, taken_back

pytestmark = pytest.mark.database

ADA, BOB, CAL = UUID(int=1), UUID(int=2), UUID(int=3)
STAFF = Visitor(is_staff=True)
AS_ADA, AS_CAL = Visitor([ADA]), Visitor([CAL])
VISITORS = [None, Visitor(), AS_ADA, AS_CAL, STAFF, Visitor([ADA, CAL], is_staff=True)]
EVERYTHING_OF_A_BOOK = (
    "__typename id title subtitle pages copies price discount printedAt revisedAt isPublic isSigned mark"
)


def of_author(selection: str) -> str:
    return f"query($id: ID!) {{ author(id: $id) {{ {selection} }} }}"


# Roots that a function answers

SPELLED = """
    query($word: String!, $most: Int = 2, $id: ID!) {
      spelled(word: $word) { sign ... on Letter { place } } again: spelled(word: "ab", most: $most) { twin { sign } }
      author(id: $id) { name } surelySpelled(word: $word, most: 1) { __typename place }
    }
"""


async def test_what_functions_work_out_stands_next_to_what_the_statement_reads(toy: Toy) -> None:
    data = await toy.ask(SPELLED, {"word": "toys", "id": toy.id("ada")}, STAFF)

    assert data == {
        "spelled": [{"sign": "t", "place": 0}, {"sign": "o", "place": 1}, {"sign": "y", "place": 2}],
        "again": [{"twin": None}, {"twin": None}],
        "author": {"name": "Ada"},
        "surelySpelled": [{"__typename": "Letter", "place": 0}],
    }


@pytest.mark.parametrize(
    ("variables", "viewer", "roots"),
    [
        ({"word": "toys"}, AS_ADA, {"again", "spelled", "surelySpelled"}),
        ({"word": "toys"}, None, {"again", "spelled", "surelySpelled"}),
        ({"word": ""}, STAFF, {"spelled", "surelySpelled"}),
        ({"word": "a!"}, STAFF, {"spelled"}),
        ({"word": "a0"}, STAFF, {"spelled"}),
        ({"word": "ab", "most": -1}, STAFF, set()),
    ],
)
async def test_what_a_function_raises_is_reported_at_its_place(
    toy: Toy, variables: dict[str, Any], viewer: Any, roots: set[str]
) -> None:
    found = await toy.errors(SPELLED, {**variables, "id": toy.id("ada")}, viewer)

    assert {path[0] for path, *_ in found} == roots


async def test_functions_alone_ask_the_database_nothing(toy: Toy) -> None:
    result, trace = await toy.by_engine('{ spelled(word: "a") { sign } }', viewer=STAFF)

    assert result is not None
    assert result.data == b'{"spelled":[{"sign":"a"}]}'
    assert trace.answers == []


# Selections


@pytest.mark.parametrize("name", ["ada", "book0", "note0"])
async def test_fragments_on_the_interface_and_on_types_are_spread(toy: Toy, name: str) -> None:
    document = """
        query($id: ID!) { node(id: $id) { ...all ... on Node { again: id } ... on Book { title } } }
        fragment all on Node { id __typename ...author ...book ... on Note { text book { ...book } } }
        fragment author on Author { name books(first: 1) { nodes { ...book ...inner } } }
        fragment book on Book { title pages author { ...inner } }
        fragment inner on Node { id ... on Author { mood } }
    """

    data = await toy.ask(document, {"id": toy.id(name)})

    assert data["node"]["again"] == toy.id(name)


@pytest.mark.parametrize("name", ["ada", "book0", "note0"])
async def test_fragments_on_the_union_are_spread(toy: Toy, name: str) -> None:
    document = """
        query($id: ID!) { thing(id: $id) { __typename ... on Thing { ... on Node { id } }
            ... on Author { name } ...book ... on Note { id text } } }
        fragment book on Book { title author { ... on Node { id } ... on Author { name } } }
    """

    data = await toy.ask(document, {"id": toy.id(name)})

    assert data["thing"]["id"] == toy.id(name)


async def test_rows_of_several_types_keep_their_order_their_gaps_and_their_duplicates(toy: Toy) -> None:
    ids = [toy.id(name) for name in ("note0", "ada", "book13", "book0", "ada", "cal", "book21", "bob")]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } things(ids: $ids) { ... on Book { title } } }"

    for viewer in VISITORS:
        data = await toy.ask(document, {"ids": ids}, viewer)
        assert [found and found["id"] for found in data["nodes"]][:2] == ids[:2]

    assert await toy.ask(document, {"ids": []}) == {"nodes": [], "things": []}


async def test_the_same_field_under_several_names_and_merged_selections(toy: Toy) -> None:
    document = """
        query($id: ID!) {
            one: author(id: $id) { name }
            author(id: $id) { name name also: name books(first: 1) { nodes { title } } }
            author(id: $id) { mood books(first: 1) { totalCount nodes { title pages } } ...more }
            two: author(id: $id) { a: books(first: 1) { nodes { id } } b: books(first: 2) { nodes { id } } }
        }
        fragment more on Author { name books(first: 1) { nodes { author { name } } edges { node { id } } } address { city } }
    """

    data = await toy.ask(document, {"id": toy.id("ada")})

    assert list(data["author"]) == ["name", "also", "books", "mood", "address"]
    assert list(data["author"]["books"]["nodes"][0]) == ["title", "pages", "author"]


async def test_one_name_stands_for_different_fields_of_different_types(toy: Toy) -> None:
    ids = [toy.id(name) for name in ("ada", "book0", "note0")]
    document = """query($ids: [ID!]!) { things(ids: $ids) {
        ... on Author { value: name inner: cityAddress { value: street } }
        ... on Book { value: title inner: author { value: name } }
        ... on Note { value: text inner: book { value: title } } } }"""

    data = await toy.ask(document, {"ids": ids})

    assert [thing["value"] for thing in data["things"]] == ["Ada", "book00", "on the first"]


async def test_typename_is_answered_everywhere(toy: Toy) -> None:
    document = """query($id: ID!) { __typename t: __typename me { __typename author { __typename } }
        node(id: $id) { __typename } thing(id: $id) { __typename x: __typename }
        author(id: $id) { __typename address { __typename } cityAddress { __typename } itself { __typename }
            books { __typename nodes { __typename author { __typename } } edges { __typename node { __typename } }
                pageInfo { __typename } }
            notes { __typename } borrowed { __typename } letters { __typename } twins { __typename twin { __typename } } } }"""

    data = await toy.ask(document, {"id": toy.id("ada")}, AS_ADA)

    assert data["__typename"] == "Query"
    assert data["author"]["books"]["pageInfo"] == {"__typename": "PageInfo"}


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize("no", [True, False])
async def test_skip_and_include_nest_and_read_variables(toy: Toy, yes: bool, no: bool) -> None:
    document = """
        query($id: ID!, $yes: Boolean!, $no: Boolean = false, $unused: Boolean = true) {
            gone: author(id: $id) @skip(if: true) { name }
            author(id: $id) {
                name @include(if: $yes)
                mood @skip(if: $no) @include(if: $yes)
                ... @include(if: $no) { motto ... on Author @skip(if: $yes) { city: address { city } } }
                ...books @include(if: $yes)
                ...books @skip(if: $no)
                books(first: 1) { totalCount @include(if: true) nodes @skip(if: $no) { id title @skip(if: $yes) } }
                letters { sign @include(if: $yes) place }
            }
            me @include(if: $unused) @skip(if: $no) { author { name } }
        }
        fragment books on Author { books(first: 1) { edges @include(if: $no) { cursor } __typename } }
    """

    data = await toy.ask(document, {"id": toy.id("ada"), "yes": yes, "no": no}, AS_ADA)

    assert ("name" in data["author"]) is yes
    assert "gone" not in data


async def test_an_operation_whose_every_field_is_skipped_is_an_empty_object(toy: Toy) -> None:
    document = "query($id: ID!, $no: Boolean!) { author(id: $id) @include(if: $no) { name } }"

    assert await toy.ask(document, {"id": toy.id("ada"), "no": False}) == {}


async def test_an_object_whose_every_field_is_skipped_is_empty(toy: Toy) -> None:
    selection = "@skip(if: true) { id }"
    document = f"""query($id: ID!) {{ author(id: $id) {{ name @skip(if: true) address {{ city @skip(if: true) }}
        books {{ nodes {{ title @skip(if: true) }} edges {{ node {selection} }} pageInfo {{ hasNextPage @skip(if: true) }} }}
        notes {{ text @skip(if: true) }} twins {{ sign @skip(if: true) }} letters {{ sign @skip(if: true) }} }} }}"""

    data = await toy.ask(document, {"id": toy.id("ada")})

    assert data["author"]["notes"] == [{}]


async def test_an_operation_is_chosen_by_its_name(toy: Toy) -> None:
    document = """query One($id: ID!) { author(id: $id) { name } } query Two($id: ID!) { author(id: $id) { ...more } }
        fragment more on Author { mood }"""

    one = await toy.ask(document, {"id": toy.id("ada")}, name="One")
    two = await toy.ask(document, {"id": toy.id("ada")}, name="Two")

    assert (one, two) == ({"author": {"name": "Ada"}}, {"author": {"mood": "GLAD"}})


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


async def test_what_depends_on_the_time_is_asked_again_each_time(toy: Toy) -> None:
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

PAGE = "edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"


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


# Data


@pytest.mark.parametrize("number", range(len(HOSTILE_TEXTS)))
async def test_every_text_comes_back_as_it_is_stored(toy: Toy, number: int) -> None:
    document = of_author(
        "name motto shout words mayWords letters { place } address { street city } cityAddress { city } diary"
    )

    for viewer in (None, Visitor([UUID(int=100 + number)])):
        data = await toy.ask(document, {"id": toy.id(f"text{number}")}, viewer)

        assert data["author"] is None or data["author"]["name"] == HOSTILE_TEXTS[number]


async def test_texts_stand_in_errors_answers_and_lists_at_once(toy: Toy) -> None:
    ids = [toy.id(f"text{number}") for number in range(len(HOSTILE_TEXTS))] + [toy.id("boom"), toy.id("ada")]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Author { name motto neededMotto mayShout ledger } } }"

    data = await toy.ask(document, {"ids": ids}, AS_ADA)

    assert [node and node["name"] for node in data["nodes"]][: len(HOSTILE_TEXTS)] == HOSTILE_TEXTS


async def test_a_cursor_over_hostile_text_finds_its_place(toy: Toy) -> None:
    async with taken_back():
        for place, title in enumerate(HOSTILE_TEXTS):
            if "\x00" not in title:
                await toy.book0.__class__.create(
                    id=UUID(int=5000 + place), author_id=UUID(int=5), title=title, printed_at=toy.book0.printed_at
                )
        document = (
            f"query($id: ID!, $after: String) {{ author(id: $id) {{ books(first: 2, after: $after) {{ {PAGE} }} }} }}"
        )
        cursor, seen = None, 0
        for _ in range(30):
            page = (await toy.ask(document, {"id": toy.id("empty"), "after": cursor}))["author"]["books"]
            seen += len(page["nodes"])
            cursor = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break

    assert seen == len(HOSTILE_TEXTS) + 1


async def test_numbers_decimals_timestamps_days_enums_and_nulls(toy: Toy) -> None:
    document = f"{{ books(first: 50) {{ nodes {{ {EVERYTHING_OF_A_BOOK} }} }} }}"

    data = await toy.ask(document)

    assert data["books"]["nodes"][0]["revisedAt"] == "2024-02-29T23:59:59.999999Z"
    assert {book["isSigned"] for book in data["books"]["nodes"]} == {True, False, None}


async def test_a_number_beyond_32_bits_is_an_error_at_its_place(toy: Toy) -> None:
    document = of_author(
        "books(first: 8) { nodes { copies again: copies author { books(first: 6) { nodes { copies } } } } }"
    )

    errors = await toy.errors(document, {"id": toy.id("ada")})

    assert errors[0][1] == "Int cannot represent non 32-bit signed integer value: 2147483648"


async def test_a_number_beyond_32_bits_that_must_not_be_null_bubbles(toy: Toy) -> None:
    document = of_author("name books { nodes { title sold } }")

    errors = await toy.errors(document, {"id": toy.id("empty")})

    assert [error[0] for error in errors] == [["author", "books", "nodes", 0, "sold"]]


async def test_days_at_the_ends_of_the_calendar(toy: Toy) -> None:
    ids = [toy.id(name) for name in ("ada", "bob", "boom", "cal")]

    data = await toy.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Author { bornOn mood humour moods tags } } }",
        {"ids": ids},
        AS_CAL,
    )

    assert [node["bornOn"] for node in data["nodes"]] == ["1815-12-10", None, "9999-12-30", "0001-02-03"]


async def test_an_embedded_object_is_null_if_its_column_is(toy: Toy) -> None:
    with_city = await toy.ask(of_author("cityAddress { street city }"), {"id": toy.id("ada")})
    without = await toy.ask(of_author("cityAddress { street city } address { city }"), {"id": toy.id("bob")})

    assert with_city["author"]["cityAddress"] == {"street": "Road 1", "city": "Ort"}
    assert without["author"] == {"cityAddress": None, "address": {"city": None}}


# Rows and who sees them


@pytest.mark.parametrize("viewer", VISITORS)
async def test_every_level_shows_each_visitor_their_own_rows(toy: Toy, viewer: Visitor | None) -> None:
    inner = "id title author { id name }"
    selection = f"""name notes {{ id text book {{ {inner} }} author {{ name }} }}
        borrowed {{ {inner} }} books(first: 50) {{ totalCount nodes {{ {inner} author {{ notes {{ book {{ id }} }} }} }} }}"""
    ids = [
        toy.id(name) for name in ("ada", "bob", "cal", "boom", "empty", "book13", "book20", "book21", "note1", "note2")
    ]
    document = f"""query($ids: [ID!]!) {{ me {{ author {{ {selection} }} }}
        nodes(ids: $ids) {{ id ... on Author {{ {selection} }} ... on Note {{ text book {{ {inner} }} }} ... on Book {{ {inner} }} }}
        books(first: 50) {{ totalCount nodes {{ {inner} }} }} }}"""

    data = await toy.ask(document, {"ids": ids}, viewer)

    shown = {node["id"] for node in data["nodes"] if node}
    assert (toy.id("cal") in shown) is (viewer is not None and CAL in viewer.author_ids)
    assert (toy.id("book21") in shown) is (viewer is not None and CAL in viewer.author_ids)


async def test_a_list_that_stays_short_is_null_empty_or_in_order(toy: Toy) -> None:
    ada = await toy.ask(of_author("borrowed { title } notes { id }"), {"id": toy.id("ada")})
    bob = await toy.ask(of_author("borrowed { title } notes { id }"), {"id": toy.id("bob")})

    assert [book["title"] for book in ada["author"]["borrowed"]] == ["same", "book00", "book00"]
    assert bob["author"] == {"borrowed": None, "notes": []}


async def test_a_row_that_does_not_exist_for_the_visitor_is_missing(toy: Toy) -> None:
    for root in ("author", "node", "thing"):
        document = f"query($id: ID!) {{ {root}(id: $id) {{ __typename }} other: books(first: 1) {{ totalCount }} }}"
        for name, viewer in (("cal", None), ("cal", AS_ADA)):
            errors = await toy.errors(document, {"id": toy.id(name)}, viewer)
            assert [error[:2] for error in errors] == [([root], "no such row")]


async def test_a_missing_row_that_must_not_be_null_takes_all(toy: Toy) -> None:
    document = "query($id: ID!) { sureAuthor(id: $id) { name } books { totalCount } }"

    assert await toy.ask(document, {"id": toy.id("cal")}) is None


async def test_a_relation_that_must_not_be_null_bubbles_to_the_next_that_may(toy: Toy) -> None:
    document = "{ books(first: 50) { nodes { title author { name } } } }"
    strict = "query($id: ID!) { node(id: $id) { ... on Book { title sureAuthor { name } } ... on Note { book { sureAuthor { name } } } } }"

    await toy.ask(document)
    errors = await toy.errors(strict, {"id": toy.id("book20")})

    assert errors[0][:2] == (["node", "sureAuthor"], "Cannot return null for non-nullable field Book.sureAuthor.")


# Holes


async def test_a_hole_that_raises_is_null_if_it_may_be(toy: Toy) -> None:
    errors = await toy.errors(of_author("name mayShout again: mayShout"), {"id": toy.id("boom")})

    assert [(error[0], error[3]) for error in errors] == [
        (["author", "again"], "ValueError"),
        (["author", "mayShout"], "ValueError"),
    ]


async def test_a_hole_that_raises_bubbles_where_it_may_not_be_null(toy: Toy) -> None:
    for document in (
        of_author("name shout"),
        of_author("itself { itself { shout } } name"),
        "query($id: ID!) { sureAuthor(id: $id) { shout } me { author { name } } }",
        "query($id: ID!) { books(first: 1) { totalCount } author(id: $id) { notes { author { shout } book { author { mayShout } } } } }",
    ):
        assert len(await toy.errors(document, {"id": toy.id("boom")})) >= 1, document


async def test_a_hole_that_raises_within_lists_makes_null_the_nearest_that_may(toy: Toy) -> None:
    ids = [toy.id(name) for name in ("ada", "boom", "bob", "note3", "boom")]
    for selection in (
        "... on Author { shout }",
        "... on Author { name mayShout }",
        "... on Note { text author { shout } }",
        "... on Author { notes { author { shout } } }",
        "... on Author { books { nodes { author { shout } } } }",
        "... on Author { books { edges { node { sureAuthor { shout } } } } }",
    ):
        document = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ id {selection} }} }}"
        assert await toy.errors(document, {"ids": ids}), selection


async def test_null_within_the_list_of_a_hole(toy: Toy) -> None:
    allowed = await toy.ask(of_author("mayWords"), {"id": toy.id("boom")})
    errors = await toy.errors(of_author("words"), {"id": toy.id("boom")})

    assert allowed["author"]["mayWords"] == ["Boom", None, "!0"]
    assert [error[0] for error in errors] == [["author", "words", 1]]


async def test_objects_of_a_hole_are_written_with_their_selection(toy: Toy) -> None:
    document = of_author(
        "letters { s: sign place } mayLetters { place twin { sign } } twins { sign twin { place t: __typename twin { sign } } }"
    )

    data = await toy.ask(document, {"id": toy.id("ada")})

    assert data["author"]["letters"] == [{"s": "A", "place": 0}, {"s": "d", "place": 1}, {"s": "a", "place": 2}]


async def test_a_hole_reads_facts_of_other_rows(toy: Toy) -> None:
    data = await toy.ask(of_author("pageTotal"), {"id": toy.id("ada")})

    assert data["author"]["pageTotal"] == 101 + 102 + 101 + 102 + 101


# Who may ask


@pytest.mark.parametrize("viewer", [visitor for visitor in VISITORS if visitor is not None])
async def test_what_is_withheld_is_null_and_what_is_refused_an_error(toy: Toy, viewer: Visitor) -> None:
    ids = [toy.id(name) for name in ("ada", "bob", "cal")]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Author { diary mayLetterbox ledger } } staffBooks { totalCount } }"

    data = await toy.ask(document, {"ids": ids}, viewer)

    ada = data["nodes"][0]
    assert (ada["diary"] == "on") is (viewer.is_staff or ADA in viewer.author_ids)
    assert (data["staffBooks"] is not None) is viewer.is_staff


async def test_a_refusal_that_must_not_be_null_bubbles(toy: Toy) -> None:
    for document in (
        of_author("name letterbox"),
        of_author("notes { author { letterbox } }"),
        "query($id: ID!) { sureAuthor(id: $id) { letterbox } }",
        "query($id: ID!) { sureStaffBooks { totalCount } author(id: $id) { name } }",
    ):
        for viewer in (Visitor(), AS_CAL):
            assert await toy.errors(document, {"id": toy.id("ada")}, viewer), document


async def test_somebody_who_is_not_signed_in_is_withheld_the_same(toy: Toy) -> None:
    data = await toy.ask(of_author("name diary"), {"id": toy.id("ada")})

    assert data == {"author": {"name": "Ada", "diary": None}}


async def test_a_statement_of_one_visitor_is_not_run_with_values_of_another(toy: Toy) -> None:
    document = "{ me { author { name } } books(first: 50) { totalCount nodes { title } } }"

    answers = [await toy.ask(document, viewer=viewer) for viewer in (AS_ADA, AS_CAL, Visitor([BOB]), Visitor(), AS_ADA)]

    assert [answer["me"]["author"] and answer["me"]["author"]["name"] for answer in answers] == [
        "Ada",
        "Cal",
        "Bob",
        None,
        "Ada",
    ]
    assert [answer["books"]["totalCount"] for answer in answers] == [17, 18, 18, 17, 17]


# Paths


async def test_a_field_that_a_resolver_alone_answers_takes_the_resolver_path(toy: Toy) -> None:
    for document in (
        of_author("name slow"),
        of_author("itself { slow(times: 3) }"),
        of_author("...x } } fragment x on Author { books { nodes { author { slow } }"),
    ):
        result, trace = await toy.by_engine(document, {"id": toy.id("ada")})

        assert (result, trace.reason) == (None, "a resolver alone answers Author.slow")


async def test_a_field_that_is_skipped_does_not_decide_the_path(toy: Toy) -> None:
    document = "query($id: ID!, $slow: Boolean!) { author(id: $id) { name slow @include(if: $slow) } }"

    await toy.ask(document, {"id": toy.id("ada"), "slow": False})
    result, _ = await toy.by_engine(document, {"id": toy.id("ada"), "slow": True})
    again = await toy.ask(document, {"id": toy.id("ada"), "slow": False})

    assert result is None
    assert again == {"author": {"name": "Ada"}}


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Author") { name } }',
        "{ nothing }",
        "{",
        "subscription { x }",
        "",
    ],
)
async def test_what_the_engine_does_not_know_it_leaves_to_the_resolver_path(toy: Toy, document: str) -> None:
    result, trace = await toy.by_engine(document)

    assert (result, trace.path) == (None, "resolvers")


# Changes

WRITE = """mutation($input: WriteNoteInput!) { __typename writeNote(input: $input) {
    __typename note { id text author { name } book { title } } author { notes { text } letters { sign } } secret
    written { remark note { text id author { name } } ... on Written { __typename mine: letters { sign } } }
    userErrors { message field } } }"""


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "forbidden", "broken"])
@pytest.mark.parametrize("name", ["ada"])
async def test_a_change_is_answered_as_resolvers_do(toy: Toy, name: str, text: str) -> None:
    new = UUID(int=9000)
    given = {"id": f"not_{new.hex}", "authorId": toy.id(name), "text": text, "bookId": toy.id("book0")}

    for viewer in (None, AS_ADA, STAFF):
        ordinary, planned = await toy.both_changes(WRITE, {"input": given}, viewer)
        assert planned == ordinary

    assert await Note.filter(id=new).count() == 0


async def test_a_change_whose_answer_has_an_error_keeps_its_place(toy: Toy) -> None:
    document = """mutation($input: WriteNoteInput!) { writeNote(input: $input) {
        note { text author { name mayShout ledger } } author { may: mayShout } userErrors { message } } }"""
    given = {"id": f"not_{UUID(int=9003).hex}", "authorId": toy.id("boom"), "bookId": toy.id("book0")}

    ordinary, planned = await toy.both_changes(document, {"input": given}, AS_ADA)

    assert planned == ordinary
    assert ["writeNote", "note", "author", "ledger"] in [error[0] for error in planned[1]]


def test_the_toy_names_nothing_twice(toy: Toy) -> None:
    assert len({encode(row) for row in toy.rows.values() if isinstance(row, Author)}) == len(HOSTILE_TEXTS) + 5
