"""Does somebody else get in between two statements? The rival is a second connection, which never waits.

Only for PostgreSQL: SQLite has one writer, who begins before the first look.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from server.models.database import open_connection
from server.models.postgres import Questioner
from server.settings import Settings

Columns = dict[str, Any]
RowKey = tuple[str, UUID]
"""The table and the key of a row."""


@dataclass(frozen=True)
class Rival:
    """Somebody else, whose changes are committed at once, and undone after the test."""

    connection: Any

    @asynccontextmanager
    async def restore_afterwards(self, row: RowKey, names: Iterable[str]) -> AsyncIterator[None]:
        """These columns of a row have their values again afterwards."""
        (table, id), chosen = row, ", ".join(names)
        before = await self.connection.fetchrow(f'SELECT {chosen} FROM "{table}" WHERE id = $1', id)
        try:
            yield
        finally:
            await self.store(row, dict(before))

    @asynccontextmanager
    async def insert_row(self, table: str, columns: Columns) -> AsyncIterator[None]:
        """One more row."""
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        await self.connection.execute(
            f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})', *columns.values()
        )
        try:
            yield
        finally:
            await self.connection.execute(f'DELETE FROM "{table}" WHERE id = $1', columns["id"])

    async def gets_in(self, rows: Sequence[RowKey], columns: Columns) -> bool:
        """Hold these rows and store columns of the last one, unless somebody holds any of them."""
        try:
            async with self.connection.transaction():
                for table, id in rows:
                    await self.connection.execute(f'SELECT 1 FROM "{table}" WHERE id = $1 FOR NO KEY UPDATE NOWAIT', id)
                await self.store(rows[-1], columns)
        except asyncpg.LockNotAvailableError:
            return False
        return True

    async def store(self, row: RowKey, columns: Columns) -> None:
        """Store these values in a row that nobody holds."""
        if not columns:
            return
        table, id = row
        places = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
        await self.connection.execute(f'UPDATE "{table}" SET {places} WHERE id = $1', id, *columns.values())


@asynccontextmanager
async def rival_of(settings: Settings) -> AsyncIterator[Rival]:
    connection = await open_connection(settings)
    # A trigger of ours waits for the customer, where NOWAIT is not ours to say.
    await connection.execute("SET lock_timeout = '10ms'")
    try:
        yield Rival(connection)
    finally:
        await connection.close()


@contextmanager
def acting_before(number: int, act: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """Statements are counted meanwhile, from 0; `act` comes before the one with this number."""
    counted = count()

    def step(run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run_after_rival(self: Any, query: str, values: list[Any] | None = None) -> Any:
            if next(counted) == number:
                patch.undo()
                await act()
            return await run(self, query, values)

        return run_after_rival

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AsyncpgDBClient, "execute_query", step(AsyncpgDBClient.execute_query))
        patch.setattr(Questioner, "fetch_kept", step(Questioner.fetch_kept))
        yield
