"""What happens when the database is read-only, full, replaced or gone?"""

import asyncio
import shutil
import sqlite3
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor

from server.domain.errors import Unavailable
from server.models import Organisation, outages
from server.models.database import tortoise_config, transaction
from server.worker import Worker
from tests.databases import BACKEND, connected_to
from tests.logs import Lines
from tests.reliability.outages import WHO, Far, File, far, outage_lines, serve_app
from tests.reliability.outbox import count_rounds
from tests.snapshots import snapshot
from tests.waiting import until
from tests.world import build_world

pytestmark = pytest.mark.postgres
in_the_log = pytest.mark.parametrize("log", ["INFO"], indirect=True)

__all__ = ["far"]
READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgres": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
}


@in_the_log
async def test_a_database_that_cannot_be_written_to_still_answers_who_reads(
    far: Far, log: Lines, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outages, "_QUIET_SECONDS", 0.0)
    begin, end = READ_ONLY[BACKEND]
    async with serve_app(far, pool_size=1) as server:
        log()
        await run(begin)
        before = await snapshot()
        changes = [await server.make_token() for _ in range(8)]
        reads = [await server.clients.ask(WHO, as_=server.world.cL) for _ in range(2)]
        again = await server.make_token()
        assert await snapshot() == before
        during = log()
        await run(end)
        stored = await server.make_token()
        after = log()

    assert {(answer.status, answer.code) for answer in (*changes, again)} == {(503, "UNAVAILABLE")}
    assert [answer.status for answer in reads] == [200, 200]
    assert stored.data["createApiToken"]["userErrors"] == []
    assert (outage_lines(during), outage_lines(after)) == (["database_unavailable"], ["database_available"])


@pytest.mark.only_sqlite
async def test_a_change_that_did_not_fit_on_the_disk_is_not_stored_with_the_next_one(far: File):
    async with connected_to(far.settings):
        await build_world()
        await run("CREATE TABLE filler (a)")
        await run("PRAGMA max_page_count = 1")
        before = await snapshot()

        with pytest.raises(Unavailable):
            async with transaction():
                await Organisation.filter(name="Alpina").update(street="Elsewhere")
                await run("INSERT INTO filler VALUES (zeroblob(1000000))")
        after = await snapshot()
        await run("PRAGMA max_page_count = 1000000")
        async with transaction():
            await run("INSERT INTO filler VALUES (zeroblob(1000000))")

        assert before == after == await snapshot()


async def run(sql: str) -> None:
    connection: Any = get_connection("default")
    await connection.execute_query(sql)


@pytest.mark.only_sqlite
async def test_a_file_that_was_put_in_the_place_of_the_database_is_not_written_to(far: File):
    async with serve_app(far) as server:
        await far.go()
        shutil.copyfile(far.elsewhere, far.settings.sqlite_file)
        during = await server.ask_everything()
        await far.come_back()
        after = await server.ask_everything()

    assert {response.status_code for response in during} == {503}
    assert [response.status_code for response in after] == [200, 200, 200, 200, 401, 200, 200, 404, 200]


@pytest.mark.only_sqlite
async def test_no_file_is_created_where_the_database_was(far: File):
    async with serve_app(far) as server:
        await far.go()
        await server.ask_everything()

        assert not far.settings.sqlite_file.exists()
        await far.come_back()


@in_the_log
async def test_a_worker_says_once_that_the_database_is_away(far: Far, log: Lines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outages, "_QUIET_SECONDS", 0.05)
    async with connected_to(far.settings):
        worker = Worker(far.settings.model_copy(update={"worker_poll_seconds": 0.02, "demo": True}))
        after = list[str]()
        with count_rounds() as wait_for_rounds:
            running = asyncio.create_task(worker.run())
            await wait_for_rounds(3)
            log()

            await far.go()
            await wait_for_rounds(9)
            during = log()
            await far.come_back()
            await until(lambda: after.extend(outage_lines(log())) or bool(after))
            worker.stop()
            await running

    assert (outage_lines(during), after) == (["database_unavailable"], ["database_available"])


async def test_a_database_that_goes_away_is_not_taken_for_one_that_had_no_migrations(far: Far):
    async with connected_to(far.settings):
        executor = MigrationExecutor(get_connection("default"), tortoise_config(far.settings)["apps"])
        assert await executor.plan() == []

        await far.go()
        with pytest.raises(Unavailable):
            await executor.plan()

        await far.come_back()
        assert await executor.plan() == []


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (ConnectionRefusedError("x"), True),
        (TimeoutError(), True),
        (asyncpg.ConnectionDoesNotExistError("x"), True),
        (asyncpg.AdminShutdownError("x"), True),
        (asyncpg.CannotConnectNowError("x"), True),
        (asyncpg.TooManyConnectionsError("x"), True),
        (asyncpg.DiskFullError("x"), True),
        (asyncpg.InvalidPasswordError("x"), True),
        (asyncpg.InvalidCatalogNameError("x"), True),
        (asyncpg.ReadOnlySQLTransactionError("x"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("another operation is in progress"), False),
        (asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"), True),
        (asyncpg.InternalClientError("x"), False),
        (asyncpg.UndefinedTableError("x"), False),
        (asyncpg.UniqueViolationError("x"), False),
        (asyncpg.LockNotAvailableError("x"), False),
        (sqlite_error(sqlite3.SQLITE_IOERR_READ), True),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), True),
        (sqlite_error(sqlite3.SQLITE_FULL), True),
        (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), True),
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_ERROR), False),
        (sqlite3.ProgrammingError("x"), False),
        (ValueError("x"), False),
        (asyncio.CancelledError(), False),
    ],
)
def test_an_outage_is_distinguished_from_a_bug(error: BaseException, is_away: bool):
    assert outages.is_away(error) is is_away
