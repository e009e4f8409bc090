"""Does each visitor see their own rows and fields, and nothing else?"""

import pytest

from tests.engine.toy import ADA, AS_ADA, AS_CAL, BOB, CAL, STAFF, VISITORS, Toy, Visitor, of_author

pytestmark = pytest.mark.postgres


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


# Who may ask


@pytest.mark.parametrize("viewer", [visitor for visitor in VISITORS if visitor is not None])
async def test_a_withheld_field_is_null_and_a_refused_one_an_error(toy: Toy, viewer: Visitor) -> None:
    ids = [toy.id(name) for name in ("ada", "bob", "cal")]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Author { diary mayLetterbox ledger } } staffBooks { totalCount } }"

    data = await toy.ask(document, {"ids": ids}, viewer)

    ada = data["nodes"][0]
    assert (ada["diary"] == "on") is (viewer.is_staff or ADA in viewer.author_ids)
    assert (data["staffBooks"] is not None) is viewer.is_staff


async def test_a_field_with_two_permissions_is_shown_to_those_who_have_both(toy: Toy) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Author { safe } } }"
    ids = [toy.id(name) for name in ("ada", "bob", "boom")]

    def refusal_at(*words: str | None) -> list[tuple[list[str | int], str]]:
        return [(["nodes", place, "safe"], word) for place, word in enumerate(words) if word]

    for viewer, expected in (
        (AS_ADA, refusal_at(None, "not yours", "not yours")),
        (Visitor([BOB]), refusal_at("not yours", "no motto", "not yours")),
        (STAFF, refusal_at(None, "no motto", "no motto")),
    ):
        assert [error[:2] for error in await toy.errors(document, {"ids": ids}, viewer)] == expected


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
