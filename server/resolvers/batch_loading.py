"""Batch loading of a computed field's related rows, for the resolver path."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from tortoise.functions import Max
from tortoise.models import Model

from server.domain.viewer import Viewer
from server.engine.declarations import Computed, Prefetch
from server.models.conditions import OneOf
from server.resolvers.context import Context
from server.resolvers.paging import moment_text

# `Any` below: facts are raw values of whatever columns are named.


async def gathered(context: Context, hole: Computed, row: Model) -> Any:
    """The row for a computed field's function: its columns, and related rows by name. One batch for each name."""
    values: dict[str, Any] = {name: getattr(row, name) for name in hole.columns}
    for name, facts in hole.prefetch.items():
        values[name] = await _of_row(context, facts, getattr(row, facts.outer))
    return SimpleNamespace(**values)


async def _of_row(context: Context, facts: Prefetch, key: UUID) -> list[list[Any]]:
    async def load(keys: list[UUID]) -> list[list[list[Any]]]:
        found = await _found(context.viewer, facts, keys)
        return [found[key] for key in keys]

    return await context.loader(facts, load).load(key)


async def _found(viewer: Viewer | None, facts: Prefetch, keys: Sequence[UUID]) -> dict[UUID, list[list[Any]]]:
    """The facts by the key of the row that they belong to."""
    found = defaultdict[UUID, list[list[Any]]](list)
    if not facts.is_present(viewer):
        return found
    wanted = facts.model.filter(facts.where(viewer), OneOf(facts.column, sorted(set(keys))))
    outer = [facts.nested.outer] if facts.nested else []
    if facts.latest is None:
        rows: Any = await wanted.order_by("id").values(facts.column, *{*facts.columns, *outer} - {facts.column})
    else:
        alike = [name for name in facts.columns if name != facts.latest]
        grouped = wanted.group_by(facts.column, *alike).annotate(latest_one=Max(facts.latest))
        rows = [
            one | {facts.latest: one["latest_one"]} for one in await grouped.values(facts.column, *alike, "latest_one")
        ]
    nested = await _found(viewer, facts.nested, [row[outer[0]] for row in rows]) if facts.nested else None
    for row in rows:
        values = [_raw(row[name]) for name in facts.columns]
        found[row[facts.column]].append(values if nested is None else [*values, nested[row[outer[0]]]])
    return found


def _raw(value: Any) -> Any:
    """A value as a statement gives it."""
    if isinstance(value, datetime):
        return moment_text(value)
    return str(value) if isinstance(value, UUID) else value
