"""What do commands say and leave behind when the database is missing, old or unreachable?"""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from tests.contract.command_line import PROJECT, Answer, free_port, no_settings, run_command, run_here

__all__ = ["no_settings", "run_here"]
NOT_MIGRATED = "The database is not up to date. Run `python -m server migrate` first."
NOT_MIGRATABLE = 'The database could not be brought up to date: table "catalogue_item" already exists.'
OPENING = {
    "migrate": NOT_MIGRATABLE,
    "demo": NOT_MIGRATABLE,
    "serve": NOT_MIGRATABLE,
    "outbox": NOT_MIGRATED,
    "explain query.graphql": NOT_MIGRATED,
    "staff add a@b.example": NOT_MIGRATED,
    "staff remove a@b.example": NOT_MIGRATED,
    "token create --email a@b.example --organisation b --name c --scope products:read": NOT_MIGRATED,
    "token revoke aaaa": NOT_MIGRATED,
}
"""Every command that opens an SQLite database, and what it says of one with a table in the migrations' way."""


def in_the_way(folder: Path) -> Path:
    """An SQLite file in which somebody has made a table of ours."""
    file = folder / "test.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE catalogue_item (a)")
        database.commit()
    return file


@pytest.mark.parametrize("command", OPENING)
def test_a_failing_command_leaves_no_connection_that_keeps_the_process(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
):
    monkeypatch.setenv("RESELLER_DATABASE_URL", f"sqlite://{in_the_way(tmp_path)}")
    monkeypatch.setenv("RESELLER_PORT", str(free_port()))
    (tmp_path / "query.graphql").write_text("{ viewer { user { email } } }")
    before = set(threading.enumerate())

    answer = run_here(*command.split())

    assert answer == Answer(1, "", f"{OPENING[command]}\n")
    assert [one for one in set(threading.enumerate()) - before if not one.daemon and is_alive_after_a_moment(one)] == []


def is_alive_after_a_moment(thread: threading.Thread) -> bool:
    thread.join(1)
    return thread.is_alive()


def test_a_failing_command_ends(tmp_path: Path):
    in_the_way(tmp_path)

    assert run_command(tmp_path, "migrate") == Answer(1, "", f"{NOT_MIGRATABLE}\n")


def test_an_unreachable_postgres_is_reported_without_its_password(run_here: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RESELLER_DATABASE_URL", f"asyncpg://somebody:hush@127.0.0.1:{free_port()}/reseller")

    answer = run_here("migrate")

    assert (answer.exit_code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert answer.err.startswith("The database reseller on 127.0.0.1 cannot be reached: ")
    assert "hush" not in answer.err


def test_the_schema_is_the_committed_one(capfdbinary: pytest.CaptureFixture[bytes]):
    exit_code = main(["schema"])

    assert exit_code == 0
    assert capfdbinary.readouterr().out == (PROJECT / "schema.graphql").read_bytes()


def test_a_command_needs_a_database_that_is_up_to_date(run_here: Any):
    answer = run_here("token", "revoke", "aaaa")

    assert answer == Answer(1, "", "The database is not up to date. Run `python -m server migrate` first.\n")
