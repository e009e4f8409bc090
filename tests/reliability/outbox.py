"""E-mails in the outbox, and workers that send them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

from server.domain.rights import Role
from server.models import EmailMessage, Partnership
from server.outbox import Outbox
from server.resolvers import ids
from server.settings import Settings
from server.worker import Worker
from tests.mail.events import SECRET, UNKNOWN_ADDRESS, announce
from tests.reliability.invitations import create_invitation
from tests.rows import organisation, partnership, person
from tests.waiting import meet, until

NOW = datetime.now(UTC)
LEADER = "leader@customer.example"
LINK = f"http://127.0.0.1:8000/invitations/{SECRET}"


async def pair(customer_name: str = "Customer") -> Partnership:
    """A customer with a legal representative, and a partner with one."""
    customer, partner = await organisation(customer_name), await organisation("Partner")
    await person("leader", customer, Role.LEGAL_REPRESENTATIVE, NOW)
    await person("leader", partner, Role.LEGAL_REPRESENTATIVE, NOW)
    return await partnership(customer, partner, now=NOW)


async def one_email(settings: Settings) -> EmailMessage:
    """An e-mail that waits, to the customer's legal representative."""
    await announce("partnership.accepted", ids.encode(await pair()), NOW)
    assert await Outbox(settings).expand_next(NOW) >= 1
    return await EmailMessage.get()


async def one_invitation(settings: Settings) -> EmailMessage:
    """An invitation that waits, to an address without an account."""
    await create_invitation(UNKNOWN_ADDRESS)
    assert await Outbox(settings).expand_next(NOW) >= 1
    return await EmailMessage.get()


@contextmanager
def count_rounds() -> Iterator[Callable[[int], Awaitable[None]]]:
    """Waits until the loops of workers have looked for work so many times more; each worker has three loops."""
    rounds = list[None]()

    async def look() -> None:
        rounds.append(None)

    async def wait(number: int) -> None:
        expected = len(rounds) + number
        await until(lambda: len(rounds) >= expected)

    with meet(Worker, "_pause", look):
        yield wait


@asynccontextmanager
async def at_work(*workers: Worker) -> AsyncIterator[None]:
    """The workers run, and have stopped afterwards."""
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        async with asyncio.timeout(20):
            await asyncio.gather(*running)
