"""Do `python -m server worker` and `python -m server outbox` do what docs/operations.md says?"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.domain.rights import Role, Scope
from server.models import EmailMessage, OutboxMessage
from server.models.base import new_id
from server.models.database import dialect
from server.outbox import REFUSED_SENDER
from server.resolvers import ids
from server.settings import Settings
from tests.contract.command_line import no_settings
from tests.mail.events import announce
from tests.post import PostOffice
from tests.rows import organisation, person, token

__all__ = ["no_settings"]
pytestmark = pytest.mark.postgres

PROJECT = Path(__file__).parents[2]
SECONDS = 30
LONG_AGO = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def command(settings: Settings, *arguments: str, **chosen: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command in a process of its own, on this database; ended afterwards."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESELLER_")}
    own = {"database_url": settings.database_url} | chosen
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *arguments),
        cwd=PROJECT,
        env=inherited | {f"RESELLER_{name.upper()}": str(value) for name, value in own.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
def run(no_settings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in this process, in a thread without the database that is connected here."""

    async def run_in_thread(settings: Settings, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("RESELLER_DATABASE_URL", settings.database_url)
        exit_code = await asyncio.get_running_loop().run_in_executor(None, main, arguments)
        out, err = capsys.readouterr()
        return exit_code, out, err

    return run_in_thread


async def new_token_event() -> OutboxMessage:
    who = await person("owner", await organisation("Company"), Role.LEGAL_REPRESENTATIVE, LONG_AGO)
    row, _ = await token(who, [Scope.PRODUCTS_READ], [], now=datetime.now(UTC))
    return await announce("token.created", ids.encode(row), LONG_AGO)


async def parked_email(**columns: object) -> EmailMessage:
    event = await new_token_event()
    await OutboxMessage.filter(id=event.id).update(sent_at=LONG_AGO)
    defaults = {
        "event_id": event.id,
        "template": "token.created",
        "address": "owner@company.example",
        "name": "",
        "locale": "en_GB",
        "variables": {"organisation": "Company"},
        "dedupe_key": new_id().hex,
        "run_after": LONG_AGO,
        "attempts": 8,
        "dead_at": LONG_AGO,
        "last_error": "nobody there",
    }
    return await EmailMessage.create(**(defaults | columns))


async def test_a_worker_sends_and_stops_on_request(own_database: Settings, post: PostOffice):
    if dialect() == "sqlite":
        pytest.skip("SQLite takes one process")
    await new_token_event()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none", "mail_from": "a@b.example"}

    async with command(own_database, "worker", **mail) as process, asyncio.timeout(SECONDS):
        while not post.arrived:  # noqa: ASYNC110 - it comes from another process
            await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()

    assert (process.returncode, post.recipients) == (0, ["owner@company.example"]), err


async def test_waiting_events_and_parked_emails_are_listed(own_database: Settings):
    parked = await parked_email()
    waiting = await announce("partnership.ending", f"pship_{'0' * 32}", LONG_AGO + timedelta(days=1))

    async with command(own_database, "outbox") as process, asyncio.timeout(SECONDS):
        out, err = map(bytes.decode, await process.communicate())

    assert (process.returncode, err) == (0, "")
    first, *lines = out.splitlines()
    assert re.fullmatch(
        r"Events waiting: 1\. E-mails waiting: 0\. The oldest has been waiting for \d+ seconds\.", first
    )
    assert lines == [
        f"{parked.id.hex}  parked 2026-03-01 09:30  attempts 8  token.created to owner@company.example  nobody there",
        f"{waiting.id.hex}  due 2026-03-02 09:30  attempts 0  event partnership.ending",
    ]


async def test_the_operator_learns_what_the_mail_server_refuses_for_any_recipient(run: Any, own_database: Settings):
    why = f"{REFUSED_SENDER}: RCPT: 554 5.7.1 Relay access denied"
    email = await parked_email(dead_at=None, last_error=why)

    code, out, err = await run(own_database, "outbox")

    assert (code, err) == (0, "")
    assert out.splitlines()[1:] == [
        "E-mails that the mail server refuses because of this server: 1. Fix that first.",
        f"{email.id.hex}  due 2026-03-01 09:30  attempts 8  token.created to owner@company.example  {why}",
    ]


async def test_a_parked_e_mail_is_tried_again(run: Any, own_database: Settings):
    parked = await parked_email()

    answer = await run(own_database, "outbox", "--retry", parked.id.hex)

    assert answer == (0, f"{parked.id.hex} is waiting to be sent.\n", "")
    await parked.refresh_from_db()
    assert (parked.dead_at, parked.attempts) == (None, 0)
    assert parked.run_after > LONG_AGO


async def test_an_invitation_without_its_link_is_not_tried_again(run: Any, own_database: Settings):
    parked = await parked_email(variables={"organisation": "Company", "link": None})

    code, out, err = await run(own_database, "outbox", "--retry", parked.id.hex)

    assert (code, out) == (1, "")
    assert re.fullmatch(r"This invitation's link was removed .* Send the invitation again instead\.\n", err)
    await parked.refresh_from_db()
    assert parked.dead_at == LONG_AGO


@pytest.mark.parametrize(
    ("which", "code", "message"),
    [
        ("x", 2, "Give its id, as listed by `python -m server outbox`.\n"),
        ("0" * 32, 1, f"No parked message has the id {'0' * 32}.\n"),
    ],
)
async def test_an_e_mail_that_is_not_parked_is_not_tried_again(
    run: Any, own_database: Settings, which: str, code: int, message: str
):
    assert await run(own_database, "outbox", "--retry", which) == (code, "", message)
