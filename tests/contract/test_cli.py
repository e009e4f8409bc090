"""Does `python -m server` do what its help and docs/operations.md say?

What touches a database runs as people run it, in a process of its own, next to one running server.
"""

import socket
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server.domain.rights import Scope
from tests.contract.command_line import PROJECT, Answer, free_port, no_settings, run_here

__all__ = ["no_settings", "run_here"]
REMEDY = "Change that, or name another file in RESELLER_DATABASE_URL."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["serve", "worker", "outbox", "migrate", "demo", "schema", "token"]),
        (["--help"], ["serve", "worker", "outbox", "migrate", "demo", "schema", "token"]),
        (["serve", "--help"], ["--host", "--port", "--workers", "--demo", "--demo-in-public"]),
        (["demo", "--help"], ["--scale", "--close-accounts"]),
        (["outbox", "--help"], ["--retry"]),
        (["token", "--help"], ["create", "revoke"]),
        (["token", "create", "--help"], ["--email", "--organisation", "--name", "--scope", "--customer", "--days"]),
        (["token", "revoke", "--help"], ["ID_OR_LAST_FOUR"]),
    ],
)
def test_help_names_everything_there_is(run_here: Any, arguments: Sequence[str], words: Sequence[str]):
    answer = run_here(*arguments)

    assert (answer.exit_code, answer.err) == (0, "")
    assert [word for word in words if word not in answer.out] == []


def test_the_version_is_that_of_the_project(run_here: Any):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]

    assert run_here("--version") == Answer(0, f"{project['version']}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["fly"],
            'Unknown command "fly". Available commands: token, staff, serve, worker, outbox, migrate, demo, explain, ... Try --help.',
        ),
        (["migrate", "--fast"], "Unknown option: --fast. Try --help."),
        (["serve", "--port", "http"], 'Invalid value for --port: unable to convert "http" into int. Try --help.'),
        (["serve", "--port", "70000"], "RESELLER_PORT: Input should be less than or equal to 65535."),
        (
            ["worker"],
            "SQLite allows only one process, so `serve` is also the worker. A separate worker needs PostgreSQL.",
        ),
        (["demo", "--scale", "0"], 'Invalid value "0" for --scale. Must be >= 1. Try --help.'),
        (
            ["token", "revoke", "rsl_pat_secret"],
            "Give the token's id (tok_…) or the last four characters of its secret.",
        ),
    ],
)
def test_wrong_usage_is_reported_in_one_line(run_here: Any, arguments: Sequence[str], message: str):
    answer = run_here(*arguments)

    assert answer == Answer(2, "", f"{message}\n")


@pytest.mark.parametrize("arguments", [("staff", "add", "\udcff@x.example"), ("token", "revoke", "\udcff" * 4)])
def test_bytes_that_are_not_text_are_refused(run_here: Any, arguments: Sequence[str]):
    assert run_here(*arguments) == Answer(2, "", "The command line is not written in UTF-8.\n")


def test_an_unknown_scope_is_answered_with_those_that_exist(run_here: Any):
    answer = run_here(
        "token", "create", "--email", "a@b.example", "--organisation", "b", "--name", "c", "--scope", "all:read"
    )

    assert answer == Answer(2, "", f"There is no scope all:read. There are: {', '.join(Scope)}.\n")


def test_sqlite_refuses_a_second_process(run_here: Any):
    answer = run_here("serve", "--workers", "2", "--port", str(free_port()))

    assert answer.exit_code == 2
    assert answer.err.startswith("SQLite allows only one server process.")
    assert answer.err.count("\n") == 1


def test_a_taken_port_is_named_with_the_ways_to_choose_another(run_here: Any, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        answer = run_here("serve", "--port", str(port))

    another = port + 1 if port < 65_535 else port - 1
    assert answer == Answer(
        1,
        "",
        f"Port {port} on 127.0.0.1 is already in use. Choose another: RESELLER_PORT={another} or --port {another}.\n",
    )
    assert list(tmp_path.iterdir()) == []  # nothing was begun


@pytest.mark.parametrize(
    ("url", "exit_code", "message"),
    [
        (
            "sqlite://file/x.sqlite3",
            1,
            f"The folder of the database file file/x.sqlite3 does not exist. {REMEDY}",
        ),
        (
            "sqlite://file",
            1,
            f"The database file file cannot be used: file is not a database. {REMEDY}",
        ),
        ("sqlite://:memory:", 2, "RESELLER_DATABASE_URL: name a file, such as sqlite://reseller.sqlite3."),
        ("mysql://there/x", 2, "RESELLER_DATABASE_URL: it must begin with sqlite:// or asyncpg://."),
    ],
)
def test_an_unusable_database_is_reported_in_one_line(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, exit_code: int, message: str
):
    (tmp_path / "file").write_text("not a folder, and not a database either\n" * 20)
    monkeypatch.setenv("RESELLER_DATABASE_URL", url)

    answer = run_here("migrate")

    assert answer == Answer(exit_code, "", f"{message}\n")
