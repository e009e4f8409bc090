"""Tortoise's PostgreSQL backend, with additions for outages and poolers.

The drivers' exceptions about an unavailable database become `Unavailable`; nobody waits forever for a connection; a
transaction that cannot begin returns its connection; and a connection that ends during COMMIT is reported. Behind a
transaction pooler every statement is in a transaction, which begins with the settings that a session would have.
"""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from server.domain.errors import OutcomeUnknown, Unavailable
from server.models.outages import SECONDS_TO_WAIT, is_broken, outages, raise_if_unavailable, translate_outages

# `Any` below: asyncpg is untyped.

_CONNECTION_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""The exceptions of a connection that has ended or is ending."""
_SECONDS_TO_SETTLE: Final = 1
"""How long to wait for a connection whose statement was cancelled before ending it."""


class Client(AsyncpgDBClient):
    """The client. Behind a pooler, `settings_of_transactions` are set when each transaction begins."""

    def __init__(self, *, settings_of_transactions: str = "", **credentials: Any) -> None:
        super().__init__(**credentials)
        self.settings_of_transactions = settings_of_transactions

    async def borrow_connection(self) -> Any:
        """A connection of the pool. Raises `Unavailable` if none is free in time."""
        with translate_outages():
            if not self._pool:
                async with self._pool_init_lock:
                    if not self._pool:
                        await self.create_connection(with_db=True)
            pool: Any = self._pool
            return await pool.acquire(timeout=SECONDS_TO_WAIT)

    async def return_connection(self, connection: Any) -> None:
        """Return a connection. One that no longer works is replaced the next time."""
        if self._pool:
            with suppress(*_CONNECTION_ERRORS):
                await self._pool.release(connection, timeout=_SECONDS_TO_SETTLE)

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return _StatementConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _PooledTransactionContext(Transaction(self), self._pool_init_lock)


class Transaction(TransactionWrapper):
    _parent: Client

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _TransactionConnection(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))


class _TransactionConnection(ConnectionWrapper[Any]):
    """A statement in a transaction."""

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await super().__aexit__(exc_type, exc_val, exc_tb)
        if exc_val is not None:
            raise_if_unavailable(exc_val)
        outages.record_answer()


class _StatementConnection(PoolConnectionWrapper[Any]):
    """A connection for one statement, which is its own transaction."""

    client: Client
    _transaction: Any = None

    async def __aenter__(self) -> Any:
        self.connection = await self.client.borrow_connection()
        if self.client.settings_of_transactions:
            try:
                self._transaction = await _begin_transaction(self.client, self.connection)
            except BaseException:
                await self.client.return_connection(self.connection)
                raise
        return self.connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            if exc_val is not None:
                await _roll_back(self._transaction, self.connection)
                raise_if_unavailable(exc_val)
                if isinstance(exc_val, asyncpg.LockNotAvailableError):
                    raise Unavailable("Someone else is changing this. Nothing was changed.") from exc_val
            elif self._transaction is not None:
                await _commit(self._transaction, self.connection)
            outages.record_answer()
        finally:
            await self.client.return_connection(self.connection)


class _PooledTransactionContext(TransactionContextPooled):
    client: Any

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.client
        client._connection = await client._parent.borrow_connection()
        self.token = get_connections().set(self.connection_name, client)
        try:
            client.transaction = await _begin_transaction(client._parent, client._connection)
        except BaseException:
            await self._release()
            raise
        return client

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        client = self.client
        try:
            if client._finalized:
                return
            if exc_type is None:
                await _commit(client.transaction, client._connection)
            else:
                await _roll_back(client.transaction, client._connection)
        finally:
            await self._release()

    async def _release(self) -> None:
        await self.client._parent.return_connection(self.client._connection)
        get_connections().reset(self.token)


async def _begin_transaction(client: Client, connection: Any) -> Any:
    """A transaction that has begun, with its settings."""
    with translate_outages():
        transaction = connection.transaction()
        await transaction.start()
        if client.settings_of_transactions:
            await connection.execute(client.settings_of_transactions)
    return transaction


async def _commit(transaction: Any, connection: Any) -> None:
    """Commit. Raises `OutcomeUnknown` if the connection ends during it, not before."""
    was_open = not _is_closed(connection)
    try:
        with translate_outages():
            await transaction.commit()
    except Unavailable as error:
        with suppress(asyncpg.InterfaceError):
            connection.terminate()  # its transaction may be open
        if was_open and error.__cause__ is not None and is_broken(error.__cause__):
            raise OutcomeUnknown from error.__cause__
        raise
    except asyncio.CancelledError:
        connection.terminate()
        raise
    outages.record_answer(wrote=True)


def _is_closed(connection: Any) -> bool:
    """Whether the connection has ended. The pool removes it immediately, and then it cannot be used."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


async def _roll_back(transaction: Any, connection: Any) -> None:
    """Roll back. If that fails the connection is ended, which has the same effect."""
    if transaction is None or _is_closed(connection):
        return
    try:
        await transaction.rollback()
    except _CONNECTION_ERRORS:
        connection.terminate()
    except asyncio.CancelledError:
        connection.terminate()
        raise


client_class = Client
"""The name under which Tortoise looks for a backend's client."""
