"""Are fragments, directives, aliases and roots answered as resolvers answer them, byte for byte?"""

from typing import Any

import pytest

from tests.engine.toy import AS_ADA, STAFF, VISITORS, Toy

pytestmark = pytest.mark.postgres


# Roots that a function answers

SPELLED = """
    query($word: String!, $most: Int = 2, $id: ID!) {
      spelled(word: $word) { sign ... on Letter { place } } again: spelled(word: "ab", most: $most) { twin { sign } }
      author(id: $id) { name } surelySpelled(word: $word, most: 1) { __typename place }
    }
"""


async def test_computed_values_stand_next_to_values_of_the_statement(toy: Toy) -> None:
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
async def test_an_error_of_a_function_is_reported_at_its_place(
    toy: Toy, variables: dict[str, Any], viewer: Any, roots: set[str]
) -> None:
    found = await toy.errors(SPELLED, {**variables, "id": toy.id("ada")}, viewer)

    assert {path[0] for path, *_ in found} == roots


async def test_functions_ask_the_database_for_nothing(toy: Toy) -> None:
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
