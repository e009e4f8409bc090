"""Schemas of one type, made to be wrong in one place."""

from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info

from server.engine.declarations import (
    ByKey,
)
from server.engine.errors import Undeclared
from tests.engine import toy as toys
from tests.engine.toy import Author, Book, Toy, ToySchema, declare_field, schema_of, visible

ADA = UUID(int=1)


def schema_with(name: str, annotation: Any, field: Any, model: Any = Author) -> ToySchema:
    """A schema whose root `one` gives the author Ada, with one field of this name."""
    row_type = strawberry.type(
        type("One", (), {"__annotations__": {name: annotation}, "model": model, name: field, "__module__": __name__})
    )

    async def one(info: Info) -> Any:
        return await visible(model, info.context.viewer).order_by("id").first()

    ask = {Author: ADA, toys.Renamed: UUID(int=4000), Book: UUID(int=1000)}.get(model)
    plan = ByKey(model, lambda given: (None, {"key": ask}), lambda: toys.Missing("no such row"))
    query = type("Query", (), {"__annotations__": {"one": row_type | None}, "one": declare_field(plan, one)})
    return schema_of(strawberry.type(query))


async def answer_both_ways(toy: Toy, schema: ToySchema, document: str, viewer: Any = None) -> tuple[Any, Any]:
    """What the engine answers, and what resolvers do. None for a declaration that is refused or not planned."""
    try:
        other = toy.with_schema(schema)
    except Undeclared:
        return None, None
    ordinary = await other.by_resolvers(document, {}, viewer)
    result, _ = await other.by_engine(document, {}, viewer)
    return (result.data, toys.comparable_errors(result.errors)) if result else None, ordinary
