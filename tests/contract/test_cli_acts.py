"""What do commands do: the demo, staff and API tokens?"""

import json
import re
import sqlite3
import time
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, employee_token
from server.domain.people.tokens import is_well_formed
from tests.contract.command_line import SECONDS_TO_START, Answer, free_port, no_settings, run_command, run_here
from tests.servers import NO_CERTIFICATES, DemoServer

__all__ = ["no_settings", "run_here"]


def ask(server: DemoServer, query: str, secret: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx2.post(f"{server.url}/graphql", json={"query": query}, headers=headers, verify=NO_CERTIFICATES)


def mailbox(server: DemoServer) -> str:
    return httpx2.get(f"{server.url}/mailbox", verify=NO_CERTIFICATES).text


@pytest.fixture
def run(run_here: Any, demo_server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command on the database of the demo, in this process, next to its server."""
    monkeypatch.setenv("RESELLER_DATABASE_URL", demo_server.database_url)
    return run_here


def test_the_banner_says_how_to_visit_the_demo(demo_server: DemoServer):
    claire, ralf, emma = DEMO_ACCOUNTS

    banner = demo_server.banner.splitlines()

    assert banner == [
        "",
        f"  GraphiQL    {demo_server.url}/graphiql",
        f"  Mailbox     {demo_server.url}/mailbox",
        f"  Sign in as  {claire.email}, legal representative of {claire.organisation}",
        f"              {ralf.email}, legal representative of {ralf.organisation}",
        f"  Password    {DEMO_PASSWORD}",
        f"  API token   {employee_token()}",
        f"              of {emma.email}, employee of {emma.organisation}",
    ]
    answer = ask(demo_server, "{ viewer { user { email } } }", employee_token())
    assert answer.json() == {"data": {"viewer": {"user": {"email": emma.email}}}}


def test_both_sides_of_every_living_partnership_of_the_demo_have_a_receipt(demo_server: DemoServer):
    first = """SELECT p.status, count(r.id) FROM partnership p LEFT JOIN receipt r ON r.partnership_id = p.id
        AND r.sequence = 1 AND r.what = 'partnership.stated' GROUP BY p.id"""

    with closing(sqlite3.connect(file_of(demo_server))) as database:
        found = set(database.execute(first).fetchall())

    living, over = {"INVITED", "ACTIVE", "SUSPENDED"}, {"DECLINED", "CANCELLED", "EXPIRED", "TERMINATED"}
    assert found == {(status, 1) for status in living} | {(status, 0) for status in over}


def test_nothing_is_migrated_or_built_twice(run: Any):
    migrated, built = run("migrate"), run("demo")

    assert migrated == Answer(0, "The database is up to date.\n", "")
    assert built == Answer(
        1,
        "",
        "The database is not empty, and the demo never mixes with existing data. "
        "Set RESELLER_DATABASE_URL to another database.\n",
    )


def test_the_demo_is_not_served_as_production(run: Any):
    answer = run("serve", "--port", str(free_port()))

    assert answer.exit_code == 1
    assert re.fullmatch(
        r"This database was a demo: it has \d+ accounts with the demo's password and the demo's API token, "
        r"which are public\. Give production [^\n]+\n",
        answer.err,
    )


def test_a_backup_of_a_running_server_is_complete(
    run: Any, demo_server: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """As docs/operations.md makes it."""
    backup = tmp_path / "backup.sqlite3"
    with closing(sqlite3.connect(file_of(demo_server))) as source:
        source.execute(f"VACUUM INTO '{backup}'")
        expected = count_rows(source)

    monkeypatch.setenv("RESELLER_DATABASE_URL", f"sqlite://{backup}")
    with closing(sqlite3.connect(backup)) as copy:
        assert count_rows(copy) == expected
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert run("migrate") == Answer(0, "The database is up to date.\n", "")


def count_rows(database: sqlite3.Connection) -> dict[str, int]:
    """Of the tables that the server's worker does not write meanwhile."""
    found = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    tables = found - {"job_run", "outbox_message", "email_message"}
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def file_of(server: DemoServer) -> Path:
    return Path(server.database_url.removeprefix("sqlite://"))


def other_spelling(email: str) -> str:
    """In capitals, and with a dot of Chinese typesetting, which domains may have."""
    return email.upper().replace(".", "。")


def test_a_person_joins_the_staff_by_their_address_however_it_is_typed(
    run: Any, demo_server: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(file_of(demo_server))) as demo, closing(sqlite3.connect(copy)) as own:
        demo.backup(own)
    monkeypatch.setenv("RESELLER_DATABASE_URL", f"sqlite://{copy}")
    claire = DEMO_ACCOUNTS[0]

    answers = [run("staff", act, other_spelling(claire.email)) for act in ("add", "remove")]

    assert answers == [
        Answer(0, f"{claire.email} is a member of the staff.\n", ""),
        Answer(0, f"{claire.email} is not a member of the staff.\n", ""),
    ]


def test_a_token_works_from_its_making_to_its_end(run: Any, demo_server: DemoServer, tmp_path: Path):
    claire = DEMO_ACCOUNTS[0]
    query = "{ viewer { user { email } token { name lastFour scopes } } }"

    made = run_command(
        tmp_path,
        *("token", "create", "--email", other_spelling(claire.email)),
        *("--organisation", claire.organisation.upper()),
        *("--name", "nightly", "--scope", "products:read", "--scope", "MEMBERS_READ", "--days", "5"),
        database_url=demo_server.database_url,
    )

    secret = made.out.removesuffix("\n")
    assert made.exit_code == 0
    assert is_well_formed(secret)
    assert re.fullmatch(
        rf"tok_[0-9a-f]{{32}} for {claire.email} in {claire.organisation}, until [^\n]+\.\n"
        r"Save the secret now: it is not stored anywhere\.\n",
        made.err,
    )
    assert ask(demo_server, query, secret).json() == {
        "data": {
            "viewer": {
                "user": {"email": claire.email},
                "token": {"name": "nightly", "lastFour": secret[-4:], "scopes": ["MEMBERS_READ", "PRODUCTS_READ"]},
            }
        }
    }

    ended = run("token", "revoke", secret[-4:])

    token_id = made.err.partition(" ")[0]
    assert ended == Answer(0, f"{token_id} (nightly) has been revoked.\n", "")
    assert ask(demo_server, query, secret).status_code == 401
    assert acts(demo_server) == [
        ("apiToken.created", "ApiToken", token_id, ["MEMBERS_READ", "PRODUCTS_READ"]),
        ("apiToken.revoked", "ApiToken", token_id, None),
    ]
    assert read_outbox(demo_server) == [("token.created", token_id), ("token.revoked", token_id)]


def acts(server: DemoServer) -> list[tuple[str, str, str, list[str] | None]]:
    """What the audit log says was done at the command line, by nobody who signed in."""
    with closing(sqlite3.connect(file_of(server))) as connection:
        rows = connection.execute(
            "SELECT action, subject_type, subject_id, after FROM audit_event"
            " WHERE request_id = 'cli' AND actor_id IS NULL AND api_token_id IS NULL ORDER BY id"
        ).fetchall()
    return [
        (action, kind, f"tok_{id.replace('-', '')}", json.loads(after)["scopes"] if after else None)
        for action, kind, id, after in rows
    ]


def read_outbox(server: DemoServer) -> list[tuple[str, str]]:
    """The topics and subjects of what the command line put into the outbox."""
    with closing(sqlite3.connect(file_of(server))) as connection:
        rows = connection.execute("SELECT topic, payload FROM outbox_message ORDER BY id").fetchall()
    payloads = [(topic, json.loads(payload)) for topic, payload in rows]
    return [(topic, payload["subject"]) for topic, payload in payloads if payload["requestId"] == "cli"]


def test_the_demos_mailbox_has_the_emails_it_would_send(run: Any, demo_server: DemoServer):
    claire = DEMO_ACCOUNTS[0]
    options = ("--email", claire.email, "--organisation", claire.organisation, "--scope", "products:read")

    made = run("token", "create", *options, "--name", "mailed")

    assert made.exit_code == 0
    deadline = time.monotonic() + SECONDS_TO_START
    while claire.email not in mailbox(demo_server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert claire.email in mailbox(demo_server)


def test_a_token_is_restricted_to_managed_customers(run: Any):
    claire, ralf, emma = DEMO_ACCOUNTS
    options = ("--email", emma.email, "--organisation", emma.organisation, "--scope", "products:read")
    command = ("token", "create", *options, "--customer", claire.organisation)

    managed = run(*command, "--name", "for one")
    others = run(*command, "--name", " ", "--customer", ralf.organisation)

    assert managed.exit_code == 0
    assert is_well_formed(managed.out.removesuffix("\n"))
    assert others == Answer(
        1, "", "name: This must not be empty. customer_ids.1: This organisation is not a managed customer.\n"
    )


def test_a_token_that_cannot_be_created_is_reported_in_one_line(run: Any):
    claire, _, emma = DEMO_ACCOUNTS
    options = {"--email": emma.email, "--organisation": emma.organisation, "--name": "x", "--scope": "products:read"}
    refusals = {
        ("--email", "nobody@partner.example"): "Nobody has the e-mail address nobody@partner.example.",
        ("--organisation", claire.organisation): f"{emma.email} is not an active member of {claire.organisation}.",
    }

    answers = [
        run("token", "create", *chain.from_iterable((options | dict([changed])).items())) for changed in refusals
    ]

    assert answers == [Answer(1, "", f"{message}\n") for message in refusals.values()]
