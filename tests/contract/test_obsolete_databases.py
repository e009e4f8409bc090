"""A database that was created before the first release is refused by every command, in one line that says what to do."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.settings import Settings
from tests.clients import Clients
from tests.contract.command_line import Answer, free_port, no_settings, run_here
from tests.databases import Databases, connected_to, settings_for

pytestmark = pytest.mark.postgres
__all__ = ["no_settings", "run_here"]

COMMANDS = (
    "migrate",
    "demo",
    "demo --close-accounts",
    "serve",
    "worker",
    "outbox",
    "explain query.graphql",
    "staff add a@b.example",
    "staff remove a@b.example",
    "token create --email a@b.example --organisation b --name c --scope products:read",
    "token revoke aaaa",
)
"""Every command that opens a database."""

GONE = (
    "This database was created by migrations that no longer exist. "
    "Nothing has been released, so there is no upgrade. Start afresh: "
)
RECORDED = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '0002_guards', '2026-11-01')"


async def execute(settings: Settings, *statements: str) -> None:
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.sqlite_file)) as file:
            file.executescript(";".join(statements))
        return
    connection: Any = await asyncpg.connect(settings.database_url.replace("asyncpg://", "postgresql://"))
    try:
        await connection.execute(";".join(statements))
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def obsolete(all_databases: Databases) -> Settings:
    """A database that records one of the old migrations."""
    settings = settings_for(await all_databases.copy())
    await execute(settings, RECORDED)
    return settings


def remedy(settings: Settings) -> str:
    if settings.is_sqlite:
        return f"delete {settings.sqlite_file} with its -wal and -shm files."
    return "drop and create its schema again (DROP SCHEMA public CASCADE; CREATE SCHEMA public)."


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_refuses_a_database_from_before_the_first_release(
    obsolete: Settings, run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
):
    if command == "worker" and obsolete.is_sqlite:
        pytest.skip("SQLite takes no worker of its own")
    (tmp_path / "query.graphql").write_text("{ viewer { user { email } } }")
    monkeypatch.setenv("RESELLER_DATABASE_URL", obsolete.database_url)
    monkeypatch.setenv("RESELLER_PORT", str(free_port()))

    answer = run_here(*command.split())

    assert answer == Answer(1, "", f"{GONE}{remedy(obsolete)}\n")


@pytest.fixture
async def broken_off(all_databases: Databases) -> Settings:
    """A database that had the first of the old migrations, which had the name that the only one has now."""
    settings = settings_for(await all_databases.copy())
    await execute(settings, "DROP TABLE job_run")
    return settings


def test_a_database_whose_old_migrations_were_broken_off_is_refused_too(
    broken_off: Settings, run_here: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RESELLER_DATABASE_URL", broken_off.database_url)

    answer = run_here("migrate")

    assert answer == Answer(1, "", f"{GONE}{remedy(broken_off)}\n")


@pytest.fixture
async def clients(obsolete: Settings, app: Any) -> AsyncIterator[Clients]:
    async with connected_to(obsolete), Clients(app) as clients:
        yield clients


async def test_a_server_of_a_database_from_before_the_first_release_is_not_ready(clients: Clients):
    answer = await clients.http.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "the database was created before the first release: start afresh with an empty one"
    }
