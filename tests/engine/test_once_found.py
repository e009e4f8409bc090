"""Regressions: operations that the engine once answered differently from the resolvers."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import strawberry
from tortoise.connection import get_connection

from server.engine.declarations import (
    PLAN,
    Column,
)
from tests.clients import Clients
from tests.engine import toy as toys
from tests.engine.both import Both, render_planned, render_resolved
from tests.engine.schemas import answer_both_ways, schema_with
from tests.engine.toy import ADA, AS_ADA, Author, Book, Toy, Visitor, declare_field, taken_back

pytestmark = pytest.mark.postgres

# Answers


async def test_several_changes_of_one_operation_run_one_after_the_other(toy: Toy) -> None:
    document = """mutation($a: WriteNoteInput!, $b: WriteNoteInput!) {
        a: writeNote(input: $a) { ...rest } b: writeNote(input: $b) { note { author { notes { id text } } } ...rest }
        b: writeNote(input: $b) { userErrors { field } } }
        fragment rest on WriteNotePayload { note { id } userErrors { message } }"""
    a = {"id": f"not_{UUID(int=9001).hex}", "authorId": toy.id("ada")}
    b = {"id": f"not_{UUID(int=9002).hex}", "authorId": toy.id("ada"), "bookId": None, "text": "two"}

    for first, second in (
        (a, b),
        (a | {"text": "forbidden"}, b),
        (a | {"text": "broken"}, b),
        (a, b | {"text": "broken"}),
    ):
        ordinary, planned = await toy.both_changes(document, {"a": first, "b": second}, AS_ADA)
        assert planned == ordinary


async def test_a_variable_of_a_directive_that_is_null_is_an_error_of_the_caller(toy: Toy) -> None:
    document = "query($yes: Boolean = true) { books { totalCount @include(if: $yes) } }"

    expected = await toy.by_resolvers(document, {"yes": None})
    result, _ = await toy.by_engine(document, {"yes": None})

    assert result is None or (result.data, toys.comparable_errors(result.errors)) == expected


async def test_a_missing_row_of_a_list_without_nulls_takes_the_list(toy: Toy) -> None:
    document = "query($ids: [ID!]!) { sureThings(ids: $ids) { __typename } }"

    found = await toy.errors(document, {"ids": [toy.id("ada"), toy.id("cal"), toy.id("bob")]})

    assert [error[0] for error in found] == [["sureThings", 1]]


async def test_a_decimal_has_as_many_digits_as_its_column(toy: Toy) -> None:
    async with taken_back():
        await get_connection("default").execute_query("UPDATE toy_book SET price = '9.5' WHERE title = 'book00'", [])
        found = await toy.ask('{ books(first: 1, filter: {title: "book00"}) { nodes { price } } }')

    assert found == {"books": {"nodes": [{"price": "9.500"}]}}


@pytest.mark.parametrize("tags", [["a, b"], ["a,  b", ", "], ['x", "y'], [], ["\\u0041 \x01!0\x03 é 🦊"]])
async def test_a_list_of_names_comes_back_as_it_is_stored(toy: Toy, tags: list[str]) -> None:
    async with taken_back():
        await Author.filter(id=ADA).update(tags=tags)
        found = await toy.ask("query($id: ID!) { author(id: $id) { tags } }", {"id": toy.id("ada")})

    assert found == {"author": {"tags": tags}}


async def test_a_column_with_another_name_in_the_database_is_read_or_refused(toy: Toy) -> None:
    schema = schema_with("label", str, strawberry.field(), toys.Renamed)

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { label } }")

    assert planned in (None, ordinary)


# Pages of which nothing is read


@pytest.mark.parametrize(
    "page",
    [
        "first: 2) { pageInfo { hasPreviousPage }",
        "first: 2) { pageInfo { __typename }",
        "last: 2) { pageInfo { hasNextPage }",
        "first: 2) { pageInfo { hasPreviousPage } totalCount",
        "first: 2) { __typename",
        "first: 2) { pageInfo { hasNextPage @skip(if: true) }",
        "first: 2) { nodes @skip(if: true) { id } __typename",
        'first: 2, filter: {title: "o"}) { __typename',
        'first: 2, filter: {title: "xyzzy"}) { pageInfo { hasPreviousPage }',
        'first: 2, filter: {title: "xyzzy", pages: {least: 3}}) { totalCount',
    ],
)
@pytest.mark.parametrize("name", ["ada", "text0"])
async def test_a_page_of_which_no_row_is_read(toy: Toy, name: str, page: str) -> None:
    found = await toy.ask(
        f"query($id: ID!) {{ author(id: $id) {{ name books({page} }} }} books({page} }} }}", {"id": toy.id(name)}
    )

    assert found["author"]["books"].keys() == found["books"].keys() != set()


@pytest.mark.parametrize(
    "document",
    [
        "{ partners { nodes { viewerRights } } }",
        "{ partners { nodes { viewerRights members { totalCount } } } }",
        "{ partners { nodes { members { totalCount } viewerRights } } }",
        "{ partners { nodes { viewerRole legalName customerPartnerships { nodes { viewerRights } } } } }",
        '{ catalogue(first: 1, filter: {search: "xyzzy"}) { pageInfo { hasPreviousPage } } }',
        '{ catalogue(first: 1, filter: {search: "xyzzy"}) { __typename } }',
        "{ partners(first: 1) { __typename } }",
    ],
)
@pytest.mark.parametrize("actor", ["AN", "pL"])
async def test_a_document_that_the_random_ones_found(both: Both, document: str, actor: str) -> None:
    ordinary = render_resolved(await both.by_resolvers(document, {}, actor))
    found, trace = await both.by_engine(document, {}, actor)

    if found is None:  # what is refused to nobody in particular is said by the resolver path
        assert (actor, "nobody is signed in" in str(trace.reason)) == ("AN", True)
    else:
        assert render_planned(found) == ordinary


async def test_a_null_for_a_directive_is_answered_over_http(clients: Clients) -> None:
    document = "query($yes: Boolean = true) { catalogue(first: 1) { totalCount @include(if: $yes) } }"

    answer = await clients.ask(document, {"yes": None})

    assert answer.status == 200


# Rights


@pytest.mark.parametrize("is_column", [True, False])
async def test_a_permission_class_that_the_declaration_does_not_name_is_not_passed_by(
    toy: Toy, *, is_column: bool
) -> None:
    """A field as Strawberry's users write it."""
    if is_column:
        field = strawberry.field(permission_classes=[_permission()])
        schema = schema_with("motto", str | None, field)
    else:
        field = strawberry.field(
            resolver=toys.resolver_of(lambda row: row.motto),
            permission_classes=[_permission()],
            metadata={PLAN: Column("motto")},
        )
        schema = schema_with("motto", str | None, field)

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { motto } }")

    assert planned in (None, ordinary)


def _permission() -> Any:
    from strawberry.permission import BasePermission

    class Nobody(BasePermission):
        message = "nobody"

        def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
            return False

    return Nobody


async def test_a_field_extension_that_the_declaration_does_not_name_is_not_passed_by(toy: Toy) -> None:
    from strawberry.extensions import FieldExtension

    class Veiled(FieldExtension):
        async def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            return "veiled"

        def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            return "veiled"

    schema = schema_with("motto", str | None, strawberry.field(extensions=[Veiled()]))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { motto } }")

    assert planned in (None, ordinary)


async def test_a_withheld_value_that_must_not_be_null_propagates(toy: Toy) -> None:
    field = declare_field(Column("motto"), toys.resolver_of(lambda row: row.motto), toys.OwnRow("id"), withheld=True)

    planned, ordinary = await answer_both_ways(toy, schema_with("motto", str, field), "{ one { motto } }", Visitor())

    assert planned in (None, ordinary)


async def test_an_infinite_timestamp_does_not_take_the_rows_around_it(toy: Toy) -> None:
    """What Python calls the last possible time, asyncpg stores as infinity."""
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    async with taken_back():
        await Book.create(id=UUID(int=6000), author_id=UUID(int=5), title="never", printed_at=last, revised_at=last)
        await Author.filter(id=UUID(int=5)).update(born_on=date.max)
        document = (
            "query($id: ID!) { author(id: $id) { bornOn books { totalCount nodes { title printedAt revisedAt } } } }"
        )
        expected = await toy.by_resolvers(document, {"id": toy.id("empty")})
        result, _ = await toy.by_engine(document, {"id": toy.id("empty")})

    assert result is not None
    assert (result.data, toys.comparable_errors(result.errors)) == expected


async def test_an_error_within_an_object_of_a_computed_field_is_at_its_field(toy: Toy) -> None:
    ada = {"id": toy.id("ada")}
    async with taken_back():
        await Author.filter(id=ADA).update(name="a!0c")
        places = [
            [error[0] for error in await toy.errors(f"query($id: ID!) {{ author(id: $id) {{ {selection} }} }}", ada)]
            for selection in (
                "letters { place sign }",
                "mayLetters { place sign }",
                "mayLetters { sign twin { sign } }",
            )
        ]

    nullable = [["author", "mayLetters", 1, "sign"], ["author", "mayLetters", 2, "sign"]]
    assert places == [[["author", "letters", 1, "sign"]], nullable, nullable]
