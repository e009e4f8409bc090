"""Prefetch: related rows for computed fields, as lists of values."""

from collections.abc import Iterator
from typing import Any

from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.planning.builder import Planner
from server.engine.planning.columns import raw_json_of
from server.engine.planning.json_text import JsonText, all_of, expression
from server.engine.planning.scopes import Scope
from server.models.conditions import AtMost

# `Any` below: Tortoise's metadata is untyped.


def prefetch_rows(planner: Planner, scope: Scope, prefetch: declared.Prefetch) -> str:
    """The prefetched rows, read at the row that determines their key."""
    if not prefetch.is_present(planner.viewer):
        return "'[]'"
    owner, named = (scope, prefetch.outer) if _is_tied(prefetch) else scope.source(prefetch.outer)
    outer = f'"{owner.inner}"."{named}"'
    if (prefetch, outer) not in planner.prefetched:
        planner.prefetched[prefetch, outer] = _rows(planner, prefetch, outer, owner)
    return owner.extra(planner.prefetched[prefetch, outer])


def _is_tied(prefetch: declared.Prefetch) -> bool:
    """Whether more than the key depends on the row of the computed field."""
    return bool(prefetch.ties or any(joined.ties for joined in prefetch.joined))


def _rows(planner: Planner, prefetch: declared.Prefetch, outer: str, row: Scope) -> str:
    scope = planner.scope(prefetch.model)
    values = [raw_json(planner, prefetch.model, f'"{scope.inner}"."{name}"', name) for name in prefetch.columns]
    source, also = scope.table, list[str]()
    for joined in prefetch.joined:
        further, required, columns = _join(planner, joined, scope, row)
        source += further
        also.append(required)
        values += columns
    if prefetch.nested is not None:
        nested = _rows(planner, prefetch.nested, f'"{scope.inner}"."{prefetch.nested.outer}"', scope)
        values.append(expression(nested))
    text = JsonText("[")
    for number, value in enumerate(values):
        text.add("," if number else "").add(value)
    where = planner.conditions.shared_condition(scope, prefetch.where, lambda: prefetch.where(planner.viewer))
    condition = all_of(
        f'"{scope.inner}"."{prefetch.column}"={outer}', *_tie_conditions(prefetch.ties, scope, row), where, *also
    )
    rows = planner.dialect.join_rows(text.add("]").sql)
    if prefetch.latest is None:
        return f"(SELECT '[' || coalesce({rows}, '') || ']' FROM {source} WHERE {condition})"
    return (
        f"(SELECT '[' || coalesce({rows}, '') || ']' FROM ({_latest(prefetch, scope, condition)}) AS \"{scope.inner}\")"
    )


def _join(planner: Planner, joined: declared.Joined, beside: Scope, row: Scope) -> tuple[str, str, list[JsonText]]:
    """The additional tables, conditions and columns of joined rows.

    Joins are flat, not nested, and in WHERE rather than ON, because SQLite limits the depth of a statement.
    """
    if not joined.is_present(planner.viewer):
        return "", "", [JsonText("null")] * len(joined.columns)
    scope = planner.scope(joined.model)
    where = planner.conditions.shared_condition(scope, joined.where, lambda: joined.where(planner.viewer))
    tie = f'"{scope.inner}"."{joined.column}"="{beside.inner}"."{joined.near}"'
    columns = [raw_json(planner, joined.model, f'"{scope.inner}"."{name}"', name) for name in joined.columns]
    ties = _tie_conditions(joined.ties, scope, row)
    if not joined.is_optional:
        return f" JOIN {scope.table} ON {tie}", all_of(*ties, where), columns
    found_or_null = [expression(f"coalesce({column.sql}, 'null')") for column in columns]
    return f" LEFT JOIN {scope.table} ON {all_of(tie, *ties, where)}", "", found_or_null


def _tie_conditions(ties: declared.Ties, scope: Scope, row: Scope) -> Iterator[str]:
    for column, tied_to in ties:
        if isinstance(tied_to, AtMost):
            yield f'"{scope.inner}"."{column}">="{row.inner}"."{tied_to.column}"'
        else:
            yield f'"{scope.inner}"."{column}"="{row.inner}"."{tied_to}"'


def _latest(prefetch: declared.Prefetch, scope: Scope, condition: str) -> str:
    """The rows with the greatest value of one column for each combination of the others."""
    alike = ", ".join(f'"{scope.inner}"."{name}"' for name in prefetch.columns if name != prefetch.latest)
    latest = f'max("{scope.inner}"."{prefetch.latest}") AS "{prefetch.latest}"'
    return f"SELECT {alike}, {latest} FROM {scope.table} WHERE {condition} GROUP BY {alike}"


def raw_json(planner: Planner, model: type[Model] | None, named: str, name: str) -> JsonText:
    """A column as JSON that Python reads again."""
    meta: Any = model
    return raw_json_of(meta._meta.fields_map[name], named, planner.dialect)
