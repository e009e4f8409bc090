"""Which path does an operation take, and is a change answered on both alike?"""

from uuid import UUID

import pytest

from server.engine.errors import AnswerTooLarge
from server.engine.running import connections
from tests.engine.toy import AS_ADA, HOSTILE_TEXTS, STAFF, Author, Note, Toy, encode, of_author

pytestmark = pytest.mark.postgres


# Paths


async def test_a_field_that_only_a_resolver_answers_takes_the_resolver_path(toy: Toy) -> None:
    for document in (
        of_author("name slow"),
        of_author("itself { slow(times: 3) }"),
        of_author("...x } } fragment x on Author { books { nodes { author { slow } }"),
    ):
        result, trace = await toy.by_engine(document, {"id": toy.id("ada")})

        assert (result, trace.reason) == (None, "only a resolver answers Author.slow")


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
async def test_the_engine_leaves_what_it_does_not_know_to_the_resolver_path(toy: Toy, document: str) -> None:
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


async def test_a_change_whose_answer_cannot_be_read_is_not_stored(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    document = "mutation($input: WriteNoteInput!) { writeNote(input: $input) { note { text } } }"
    given = {"id": f"not_{UUID(int=9004).hex}", "authorId": toy.id("ada"), "text": "too long"}
    monkeypatch.setattr(connections, "MAX_ANSWER_BYTES", 10)

    result, _ = await toy.by_engine(document, {"input": given}, AS_ADA)

    assert result is not None
    assert [type(error.original_error) for error in result.errors] == [AnswerTooLarge]
    assert await Note.filter(id=UUID(int=9004)).count() == 0


def test_the_toy_names_nothing_twice(toy: Toy) -> None:
    assert len({encode(row) for row in toy.rows.values() if isinstance(row, Author)}) == len(HOSTILE_TEXTS) + 5
