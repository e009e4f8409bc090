"""Does a payload hold values, rows and objects as resolvers give them?"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import strawberry
from strawberry import Info

from server.engine.declarations import (
    MutationField,
)
from server.engine.errors import Undeclared
from tests.engine import toy as toys
from tests.engine.toy import ADA, AS_ADA, Author, Toy, ToySchema, declare_field, schema_of, taken_back

pytestmark = pytest.mark.postgres

# Changes


class _Payload:
    def __init__(self, **values: Any) -> None:
        self.values: Mapping[str, Any] = values
        self.user_errors: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


def _changing(payload: Callable[[], Any], annotations: dict[str, Any], nullable: bool = False) -> ToySchema:
    async def check(context: Any, input: Any) -> None:
        if input.text == "denied":
            raise toys.Denied("denied")

    async def run(context: Any, input: Any) -> Any:
        result = payload()
        return _Payload(**(await result if asyncio.iscoroutine(result) else result))

    async def resolve(info: Info, input: toys.WriteNoteInput) -> Any:
        await check(info.context, input)
        return await run(info.context, input)

    type_ = strawberry.type(type("Payload", (), {"__annotations__": annotations}))
    plan = MutationField(check, run, lambda context, error: None, toys.around_changes)
    mutation = strawberry.type(
        type(
            "Mutation",
            (),
            {
                "__annotations__": {"change": type_ | None if nullable else type_},
                "change": declare_field(plan, resolve),
            },
        )
    )
    return schema_of(toys.Query, mutation)


INPUT = '(input: {id: "not_1", authorId: "x"})'


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int | None, 3),
        (bool, True),
        (bool, False),
        (datetime, datetime(2024, 1, 1, tzinfo=UTC)),
        (Decimal, Decimal("1.50")),
        (toys.Mood, toys.Mood.SAD),
        (list[str], ["x", "y"]),
        (float, 1.0),
    ],
    ids=str,
)
async def test_a_payload_gives_values_of_every_type(toy: Toy, annotation: Any, value: Any) -> None:
    schema = _changing(lambda: {"value": value}, {"value": annotation})
    other = toy.with_schema(schema)

    ordinary, planned = await other.both_changes(f"mutation {{ change{INPUT} {{ value }} }}", {}, AS_ADA)

    assert planned == ordinary


async def test_a_payload_gives_a_list_of_rows(toy: Toy) -> None:
    async def rows() -> dict[str, Any]:
        return {"authors": [await Author.get(id=ADA)]}

    other = toy.with_schema(_changing(rows, {"authors": list[toys.AuthorType]}))
    document = f"mutation {{ change{INPUT} {{ authors {{ id name shout notes {{ id }} }} }} }}"

    async with taken_back():
        expected = await other.by_resolvers(document, {}, AS_ADA)
    async with taken_back():
        result, _ = await other.by_engine(document, {}, AS_ADA)

    assert result is None or (result.data, toys.comparable_errors(result.errors)) == expected


async def test_a_payload_gives_an_object_that_python_makes(toy: Toy) -> None:
    other = toy.with_schema(_changing(lambda: {"letter": toys.Letter(sign="x", place=1)}, {"letter": toys.Letter}))

    ordinary, planned = await other.both_changes(
        f"mutation {{ change{INPUT} {{ letter {{ sign place }} }} }}", {}, AS_ADA
    )

    assert planned == ordinary


async def test_a_payload_without_what_must_not_be_null_is_an_error(toy: Toy) -> None:
    other = toy.with_schema(_changing(lambda: {"author": None}, {"author": toys.AuthorType}))

    ordinary, planned = await other.both_changes(f"mutation {{ change{INPUT} {{ author {{ id }} }} }}", {}, AS_ADA)

    assert planned == ordinary


async def test_a_denied_change_that_may_be_null_is_the_only_null(toy: Toy) -> None:
    other = toy.with_schema(_changing(lambda: {"value": "done"}, {"value": str}, nullable=True))
    denied = '(input: {id: "not_1", authorId: "x", text: "denied"})'
    document = f"mutation {{ a: change{denied} {{ value }} b: change{INPUT} {{ value }} }}"

    ordinary, planned = await other.both_changes(document, {}, AS_ADA)

    assert planned == ordinary


async def test_a_changed_row_that_its_visitor_does_not_see_is_answered_the_same_both_ways(toy: Toy) -> None:
    document = (
        """mutation($input: WriteNoteInput!) { writeNote(input: $input) { note { text } userErrors { message } } }"""
    )
    given = {"id": f"not_{UUID(int=9009).hex}", "authorId": toy.id("bob")}

    ordinary, planned = await toy.both_changes(document, {"input": given}, AS_ADA)

    assert planned == ordinary


def test_a_mutation_without_an_argument_input_is_refused() -> None:
    async def resolve(info: Info, id: strawberry.ID) -> Any:
        return None

    type_ = strawberry.type(type("Payload", (), {"__annotations__": {"value": str}}))
    plan = MutationField(toys.check_input, toys.change_note, toys.refuse_note, toys.around_changes)
    mutation = type("Mutation", (), {"__annotations__": {"change": type_}, "change": declare_field(plan, resolve)})

    with pytest.raises(Undeclared):
        toys.engine_of(schema_of(toys.Query, strawberry.type(mutation)))
