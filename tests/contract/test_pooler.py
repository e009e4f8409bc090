"""Does the server work behind a real PgBouncer in transaction mode, with the settings that docs/operations.md names?

Part of the long tests, and only where `pgbouncer` is installed: nothing is installed for it.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from server.app import create_app
from server.cli import main
from server.models.database import open_database
from server.models.upgrade import bring_up_to_date
from server.resolvers import ids
from server.settings import Settings
from tests.clients import Clients
from tests.databases import Databases, settings_for
from tests.reliability.houses import until
from tests.world import World, build_world

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

pytestmark = [
    pytest.mark.only_postgres,
    pytest.mark.long,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not on PATH: `apt install pgbouncer`"),
]

CONFIGURATION = """
[databases]
* = host={host} port=5432 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
{more}
"""
IGNORING = "ignore_startup_parameters = statement_timeout,lock_timeout,plan_cache_mode,random_page_cost,jit"
WHO = "{ viewer { user { email } } }"
LISTS = "{ catalogue(first: 5) { totalCount nodes { name } } viewer { organisations { nodes { name } } } }"


@asynccontextmanager
async def pgbouncer(direct: Settings, more: str = "", size: int = 2) -> AsyncIterator[Settings]:
    """A pooler before the database, with fewer connections to it than callers have to the pooler."""
    address = urlsplit(direct.database_url)
    with TemporaryDirectory(prefix="reseller-pgbouncer-") as folder:
        process, port = start_pooler(Path(folder), parse_qs(address.query)["host"][0], more, size)
        try:
            await until(lambda: accepts(port))
            yield Settings(
                _env_file=None,
                database_url=f"asyncpg://postgres:@127.0.0.1:{port}{address.path}",
                pooler="transaction",
                direct_database_url=direct.database_url,
                log_level="ERROR",
            )
        finally:
            process.terminate()
            process.wait(10)


def start_pooler(folder: Path, host: str, more: str, size: int) -> tuple[subprocess.Popen[bytes], int]:
    """The process and its port. As root it needs somebody else to run as."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    file = folder / "pgbouncer.ini"
    file.write_text(CONFIGURATION.format(host=host, port=port, size=size, more=more))
    folder.chmod(0o755)
    user = ["-u", pwd.getpwuid(Path(host).stat().st_uid).pw_name] if os.getuid() == 0 else []
    command = [str(PGBOUNCER), *user, str(file)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port


async def accepts(port: int) -> bool:
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


@pytest.fixture
async def direct(all_databases: Databases) -> AsyncIterator[Settings]:
    """A database whose own address is known; what the tests connect and disconnect is not that of other tests."""
    with TortoiseContext():
        yield settings_for(await all_databases.copy())


@asynccontextmanager
async def serve_app(settings: Settings, *, engine: bool) -> AsyncIterator[tuple[Clients, World]]:
    app = create_app(settings.model_copy(update={"engine": engine, "worker_in_serve": True, "demo": True}))
    async with app.router.lifespan_context(app), Clients(app) as clients:
        async with in_transaction():  # else the worker begins the receipts of what is there so far
            world = await build_world()
        await until(lambda: is_listening(app))
        yield clients, world


async def is_listening(app: object) -> bool:
    return app.fast_path.endpoint.viewer_cache.is_open  # type: ignore[attr-defined]


@pytest.mark.parametrize("engine", [True, False])
async def test_the_server_reads_writes_and_hears_behind_a_pooler(direct: Settings, engine: bool):
    async with pgbouncer(direct) as settings:
        await bring_up_to_date(settings)
        async with serve_app(settings, engine=engine) as (clients, world):
            secret = world.tokens["pL"]

            # Many at once, in turn over few connections, each time another statement than the one before.
            asked = [
                clients.ask(query, as_=who) for _ in range(30) for query in (WHO, LISTS) for who in (secret, world.cL)
            ]
            read = await asyncio.gather(*asked)
            input = {"organisationId": ids.encode(world.alpina), "name": "pooled", "scopes": ["PRODUCTS_READ"]}
            made = await asyncio.gather(*(clients.change("createApiToken", input, as_=world.cL) for _ in range(5)))

            row = world.token_pL
            other = await asyncpg.connect(direct.database_url.replace("asyncpg", "postgres"))
            await other.execute("UPDATE api_token SET revoked_at = now() WHERE id = $1", row.id)

            async def is_refused() -> bool:
                return (await clients.ask(WHO, as_=secret)).status == 401

            await until(is_refused)
            await other.close()

    assert {answer.status for answer in read} == {200}
    assert len({str(answer.json) for answer in read}) == 4
    assert [answer.data["createApiToken"]["userErrors"] for answer in made] == [[]] * 5


async def test_a_transaction_behind_a_pooler_has_its_limits(direct: Settings):
    async with pgbouncer(direct) as pooled:
        settings = pooled.model_copy(update={"statement_milliseconds": 100})
        async with open_database(settings):
            from tortoise.connection import get_connection

            _, rows = await get_connection("default").execute_query("SHOW statement_timeout")
            _, jit = await get_connection("default").execute_query("SHOW jit")

    assert [dict(row) for row in (*rows, *jit)] == [{"statement_timeout": "100ms"}, {"jit": "off"}]


async def test_the_commands_work_behind_a_pooler(direct: Settings, monkeypatch: pytest.MonkeyPatch):
    async with pgbouncer(direct) as settings:
        for name, value in {
            "DATABASE_URL": settings.database_url,
            "POOLER": "transaction",
            "DIRECT_DATABASE_URL": direct.database_url,
        }.items():
            monkeypatch.setenv(f"RESELLER_{name}", value)
        codes = [
            await asyncio.get_running_loop().run_in_executor(None, main, command)
            for command in (["migrate"], ["demo"], ["outbox"])
        ]

    assert codes == [0, 0, 0]


async def test_a_pooler_in_the_place_of_the_database_s_own_address_is_refused(
    direct: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async with pgbouncer(direct, IGNORING) as settings:
        monkeypatch.setenv("RESELLER_DATABASE_URL", settings.database_url)
        monkeypatch.setenv("RESELLER_POOLER", "transaction")
        monkeypatch.setenv("RESELLER_DIRECT_DATABASE_URL", settings.database_url)
        code = await asyncio.get_running_loop().run_in_executor(None, main, ["migrate"])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err == "RESELLER_DIRECT_DATABASE_URL: this is also a pooler. Give the database's own address.\n"


@pytest.mark.parametrize("more", ["", IGNORING])
async def test_a_pooler_that_no_setting_names_is_refused_in_one_line(
    direct: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: str
):
    async with pgbouncer(direct, more) as settings:
        monkeypatch.setenv("RESELLER_DATABASE_URL", settings.database_url)
        code = await asyncio.get_running_loop().run_in_executor(None, main, ["migrate"])

    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "RESELLER_POOLER=transaction" in err
    assert "RESELLER_DIRECT_DATABASE_URL" in err
