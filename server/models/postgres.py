"""Tortoise's PostgreSQL backend, over our own pool, with additions for outages and poolers.

The drivers' exceptions about an unavailable database become `Unavailable`; nobody waits forever for a connection; a
transaction that cannot begin returns its connection; and a connection that ends during COMMIT is reported. Behind a
transaction pooler every statement is in a transaction, which begins with the settings that a session would have.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, cast

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
from server.models.outages import is_broken, outages, raise_if_unavailable, translate_outages
from server.models.postgres_pool import Connection, Pool

# `Any` below: asyncpg is untyped.

_CONNECTION_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""The exceptions of a connection that has ended or is ending."""
OPTIONS_OF_CONNECTIONS: Final = (
    "host",
    "port",
    "user",
    "password",
    "database",
    "server_settings",
    "ssl",
    "timeout",
    "command_timeout",
    "statement_cache_size",
)
"""The options with which asyncpg opens a connection."""


class Questioner(AsyncpgDBClient):
    """What a client and a transaction answer, in addition to Tortoise's own queries."""

    async def fetch_kept(self, sql: str, values: Sequence[Any]) -> Any:
        """The only row of a statement, which asyncpg prepares once on each connection."""
        self.log.debug("%s: %s", sql, values)
        return await self._translate_exceptions(Questioner._fetch_row, sql, values)

    async def _fetch_row(self, sql: str, values: Sequence[Any]) -> Any:
        connections = cast("Any", self.acquire_connection())
        async with connections as connection:
            return await connection.fetchrow(sql, *values)


class Client(Questioner):
    """The client. Behind a pooler, `settings_of_transactions` are set when each transaction begins."""

    _pool: Any  # Tortoise's is asyncpg's

    def __init__(self, *, settings_of_transactions: str = "", **credentials: Any) -> None:
        super().__init__(**credentials)
        self.settings_of_transactions = settings_of_transactions

    async def create_connection(self, with_db: bool) -> None:
        self._pool = self._pool or Pool(self._open_connection, self.pool_maxsize)
        await self._post_connect()

    async def pool(self) -> Pool:
        """The connections of this process."""
        if self._pool is None:
            await self.create_connection(with_db=True)
        return cast("Pool", self._pool)

    async def _open_connection(self) -> Any:
        options = {name: getattr(self, name, None) or self.extra.get(name) for name in OPTIONS_OF_CONNECTIONS}
        given = {name: value for name, value in options.items() if value is not None}
        return await cast("Any", asyncpg).connect(**(self.extra | given))  # an unknown option is refused

    async def _close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        return _StatementConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _PooledTransactionContext(Transaction(self), self._pool_init_lock)


class Transaction(TransactionWrapper, Questioner):
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
    _pool: Pool
    _taken: Connection
    _transaction: Any = None

    async def __aenter__(self) -> Any:
        with translate_outages():
            self._pool = await self.client.pool()
            self._taken = await self._pool.take()
        self.connection = self._taken.driver
        if self.client.settings_of_transactions:
            try:
                self._transaction = await _begin_transaction(self.client, self.connection)
            except BaseException:
                self._pool.give_back(self._taken)
                raise
        return self.connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            if exc_val is not None:
                await _roll_back(self._transaction, self.connection)
                if isinstance(exc_val, TimeoutError):
                    self._taken.driver.terminate()  # it does not answer
                raise_if_unavailable(exc_val)
                if isinstance(exc_val, asyncpg.LockNotAvailableError):
                    raise Unavailable("Someone else is changing this. Nothing was changed.") from exc_val
            elif self._transaction is not None:
                await _commit(self._transaction, self.connection)
            outages.record_answer()
        finally:
            self._pool.give_back(self._taken)


class _PooledTransactionContext(TransactionContextPooled):
    client: Any
    _pool: Pool
    _taken: Connection

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.client
        with translate_outages():
            self._pool = await client._parent.pool()
            self._taken = await self._pool.take(is_change=True)
        client._connection = self._taken.driver
        self.token = get_connections().set(self.connection_name, client)
        try:
            client.transaction = await _begin_transaction(client._parent, client._connection)
        except BaseException:
            self._release()
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
            self._release()

    def _release(self) -> None:
        self._pool.give_back(self._taken, is_change=True)
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
    was_open = not connection.is_closed()
    try:
        with translate_outages():
            await transaction.commit()
    except Unavailable as error:
        connection.terminate()  # its transaction may be open
        if was_open and error.__cause__ is not None and is_broken(error.__cause__):
            raise OutcomeUnknown from error.__cause__
        raise
    except asyncio.CancelledError:
        connection.terminate()
        raise
    outages.record_answer(wrote=True)


async def _roll_back(transaction: Any, connection: Any) -> None:
    """Roll back. If that fails the connection is ended, which has the same effect."""
    if transaction is None or connection.is_closed():
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
