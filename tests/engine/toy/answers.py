"""The toy, asked both ways: by the engine and by resolvers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import GraphQLError
from tortoise.transactions import in_transaction

from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.engine.running.null_propagation import MAX_ERRORS
from server.engine.running.results import Result
from server.engine.running.traces import Trace
from tests.engine.toy.declared_fields import encode
from tests.engine.toy.host import ToySchema, engine_of
from tests.engine.toy.policies import ToyContext, Visitor


@dataclass
class Toy:
    """The toy, connected: `ask` answers by the engine and by resolvers, and compares."""

    schema: ToySchema
    engine: Engine
    rows: dict[str, Any] = field(default_factory=dict)
    now: datetime = datetime(2024, 1, 1, 8, tzinfo=UTC)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["rows"][name]
        except KeyError:
            raise AttributeError(name) from None

    def id(self, name: str) -> str:
        return encode(self.rows[name])

    def with_schema(self, schema: ToySchema) -> "Toy":
        """The same rows under another schema."""
        return Toy(schema, engine_of(schema), self.rows)

    async def ask(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Visitor | None = None, name: str | None = None
    ) -> Any:
        """The answer, given by the engine and equal to that of the resolvers."""
        expected = await self.by_resolvers(text, variables, viewer, name)
        result, trace = await self.by_engine(text, variables, viewer, name)
        assert result is not None, trace.reason
        assert result.data == expected[0]
        data = orjson.loads(result.data)
        found, wanted = reduce_nulls(comparable_errors(result.errors), data), reduce_nulls(expected[1], data)
        # The engine creates no more errors than an answer reports.
        assert found == wanted or (len(result.errors) == MAX_ERRORS and all(error in wanted for error in found))
        return data

    async def errors(self, text: str, variables: dict[str, Any] | None = None, viewer: Visitor | None = None) -> Any:
        """What the engine says went wrong, once it is equal to what resolvers say."""
        await self.ask(text, variables, viewer)
        result, _ = await self.by_engine(text, variables, viewer)
        assert result is not None
        return comparable_errors(result.errors)

    async def both_changes(self, document: str, variables: dict[str, Any], viewer: Any) -> tuple[Any, Any]:
        """What resolvers answer to mutations, and what the engine does; nothing of them stays."""
        async with taken_back():
            ordinary = await self.by_resolvers(document, variables, viewer)
        async with taken_back():
            result, trace = await self.by_engine(document, variables, viewer)
        assert result is not None, trace.reason
        return ordinary, (result.data, comparable_errors(result.errors))

    async def by_engine(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Any = None, name: str | None = None
    ) -> tuple[Result | None, Trace]:
        return await answer_by_plan(self.engine, text, name, variables or {}, ToyContext(viewer, now=self.now))

    async def by_resolvers(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Any = None, name: str | None = None
    ) -> tuple[bytes, list[Any]]:
        found = await self.schema.execute(
            text, variable_values=variables or {}, context_value=ToyContext(viewer, now=self.now), operation_name=name
        )
        return orjson.dumps(found.data), comparable_errors(found.errors or [])


class _TakenBack(Exception):
    """Ends a transaction."""


@asynccontextmanager
async def taken_back() -> AsyncIterator[None]:
    """A transaction that leaves nothing."""
    with suppress(_TakenBack):
        async with in_transaction():
            yield
            raise _TakenBack


def comparable_errors(errors: list[GraphQLError]) -> list[Any]:
    """Errors as callers see them, in an order of their own: resolvers finish in any."""
    found = [
        (
            error.path,
            error.message,
            [(place.line, place.column) for place in error.locations or ()],
            type(error.original_error).__name__ if error.original_error else None,
        )
        for error in errors
    ]
    return sorted(found, key=str)


def reduce_nulls(errors: list[Any], data: Any) -> list[Any]:
    """Only one of the errors below something that became null: the specification leaves open whether others are reported."""
    found, nulls = [], set[tuple[Any, ...]]()
    for error in errors:
        null = _null_above(error[0] or [], data)
        if null is None:
            found.append(error)
        else:
            nulls.add(null)
    return [*found, *sorted(nulls, key=str)]


def _null_above(path: list[Any], data: Any) -> tuple[Any, ...] | None:
    for place, step in enumerate(path):
        if data is None:
            return tuple(path[:place])
        data = data[step]
    return None


def of_author(selection: str) -> str:
    """A document that asks this of one author."""
    return f"query($id: ID!) {{ author(id: $id) {{ {selection} }} }}"


PAGE = "edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"
"""All parts of a page of books."""
