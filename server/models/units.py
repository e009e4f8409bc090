"""The unit of work: the rows that one change leaves, stored by one statement when it ends.

`transaction()` opens and closes it. The text of a statement follows from the models and columns only and is built
once; the rows are a single parameter. Rows are deleted first, then changed columns are stored, then new rows, so that a
product can be taken from one partnership and given to another.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cache
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import orjson
from tortoise.connection import get_connection
from tortoise.fields import JSONField
from tortoise.models import Model

from server.models.base import VersionedRow
from server.models.conditions import OneOf

# `Any` below: Tortoise's model metadata is untyped.


class Unit:
    """The rows that a change has left and not yet stored, in the order in which it left them."""

    def __init__(self) -> None:
        self.rows = list[Model]()
        self.removed = list[Model]()
        self.columns = dict[UUID, tuple[VersionedRow, set[str]]]()

    async def store(self) -> None:
        """Store what was left so far."""
        rows, self.rows, columns, self.columns = self.rows, [], self.columns, {}
        removed, self.removed = self.removed, []
        for model, group in groupby(removed, type):
            await model.filter(OneOf("id", [row.pk for row in group])).delete()
        by_shape = dict[tuple[type[Model], tuple[str, ...]], list[Model]]()
        for row, names in columns.values():
            by_shape.setdefault((type(row), tuple(sorted(names))), []).append(row)
        for (model, names), changed in by_shape.items():
            await _store_columns(model, names, changed)
        if rows:
            await _store(rows)


_unit: Final[ContextVar[Unit | None]] = ContextVar("unit", default=None)


@asynccontextmanager
async def open_unit() -> AsyncGenerator[None]:
    """A unit for the change in here. What it leaves is stored at its end, and nothing if it fails."""
    unit = Unit()
    token = _unit.set(unit)
    try:
        yield
        await unit.store()
    finally:
        _unit.reset(token)


def leave(*rows: Model) -> None:
    """Store these rows at the end of the change. Raises LookupError outside a transaction."""
    _current().rows.extend(rows)


def leave_columns(row: VersionedRow, **columns: object) -> None:
    """Change these columns of a row that is stored already, and increment its version. Both are stored at the end."""
    unit = _current()
    row.update_from_dict({**columns, "version": row.version + 1})
    known, names = unit.columns.setdefault(row.id, (row, set[str]()))
    assert known is row, "a change has two copies of one row"
    names.update(columns)


def remove(*rows: Model) -> None:
    """Delete these rows at the end of the change."""
    _current().removed.extend(rows)


async def store_all_left() -> None:
    """Store now what was left: somebody reads it now, or writes what depends on it."""
    await _current().store()


async def store_left(model: type[Model]) -> None:
    """Store now what was left, if there is a row of this model in it: somebody will read it."""
    unit = _current()
    if any(isinstance(row, model) for row in unit.rows):
        await unit.store()


def _current() -> Unit:
    unit = _unit.get()
    if unit is None:
        raise LookupError("Rows are left within a transaction.")
    return unit


async def _store_columns(model: type[Model], names: tuple[str, ...], rows: list[Any]) -> None:
    connection: Any = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        await _store_columns_in_file(connection, model, ("version", "updated_at", *names), rows)
        return
    stored = ("id", "version", "updated_at", *names)
    values = [_values(row, stored) for row in rows]
    await connection.fetch_kept(_update(model, stored), [orjson.dumps(values).decode()])


async def _store_columns_in_file(connection: Any, model: type[Model], names: tuple[str, ...], rows: list[Any]) -> None:
    statement = connection.executor_class(model=model, db=connection).get_update_sql(names, None)
    columns: Any = [(name, model._meta.fields_map[name]) for name in (*names, "id")]
    values = [[field.to_db_value(getattr(row, name), row) for name, field in columns] for row in rows]
    await connection.execute_many(statement, values)


async def _store(rows: list[Model]) -> None:
    connection: Any = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        for model, group in groupby(rows, type):
            await model.bulk_create(group)
        return
    by_model = dict[type[Model], list[dict[str, Any]]]()
    for row in rows:
        by_model.setdefault(type(row), []).append(_values(row))
    names = {model._meta.db_table: values for model, values in by_model.items()}
    await connection.fetch_kept(_insert(tuple(by_model)), [orjson.dumps(names).decode()])
    for row in rows:
        row._saved_in_db = True


def _values(row: Model, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The columns of a row, as JSON takes them: all of them, or those with these names."""
    found = dict[str, Any]()
    for column, name, field in _columns(type(row), names):
        value = getattr(row, name)
        found[column] = value if isinstance(field, JSONField) else field.to_db_value(value, row)
    return found


@cache
def _columns(model: type[Model], names: tuple[str, ...] | None = None) -> list[tuple[str, str, Any]]:
    meta: Any = model._meta
    columns = meta.fields_db_projection.items()
    return [(column, name, meta.fields_map[name]) for name, column in columns if names is None or name in names]


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    """The statement for these columns of rows of this model."""
    table = model._meta.db_table
    columns = ", ".join(f'"{column}" = r."{column}"' for column, name, _ in _columns(model, names) if name != "id")
    rows = f'jsonb_populate_recordset(NULL::"{table}", $1::jsonb)'
    return f'WITH u AS (UPDATE "{table}" t SET {columns} FROM {rows} r WHERE t.id = r.id) SELECT 1'  # noqa: S608 - names of ours


@cache
def _insert(models: tuple[type[Model], ...]) -> str:
    """The statement for rows of these models. A reference among them is looked at when all are stored."""
    inserts = [_insert_of(model, number) for number, model in enumerate(models)]
    return f"WITH {', '.join(inserts)} SELECT 1"


def _insert_of(model: type[Model], number: int) -> str:
    table = model._meta.db_table
    columns = ", ".join(f'"{column}"' for column, _, _ in _columns(model))
    rows = f"jsonb_populate_recordset(NULL::\"{table}\", $1::jsonb->'{table}')"
    return f'i{number} AS (INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {rows})'  # noqa: S608 - names of ours
