"""How does a test wait until something is so? It looks again and again until a limit; it never only lets time pass.

`until` looks at anything. `until_waiting_for` looks into PostgreSQL for somebody who waits for a lock that another
connection holds. `meet` lets something happen just before a function begins, or just after it has what it gives.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from tortoise.connection import get_connection

from server.models.database import open_connection
from server.settings import Settings

_PAUSE = 0.002
_COUNT = "SELECT count(*) FROM pg_stat_activity WHERE"


async def until(holds: Callable[[], Awaitable[bool] | bool], within: float = 20.0) -> None:
    """Look until it is so."""
    deadline = time.perf_counter() + within
    while not await _value(holds()):
        assert time.perf_counter() < deadline, f"it does not hold after {within} seconds"
        await asyncio.sleep(_PAUSE)


async def _value(found: Awaitable[bool] | bool) -> bool:
    return found if isinstance(found, bool) else await found


class Holder:
    """A transaction of somebody else on PostgreSQL, which holds what it locks until it ends."""

    def __init__(self, connection: Any) -> None:
        self.run: Callable[..., Awaitable[Any]] = connection.execute
        self.read: Callable[..., Awaitable[Any]] = connection.fetchrow
        self._waiters = f"{_COUNT} pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        self._connection = connection

    async def is_waited_for(self) -> bool:
        await self.run("SELECT pg_stat_clear_snapshot()")  # a transaction otherwise sees what it saw at first
        return await self._connection.fetchval(self._waiters) > 0


@asynccontextmanager
async def hold(settings: Settings, *statements: str) -> AsyncIterator[Holder]:
    """Somebody else begins a transaction with these statements. It is rolled back, unless the test commits it."""
    connection = await open_connection(settings)
    holder = Holder(connection)
    try:
        for statement in ("BEGIN", *statements):
            await holder.run(statement)
        yield holder
    finally:
        await connection.close()


async def until_waiting_for(holder: Holder, waiting: asyncio.Task[Any], within: float = 20.0) -> None:
    """Look until somebody waits for the holder. A task that ends instead did not wait."""

    async def is_seen() -> bool:
        return waiting.done() or await holder.is_waited_for()

    await until(is_seen, within)
    assert not waiting.done(), f"it did not wait: {waiting}"


async def until_somebody_waits(settings: Settings, waiting: asyncio.Task[Any], within: float = 20.0) -> None:
    """Look until the database keeps somebody waiting: for a lock, or on SQLite for the turn to write."""
    if settings.is_sqlite:
        inner: Any = get_connection("default")
        turn = getattr(inner, "_parent", inner)._lock
        await until(lambda: waiting.done() or bool(turn._waiters), within)
    else:
        connection = await open_connection(settings)
        locked = "wait_event_type = 'Lock' AND datname = current_database()"
        try:

            async def is_seen() -> bool:
                return waiting.done() or await connection.fetchval(f"{_COUNT} {locked}") > 0

            await until(is_seen, within)
        finally:
            await connection.close()
    assert not waiting.done(), f"it did not wait: {waiting}"


@contextmanager
def notice(owner: Any, name: str, *, after: bool = False) -> Iterator[asyncio.Event]:
    """Gives what is set once the coroutine function `owner.name` begins, or has what it gives."""
    happened = asyncio.Event()

    async def happen() -> None:
        happened.set()

    with meet(owner, name, happen, after=after):
        yield happened


@contextmanager
def meet(owner: Any, name: str, event: Callable[[], Awaitable[Any]], *, after: bool = False) -> Iterator[None]:
    """`event` happens each time before the coroutine function `owner.name` begins, or after it has what it gives."""
    run = getattr(owner, name)

    async def run_with_event(*args: Any, **kwargs: Any) -> Any:
        if not after:
            await event()
        found = await run(*args, **kwargs)
        if after:
            await event()
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, run_with_event)
        yield
