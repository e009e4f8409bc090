"""What is a database's structure? Read back from the models, from SQLite, and from PostgreSQL, in the same terms."""

import re
from dataclasses import dataclass, field
from typing import Any

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from server.models.database import dialect

Key = tuple[tuple[str, ...], bool, str]


@dataclass
class Table:
    """Columns with whether they may be null; keys as columns, uniqueness and condition; checks by name; references."""

    columns: dict[str, bool] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)
    references: set[tuple[str, str]] = field(default_factory=set)


def of_models() -> dict[str, Table]:
    """What the models say."""
    return {model._meta.db_table: _of_model(model) for model in Tortoise.apps["models"].values()}


def _of_model(model: type[Model]) -> Table:
    meta = model._meta
    table = Table()
    for name, column in meta.fields_db_projection.items():
        described = meta.fields_map[name]
        table.columns[column] = bool(described.null)
        if described.unique or described.pk:
            table.keys.add(((column,), True, ""))
        elif described.index:
            table.keys.add(((column,), False, ""))
    for index in meta.indexes:
        fields, extra = (index.fields, index.extra) if isinstance(index, Index) else (index, "")
        table.keys.add((tuple(fields), False, _condition(extra)))
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            table.keys.add((tuple(constraint.fields), True, _condition(constraint.condition or "")))
        elif isinstance(constraint, CheckConstraint):
            table.checks.add(constraint.name)
    for name in meta.fk_fields:
        described = meta.fields_map[name]
        assert isinstance(described, ForeignKeyFieldInstance)
        table.references.add((str(described.source_field), described.related_model._meta.db_table))
    return table


async def of_database() -> dict[str, Table]:
    """What the database has."""
    names = [model._meta.db_table for model in Tortoise.apps["models"].values()]
    read = _of_sqlite if dialect() == "sqlite" else _of_postgres
    return {name: await read(name) for name in names}


async def _of_sqlite(name: str) -> Table:
    table = Table()
    for row in await _rows(f"PRAGMA table_info('{name}')"):
        table.columns[row["name"]] = not row["notnull"]
    for row in await _rows(f"PRAGMA index_list('{name}')"):
        columns = tuple(column["name"] for column in await _rows(f"PRAGMA index_info('{row['name']}')"))
        (source,) = await _rows("SELECT coalesce(sql, '') AS sql FROM sqlite_master WHERE name = ?", [row["name"]])
        condition = source["sql"].partition(" WHERE ")[2]
        table.keys.add((columns, bool(row["unique"]), _condition(condition)))
    for row in await _rows(f"PRAGMA foreign_key_list('{name}')"):
        table.references.add((row["from"], row["table"]))
    (source,) = await _rows("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    table.checks = set(re.findall(r'CONSTRAINT "(\w+)" CHECK', source["sql"]))
    return table


async def _of_postgres(name: str) -> Table:
    table = Table()
    columns = "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = $1"
    for row in await _rows(columns, [name]):
        table.columns[row["column_name"]] = row["is_nullable"] == "YES"
    keys = """
        SELECT i.indisunique, pg_get_expr(i.indpred, i.indrelid) AS condition,
               ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place)
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY place) AS columns
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relname = $1"""
    for row in await _rows(keys, [name]):
        table.keys.add((tuple(row["columns"]), row["indisunique"], _condition(row["condition"] or "")))
    constraints = """
        SELECT o.contype::text AS kind, o.conname, f.relname,
               (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = o.conrelid AND a.attnum = o.conkey[1]) AS column
        FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_class f ON f.oid = o.confrelid
        WHERE c.relname = $1"""
    for row in await _rows(constraints, [name]):
        if row["kind"] == "c":
            table.checks.add(row["conname"])
        elif row["kind"] == "f":
            table.references.add((row["column"], row["relname"]))
    return table


def _condition(text: str) -> str:
    """The values and columns of a condition, since PostgreSQL writes it in words of its own."""
    words = re.findall(r"'\w+'|\b(?:status|access_type|\w+_at)\b", text)
    return " ".join(words)


async def _rows(sql: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(sql, values or [])
