"""What do all tables hold? Taken before and after, it shows that nothing changed, or what did."""

from functools import cache
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.models import MetaInfo

from server import models
from tests.databases import BACKEND

Snapshot = dict[str, dict[UUID, dict[str, Any]]]


_known = dict[tuple[str, ...], dict[UUID, dict[str, Any]]]()
"""The rows of a table, by the table's name and what the database writes of them."""


async def snapshot() -> Snapshot:
    """Every row of every table, by the model's name and the row's key. A table that is as it was is not read again."""
    lines: dict[str, list[str]] = {name: [name] for name in sorted(models.__all__)}
    for line in await contents():
        lines[line.split(" ", 1)[0]].append(line)
    return {name: await _rows(name, tuple(written)) for name, written in lines.items()}


async def _rows(name: str, written: tuple[str, ...]) -> dict[UUID, dict[str, Any]]:
    if written not in _known:
        _known[written] = {row["id"]: row for row in await getattr(models, name).all().values()}
    return _known[written]


def changed_models(before: Snapshot, after: Snapshot) -> set[str]:
    """The models with rows that came, went or are different."""
    return {name for name in before if before[name] != after[name]}


async def writes() -> Any:
    """What moves with every row that this transaction writes or locks: while it stands, all tables are what they were."""
    sql = "SELECT pg_current_xact_id_if_assigned()" if BACKEND == "postgres" else "SELECT total_changes()"
    ((mark,),) = (await get_connection("default").execute_query(sql))[1]
    return mark


async def contents() -> list[str]:
    """The same as the database writes it, a line for each row, for comparison only: many times as fast."""
    _, rows = await get_connection("default").execute_query(_every_row())
    return sorted(line for (line,) in rows)


@cache
def _every_row() -> str:
    tables = {name: getattr(models, name)._meta for name in sorted(models.__all__)}
    return " UNION ALL ".join(
        f"SELECT '{name} ' || {_as_text(table)} FROM {table.db_table}" for name, table in tables.items()
    )


def _as_text(table: MetaInfo) -> str:
    if BACKEND == "postgres":
        return f"{table.db_table}::text"
    return " || ' ' || ".join(f'quote("{column}")' for column in table.db_fields)
