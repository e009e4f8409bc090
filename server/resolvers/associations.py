"""Lists that stay short: the rows that name a row, or that a row names by way of an association table."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.engine.declarations import JoinTable, Rows
from server.models.conditions import OneOf
from server.models.visibility.policies import visible_queryset
from server.resolvers.context import Context

# `Any` below: rows of whatever model.


async def rows_of(context: Context, declared: Rows, row: Any) -> list[Any] | None:
    """The rows of the list that the viewer sees, in the order in which they were named."""
    if declared.present is not None and not getattr(row, declared.present):
        return None
    if declared.through is not None:
        return await _many_through(context, declared.model, declared.through, row)
    return await _children(context, declared.model, str(declared.parent), row)


async def _children(context: Context, model: type[Model], parent: str, row: Any) -> list[Any]:
    async def load(ids: list[UUID]) -> list[list[Any]]:
        found = defaultdict[UUID, list[Any]](list)
        for child in await visible_queryset(model, context.viewer).filter(OneOf(parent, ids)).order_by("id"):
            found[getattr(child, parent)].append(child)
        return [found[id] for id in ids]

    return await context.loader(("children", model, parent), load).load(row.pk)


async def _many_through(context: Context, model: type[Model], through: JoinTable, row: Any) -> list[Any]:
    async def load(ids: list[UUID]) -> list[list[UUID]]:
        named = defaultdict[UUID, list[UUID]](list)
        for entry in await through.model.filter(OneOf(through.near, ids)).order_by("id"):
            named[getattr(entry, through.near)].append(getattr(entry, through.far))
        return [named[id] for id in ids]

    return await context.rows(model, await context.loader(("through", through), load).load(row.pk))
