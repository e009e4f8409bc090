"""A pool of PostgreSQL connections: bounded, first come, first served, with statements prepared once on each.

All statements of a process share it: Tortoise's own, and those of the engine and of changes, which are prepared by
name. Nothing here changes a session, so a connection is not reset between two uses.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from server.models.outages import SECONDS_TO_WAIT

# `Any` below: asyncpg is untyped.

STATEMENTS_A_CONNECTION: Final = 300
MAX_KEPT_LENGTH: Final = 20_000
"""The longest statement that stays prepared."""
CHARACTERS_A_CONNECTION: Final = 1_000_000
"""The most characters of prepared statements on a connection. SQLite needs some thirteen bytes for each."""
_SHARE_OF_CHANGES: Final = 0.75
"""Changes wait for each other's locks. The other connections keep answering reads meanwhile."""


class Connection:
    """A connection and the statements prepared on it. `driver` is asyncpg's."""

    __slots__ = ("_characters", "_numbers", "driver", "statements")

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.statements: dict[str, Any] = {}
        self._characters = 0
        self._numbers = 0

    @property
    def is_closed(self) -> bool:
        return self.driver.is_closed()

    async def prepare(self, sql: str) -> Any:
        """The prepared statement of a text that is not in `statements`."""
        if len(sql) > MAX_KEPT_LENGTH:
            return await self.driver.prepare(sql)
        self._characters += len(sql)
        if len(self.statements) >= STATEMENTS_A_CONNECTION or self._characters > CHARACTERS_A_CONNECTION:
            self.statements.clear()
            self._characters = len(sql)
        self._numbers += 1
        # Named, because PostgreSQL plans an unnamed statement again on every run.
        statement = self.statements[sql] = await self.driver.prepare(sql, name=f"kept_{self._numbers}")
        return statement


@dataclass(eq=False)
class _Waiter:
    """Someone who waits for a connection: `turn` gives it, or None for the right to open one."""

    number: int
    turn: asyncio.Future[Connection | None]


class Pool:
    """At most `most` connections, of which changes take at most three quarters. `connect` opens one.

    A connection that has ended is replaced. Nobody waits longer than `SECONDS_TO_WAIT`.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], most: int) -> None:
        self._connect = connect
        self.most = most
        self.most_changes = max(1, int(most * _SHARE_OF_CHANGES))
        self.open = 0
        self.changes = 0
        self._free: list[Connection] = []
        self._waiting = {is_change: deque[_Waiter]() for is_change in (False, True)}
        self._numbers = count()
        self._is_closed = False

    @property
    def free(self) -> int:
        """The number of open connections that nobody uses."""
        return len(self._free)

    @property
    def waiting(self) -> int:
        """The number of those who wait."""
        return sum(not waiter.turn.done() for queue in self._waiting.values() for waiter in queue)

    async def take(self, *, is_change: bool = False) -> Connection:
        """A connection. Raises TimeoutError if none is free in time."""
        if not self._waiting[is_change] and self._may_take(is_change=is_change):
            connection = self._pop_free()
            if connection is not None:
                self.changes += is_change
                return connection
            if self.open < self.most:
                self.open += 1
                self.changes += is_change
                return await self._open_connection(is_change=is_change)
        return await self._wait(is_change=is_change)

    def give_back(self, connection: Connection | None, *, is_change: bool = False) -> None:
        """Return a connection, or with None the right to open one."""
        self.changes -= is_change
        if connection is not None and (self._is_closed or connection.is_closed):
            connection.driver.terminate()
            connection = None
        if connection is None:
            self.open -= 1
        else:
            self._free.append(connection)
        self._serve()

    async def close(self) -> None:
        """Close the connections; one that is still used is closed when it is returned."""
        self._is_closed = True
        while self._free:
            self.open -= 1
            await self._free.pop().driver.close()

    def _may_take(self, *, is_change: bool) -> bool:
        return not is_change or self.changes < self.most_changes

    def _pop_free(self) -> Connection | None:
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed:
                return connection
            self.open -= 1
        return None

    async def _open_connection(self, *, is_change: bool) -> Connection:
        """A new connection, for which there is room already."""
        try:
            return Connection(await self._connect())
        except BaseException:
            self.give_back(None, is_change=is_change)  # those who wait may try on their own
            raise

    async def _wait(self, *, is_change: bool) -> Connection:
        waiter = _Waiter(next(self._numbers), asyncio.get_running_loop().create_future())
        self._waiting[is_change].append(waiter)
        self._serve()
        try:
            async with asyncio.timeout(SECONDS_TO_WAIT):
                connection = await waiter.turn
        except BaseException:
            if waiter.turn.done() and not waiter.turn.cancelled():
                self.give_back(waiter.turn.result(), is_change=is_change)
            raise
        return connection or await self._open_connection(is_change=is_change)

    def _serve(self) -> None:
        """Give what is free to those who have waited longest, and may have it."""
        while (is_change := self._next()) is not None:
            connection = self._pop_free()
            if connection is None:
                if self.open >= self.most:
                    return
                self.open += 1
            self.changes += is_change
            self._waiting[is_change].popleft().turn.set_result(connection)

    def _next(self) -> bool | None:
        """Whether the next to be served is a change. None if nobody waits who may have a connection."""
        for queue in self._waiting.values():
            while queue and queue[0].turn.done():  # they gave up
                queue.popleft()
        may_be = [kind for kind, queue in self._waiting.items() if queue and self._may_take(is_change=kind)]
        return min(may_be, key=lambda kind: self._waiting[kind][0].number, default=None)
