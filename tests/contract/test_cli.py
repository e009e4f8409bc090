"""Does `python -m server` do what its help and docs/operations.md say?

What touches a database runs as people run it, in a process of its own, next to one running server.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import closing
from contextvars import Context
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.cli import main
from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, employee_token
from server.domain.people.tokens import is_well_formed
from server.domain.rights import Scope
from tests.servers import NO_CERTIFICATES, begin_with_what_is_built

PROJECT = Path(__file__).parents[2]
SECONDS_TO_START = 30
REMEDY = "Change that, or name another file in RESELLER_DATABASE_URL."


@dataclass(frozen=True)
class Answer:
    """What a finished command left behind."""

    exit_code: int
    out: str
    err: str


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Of a machine where nothing is set but what a test sets, with `folder`'s own database."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESELLER_")}
    chosen = {"database_url": f"sqlite://{folder}/test.sqlite3"} | settings
    return inherited | {f"RESELLER_{name.upper()}": str(value) for name, value in chosen.items()}


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server", *arguments],
        cwd=folder,
        env=environment(folder) | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Answer:
    out, err = process.communicate(timeout=SECONDS_TO_START)
    return Answer(process.returncode, out, err)


def run(folder: Path, *arguments: str) -> Answer:
    return finish(start(folder, *arguments))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass(frozen=True)
class Running:
    """A server on the demo world."""

    folder: Path
    port: int
    banner: str

    def ask(self, query: str, secret: str) -> httpx2.Response:
        url = f"http://127.0.0.1:{self.port}/graphql"
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx2.post(url, json={"query": query}, headers=headers, verify=NO_CERTIFICATES)

    def mailbox(self) -> str:
        return httpx2.get(f"http://127.0.0.1:{self.port}/mailbox", verify=NO_CERTIFICATES).text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("cli")
    begin_with_what_is_built(folder / "test.sqlite3")
    port = free_port()
    process = start(folder, "serve", "--demo", "--port", str(port))
    try:
        wait_until_open(process, port)
        assert process.stdout is not None
        banner = "".join(iter(process.stdout.readline, "\n")) + "".join(iter(process.stdout.readline, "\n"))
        yield Running(folder, port, banner)
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS_TO_START)


def wait_until_open(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"the server did not start: {process.communicate()}")


@pytest.fixture
def run_failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command that fails in this process, where no database is open: it closes whatever is, as it ends."""
    for name in [name for name in os.environ if name.startswith("RESELLER_")]:
        monkeypatch.delenv(name)
    for name in (
        "HOST",
        "PORT",
        "WORKERS",
        "PUBLIC_URL",
        "DEMO",
        "DEMO_IN_PUBLIC",
    ):  # what `serve` sets is to be forgotten afterwards
        monkeypatch.setenv(f"RESELLER_{name}", "")
        monkeypatch.delenv(f"RESELLER_{name}")
    monkeypatch.chdir(tmp_path)

    def run_here(*arguments: str) -> Answer:
        exit_code = Context().run(main, arguments)
        out, err = capsys.readouterr()
        return Answer(exit_code, out, err)

    return run_here


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
def test_help_names_everything_there_is(run_failing: Any, arguments: Sequence[str], words: Sequence[str]):
    answer = run_failing(*arguments)

    assert (answer.exit_code, answer.err) == (0, "")
    assert [word for word in words if word not in answer.out] == []


def test_the_version_is_that_of_the_project(run_failing: Any):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]

    assert run_failing("--version") == Answer(0, f"{project['version']}\n", "")


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
def test_wrong_usage_is_reported_in_one_line(run_failing: Any, arguments: Sequence[str], message: str):
    answer = run_failing(*arguments)

    assert answer == Answer(2, "", f"{message}\n")


@pytest.mark.parametrize("arguments", [("staff", "add", "\udcff@x.example"), ("token", "revoke", "\udcff" * 4)])
def test_bytes_that_are_not_text_are_refused(run_failing: Any, arguments: Sequence[str]):
    assert run_failing(*arguments) == Answer(2, "", "The command line is not written in UTF-8.\n")


def test_an_unknown_scope_is_answered_with_those_there_are(run_failing: Any):
    answer = run_failing(
        "token", "create", "--email", "a@b.example", "--organisation", "b", "--name", "c", "--scope", "all:read"
    )

    assert answer == Answer(2, "", f"There is no scope all:read. There are: {', '.join(Scope)}.\n")


def test_sqlite_refuses_a_second_process(run_failing: Any):
    answer = run_failing("serve", "--workers", "2", "--port", str(free_port()))

    assert answer.exit_code == 2
    assert answer.err.startswith("SQLite allows only one server process.")
    assert answer.err.count("\n") == 1


def test_a_taken_port_is_named_with_the_ways_to_choose_another(run_failing: Any, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        answer = run_failing("serve", "--port", str(port))

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
    run_failing: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, exit_code: int, message: str
):
    (tmp_path / "file").write_text("not a folder, and not a database either\n" * 20)
    monkeypatch.setenv("RESELLER_DATABASE_URL", url)

    answer = run_failing("migrate")

    assert answer == Answer(exit_code, "", f"{message}\n")


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
    run_failing: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
):
    monkeypatch.setenv("RESELLER_DATABASE_URL", f"sqlite://{in_the_way(tmp_path)}")
    monkeypatch.setenv("RESELLER_PORT", str(free_port()))
    (tmp_path / "query.graphql").write_text("{ viewer { user { email } } }")
    before = set(threading.enumerate())

    answer = run_failing(*command.split())

    assert answer == Answer(1, "", f"{OPENING[command]}\n")
    assert [one for one in set(threading.enumerate()) - before if not one.daemon and is_alive_after_a_moment(one)] == []


def is_alive_after_a_moment(thread: threading.Thread) -> bool:
    thread.join(1)
    return thread.is_alive()


def test_a_failing_command_ends(tmp_path: Path):
    in_the_way(tmp_path)

    process = start(tmp_path, "migrate")

    assert finish(process) == Answer(1, "", f"{NOT_MIGRATABLE}\n")


def test_an_unreachable_postgres_is_reported_without_its_password(tmp_path: Path):
    url = f"asyncpg://somebody:hush@127.0.0.1:{free_port()}/reseller"

    process = subprocess.run(
        [sys.executable, "-m", "server", "migrate"],
        cwd=tmp_path,
        env=environment(tmp_path, database_url=url) | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr.startswith("The database reseller on 127.0.0.1 cannot be reached: ")
    assert process.stderr.count("\n") == 1
    assert "hush" not in process.stderr


def test_the_schema_is_the_committed_one(capfdbinary: pytest.CaptureFixture[bytes]):
    exit_code = main(["schema"])

    assert exit_code == 0
    assert capfdbinary.readouterr().out == (PROJECT / "schema.graphql").read_bytes()


def test_a_command_needs_a_database_that_is_up_to_date(tmp_path: Path):
    answer = run(tmp_path, "token", "revoke", "aaaa")

    assert answer == Answer(1, "", "The database is not up to date. Run `python -m server migrate` first.\n")


def test_the_banner_says_how_to_visit_the_demo(running: Running):
    claire, ralf, emma = DEMO_ACCOUNTS

    assert running.banner.splitlines() == [
        f"  GraphiQL    http://127.0.0.1:{running.port}/graphiql",
        f"  Mailbox     http://127.0.0.1:{running.port}/mailbox",
        f"  Sign in as  {claire.email}, legal representative of {claire.organisation}",
        f"              {ralf.email}, legal representative of {ralf.organisation}",
        f"  Password    {DEMO_PASSWORD}",
        f"  API token   {employee_token()}",
        f"              of {emma.email}, employee of {emma.organisation}",
    ]
    answer = running.ask("{ viewer { user { email } } }", employee_token())
    assert answer.json() == {"data": {"viewer": {"user": {"email": emma.email}}}}


def test_both_sides_of_every_living_partnership_of_the_demo_have_a_receipt(running: Running):
    first = """SELECT p.status, count(r.id) FROM partnership p LEFT JOIN receipt r ON r.partnership_id = p.id
        AND r.sequence = 1 AND r.what = 'partnership.stated' GROUP BY p.id"""

    with closing(sqlite3.connect(running.folder / "test.sqlite3")) as database:
        found = set(database.execute(first).fetchall())

    living, over = {"INVITED", "ACTIVE", "SUSPENDED"}, {"DECLINED", "CANCELLED", "EXPIRED", "TERMINATED"}
    assert found == {(status, 1) for status in living} | {(status, 0) for status in over}


def test_nothing_is_migrated_or_built_twice(running: Running):
    migrating, building = start(running.folder, "migrate"), start(running.folder, "demo")

    assert finish(migrating) == Answer(0, "The database is up to date.\n", "")
    assert finish(building) == Answer(
        1,
        "",
        "The database is not empty, and the demo never mixes with existing data. "
        "Set RESELLER_DATABASE_URL to another database.\n",
    )


def test_the_demo_is_not_served_as_production(running: Running):
    answer = run(running.folder, "serve", "--port", str(free_port()))

    assert answer.exit_code == 1
    assert re.fullmatch(
        r"This database was a demo: it has \d+ accounts with the demo's password and the demo's API token, "
        r"which are public\. Give production [^\n]+\n",
        answer.err,
    )


def other_spelling(email: str) -> str:
    """In capitals, and with a dot of Chinese typesetting, which domains may have."""
    return email.upper().replace(".", "。")


def test_a_person_joins_the_staff_by_their_address_however_it_is_typed(running: Running, tmp_path: Path):
    source, copy = running.folder / "test.sqlite3", tmp_path / "test.sqlite3"
    with closing(sqlite3.connect(source)) as demo, closing(sqlite3.connect(copy)) as own:
        demo.backup(own)
    claire = DEMO_ACCOUNTS[0]

    answers = [run(tmp_path, "staff", act, other_spelling(claire.email)) for act in ("add", "remove")]

    assert answers == [
        Answer(0, f"{claire.email} is a member of the staff.\n", ""),
        Answer(0, f"{claire.email} is not a member of the staff.\n", ""),
    ]


def test_a_token_works_from_its_making_to_its_end(running: Running):
    claire = DEMO_ACCOUNTS[0]
    query = "{ viewer { user { email } token { name lastFour scopes } } }"

    made = run(
        running.folder,
        *("token", "create", "--email", other_spelling(claire.email)),
        *("--organisation", claire.organisation.upper()),
        *("--name", "nightly", "--scope", "products:read", "--scope", "MEMBERS_READ", "--days", "5"),
    )

    secret = made.out.removesuffix("\n")
    assert made.exit_code == 0
    assert is_well_formed(secret)
    assert re.fullmatch(
        rf"tok_[0-9a-f]{{32}} for {claire.email} in {claire.organisation}, until [^\n]+\.\n"
        r"Save the secret now: it is not stored anywhere\.\n",
        made.err,
    )
    assert running.ask(query, secret).json() == {
        "data": {
            "viewer": {
                "user": {"email": claire.email},
                "token": {"name": "nightly", "lastFour": secret[-4:], "scopes": ["MEMBERS_READ", "PRODUCTS_READ"]},
            }
        }
    }

    ended = run(running.folder, "token", "revoke", secret[-4:])

    token_id = made.err.partition(" ")[0]
    assert ended == Answer(0, f"{token_id} (nightly) has been revoked.\n", "")
    assert running.ask(query, secret).status_code == 401
    assert acts(running.folder) == [
        ("apiToken.created", "ApiToken", token_id, ["MEMBERS_READ", "PRODUCTS_READ"]),
        ("apiToken.revoked", "ApiToken", token_id, None),
    ]
    assert read_outbox(running.folder) == [("token.created", token_id), ("token.revoked", token_id)]


def acts(folder: Path) -> list[tuple[str, str, str, list[str] | None]]:
    """What the audit log says was done at the command line, by nobody who signed in."""
    with closing(sqlite3.connect(folder / "test.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT action, subject_type, subject_id, after FROM audit_event"
            " WHERE request_id = 'cli' AND actor_id IS NULL AND api_token_id IS NULL ORDER BY id"
        ).fetchall()
    return [
        (action, kind, f"tok_{id.replace('-', '')}", json.loads(after)["scopes"] if after else None)
        for action, kind, id, after in rows
    ]


def read_outbox(folder: Path) -> list[tuple[str, str]]:
    """The topics and subjects of what the command line put into the outbox."""
    with closing(sqlite3.connect(folder / "test.sqlite3")) as connection:
        rows = connection.execute("SELECT topic, payload FROM outbox_message ORDER BY id").fetchall()
    payloads = [(topic, json.loads(payload)) for topic, payload in rows]
    return [(topic, payload["subject"]) for topic, payload in payloads if payload["requestId"] == "cli"]


def test_what_the_demo_would_send_is_in_its_mailbox(running: Running):
    claire = DEMO_ACCOUNTS[0]
    options = ("--email", claire.email, "--organisation", claire.organisation, "--scope", "products:read")

    made = run(running.folder, "token", "create", *options, "--name", "mailed")

    assert made.exit_code == 0
    deadline = time.monotonic() + SECONDS_TO_START
    while claire.email not in running.mailbox() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert claire.email in running.mailbox()


def test_a_token_is_restricted_to_managed_customers(running: Running):
    claire, ralf, emma = DEMO_ACCOUNTS
    options = ("--email", emma.email, "--organisation", emma.organisation, "--scope", "products:read")
    command = ("token", "create", *options, "--customer", claire.organisation)

    managed = run(running.folder, *command, "--name", "for one")
    others = run(running.folder, *command, "--name", " ", "--customer", ralf.organisation)

    assert managed.exit_code == 0
    assert is_well_formed(managed.out.removesuffix("\n"))
    assert others == Answer(
        1, "", "name: This must not be empty. customer_ids.1: This organisation is not a managed customer.\n"
    )


def test_a_token_that_cannot_be_created_is_reported_in_one_line(running: Running):
    claire, _, emma = DEMO_ACCOUNTS
    options = {"--email": emma.email, "--organisation": emma.organisation, "--name": "x", "--scope": "products:read"}
    refusals = {
        ("--email", "nobody@partner.example"): "Nobody has the e-mail address nobody@partner.example.",
        ("--organisation", claire.organisation): f"{emma.email} is not an active member of {claire.organisation}.",
    }

    processes = [
        start(running.folder, "token", "create", *chain.from_iterable((options | dict([changed])).items()))
        for changed in refusals
    ]

    assert [finish(process) for process in processes] == [
        Answer(1, "", f"{message}\n") for message in refusals.values()
    ]
