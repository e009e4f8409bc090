"""Tortoise's SQLite backend, with what the product needs beyond it.

Transactions take the write lock when they begin: a deferred BEGIN that reads first fails at once
with "database is locked" when another process writes in between, whatever the busy timeout. One that
cannot begin leaves the connection to the next. Migrations keep indexes and triggers when they remake
a table, and know partial unique indexes. Moments, which are text, are read by Python itself.
"""

import asyncio
import sqlite3
from datetime import datetime
from typing import Any, cast

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError
from tortoise.fields import data
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor

_PRIMARY_CODE = 0xFF
"""What an extended error code of SQLite has of the primary one."""


class DatabaseLocked(TransactionManagementError):
    """Somebody else held the write lock for longer than the busy timeout."""


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first moment."""

    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            is_locked = error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
            raise (DatabaseLocked if is_locked else TransactionManagementError)(error) from error
        except asyncio.CancelledError:
            # Nobody waits any more, and the connection's thread begins all the same.
            await self._connection.rollback()
            raise


class ImmediateTransactionContext(SqliteTransactionContext):
    """Gives the connection back also where the transaction cannot begin: Tortoise's own keeps it for good."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            self.token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            if hasattr(self, "token"):
                get_connections().reset(self.token)
            self._trxlock.release()
            raise
        return self.connection


class Client(SqliteClient):
    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


client_class = Client
"""The name under which Tortoise looks for a backend's client."""

# The reader that Tortoise brings along takes as long for one moment as SQLite for a small statement.
cast("Any", data).parse_datetime = datetime.fromisoformat

# Tortoise remakes a table for most changes and recreates neither its indexes nor its triggers,
# and refuses partial unique indexes although SQLite has them. `Any`: the editor is untyped here.
_editor = cast("Any", SqliteSchemaEditor)
_remake_table = _editor._remake_table
_add_constraint = _editor.add_constraint


async def remake_table_keeping_the_rest(editor: Any, model: Any, *args: Any, **kwargs: Any) -> None:
    table = model._meta.db_table
    query = (
        "SELECT name, sql, type, tbl_name FROM sqlite_master WHERE sql IS NOT NULL"
        " AND (type = 'index' AND tbl_name = ?1 OR type = 'trigger' AND instr(sql, ?1) > 0)"
    )
    _, before = await editor.client.execute_query(query, [table])
    for row in before:
        if row["type"] == "trigger" and row["tbl_name"] != table:
            # While the table is away a trigger elsewhere that names it would be an error.
            await editor.client.execute_script(f'DROP TRIGGER "{row["name"]}"')
    await _remake_table(editor, model, *args, **kwargs)
    _, after = await editor.client.execute_query(query, [table])
    kept = {row["name"] for row in after}
    for row in before:
        if row["name"] not in kept:
            await editor.client.execute_script(row["sql"])


async def add_constraint_with_condition(editor: Any, model: Any, constraint: Any) -> None:
    condition = getattr(constraint, "condition", None)
    if not condition:
        await _add_constraint(editor, model, constraint)
        return
    columns = ", ".join(f'"{column}"' for column in constraint.fields)
    await editor._run_sql(
        f'CREATE UNIQUE INDEX "{constraint.name}" ON "{model._meta.db_table}" ({columns}) WHERE {condition}'
    )


_editor._remake_table = remake_table_keeping_the_rest
_editor.add_constraint = add_constraint_with_condition
