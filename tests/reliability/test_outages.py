"""Is a database that is away told as that, to callers and in the log, and is everything as before when it is back?"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx2
import pytest
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor

from server.app import create_app
from server.domain.errors import Unavailable
from server.domain.people.tokens import new_token
from server.engine.running import connections
from server.models import ApiToken, Organisation, database, outages, postgres
from server.models.database import tortoise_config, transaction
from server.resolvers import ids
from server.settings import Settings
from server.worker import Worker
from tests.clients import Answer, Clients
from tests.databases import BACKEND, connected_to
from tests.logs import Lines
from tests.snapshots import snapshot
from tests.world import World, build_world

pytestmark = pytest.mark.database
on_postgres = pytest.mark.skipif(BACKEND != "postgres", reason="of a connection over a network")
on_sqlite = pytest.mark.skipif(BACKEND != "sqlite", reason="of a file")

WHO = "{ viewer { user { firstName } } }"
CATALOGUE = "{ catalogue(first: 1) { nodes { name } } }"
AWAY = "The database is not responding. Nothing was changed."
UNKNOWN = (
    "The database stopped responding while this was being stored. Check whether it was stored before you repeat it."
)


class Far(Protocol):
    """A database that can be away for a while."""

    settings: Settings

    async def go(self) -> None: ...
    async def come_back(self) -> None: ...


@dataclass
class File:
    settings: Settings

    @property
    def elsewhere(self) -> Path:
        return self.settings.sqlite_file.with_suffix(".away")

    async def go(self) -> None:
        self.settings.sqlite_file.rename(self.elsewhere)

    async def come_back(self) -> None:
        self.elsewhere.rename(self.settings.sqlite_file)


@dataclass
class Line:
    """PostgreSQL over TCP, by a line that can be cut, or on which nothing comes any more.

    `cut_at` cuts it as soon as the server was sent these bytes.
    """

    settings: Settings
    socket: str
    port: int = 0
    is_frozen: bool = False
    cut_at: bytes | None = None
    server: asyncio.Server | None = None
    ends: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def come_back(self) -> None:
        self.is_frozen, self.cut_at = False, None
        if self.server is None:
            self.server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
            self.port = self.server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None
        for end in self.ends:
            end.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_database, to_database = await asyncio.open_unix_connection(self.socket)
        self.ends |= {writer, to_database}
        await asyncio.gather(self._pump(reader, to_database), self._pump(from_database, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65_536):
                while self.is_frozen:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                self.is_frozen = is_last = self.cut_at is not None and self.cut_at in piece
                writer.write(piece)
                await writer.drain()
                if is_last:
                    await asyncio.sleep(0.1)  # until the server has done it
                    await self.go()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def far(own_database: Settings) -> AsyncIterator[Far]:
    if own_database.is_sqlite:
        yield File(own_database)
        return
    address = urlsplit(own_database.database_url)
    line = Line(own_database, f"{parse_qs(address.query)['host'][0]}/.s.PGSQL.5432")
    await line.come_back()
    url = f"asyncpg://postgres:@127.0.0.1:{line.port}{address.path}"
    line.settings = own_database.model_copy(update={"database_url": url})
    yield line
    await line.go()


@dataclass
class Served:
    """A running application, the world in its database, and who asks."""

    clients: Clients
    world: World
    secret: str

    async def make_token(self, **how: Any) -> Answer:
        input = {"organisationId": ids.encode(self.world.alpina), "name": "the shop", "scopes": ["PRODUCTS_READ"]}
        return await self.clients.change("createApiToken", input, **({"as_": self.world.cL} | how))

    async def ask_everything(self) -> list[httpx2.Response]:
        """Each kind of request that needs the database."""
        with_token = {"Authorization": f"Bearer {self.secret}"}
        partnership = ids.encode(self.world.limited)
        found = [
            (await self.clients.ask(CATALOGUE)).response,
            (await self.clients.ask(WHO, as_=self.secret)).response,
            (
                await self.clients.ask(WHO, as_=self.secret, headers={"Accept": "application/graphql-response+json"})
            ).response,
            (await self.clients.ask(WHO, as_=self.world.cL)).response,
            (await self.clients.ask("{ __typename }", as_=new_token())).response,
            (await self.make_token()).response,
        ]
        for path in (f"/partnerships/{partnership}/receipts.jsonl", "/exports/none", "/mailbox"):
            found.append(await self.clients.http.get(path, headers=with_token))
        return found


@asynccontextmanager
async def serve_app(far: Far, *, engine: bool = True, **changes: Any) -> AsyncIterator[Served]:
    settings = far.settings.model_copy(update={"engine": engine, "demo": True} | changes)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("server.app.run_worker_alongside", lambda _: nullcontext())
        patched.setattr("server.app.set_up_logs", lambda _: None)  # the test's own log stays
        app = create_app(settings)
        async with connected_to(settings):
            world = await build_world()
            async with app.router.lifespan_context(app), Clients(app) as clients:
                found = Served(clients, world, world.tokens["cL"])
                for _ in range(3):  # until everybody is known
                    await found.clients.ask(WHO, as_=found.secret)
                    await asyncio.sleep(0.02)
                yield found


def outage_lines(lines: list[dict[str, Any]]) -> list[str]:
    """What the log says of outages, and of bugs."""
    ignored = {"answered", "refused", "viewers are looked up each time"}
    return [
        line["event"]
        for line in lines
        if line["event"] not in ignored and line["level"] != "debug" and line["logger"] != "httpx2"
    ]


@pytest.mark.parametrize("engine", [True, False])
async def test_who_asks_while_the_database_is_away_hears_that_and_is_answered_when_it_is_back(
    far: Far, log: Lines, monkeypatch: pytest.MonkeyPatch, engine: bool
):
    monkeypatch.setattr(outages, "_QUIET_SECONDS", 0.2)
    async with serve_app(far, engine=engine) as server:
        log()

        await far.go()
        during = [await server.ask_everything(), await server.ask_everything()]
        ready = await server.clients.http.get("/readyz")
        said = log()
        await far.come_back()
        await asyncio.sleep(0.3)
        after = await server.ask_everything()
        said_after = log()

    for response in (*during[0], *during[1]):
        extensions = {"code": "UNAVAILABLE", "requestId": response.headers["x-request-id"]}
        assert (response.status_code, response.json()) == (
            503,
            {"errors": [{"message": AWAY, "extensions": extensions}]},
        )
        assert response.headers["retry-after"] == "5"
    assert during[0][2].headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert ready.status_code == 503
    assert [response.status_code for response in after] == [200, 200, 200, 200, 401, 200, 200, 404, 200]
    assert outage_lines(said) == ["database_unavailable"]
    assert outage_lines(said_after) == ["database_available"]
    assert [line for line in said + said_after if "exception" in line] == []


@pytest.mark.parametrize("engine", [True, False])
@on_postgres
async def test_a_change_whose_storing_was_cut_off_is_not_said_to_be_undone(far: Line, engine: bool):
    async with serve_app(far, engine=engine) as server:
        before = await ApiToken.all().count()
        far.cut_at = b"COMMIT"

        answer = await server.make_token()

        await far.come_back()
        assert await ApiToken.all().count() == before + 1
    assert (answer.status, answer.json["data"]) == (200, None)
    (error,) = answer.errors
    assert (error["message"], error["path"], error["extensions"]["code"]) == (
        UNKNOWN,
        ["createApiToken"],
        "OUTCOME_UNKNOWN",
    )


@pytest.mark.parametrize("engine", [True, False])
@on_postgres
async def test_a_change_that_was_cut_off_before_it_was_stored_changed_nothing(far: Line, engine: bool):
    async with serve_app(far, engine=engine) as server:
        before = await snapshot()
        far.cut_at = b'INSERT INTO "audit_event"'

        answer = await server.make_token()

        await far.come_back()
        assert await snapshot() == before
        assert (await server.make_token()).data["createApiToken"]["userErrors"] == []
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")


async def test_what_was_stored_before_the_database_went_away_is_announced(far: Far):
    input = {"name": "the shop", "scopes": ["PRODUCTS_READ"]}
    query = """mutation($a: CreateApiTokenInput!, $b: CreateApiTokenInput!) {
        a: createApiToken(input: $a) { userErrors { code } } b: createApiToken(input: $b) { userErrors { code } } }"""

    async with serve_app(far) as server:
        input["organisationId"] = ids.encode(server.world.alpina)
        gone = list[asyncio.Task[None]]()
        database.after_commit.add(lambda: gone.append(asyncio.ensure_future(far.go())) if not gone else None)
        try:
            answer = await server.clients.ask(query, {"a": input, "b": input}, as_=server.world.cL)
        finally:
            database.after_commit.clear()

    assert (answer.status, answer.json["data"]) == (200, None)
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [(["b"], "OUTCOME_UNKNOWN")]


@on_postgres
async def test_connections_that_the_database_ended_are_replaced(far: Far, log: Lines):
    async with serve_app(far) as server:
        other = await asyncpg.connect(far.settings.database_url.replace("asyncpg", "postgres"))
        await server.ask_everything()
        log()

        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(0.1)
        after = [response.status_code for response in await server.ask_everything()]
        await other.close()

    assert after == [200, 200, 200, 200, 401, 200, 200, 404, 200]


@on_postgres
async def test_who_asks_a_database_that_says_nothing_any_more_does_not_wait_for_ever(
    far: Line, monkeypatch: pytest.MonkeyPatch
):
    for module in (database, postgres, connections):
        monkeypatch.setattr(module, "SECONDS_TO_WAIT", 0.3)
    async with serve_app(far, statement_milliseconds=100, lock_milliseconds=100) as server:
        far.is_frozen = True
        async with asyncio.timeout(15):
            during = await server.ask_everything()
            ready = await server.clients.http.get("/readyz")
        far.is_frozen = False
        await asyncio.sleep(0.1)
        after = await server.ask_everything()

    assert {response.status_code for response in (*during, ready)} == {503}
    assert [response.status_code for response in after] == [200, 200, 200, 200, 401, 200, 200, 404, 200]


READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgres": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
}


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


@on_sqlite
async def test_what_did_not_fit_on_the_disk_is_not_stored_with_the_next_change(far: File):
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


@on_sqlite
async def test_a_file_that_was_put_in_the_place_of_the_database_is_not_written_to(far: File):
    async with serve_app(far) as server:
        await far.go()
        shutil.copyfile(far.elsewhere, far.settings.sqlite_file)
        during = await server.ask_everything()
        await far.come_back()
        after = await server.ask_everything()

    assert {response.status_code for response in during} == {503}
    assert [response.status_code for response in after] == [200, 200, 200, 200, 401, 200, 200, 404, 200]


@on_sqlite
async def test_no_file_is_created_where_the_database_was(far: File):
    async with serve_app(far) as server:
        await far.go()
        await server.ask_everything()

        assert not far.settings.sqlite_file.exists()
        await far.come_back()


async def test_a_worker_says_once_that_the_database_is_away(far: Far, log: Lines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outages, "_QUIET_SECONDS", 0.1)
    async with connected_to(far.settings):
        worker = Worker(far.settings.model_copy(update={"worker_poll_seconds": 0.05, "demo": True}))
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.3)
        log()

        await far.go()
        await asyncio.sleep(0.5)
        during = log()
        await far.come_back()
        await asyncio.sleep(0.5)
        worker.stop()
        await running

    assert (outage_lines(during), outage_lines(log())) == (["database_unavailable"], ["database_available"])


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
