"""Who runs which statement, and what a shared one answers them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tortoise.connection import get_connection

from server.engine.engine import Engine
from server.engine.errors import Unplannable
from server.engine.running.shared_statements import shared_sql

Shareable = tuple[str, tuple[str, ...]]
"""A statement and the types of its parameters."""
Asked = tuple[Any, list[Any]]
"""Who asks, and with which values."""


async def groups(
    engine: Engine, text: str, asked: Iterable[tuple[Any, Any, Mapping[str, Any]]]
) -> dict[Shareable, list[Asked]]:
    """Those who may share a statement: of all who ask this, by their name, context and variables."""
    found = defaultdict[Shareable, list[Asked]](list)
    for who, context, variables in asked:
        try:
            operation = await engine.admit(text, None, variables, context)
            prepared = await engine.prepare_query(operation, variables, context)
        except Unplannable:
            continue
        statement = prepared.statement
        if statement.kinds:
            values = [read(prepared.run) for read in statement.readers]
            found[statement.sql, statement.kinds].append((who, values))
    return found


async def read_alone(sql: str, values: Sequence[Any]) -> bytes | None:
    _, rows = await get_connection("default").execute_query(sql, list(values))
    return rows[0][0]


async def read_shared(sql: str, kinds: Sequence[str], group: Sequence[Sequence[Any]]) -> list[bytes | None]:
    """The answers to a group, in its order."""
    arrays = [list(column) for column in zip(*group, strict=True)]
    _, rows = await get_connection("default").execute_query(shared_sql(sql, kinds), arrays)
    return [row[0] for row in sorted(rows, key=lambda row: row[1])]
