"""Is every value written as GraphQL writes it, and a failed one null?"""

from uuid import UUID

import pytest

from tests.engine.toy import AS_ADA, AS_CAL, HOSTILE_TEXTS, PAGE, Toy, Visitor, of_author, taken_back

pytestmark = pytest.mark.postgres

EVERYTHING_OF_A_BOOK = (
    "__typename id title subtitle pages copies price discount printedAt revisedAt isPublic isSigned mark"
)

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


# Computed fields


async def test_a_computed_field_that_raises_is_null_if_it_may_be(toy: Toy) -> None:
    errors = await toy.errors(of_author("name mayShout again: mayShout"), {"id": toy.id("boom")})

    assert [(error[0], error[3]) for error in errors] == [
        (["author", "again"], "ValueError"),
        (["author", "mayShout"], "ValueError"),
    ]


async def test_a_computed_field_that_raises_bubbles_where_it_may_not_be_null(toy: Toy) -> None:
    for document in (
        of_author("name shout"),
        of_author("itself { itself { shout } } name"),
        "query($id: ID!) { sureAuthor(id: $id) { shout } me { author { name } } }",
        "query($id: ID!) { books(first: 1) { totalCount } author(id: $id) { notes { author { shout } book { author { mayShout } } } } }",
    ):
        assert len(await toy.errors(document, {"id": toy.id("boom")})) >= 1, document


async def test_a_computed_field_that_raises_within_lists_makes_null_the_nearest_that_may(toy: Toy) -> None:
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


async def test_null_within_the_list_of_a_computed_field(toy: Toy) -> None:
    allowed = await toy.ask(of_author("mayWords"), {"id": toy.id("boom")})
    errors = await toy.errors(of_author("words"), {"id": toy.id("boom")})

    assert allowed["author"]["mayWords"] == ["Boom", None, "!0"]
    assert [error[0] for error in errors] == [["author", "words", 1]]


async def test_objects_of_a_computed_field_are_written_with_their_selection(toy: Toy) -> None:
    document = of_author(
        "letters { s: sign place } mayLetters { place twin { sign } } twins { sign twin { place t: __typename twin { sign } } }"
    )

    data = await toy.ask(document, {"id": toy.id("ada")})

    assert data["author"]["letters"] == [{"s": "A", "place": 0}, {"s": "d", "place": 1}, {"s": "a", "place": 2}]


async def test_a_computed_field_reads_prefetched_rows(toy: Toy) -> None:
    data = await toy.ask(of_author("pageTotal"), {"id": toy.id("ada")})

    assert data["author"]["pageTotal"] == 101 + 102 + 101 + 102 + 101
