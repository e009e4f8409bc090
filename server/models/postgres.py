"""Tortoise's PostgreSQL backend, with what the product needs beyond it.

What the drivers say of a database that is away goes on as `Unavailable`; nobody waits for ever for a connection; a
transaction that cannot begin gives its connection back; and where a connection ends during COMMIT, that is said.
Behind a pooler that lends a connection for one transaction, every statement is in one, which begins with the settings
that a session would have.
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
from server.models.outages import SECONDS_TO_WAIT, is_broken, outages, raise_if_unavailable, translated

# `Any` below: asyncpg is untyped.

_OF_CONNECTIONS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a connection raises that has ended, or is about to."""
_SECONDS_TO_SETTLE: Final = 1
"""For a connection whose statement was broken off, until it is ended instead of kept."""


class Client(AsyncpgDBClient):
    """`settings_of_transactions` are set at the beginning of each transaction, behind a pooler; else they are empty."""

    def __init__(self, *, settings_of_transactions: str = "", **credentials: Any) -> None:
        super().__init__(**credentials)
        self.settings_of_transactions = settings_of_transactions

    async def lent(self) -> Any:
        """A connection of the pool. Raises `Unavailable` where none comes in time."""
        with translated():
            if not self._pool:
                async with self._pool_init_lock:
                    if not self._pool:
                        await self.create_connection(with_db=True)
            pool: Any = self._pool
            return await pool.acquire(timeout=SECONDS_TO_WAIT)

    async def take_back(self, connection: Any) -> None:
        """One that no longer works is replaced the next time."""
        if self._pool:
            with suppress(*_OF_CONNECTIONS):
                await self._pool.release(connection, timeout=_SECONDS_TO_SETTLE)

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return _Single(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _Context(Transaction(self), self._pool_init_lock)


class Transaction(TransactionWrapper):
    _parent: Client

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _Within(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self))


class _Within(ConnectionWrapper[Any]):
    """A statement of a transaction."""

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await super().__aexit__(exc_type, exc_val, exc_tb)
        if exc_val is not None:
            raise_if_unavailable(exc_val)
        outages.answered()


class _Single(PoolConnectionWrapper[Any]):
    """A connection for one statement, which is a transaction of its own."""

    client: Client
    _transaction: Any = None

    async def __aenter__(self) -> Any:
        self.connection = await self.client.lent()
        if self.client.settings_of_transactions:
            try:
                self._transaction = await _begun(self.client, self.connection)
            except BaseException:
                await self.client.take_back(self.connection)
                raise
        return self.connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            if exc_val is not None:
                await _undone(self._transaction, self.connection)
                raise_if_unavailable(exc_val)
                if isinstance(exc_val, asyncpg.LockNotAvailableError):
                    raise Unavailable("Somebody else changes this at the moment. Nothing was changed.") from exc_val
            elif self._transaction is not None:
                await _stored(self._transaction, self.connection)
            outages.answered()
        finally:
            await self.client.take_back(self.connection)


class _Context(TransactionContextPooled):
    client: Any

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.client
        client._connection = await client._parent.lent()
        self.token = get_connections().set(self.connection_name, client)
        try:
            client.transaction = await _begun(client._parent, client._connection)
        except BaseException:
            await self._left()
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
                await _stored(client.transaction, client._connection)
            else:
                await _undone(client.transaction, client._connection)
        finally:
            await self._left()

    async def _left(self) -> None:
        await self.client._parent.take_back(self.client._connection)
        get_connections().reset(self.token)


async def _begun(client: Client, connection: Any) -> Any:
    """A transaction, with the settings of each."""
    with translated():
        transaction = connection.transaction()
        await transaction.start()
        if client.settings_of_transactions:
            await connection.execute(client.settings_of_transactions)
    return transaction


async def _stored(transaction: Any, connection: Any) -> None:
    """Commit. Raises `OutcomeUnknown` where the connection ends meanwhile, and not before."""
    was_open = not _is_closed(connection)
    try:
        with translated():
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
    outages.answered(wrote=True)


def _is_closed(connection: Any) -> bool:
    """Whether it ended. The pool takes such a one away at once, and then nothing can be asked of it."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


async def _undone(transaction: Any, connection: Any) -> None:
    """Roll back; where that does not work the connection is ended, which does the same."""
    if transaction is None or _is_closed(connection):
        return
    try:
        await transaction.rollback()
    except _OF_CONNECTIONS:
        connection.terminate()
    except asyncio.CancelledError:
        connection.terminate()
        raise


client_class = Client
"""The name under which Tortoise looks for a backend's client."""
