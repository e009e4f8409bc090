"""Batch loading of the rows that a computed field needs, for the resolver path and the permission classes.

The function gets the same raw values as from the engine's statement. Each table is read once for all rows requested
together: the rights on 25 products read the partnerships that serve their owners in one statement.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from tortoise.expressions import Q
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.functions import Max
from tortoise.models import Model

from server.domain.viewer import Viewer
from server.engine.declarations import Computed, Joined, Prefetch, Ties
from server.models.conditions import AtMost, Exists, Never, Not, OneOf
from server.resolvers.context import Context
from server.resolvers.paging import moment_text

# `Any` below: raw values of any column.

Columns = dict[str, Any]


@dataclass(frozen=True)
class _PrefetchedRow:
    """A prefetched row, the rows of each table that is joined to it (None for one left out), and the nested values."""

    columns: Columns
    joined: list[list[Columns] | None]
    nested: list[list[Any]] | None


async def compute(context: Context, declared: Computed, row: Any) -> Any:
    """What the function of a declaration makes of this row."""
    values = columns_of(context, declared, row)
    for name, prefetch in declared.prefetch.items():
        values[name] = await _prefetch_values(context, prefetch, row)
    return declared.compute(context, SimpleNamespace(**values))


def columns_of(context: Context, declared: Computed, row: Any) -> Columns:
    """The columns of the row that a declaration names; a partial one is None where its condition does not hold."""
    values = {name: getattr(row, name) for name in declared.columns}
    for name, where in declared.partial.items():
        values[name] = getattr(row, name) if _is_met(where(context.viewer), row) else None
    return values


def _is_met(condition: Q, row: Any) -> bool:
    """Whether a condition on columns of the row itself holds. Raises TypeError for one that only a database decides."""
    if isinstance(condition, OneOf):
        return getattr(row, condition.column) in condition.values  # pyright: ignore[reportOperatorIssue] - no deferred ones
    if isinstance(condition, Never):
        return False
    if isinstance(condition, Not):
        return not _is_met(condition.condition, row)
    if type(condition) is not Q:
        raise TypeError(f"{type(condition).__name__} cannot be decided without the database")
    met = [_is_met(inner, row) for inner in condition.children]
    met += [_is_equal(name, value, row) for name, value in condition.filters.items()]
    return (all(met) if condition.join_type == Q.AND else any(met)) is not condition._is_negated  # pyright: ignore[reportPrivateUsage]


def _is_equal(name: str, value: Any, row: Any) -> bool:
    column, _, test = name.partition("__")
    if test not in ("", "isnull"):
        raise TypeError(f"{name} cannot be decided without the database")
    held = getattr(row, column)
    return (held is None) is value if test else bool(held == value)


async def _prefetch_values(context: Context, prefetch: Prefetch, row: Any) -> list[list[Any]]:
    async def load(keys: list[UUID]) -> list[list[_PrefetchedRow]]:
        found = await _load(context.viewer, prefetch, keys)
        return [found[key] for key in keys]

    key = getattr(row, prefetch.outer)
    if key is None:
        return []
    return [
        values for found in await context.loader(prefetch, load).load(key) for values in _lists(prefetch, found, row)
    ]


async def _load(viewer: Viewer | None, prefetch: Prefetch, keys: Sequence[UUID]) -> dict[UUID, list[_PrefetchedRow]]:
    """The rows by the key of the one that they belong to."""
    found = defaultdict[UUID, list[_PrefetchedRow]](list)
    if not prefetch.is_present(viewer):
        return found
    rows = await _rows(prefetch, viewer, keys)
    joined = list[dict[Any, list[Columns]] | None]()
    for one in prefetch.joined:
        of_all = await _load_joined(viewer, prefetch, one, rows)
        if of_all is not None and not one.is_optional:
            rows = [row for row in rows if row[one.near] in of_all]
        joined.append(of_all)
    nested = (
        await _load(viewer, prefetch.nested, [row[prefetch.nested.outer] for row in rows]) if prefetch.nested else {}
    )
    for row in rows:
        beside = [
            None if of_all is None else of_all.get(row[one.near], [])
            for one, of_all in zip(prefetch.joined, joined, strict=True)
        ]
        inside = _nested_values(prefetch.nested, nested, row) if prefetch.nested else None
        found[row[prefetch.column]].append(_PrefetchedRow(row, beside, inside))
    return found


async def _rows(prefetch: Prefetch, viewer: Viewer | None, keys: Sequence[UUID]) -> list[Columns]:
    where = prefetch.where(viewer) & OneOf(prefetch.column, sorted(set(keys)))
    names = {prefetch.column, *prefetch.columns}
    if prefetch.latest is not None:
        alike = names - {prefetch.latest}
        grouped: Any = prefetch.model.filter(where).group_by(*alike).annotate(latest_one=Max(prefetch.latest))
        return [row | {prefetch.latest: row["latest_one"]} for row in await grouped.values(*alike, "latest_one")]
    names |= {name for name, _ in prefetch.ties} | {joined.near for joined in prefetch.joined}
    names |= {prefetch.nested.outer} if prefetch.nested else set()
    for joined in prefetch.joined:
        if _is_followed(prefetch, joined) and joined.is_present(viewer):
            where &= Exists(joined.model, joined.where(viewer), id=joined.near)
            names |= {_path(joined, name) for name in _names(joined)}
    return await _read(prefetch.model, where, names)


async def _read(model: type[Model], where: Q, names: set[str]) -> list[Columns]:
    rows: Any = model.filter(where).order_by("id").values(*names)
    return await rows


async def _load_joined(
    viewer: Viewer | None, prefetch: Prefetch, joined: Joined, rows: Sequence[Columns]
) -> dict[Any, list[Columns]] | None:
    """The joined rows by what they are joined by; None if nothing is joined for this viewer."""
    if not joined.is_present(viewer):
        return None
    if _is_followed(prefetch, joined):
        return {row[joined.near]: [{name: row[_path(joined, name)] for name in _names(joined)}] for row in rows}
    found = defaultdict[Any, list[Columns]](list)
    if keys := {row[joined.near] for row in rows}:
        where = joined.where(viewer) & OneOf(joined.column, sorted(keys))
        for row in await _read(joined.model, where, {joined.column, *_names(joined)}):
            found[row[joined.column]].append(row)
    return found


def _names(joined: Joined) -> set[str]:
    return {*joined.columns, *(name for name, _ in joined.ties)}


def _is_followed(prefetch: Prefetch, joined: Joined) -> bool:
    """Whether the joined row is the one that a foreign key names: then it is read in the same statement."""
    key = cast("Any", prefetch.model._meta.fields_map.get(joined.near.removesuffix("_id")))
    return not joined.is_optional and joined.column == "id" and isinstance(key, ForeignKeyFieldInstance)


def _path(joined: Joined, name: str) -> str:
    return f"{joined.near.removesuffix('_id')}__{name}"


def _nested_values(prefetch: Prefetch, found: dict[UUID, list[_PrefetchedRow]], row: Columns) -> list[list[Any]]:
    around = SimpleNamespace(**row)
    return [values for one in found[row[prefetch.outer]] for values in _lists(prefetch, one, around)]


def _lists(prefetch: Prefetch, found: _PrefetchedRow, row: Any) -> Iterator[list[Any]]:
    """A prefetched row as lists of raw values: one, or one for each combination of the rows joined to it."""
    lists = [_raw_values(prefetch.columns, found.columns)] if _is_tied(prefetch.ties, found.columns, row) else []
    for joined, beside in zip(prefetch.joined, found.joined, strict=True):
        tied = [_raw_values(joined.columns, one) for one in beside or () if _is_tied(joined.ties, one, row)]
        if not tied and (beside is None or joined.is_optional):
            tied = [[None] * len(joined.columns)]
        lists = [[*values, *more] for values in lists for more in tied]
    yield from lists if found.nested is None else ([*values, found.nested] for values in lists)


def _is_tied(ties: Ties, columns: Columns, row: Any) -> bool:
    """Whether the columns hold what those of the row do that they are tied to."""
    return all(
        columns[name] is not None
        and (columns[name] >= getattr(row, to.column) if isinstance(to, AtMost) else columns[name] == getattr(row, to))
        for name, to in ties
    )


def _raw_values(names: Sequence[str], columns: Columns) -> list[Any]:
    return [_raw(columns[name]) for name in names]


def _raw(value: Any) -> Any:
    """A value as a statement gives it."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
