"""How the engine reads: statements are prepared once on each connection, and an answer is the bytes that the database
wrote.

The payload of a mutation is read in its transaction, through Tortoise.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol
from urllib.parse import quote

import aiosqlite
import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise.connection import get_connection

from server.engine.errors import MAX_ANSWER_BYTES, AnswerTooLarge
from server.engine.lru_cache import LRUCache
from server.engine.running.shared_statements import ALONE, Bounds, SharedReads
from server.models.outages import Unavailable, is_away, outages, raise_if_unavailable
from server.models.postgres_pool import CHARACTERS_A_CONNECTION, MAX_KEPT_LENGTH, STATEMENTS_A_CONNECTION, Pool
from server.models.sqlite import OpenedFile, is_locked

# `Any` below: the drivers are untyped.

LOG: Final = logging.getLogger("server.engine.statements")
SHARED: Final = Bounds()
_STATEMENTS_IN_THREAD: Final = 8
_STEPS_BETWEEN_LOOKS: Final = 5_000
_SECONDS_AT_ONCE: Final = 0.003
_MAX_SLOW: Final = 1_000
_READING: Final = ("query_only = ON", "trusted_schema = OFF")


class Reader(Protocol):
    """Answers statements."""

    async def read(self, sql: str, values: Sequence[Any], kinds: Sequence[str] = ()) -> bytes:
        """The answer. `kinds` are the types of the values, if each is a single value."""
        ...

    async def close(self) -> None: ...


class PostgresReader:
    """Reads over the connections of this process. `pool` gives them.

    Behind a pooler statements are neither named nor kept, and each is its own transaction, which begins with
    `settings`. They are not shared, because planning them each time is most of their cost.
    """

    def __init__(self, pool: Pool, settings: str = "", bounds: Bounds = SHARED) -> None:
        self._pool = pool
        self._begin = settings and f"BEGIN READ ONLY; {settings}"
        self._shared = SharedReads(pool, bounds)
        self._reading = 0

    async def read(self, sql: str, values: Sequence[Any], kinds: Sequence[str] = ()) -> bytes:
        self._reading += 1
        try:
            # Someone without company would only lose the rest of the turn.
            is_shared = self._reading > 1 and kinds and not self._begin
            found = await self._shared.read(sql, values, kinds) if is_shared else ALONE
            if found is ALONE:
                found = await self._read(sql, values)
        except Exception as error:
            raise_if_unavailable(error)
            if isinstance(error, asyncpg.LockNotAvailableError):
                raise Unavailable from error
            raise
        finally:
            self._reading -= 1
        outages.record_answer()
        return found

    async def _read(self, sql: str, values: Sequence[Any]) -> bytes:
        connection = await self._pool.take()
        try:
            if self._begin:
                return await self._read_in_transaction(connection.driver, sql, values)
            statement = connection.statements.get(sql) or await connection.prepare(sql)
            return await statement.fetchval(*values)
        except TimeoutError:
            connection.driver.terminate()
            raise
        finally:
            self._pool.give_back(connection)

    async def _read_in_transaction(self, driver: Any, sql: str, values: Sequence[Any]) -> bytes:
        is_done = False
        try:
            await driver.execute(self._begin)
            found = await driver.fetchval(sql, *values)
            await driver.execute("COMMIT")
            is_done = True
        finally:
            if not is_done:
                driver.terminate()  # nobody may find it in this transaction
        return found

    async def close(self) -> None:
        """Wait for shared statements. The connections are the process's."""
        await self._shared.close()


class _Bounded(sqlite3.Connection):
    """A connection that cannot build a text longer than the limit of answers."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_ANSWER_BYTES)


_OPENING: Final[dict[str, Any]] = {"uri": True, "isolation_level": None, "factory": _Bounded}


class SqliteReader:
    """The engine's own connections to an SQLite file.

    Most statements take less time than a round trip to a thread, so they first run directly, for an unnoticeable time.
    One that takes longer is interrupted and run in a thread, for at most `milliseconds`; the next time it runs there
    from the start.
    """

    def __init__(self, file: str, milliseconds: int) -> None:
        self._opened = OpenedFile(file)
        # An address that does not create a missing file.
        self._address = f"file:{quote(file)}?mode=rw"
        self._seconds = milliseconds / 1000
        self._at_once: sqlite3.Connection | None = None
        self._in_thread: aiosqlite.Connection | None = None
        self._deadlines = {"at once": 0.0, "in thread": 0.0}
        self._prepared: set[str] = set()
        self._characters = 0
        self._slow: LRUCache[str, bool] = LRUCache(_MAX_SLOW, CHARACTERS_A_CONNECTION)
        self._lock = asyncio.Lock()

    async def read(self, sql: str, values: Sequence[Any], kinds: Sequence[str] = ()) -> bytes:
        try:
            self._opened.check()
            found = await self._read(sql, values)
        except Exception as error:
            if is_away(error):
                await self._begin_again()
            raise_if_unavailable(error)
            if str(error) == "string or blob too big":
                raise AnswerTooLarge from error
            raise
        outages.record_answer()
        return found

    async def _read(self, sql: str, values: Sequence[Any]) -> bytes:
        if len(sql) <= MAX_KEPT_LENGTH and not self._slow.get(sql):
            try:
                return self._read_at_once(sql, values)
            except sqlite3.OperationalError as error:
                if is_locked(error):
                    return await self._read_in_thread(sql, values)  # which waits
                if str(error) != "interrupted":
                    raise
            self._slow.put(sql, True, len(sql))
        return await self._read_in_thread(sql, values)

    def _read_at_once(self, sql: str, values: Sequence[Any]) -> bytes:
        if sql not in self._prepared:
            self._count(sql)
        connection = self._at_once
        if connection is None:
            connection = self._at_once = sqlite3.connect(
                self._address, timeout=0, cached_statements=STATEMENTS_A_CONNECTION, **_OPENING
            )
            for pragma in _READING:
                connection.execute(f"PRAGMA {pragma}")
            connection.set_progress_handler(lambda: self._is_late("at once"), _STEPS_BETWEEN_LOOKS)
        self._deadlines["at once"] = time.monotonic() + _SECONDS_AT_ONCE
        return connection.execute(sql, values).fetchone()[0].encode()

    def _count(self, sql: str) -> None:
        """Limit the size of prepared statements. SQLite itself limits only their number."""
        self._characters += len(sql)
        if len(self._prepared) >= STATEMENTS_A_CONNECTION or self._characters > CHARACTERS_A_CONNECTION:
            if self._at_once is not None:
                self._at_once.close()
                self._at_once = None
            self._prepared.clear()
            self._characters = len(sql)
        self._prepared.add(sql)

    async def _read_in_thread(self, sql: str, values: Sequence[Any]) -> bytes:
        async with self._lock:
            connection = self._in_thread
            if connection is None:
                connection = self._in_thread = await aiosqlite.connect(
                    self._address, cached_statements=_STATEMENTS_IN_THREAD, **_OPENING
                )
                for pragma in _READING:
                    await connection.execute(f"PRAGMA {pragma}")
                await connection.set_progress_handler(lambda: self._is_late("in thread"), _STEPS_BETWEEN_LOOKS)
            self._deadlines["in thread"] = time.monotonic() + self._seconds
            rows: Any = await connection.execute_fetchall(sql, values)
        return rows[0][0].encode()

    async def _begin_again(self) -> None:
        """Open new connections, once the current read in the thread has finished."""
        async with self._lock:
            await self.close()

    async def close(self) -> None:
        if self._at_once is not None:
            self._at_once.close()
            self._at_once = None
        if self._in_thread is not None:
            connection, self._in_thread = self._in_thread, None
            await connection.close()

    def _is_late(self, where: str) -> bool:
        return time.monotonic() > self._deadlines[where]


async def read(reader: Reader | None, sql: str, values: Sequence[Any], kinds: Sequence[str] = ()) -> bytes:
    """The answer of a statement, by the engine's own reader, or in the transaction that is open here."""
    LOG.debug("%s", sql)
    if reader is not None:
        answer: Any = await reader.read(sql, values, kinds)
    else:
        connection: Any = get_connection("default")
        _, rows = await connection.execute_query(sql, list(values))
        answer = rows[0][0]
    if answer is None or len(answer) > MAX_ANSWER_BYTES:
        raise AnswerTooLarge
    return answer.encode() if isinstance(answer, str) else answer
