"""Tortoise's SQLite backend, with additions for locks, outages and migrations.

Transactions take the write lock when they begin: a deferred BEGIN that reads first fails immediately with "database is
locked" if another process writes in between, no matter what the busy timeout is. While waiting for someone else's lock,
a statement does not occupy the connection. A transaction that cannot begin leaves the connection to the next one, and
one that cannot be committed is rolled back. A file that cannot be used, or was removed or replaced, is `Unavailable`.
Migrations keep indexes and triggers when they rebuild a table, and support partial unique indexes.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Final, TypeVar, cast

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor

from server.models.outages import PRIMARY_CODE, DatabaseReplaced, outages, raise_if_unavailable, translate_outages

ResultT = TypeVar("ResultT")
_client = cast("Any", SqliteClient)  # untyped in parts
_SECONDS_BETWEEN_TRIES: Final = 0.02


def is_locked(error: sqlite3.OperationalError) -> bool:
    """Whether the exception means that someone else has the lock."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE == sqlite3.SQLITE_BUSY


class OpenedFile:
    """The identity of an opened file. SQLite continues with one that was removed, and everything it writes is lost."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._identity = self._read_identity()

    def check(self) -> None:
        """Raises `DatabaseReplaced` or OSError if the file of this name is now another one or missing."""
        if self._read_identity() != self._identity:
            raise DatabaseReplaced("The database file was replaced. Stop the server before you replace it.")

    def _read_identity(self) -> tuple[int, int]:
        found = os.stat(self._name)  # noqa: PTH116 - looked at for each statement
        return found.st_dev, found.st_ino


class DatabaseLocked(TransactionManagementError):
    """Someone else has the write lock."""


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that takes the write lock when it begins."""

    async def fetch_kept(self, sql: str, values: Sequence[Any]) -> Any:
        """The only row of a statement."""
        found: Any = await cast("Any", self).execute_query(sql, list(values))
        return tuple(found[1][0])

    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_locked(error):
                raise DatabaseLocked(error) from error
            raise_if_unavailable(error)
            raise TransactionManagementError(error) from error
        except asyncio.CancelledError:
            # Nobody is waiting any more, but the connection's thread begins anyway.
            await self._connection.rollback()
            raise

    async def commit(self) -> None:
        try:
            with translate_outages():
                await super().commit()
        except Exception:
            # Otherwise it would be committed with the next one, although the answer said that nothing changed.
            with suppress(sqlite3.Error):
                await self._connection.rollback()
            raise
        outages.record_answer(wrote=True)

    async def rollback(self) -> None:
        with suppress(sqlite3.Error):
            await super().rollback()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _StatementConnection(self._lock, self)

    def check_file(self) -> None:
        """Nothing to check: it was checked when the transaction began."""


class ImmediateTransactionContext(SqliteTransactionContext):
    """Returns the connection even if the transaction cannot begin. Tortoise's own keeps it permanently."""

    async def __aenter__(self) -> TransactionalDBClient:
        await retry_while_locked(self.connection._parent, self._begin)
        return self.connection

    async def _begin(self) -> None:
        await self._trxlock.acquire()
        token = None
        try:
            with translate_outages():
                await self.ensure_connection()
                self.connection._parent.check_file()
            token = self.token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            get_connections().reset(token)
            self._trxlock.release()
            raise


class _StatementConnection(ConnectionWrapper[Any]):
    """The connection, for one statement."""

    client: Any

    async def __aenter__(self) -> Any:
        await self._lock.acquire()
        try:
            with translate_outages():
                await self.ensure_connection()
                self.client.check_file()
        except BaseException:
            self._lock.release()
            raise
        return self.connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self._lock.release()
        if isinstance(exc_val, sqlite3.OperationalError) and is_locked(exc_val):
            raise DatabaseLocked(exc_val) from exc_val
        if exc_val is not None:
            raise_if_unavailable(exc_val)
        outages.record_answer()


async def retry_while_locked(client: "Client", statement: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Retry until someone else's lock is released. Raises `DatabaseLocked` if it is not.

    SQLite's own wait would block the only connection, and with it all readers.
    """
    deadline = time.monotonic() + client.seconds_for_lock
    while True:
        try:
            return await statement()
        except DatabaseLocked:
            if time.monotonic() >= deadline:
                raise
        await asyncio.sleep(_SECONDS_BETWEEN_TRIES)


class Client(SqliteClient):
    seconds_for_lock = 5.0
    _file: OpenedFile | None = None

    async def create_connection(self, with_db: bool) -> None:
        await super().create_connection(with_db)
        self._file = self._file or OpenedFile(self.filename)

    def check_file(self) -> None:
        if self._file is not None:
            self._file.check()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _StatementConnection(self._lock, self)

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        return await self._run_in_autocommit(partial(_client.execute_insert, self, query, values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await self._run_in_autocommit(partial(_client.execute_many, self, query, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        return await self._run_in_autocommit(partial(_client.execute_query, self, query, values))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return await self._run_in_autocommit(partial(_client.execute_query_dict, self, query, values))

    async def execute_script(self, query: str) -> None:
        await self._run_in_autocommit(partial(_client.execute_script, self, query))

    async def fetch_kept(self, sql: str, values: Sequence[Any]) -> Any:
        """The only row of a statement."""
        _, rows = await self.execute_query(sql, list(values))
        return tuple(rows[0])

    async def _run_in_autocommit(self, statement: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """A statement outside a transaction. If it waits without success, the error says that nothing was changed."""
        try:
            return await retry_while_locked(self, statement)
        except DatabaseLocked as error:
            raise_if_unavailable(error.__cause__ or error)
            raise

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


client_class = Client
"""The name under which Tortoise looks for a backend's client."""

# Tortoise rebuilds a table for most changes and recreates neither its indexes nor its triggers,
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
            # While the table does not exist, a trigger on another table that names it would be an error.
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
