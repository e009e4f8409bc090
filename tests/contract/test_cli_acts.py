"""What do commands do: the demo, staff and API tokens?"""

import json
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import httpx2
import pytest

from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, employee_token
from server.domain.people.tokens import is_well_formed
from tests.contract.command_line import SECONDS_TO_START, Answer, finish, free_port, run, start
from tests.servers import NO_CERTIFICATES, begin_with_what_is_built


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


def test_the_demos_mailbox_has_the_emails_it_would_send(running: Running):
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
