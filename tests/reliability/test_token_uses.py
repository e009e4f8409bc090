"""Is the last use of a token written down after the answer, and does nobody wait for it, no matter who else writes?"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.app import create_app
from server.authentication import token_uses
from server.models import ApiToken, sqlite
from server.models.database import open_connection, transaction
from server.settings import Settings
from tests.clients import Clients
from tests.reliability.houses import WHO, House, house
from tests.statements import collect_statements
from tests.waiting import notice, until
from tests.world import World, build_world

__all__ = ["house"]

pytestmark = pytest.mark.postgres

MAX_SECONDS = 1.5
"""Seconds within which an answer comes that waits for nobody, on a busy machine; waiting for a lock takes 2 or more."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_uses, "_PAUSE_SECONDS", 0.05)


async def last_use(row: ApiToken) -> datetime | None:
    return (await ApiToken.get(id=row.id)).last_used_at


async def until_it_moves(row: ApiToken, used: datetime | None) -> None:
    async def has_moved() -> bool:
        return await last_use(row) != used

    await until(has_moved)


@pytest.mark.parametrize(("seconds", "moves"), [(1, False), (55, False), (61, True), (86_400, True), (None, True)])
async def test_a_use_is_written_after_the_answer_once_a_minute(house: House, seconds: int | None, moves: bool):
    used = None if seconds is None else datetime.now(UTC) - timedelta(seconds=seconds)
    row, secret = await house.token(await house.employee(), last_used_at=used)

    with collect_statements() as statements:
        answer = await house.clients.ask(WHO, as_=secret)

    assert answer.status == 200
    assert [statement for statement in statements if not statement.startswith("SELECT")] == []
    if moves:
        await until_it_moves(row, used)
        found = await last_use(row)
        assert found is not None
        assert datetime.now(UTC) - found < timedelta(seconds=5)
    else:
        assert house.viewer_cache.uses._waiting == {}
        assert await last_use(row) == used


async def test_the_uses_of_many_tokens_are_one_statement(house: House):
    owner, now = await house.employee(), datetime.now(UTC)
    later = now + timedelta(minutes=1)
    rows = [(await house.token(owner, last_used_at=None))[0] for _ in range(5)]
    await ApiToken.filter(id=rows[0].id).update(last_used_at=later)
    noted = token_uses.TokenUses()

    async with noted.write_while_open(house.settings):
        for row in rows:
            noted.add(row.id, now)
        with collect_statements() as statements:
            await noted.write_all(house.settings)

    assert len(statements) == (0 if house.settings.is_sqlite else 1)  # SQLite has a connection of its own for it
    assert [await last_use(row) for row in rows] == [later, now, now, now, now]
    assert noted._waiting == {}


async def test_a_use_recorded_at_shutdown_is_written(house: House):
    row, _ = await house.token(await house.employee(), last_used_at=None)
    noted, now = token_uses.TokenUses(), datetime.now(UTC)

    async with noted.write_while_open(house.settings):
        noted.add(row.id, now)

    assert await last_use(row) == now


@asynccontextmanager
async def row_locked(settings: Settings, row: ApiToken) -> AsyncIterator[None]:
    """Somebody else is writing the token; on SQLite another process writes."""
    if settings.is_sqlite:
        with locked_by_another_process(settings):
            yield
        return
    other = await open_connection(settings)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM api_token WHERE id = $1 FOR UPDATE", row.id)
            yield
    finally:
        await other.close()


LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_by_another_process(settings: Settings) -> Iterator[None]:
    command = [sys.executable, "-c", LOCKING, str(settings.sqlite_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            process.communicate("")


async def test_a_token_that_somebody_else_is_writing_is_answered_at_once(house: House):
    row, secret = await house.token(await house.employee(), last_used_at=None)

    async with row_locked(house.settings, row):
        started = time.perf_counter()
        with notice(token_uses.TokenUses, "write_all", after=True) as tried:
            answer = await house.clients.ask(WHO, as_=secret)
            seconds = time.perf_counter() - started
            await tried.wait()
        assert await last_use(row) is None

    assert answer.status == 200
    assert seconds < MAX_SECONDS
    await until_it_moves(row, None)


@pytest.fixture
async def apart(own_database: Settings) -> AsyncIterator[tuple[Settings, World, dict[bool, Clients]]]:
    """Two applications on one database, with the engine and without it."""
    world = await build_world()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("server.app.run_worker_alongside", lambda _: nullcontext())
        apps = {engine: create_app(own_database.model_copy(update={"engine": engine})) for engine in (True, False)}
        async with Clients(apps[True]) as planned, Clients(apps[False]) as ordinary:
            yield own_database, world, {True: planned, False: ordinary}


@pytest.mark.only_sqlite
@pytest.mark.parametrize("engine", [True, False])
async def test_while_another_process_writes_everybody_who_reads_is_answered_at_once(
    apart: tuple[Settings, World, dict[bool, Clients]], engine: bool
):
    settings, world, clients = apart
    worst = 0.0

    async def change() -> None:
        async with transaction():  # as of a mutation, or of the worker
            pass

    with locked_by_another_process(settings):
        waiting = [asyncio.create_task(change()) for _ in range(3)]
        for name in ("pL", "pE", "cL", "pL"):
            started = time.perf_counter()
            answer = await clients[engine].ask(WHO, as_=world.tokens[name])
            worst = max(worst, time.perf_counter() - started)
            assert answer.status == 200
        assert not any(one.done() for one in waiting)
    await asyncio.gather(*waiting)

    assert worst < MAX_SECONDS


@pytest.mark.only_sqlite
async def test_a_change_waits_for_another_process_and_is_then_stored(apart: tuple[Settings, World, Any]):
    settings, world, _ = apart

    async def rename() -> None:
        await ApiToken.filter(id=world.token_pL.id).update(name="waited")

    with locked_by_another_process(settings), notice(sqlite._StatementConnection, "__aexit__") as tried:
        waiting = asyncio.create_task(rename())
        await tried.wait()
        assert not waiting.done()
    await waiting

    assert (await ApiToken.get(id=world.token_pL.id)).name == "waited"
