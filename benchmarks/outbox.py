"""How many events a second does one worker turn into e-mails that were sent, whatever waits behind them?

`python -m benchmarks.outbox` measures on SQLite and PostgreSQL, at backlogs of 0, 10,000 and 100,000 events. Each event
becomes one e-mail. The mail server is aiosmtpd on loopback, in a process of its own. The longest time that the worker
held the event loop is measured as well: inside `serve` every request waits for that long.
"""

import argparse
import asyncio
import multiprocessing
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.databases import postgres
from server.app import freeze_startup_objects
from server.domain.money import Currency
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.people.organisations import LegalEntityType
from server.domain.rights import Role
from server.logs import set_up_logs
from server.models import EmailMessage, Membership, Organisation, OutboxMessage, Partnership, User
from server.models.base import new_id
from server.models.database import open_database
from server.models.upgrade import bring_up_to_date
from server.resolvers import ids
from server.settings import Settings
from server.worker import Worker

BACKENDS: Final = ("sqlite", "postgres")
BACKLOGS: Final = (0, 10_000, 100_000)
_CUSTOMERS: Final = 200
_BATCH_SIZE: Final = 2_000
_LOOKED_AT_EVERY: Final = 0.002


class Handler:
    """Takes everything."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


def serve_mail(listening: socket.socket) -> None:
    """A mail server, in a process of its own."""
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - the worker's process has no use for it

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler()), sock=listening)
        await server.serve_forever()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


@contextmanager
def mail_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = multiprocessing.get_context("fork").Process(target=serve_mail, args=(listening,))
        process.start()
        try:
            yield listening.getsockname()[1]
        finally:
            process.terminate()
            process.join()


async def fill() -> list[Partnership]:
    """Customers with one legal representative each, and one partner that serves them all."""
    now = datetime.now(UTC)
    named = [f"Customer {number}" for number in range(_CUSTOMERS)]
    partner, *customers = [_organisation(name) for name in ("Partner", *named)]
    users = [_user(number) for number in range(_CUSTOMERS)]
    await Organisation.bulk_create([partner, *customers])
    await User.bulk_create(users)
    await Membership.bulk_create(
        Membership(user_id=user.id, organisation_id=row.id, role=Role.LEGAL_REPRESENTATIVE, joined_at=now)
        for user, row in zip(users, customers, strict=True)
    )
    rows = [_partnership(row, partner, now) for row in customers]
    await Partnership.bulk_create(rows)
    return rows


def _organisation(name: str) -> Organisation:
    return Organisation.build(
        name=name,
        legal_name=name,
        legal_entity_type=LegalEntityType.COMPANY,
        street="Street 1",
        postcode="1200",
        city="Geneva",
        country="CH",
        currency=Currency.CHF,
    )


def _user(number: int) -> User:
    return User(email=f"person{number}@customer.example", first_name="Zoë", last_name=f"Person {number}")


def _partnership(customer: Organisation, partner: Organisation, now: datetime) -> Partnership:
    return Partnership(
        customer_id=customer.id,
        partner_id=partner.id,
        access_type=AccessType.LIMITED,
        status=PartnershipStatus.ACTIVE,
        initiated_by=Side.CUSTOMER,
        invited_at=now,
        activated_at=now,
    )


async def announce(partnerships: Sequence[Partnership], number: int) -> None:
    """So many events wait."""
    now = datetime.now(UTC) - timedelta(seconds=1)
    for first in range(0, number, _BATCH_SIZE):
        subjects = [ids.encode(partnerships[place % _CUSTOMERS]) for place in range(min(_BATCH_SIZE, number - first))]
        await OutboxMessage.bulk_create(
            OutboxMessage(
                topic="partnership.accepted",
                payload={"subject": subject, "requestId": "benchmark"},
                dedupe_key=new_id().hex,
                run_after=now,
            )
            for subject in subjects
        )


async def measure(settings: Settings, partnerships: Sequence[Partnership], backlog: int, number: int) -> str:
    """One line: events a second, until so many were sent of those before the backlog."""
    await EmailMessage.all().delete()
    await OutboxMessage.all().delete()
    await announce(partnerships, backlog + number)
    worst, is_over = [0.0], asyncio.Event()
    watching = asyncio.create_task(_watch(worst, is_over))
    worker, begun, worked = Worker(settings), time.perf_counter(), time.process_time()
    running = asyncio.create_task(worker.run())
    while (sent := await EmailMessage.filter(sent_at__isnull=False).count()) < number:  # noqa: ASYNC110 - rows
        await asyncio.sleep(0.1)
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    is_over.set()
    await watching
    worker.stop()
    await running
    return f"{backlog:>9,} | {sent / seconds:>15,.0f} | {1000 * worked / sent:>20.2f} | {1000 * worst[0]:>13.0f}"


async def _watch(worst: list[float], is_over: asyncio.Event) -> None:
    """How long the loop was busy between two looks: its own work, whatever else the machine does."""
    while not is_over.is_set():
        begun = time.thread_time()
        await asyncio.sleep(_LOOKED_AT_EVERY)
        worst[0] = max(worst[0], time.thread_time() - begun)


async def measure_all(url: str, port: int, backlogs: Sequence[int], number: int) -> None:
    settings = Settings(
        _env_file=None,
        database_url=url,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        mail_from="no-reply@hosting.example",
    )
    await bring_up_to_date(settings)
    async with open_database(settings):
        partnerships = await fill()
        freeze_startup_objects()  # as `serve` does: the collector need not look at all that is imported
        for backlog in backlogs:
            print(await measure(settings, partnerships, backlog, number), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.outbox", description=__doc__)
    parser.add_argument("--backend", choices=BACKENDS, help="one of them alone")
    parser.add_argument("--backlogs", type=int, nargs="+", default=BACKLOGS)
    parser.add_argument("--number", type=int, default=2_000, help="how many events are waited for")
    options = parser.parse_args()
    if options.backend is None:
        # One backend a process.
        for backend in BACKENDS:
            subprocess.run([sys.executable, "-m", "benchmarks.outbox", "--backend", backend, *sys.argv[1:]], check=True)
        return
    set_up_logs("CRITICAL")
    print(f"{options.backend}\n  backlog | events a second | ms of processor each | loop held, ms")
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="reseller-bench-"))
        port = stack.enter_context(mail_server())
        if options.backend == "sqlite":
            url = f"sqlite://{Path(folder) / 'outbox.sqlite3'}"
        else:
            url = stack.enter_context(postgres()).empty("outbox")
        asyncio.run(measure_all(url, port, options.backlogs, options.number))


if __name__ == "__main__":
    main()
