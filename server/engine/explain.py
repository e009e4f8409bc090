"""Explanation of an operation, without running it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.connection import get_connection

from server.engine.engine import Engine, PreparedQuery
from server.engine.errors import Unplannable
from server.engine.mutations import prepare_mutations
from server.engine.running.traces import Trace

# `Any` below: contexts and variables are the application's own.


@dataclass(frozen=True)
class Explanation:
    """The path that an operation takes: planned, with its statement and the database's plan, or why not."""

    path: str
    reason: str | None = None
    statements: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()


async def explain_operation(
    engine: Engine, text: str, name: str | None, variables: Mapping[str, Any], context: Any
) -> Explanation:
    """Plan an operation without running it. For a mutation, only reading its payload is planned."""
    try:
        operation = await engine.admit(text, name, variables, context)
        if operation.is_mutation:
            changing = await prepare_mutations(engine, operation, variables, context, Trace("planned"))
            return Explanation("planned", statements=changing.statements)
        prepared = await engine.prepare_query(operation, variables, context)
    except Unplannable as unplannable:
        return Explanation("resolvers", str(unplannable))
    if prepared.statement.is_answer:
        return Explanation("planned")
    return Explanation("planned", statements=(prepared.statement.sql,), plan=await _plan(prepared, engine))


async def _plan(prepared: PreparedQuery, engine: Engine) -> tuple[str, ...]:
    """The database's plan of the statement."""
    statement, run = prepared.statement, prepared.run
    asking = engine.dialect().explain
    values = [read(run) for read in statement.readers]
    connection: Any = get_connection("default")
    _, rows = await connection.execute_query(f"{asking} {statement.sql}", values)
    return tuple(str(row[-1]) for row in rows)
