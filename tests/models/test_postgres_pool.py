"""Does the pool of PostgreSQL connections stay within its bounds, and does nobody take a connection along?"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest

from server.domain.errors import Unavailable
from server.engine.running.connections import PostgresReader
from server.models.database import open_connection
from server.models.postgres_pool import Connection, Pool
from server.settings import Settings
from tests.waiting import until

pytestmark = pytest.mark.only_postgres

PAUSE = "SELECT convert_to(coalesce(pg_sleep(0.05)::text, '') || 'done', 'UTF8')"
PID = "SELECT convert_to(pg_backend_pid()::text, 'UTF8')"


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[Pool]:
    """Of one connection."""
    pool = Pool(partial(open_connection, settings), 1)
    yield pool
    await pool.close()
    assert pool.open == 0


async def test_a_caller_who_gives_up_waiting_takes_no_connection_along(pool: Pool) -> None:
    reader = PostgresReader(pool)
    assert await reader.read(PAUSE, ()) == b"done"
    first = asyncio.create_task(reader.read(PAUSE, ()))
    await until(lambda: not pool.free)
    waiting = [asyncio.create_task(reader.read(PAUSE, ())) for _ in range(5)]
    await until(lambda: pool.waiting == 5)
    first.add_done_callback(lambda _: [task.cancel() for task in waiting[:3]])
    await asyncio.wait([first, *waiting], timeout=5)
    running = asyncio.create_task(reader.read(PAUSE.replace("0.05", "5"), ()))
    await until(lambda: not pool.free)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    async with asyncio.timeout(20):
        assert await reader.read(PAUSE, ()) == b"done"
    assert all(task.done() for task in waiting)
    assert pool.open == 1


async def test_a_caller_who_gives_up_just_when_their_turn_comes_passes_the_connection_on(pool: Pool) -> None:
    connection = await pool.take()
    waiting = asyncio.create_task(pool.take())
    await until(lambda: pool.waiting == 1)

    pool.give_back(connection)
    waiting.cancel()
    await asyncio.wait([waiting])

    assert waiting.cancelled()
    assert pool.free == 1


async def test_a_caller_who_gives_up_as_their_turn_comes_leaves_the_connection_to_the_next(settings: Settings) -> None:
    given_up = list[Callable[[], Any]]()

    class Impatient(Pool):
        def give_back(self, connection: Connection | None, *, is_change: bool = False) -> None:
            super().give_back(connection, is_change=is_change)
            if given_up:
                given_up.pop()()

    pool = Impatient(partial(open_connection, settings), 1)
    reader = PostgresReader(pool)
    first = asyncio.create_task(reader.read("SELECT 1", []))
    second = asyncio.create_task(reader.read("SELECT 2", []))  # waits while the first opens the only connection
    given_up.append(second.cancel)
    assert await first == 1

    async with asyncio.timeout(20):
        assert await reader.read("SELECT 3", []) == 3
    assert second.cancelled()
    await pool.close()


async def test_no_more_connections_are_opened_than_allowed_however_many_ask(settings: Settings) -> None:
    opened = 0

    async def connect() -> Any:
        nonlocal opened
        opened += 1
        if opened == 2:
            raise OSError("no room")
        return await open_connection(settings)

    pool = Pool(connect, 3)
    reader = PostgresReader(pool)
    found = await asyncio.gather(
        *(reader.read("SELECT convert_to($1::text, 'UTF8')", (str(n),)) for n in range(60)), return_exceptions=True
    )
    await pool.close()

    assert sum(isinstance(answer, Unavailable) for answer in found) == 1
    assert {answer for answer in found if isinstance(answer, bytes)} <= {str(n).encode() for n in range(60)}
    assert sum(isinstance(answer, bytes) for answer in found) == 59
    assert opened <= 4


async def test_a_connection_that_the_database_closed_is_replaced(pool: Pool, settings: Settings) -> None:
    reader = PostgresReader(pool)
    pid = int(await reader.read(PID, ()))
    connection = await pool.take()
    pool.give_back(connection)
    other = await open_connection(settings)
    await other.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    await other.close()
    await until(lambda: connection.is_closed)

    async with asyncio.timeout(20):
        assert int(await reader.read(PID, ())) != pid


async def test_everybody_fails_when_no_connection_can_be_opened(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"database_url": "asyncpg://postgres:@127.0.0.1:9/none"})
    reader = PostgresReader(Pool(partial(open_connection, nowhere), 1))

    async with asyncio.timeout(20):
        outcomes = await asyncio.gather(*(reader.read("SELECT 1", []) for _ in range(3)), return_exceptions=True)

    assert [isinstance(outcome, Unavailable) for outcome in outcomes] == [True] * 3


async def test_changes_leave_a_connection_to_reads(settings: Settings) -> None:
    pool = Pool(partial(open_connection, settings), 4)
    changes = [await pool.take(is_change=True) for _ in range(3)]
    late_change = asyncio.create_task(pool.take(is_change=True))
    await until(lambda: pool.waiting == 1)

    read = await pool.take()
    second_read = asyncio.create_task(pool.take())
    await until(lambda: pool.waiting == 2)
    pool.give_back(read)
    assert await second_read is read
    assert not late_change.done()
    pool.give_back(changes.pop(), is_change=True)

    taken = [*changes, await late_change]
    for connection in taken:
        pool.give_back(connection, is_change=True)
    pool.give_back(read)
    assert (pool.open, pool.free, pool.changes) == (4, 4, 0)
    await pool.close()


async def test_a_connection_that_is_used_when_the_pool_closes_is_closed_when_it_returns(settings: Settings) -> None:
    pool = Pool(partial(open_connection, settings), 1)
    connection = await pool.take()

    await pool.close()
    pool.give_back(connection)

    assert connection.is_closed
    assert pool.open == 0
