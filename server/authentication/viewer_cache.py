"""The viewer cache, which saves looking up the same credential twice.

A viewer is cached in the process and dropped by the commit that changes it. On SQLite the database's own version shows
that something was written; on PostgreSQL a trigger notifies the channel `viewers`. While nothing listens, nothing is
cached. Row policies always read live tables.
"""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from server.authentication.uses import TokenUses
from server.domain.viewer import Viewer
from server.models.database import UNREACHABLE, open_connection
from server.models.outages import translate_outages
from server.settings import Settings

# `Any` below: asyncpg is untyped.

CHANNEL: Final = "viewers"
_MAX: Final = 10_000
_SECONDS_BETWEEN_TRIES: Final = 1
_SECONDS_BETWEEN_SIGNS: Final = 3
_SECONDS_FOR_A_SIGN: Final = 2
_log = structlog.get_logger("server.authentication")


@dataclass(frozen=True)
class Known:
    """A cached viewer, and when they have to be looked up again."""

    viewer: Viewer
    until: datetime


class KnownViewers:
    """Viewers by the digest of their credential. `changes` counts the drops; `uses` records the uses of tokens."""

    def __init__(self) -> None:
        self.uses = TokenUses()
        self.is_open = False
        self.changes = 0
        self._entries: OrderedDict[str, Known] = OrderedDict()
        self._file: sqlite3.Connection | None = None
        self._version: int | None = 0
        self._is_told_deaf = False

    def find(self, digest: str, now: datetime) -> Viewer | None:
        """The viewer behind this digest, if they are cached and nothing has changed."""
        if not self.is_open:
            return None
        self._look()
        found = self._entries.get(digest)
        if found is None or now >= found.until:
            return None
        self._entries.move_to_end(digest)
        return found.viewer

    def keep(self, digest: str, viewer: Viewer, until: datetime, changes: int) -> None:
        """Cache a viewer, unless something has changed since `changes` was read, before the look-up."""
        if not self.is_open or changes != self.changes:
            return
        self._entries[digest] = Known(viewer, until)
        if len(self._entries) > _MAX:
            self._entries.popitem(last=False)

    def forget(self, user_id: str | None = None) -> None:
        """Drop a person's cached viewers, or all of them."""
        self.changes += 1
        for digest in [key for key, known in self._entries.items() if user_id in (None, str(known.viewer.user_id))]:
            del self._entries[digest]

    def _look(self) -> None:
        """Whether something has been written to the SQLite file since."""
        if self._file is None:
            return
        try:
            (version,) = self._file.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            version = None  # the next look-up reports why
        if version is None or version != self._version:
            self._version = version
            self.forget()

    @asynccontextmanager
    async def opened(self, settings: Settings) -> AsyncGenerator[None]:
        """Start caching while changes are reported, and storing the uses of tokens."""
        async with self.uses.opened(settings), self._hearing(settings):
            yield

    @asynccontextmanager
    async def _hearing(self, settings: Settings) -> AsyncGenerator[None]:
        try:
            if settings.is_sqlite:
                with closing(sqlite3.connect(settings.sqlite_file, timeout=0)) as self._file:
                    self._listens()
                    yield
            else:
                listening = asyncio.create_task(self._listen(settings))
                try:
                    yield
                finally:
                    listening.cancel()
                    with suppress(asyncio.CancelledError):
                        await listening
        finally:
            self._file = None
            self._deaf()

    def _listens(self) -> None:
        """Drop everyone looked up before: changes since then were not reported."""
        self.forget()
        self.is_open = True
        self._is_told_deaf = False

    def _deaf(self) -> None:
        self.is_open = False
        self.forget()

    async def _listen(self, settings: Settings) -> None:
        while True:
            try:
                with translate_outages():
                    connection = await open_connection(settings, is_direct=True)
                await self._heard(connection)
            except UNREACHABLE as error:
                if not self._is_told_deaf:
                    self._is_told_deaf = True
                    _log.warning("viewers are looked up each time", reason=type(error.__cause__ or error).__name__)
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _heard(self, connection: Any) -> None:
        """Listen until the connection ends. Nothing is cached after that."""
        ended = asyncio.Event()

        def deafened(_: object) -> None:
            self._deaf()
            ended.set()

        def told(_connection: object, _pid: int, _channel: str, user_id: str) -> None:
            self.forget(user_id or None)

        connection.add_termination_listener(deafened)
        try:
            await connection.add_listener(CHANNEL, told)
            self._listens()
            await self._until(ended, connection)
        finally:
            deafened(connection)
            connection.terminate()

    async def _until(self, ended: asyncio.Event, connection: Any) -> None:
        """Wait until the connection ends or stops answering: a network that drops everything reports nothing."""
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_BETWEEN_SIGNS):
                    await ended.wait()
            if not ended.is_set():
                await connection.execute(f'LISTEN "{CHANNEL}"', timeout=_SECONDS_FOR_A_SIGN)
