"""Records when API tokens were last used: after the answers, many tokens in one statement.

No caller waits for it. A locked row is skipped and written the next time. On SQLite it has its own connection, which
gives up immediately if someone else is writing.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import structlog
from tortoise.connection import get_connection

from server.domain.errors import Unavailable
from server.models.outages import raise_if_unavailable
from server.models.sqlite import DatabaseLocked
from server.settings import Settings

_PAUSE_SECONDS: Final = 1.0
"""The time from the first use to the statement. Uses in between share it."""
_SECONDS_AT_THE_END: Final = 2
_MAX_WAITING: Final = 10_000
_log = structlog.get_logger("server.authentication")

# Returns the ids of all rows that were not locked, even if a later use is already stored.
_POSTGRES: Final = """
    WITH free AS (
        SELECT t.id, u.at FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at)
        JOIN api_token t ON t.id = u.id ORDER BY t.id FOR UPDATE OF t SKIP LOCKED
    ), written AS (
        UPDATE api_token t SET last_used_at = free.at FROM free
        WHERE t.id = free.id AND (t.last_used_at IS NULL OR t.last_used_at < free.at)
    )
    SELECT id FROM free
"""
_SQLITE: Final = """
    UPDATE api_token SET last_used_at = used.at
    FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS at FROM json_each(?)) AS used
    WHERE api_token.id = used.id AND (last_used_at IS NULL OR last_used_at < used.at)
"""


class TokenUses:
    """Uses that are not stored yet, by token. Within `write_while_open`, they are stored soon."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, datetime] = {}
        self._wake = asyncio.Event()
        self._is_open = False

    def add(self, token_id: UUID, at: datetime) -> None:
        """Remember a use. Nothing stores it in a command that only explains an operation, which is not a use."""
        if self._is_open and (token_id in self._waiting or len(self._waiting) < _MAX_WAITING):
            self._waiting[token_id] = at
            self._wake.set()

    @asynccontextmanager
    async def write_while_open(self, settings: Settings) -> AsyncGenerator[None]:
        """Store the uses until the end, and then the rest."""
        self._is_open = True
        writing = asyncio.create_task(self._write_periodically(settings))
        try:
            yield
        finally:
            self._is_open = False
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            with suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_AT_THE_END):
                    await self.write_all(settings)

    async def write_all(self, settings: Settings) -> None:
        """Store the uses. Those that cannot be stored now are left for the next time."""
        uses = dict(self._waiting)
        if not uses:
            return
        try:
            written = await (_write_to_sqlite(settings, uses) if settings.is_sqlite else _write_to_postgres(uses))
        except (Unavailable, DatabaseLocked):
            return  # one line for the outage is enough
        except Exception:  # noqa: BLE001 - nobody asked for it, and nothing else depends on it
            _log.exception("uses_not_written")
            return
        for token_id in written:
            if self._waiting.get(token_id) == uses[token_id]:
                del self._waiting[token_id]

    async def _write_periodically(self, settings: Settings) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(_PAUSE_SECONDS)
            self._wake.clear()
            await self.write_all(settings)
            if self._waiting:
                self._wake.set()


async def _write_to_postgres(uses: Mapping[UUID, datetime]) -> list[UUID]:
    connection: Any = get_connection("default")
    _, rows = await connection.execute_query(_POSTGRES, [list(uses), list(uses.values())])
    return [UUID(str(row["id"])) for row in rows]


async def _write_to_sqlite(settings: Settings, uses: Mapping[UUID, datetime]) -> list[UUID]:
    values = json.dumps([[str(token_id), at.isoformat(" ")] for token_id, at in uses.items()])
    await asyncio.to_thread(_write_to_file, str(settings.sqlite_file), values)
    return list(uses)


def _write_to_file(file: str, values: str) -> None:
    """Store immediately or not at all, because those who wait for the write lock were asked to do something."""
    try:
        with closing(
            sqlite3.connect(f"file:{quote(file)}?mode=rw", uri=True, timeout=0, isolation_level=None)
        ) as connection:
            connection.execute(_SQLITE, (values,))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise DatabaseLocked(error) from error
        raise_if_unavailable(error)
        raise
