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

from server.authentication.token_uses import TokenUses
from server.domain.viewer import Viewer
from server.models.database import UNREACHABLE, open_connection
from server.models.outages import translate_outages
from server.settings import Settings

# `Any` below: asyncpg is untyped.

CHANNEL: Final = "viewers"
_MAX_VIEWERS: Final = 10_000
_SECONDS_BETWEEN_TRIES: Final = 1
_SECONDS_BETWEEN_SIGNS: Final = 3
_SECONDS_FOR_A_SIGN: Final = 2
_log = structlog.get_logger("server.authentication")


@dataclass(frozen=True)
class CachedViewer:
    """A cached viewer, and when they have to be looked up again."""

    viewer: Viewer
    until: datetime


class ViewerCache:
    """Viewers by the digest of their credential. `changes` counts the drops; `uses` records the uses of tokens."""

    def __init__(self) -> None:
        self.uses = TokenUses()
        self.is_open = False
        self.changes = 0
        self._entries: OrderedDict[str, CachedViewer] = OrderedDict()
        self._file: sqlite3.Connection | None = None
        self._version: int | None = 0
        self._is_outage_logged = False

    def find(self, digest: str, now: datetime) -> Viewer | None:
        """The viewer behind this digest, if they are cached and nothing has changed."""
        if not self.is_open:
            return None
        self._drop_if_file_changed()
        found = self._entries.get(digest)
        if found is None or now >= found.until:
            return None
        self._entries.move_to_end(digest)
        return found.viewer

    def put(self, digest: str, viewer: Viewer, until: datetime, changes: int) -> None:
        """Cache a viewer, unless something has changed since `changes` was read, before the look-up."""
        if not self.is_open or changes != self.changes:
            return
        self._entries[digest] = CachedViewer(viewer, until)
        if len(self._entries) > _MAX_VIEWERS:
            self._entries.popitem(last=False)

    def drop(self, user_id: str | None = None) -> None:
        """Drop a person's cached viewers, or all of them."""
        self.changes += 1
        for digest in [key for key, cached in self._entries.items() if user_id in (None, str(cached.viewer.user_id))]:
            del self._entries[digest]

    def _drop_if_file_changed(self) -> None:
        """Whether something has been written to the SQLite file since."""
        if self._file is None:
            return
        try:
            (version,) = self._file.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            version = None  # the next look-up reports why
        if version is None or version != self._version:
            self._version = version
            self.drop()

    @asynccontextmanager
    async def cache_while_open(self, settings: Settings) -> AsyncGenerator[None]:
        """Start caching while changes are reported, and storing the uses of tokens."""
        async with self.uses.write_while_open(settings), self._listen_while_open(settings):
            yield

    @asynccontextmanager
    async def _listen_while_open(self, settings: Settings) -> AsyncGenerator[None]:
        try:
            if settings.is_sqlite:
                with closing(sqlite3.connect(settings.sqlite_file, timeout=0)) as self._file:
                    self._start_caching()
                    yield
            else:
                listening = asyncio.create_task(self._keep_listening(settings))
                try:
                    yield
                finally:
                    listening.cancel()
                    with suppress(asyncio.CancelledError):
                        await listening
        finally:
            self._file = None
            self._stop_caching()

    def _start_caching(self) -> None:
        """Drop everyone looked up before: changes since then were not reported."""
        self.drop()
        self.is_open = True
        self._is_outage_logged = False

    def _stop_caching(self) -> None:
        self.is_open = False
        self.drop()

    async def _keep_listening(self, settings: Settings) -> None:
        while True:
            try:
                with translate_outages():
                    connection = await open_connection(settings, is_direct=True)
                await self._listen_until_closed(connection)
            except UNREACHABLE as error:
                if not self._is_outage_logged:
                    self._is_outage_logged = True
                    _log.warning("viewers are looked up each time", reason=type(error.__cause__ or error).__name__)
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _listen_until_closed(self, connection: Any) -> None:
        """Listen until the connection ends. Nothing is cached after that."""
        ended = asyncio.Event()

        def on_close(_: object) -> None:
            self._stop_caching()
            ended.set()

        def on_notification(_connection: object, _pid: int, _channel: str, user_id: str) -> None:
            self.drop(user_id or None)

        connection.add_termination_listener(on_close)
        try:
            await connection.add_listener(CHANNEL, on_notification)
            self._start_caching()
            await self._wait_until_closed(ended, connection)
        finally:
            on_close(connection)
            connection.terminate()

    async def _wait_until_closed(self, ended: asyncio.Event, connection: Any) -> None:
        """Wait until the connection ends or stops answering: a network that drops everything reports nothing."""
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_BETWEEN_SIGNS):
                    await ended.wait()
            if not ended.is_set():
                await connection.execute(f'LISTEN "{CHANNEL}"', timeout=_SECONDS_FOR_A_SIGN)
