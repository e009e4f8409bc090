"""The commands `worker` and `outbox`: sending e-mails in a separate process, and showing what waits."""

import asyncio
import signal
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from tortoise.expressions import Q

from server.cli.credentials import check_demo_is_private, check_no_public_credentials
from server.cli.database import open_current_database
from server.cli.failures import Failure, WrongUsage
from server.cli.settings import read_settings
from server.models import EmailMessage, OutboxMessage
from server.models.backlog import read_backlog
from server.models.outbox import Queued
from server.outbox import REFUSED_SENDER, has_lost_its_link, retry_parked
from server.worker import Worker

MAX_ROWS_LISTED: Final = 100


async def run_worker() -> None:
    """Send e-mails and run jobs until a signal. Work in progress is finished."""
    settings = read_settings(is_logged=True)
    if settings.is_sqlite:
        raise WrongUsage(
            "SQLite allows only one process, so `serve` is also the worker. A separate worker needs PostgreSQL."
        )
    check_demo_is_private(settings)
    await check_no_public_credentials(settings)
    async with open_current_database(settings):
        worker = Worker(settings)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await worker.run()


async def show_outbox(retried: str | None) -> None:
    """Print what is parked and what waits, or retry a parked one."""
    async with open_current_database(read_settings()):
        if retried is not None:
            await _retry_one(retried)
            return
        await _print_backlog()
        for is_waiting in (False, True):
            for model in (OutboxMessage, EmailMessage):
                rows = model.filter(sent_at__isnull=True, dead_at__isnull=is_waiting).order_by("run_after", "id")
                for row in await rows.limit(MAX_ROWS_LISTED):
                    print(_describe_row(row))


async def _print_backlog() -> None:
    """Print how much waits, and what the mail server refuses for every recipient, which the operator has to fix."""
    backlog = await read_backlog(datetime.now(UTC))
    waits = f"Events waiting: {backlog.events}. E-mails waiting: {backlog.emails}."
    print(f"{waits} The oldest has been waiting for {backlog.seconds:.0f} seconds.")
    refused = EmailMessage.filter(sent_at__isnull=True, dead_at__isnull=True, last_error__startswith=REFUSED_SENDER)
    if number := await refused.count():
        print(f"E-mails that the mail server refuses because of this server: {number}. Fix that first.")


async def _retry_one(which: str) -> None:
    row = await _find_parked(which)
    if row is None:
        raise Failure(f"No parked message has the id {which}.")
    if has_lost_its_link(row):
        raise Failure("This invitation's link was removed when it was parked. Send the invitation again instead.")
    await retry_parked(row, datetime.now(UTC))
    print(f"{which} is waiting to be sent.")


async def _find_parked(which: str) -> OutboxMessage | EmailMessage | None:
    try:
        id = UUID(which)
    except ValueError as error:
        raise WrongUsage("Give its id, as listed by `python -m server outbox`.") from error
    parked = Q(id=id, dead_at__isnull=False)
    return await EmailMessage.get_or_none(parked) or await OutboxMessage.get_or_none(parked)


def _describe_row(row: Queued) -> str:
    what = f"{row.template} to {row.address}" if isinstance(row, EmailMessage) else _describe_event(row)
    state = f"parked {row.dead_at:%Y-%m-%d %H:%M}" if row.dead_at else f"due {row.run_after:%Y-%m-%d %H:%M}"
    return f"{row.id.hex}  {state}  attempts {row.attempts}  {what}  {row.last_error or ''}".rstrip()


def _describe_event(row: Queued) -> str:
    assert isinstance(row, OutboxMessage)
    return f"event {row.topic}"
