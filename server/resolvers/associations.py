"""Associations: the rows that a row names through a join table."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.engine.declarations import JoinTable
from server.models.conditions import OneOf
from server.resolvers.context import Context

# `Any` below: rows of whatever model.


def rows_through(model: type[Model], through: JoinTable) -> Callable[[Context, Any], Awaitable[list[Any]]]:
    """Finds the rows of `model` that a row names, if they are visible to the viewer, in the order of the join table."""

    async def load(ids: list[UUID]) -> list[list[UUID]]:
        named = defaultdict[UUID, list[UUID]](list)
        for entry in await through.model.filter(OneOf(through.near, ids)).order_by("id"):
            named[getattr(entry, through.near)].append(getattr(entry, through.far))
        return [named[id] for id in ids]

    async def rows(context: Context, row: Any) -> list[Any]:
        named = await context.loader(("through", through), load).load(row.pk)
        seen = [await context.row(model, id) for id in named]
        return [one for one in seen if one is not None]

    return rows
