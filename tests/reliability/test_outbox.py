"""Does what was announced reach people, each once, whatever happens to the mail server and the workers?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server import outbox
from server.domain.errors import Unavailable
from server.domain.rights import Role
from server.mail import delivery
from server.models import EmailMessage, OutboxMessage, Partnership
from server.models.database import after_commit, dialect, joined_transaction, transaction
from server.outbox import CLAIM, Outbox, has_lost_its_link, retry_parked
from server.resolvers import ids
from server.settings import Settings
from server.worker import Worker
from tests.logs import capture_logs
from tests.mail.events import REASON, SECRET, UNKNOWN_ADDRESS, announce
from tests.post import FULL, UNKNOWN, PostOffice, parts
from tests.reliability.invitations import create_invitation, sending
from tests.servers import _free_port
from tests.world import organisation, partnership, person

pytestmark = pytest.mark.database

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


async def test_an_email_is_sent_once(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    email = await one_email(settings)

    assert await Outbox(settings).send_next(NOW) >= 1
    assert await Outbox(settings).send_next(NOW + timedelta(days=1)) == 0

    [message] = post.arrived
    assert (post.recipients, message["To"]) == ([LEADER], f"leader Customer <{LEADER}>")
    assert message["Subject"] == "Partner has accepted"
    await email.refresh_from_db()
    assert (email.sent_at, email.dead_at, email.attempts, email.last_error) == (NOW, None, 1, None)


async def test_names_of_every_script_arrive(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    changed = await pair("Épicerie ñ 株 🐦")
    await announce("partnership.declined", ids.encode(changed), NOW, reason=REASON)
    await Outbox(settings).expand_next(NOW)
    await EmailMessage.all().update(address=LEADER)

    await Outbox(settings).send_next(NOW)

    [message] = post.arrived
    text, html = parts(message)
    assert "Épicerie ñ 株 🐦" in text
    assert "Épicerie ñ 株 🐦" in html
    assert f"Reason: {REASON}" in text
    assert "&lt;b&gt;grew&lt;/b&gt;" in html


async def test_a_server_that_is_busy_is_asked_again_after_growing_pauses(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post, mail_pause_seconds=10)
    email = await one_email(settings)
    post.answers[LEADER] = FULL

    tried, now = list[float](), NOW
    for _ in range(3):
        assert await Outbox(settings).send_next(now) >= 1
        await email.refresh_from_db()
        assert await Outbox(settings).send_next(email.run_after - timedelta(seconds=1)) == 0
        tried.append((email.run_after - now).total_seconds())
        now = email.run_after
    post.answers.clear()
    await Outbox(settings).send_next(now)

    assert tried == [10, 30, 90]
    assert "The mailbox is full" in str(email.last_error)
    assert post.recipients == [LEADER]


async def test_what_never_works_is_parked_after_the_last_try(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post, mail_attempts=3)
    email = await one_email(settings)
    post.answers[LEADER] = FULL

    for _ in range(3):
        await email.refresh_from_db()
        await Outbox(settings).send_next(email.run_after)

    before = email.run_after
    await email.refresh_from_db()
    assert (email.dead_at, email.sent_at, email.attempts) == (before, None, 3)
    assert await Outbox(settings).send_next(NOW + timedelta(days=9)) == 0


async def test_a_server_that_is_away_loses_nothing(own_database: Settings, post: PostOffice):
    away = sending(own_database, post, smtp_port=_free_port())
    email = await one_email(away)

    await Outbox(away).send_next(NOW)
    await email.refresh_from_db()
    await Outbox(sending(own_database, post)).send_next(email.run_after)

    assert (email.attempts, email.sent_at, email.dead_at) == (1, None, None)
    assert str(email.last_error).startswith("SMTPConnect")
    assert post.recipients == [LEADER]


async def test_nobody_is_notified_of_other_emails_that_are_refused(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    email = await one_email(settings)
    post.answers[LEADER] = UNKNOWN

    await Outbox(settings).send_next(NOW)

    await email.refresh_from_db()
    assert email.dead_at == NOW
    assert await OutboxMessage.filter(sent_at__isnull=True).count() == 0


async def test_an_address_that_fits_no_header_is_parked_at_once(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    email = await one_email(settings)
    await EmailMessage.all().update(name="Eve\r\nBcc: all@victims.example")

    await Outbox(settings).send_next(NOW)

    await email.refresh_from_db()
    assert (email.dead_at, email.sent_at) == (NOW, None)
    assert post.arrived == []


async def test_an_email_that_cannot_be_written_keeps_no_other_waiting(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    broken = await one_email(settings)
    await EmailMessage.filter(id=broken.id).update(variables={})
    await announce("partnership.resumed", ids.encode(await Partnership.get()), NOW, reason=REASON)
    await Outbox(settings).expand_next(NOW)

    while await Outbox(settings).send_next(NOW):
        pass

    await broken.refresh_from_db()
    assert (broken.sent_at, broken.last_error) == (None, "KeyError('invitee')")
    assert sorted(post.recipients) == [LEADER, "leader@partner.example"]


async def test_the_link_is_forgotten_once_it_was_sent(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    email = await one_invitation(settings)
    assert email.variables["link"] == LINK

    await Outbox(settings).send_next(NOW)

    assert LINK in parts(post.arrived[0])[0]
    await email.refresh_from_db()
    assert email.variables["link"] is None
    assert SECRET not in str([await EmailMessage.all().values(), await OutboxMessage.all().values()])


async def until_sent(number: int) -> None:
    async with asyncio.timeout(30):
        while await EmailMessage.filter(sent_at__isnull=False).count() < number:  # noqa: ASYNC110 - a row tells nobody
            await asyncio.sleep(0.05)


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


class _Killed(BaseException):
    """A process that ends at this place."""


async def die(*_: object, **__: object) -> None:
    raise _Killed


async def test_a_worker_that_dies_before_it_sends_loses_nothing(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    settings = sending(own_database, post)
    await one_email(settings)

    with monkeypatch.context() as patched, pytest.raises(_Killed):
        patched.setattr(delivery.SmtpConnection, "send", die)
        await Outbox(settings).send_next(NOW)

    assert await Outbox(settings).send_next(NOW + CLAIM - timedelta(seconds=1)) == 0
    assert await Outbox(settings).send_next(NOW + CLAIM) >= 1
    assert post.recipients == [LEADER]


async def test_what_kills_every_worker_is_parked(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    settings = sending(own_database, post, mail_attempts=2)
    email = await one_email(settings)

    monkeypatch.setattr(delivery.SmtpConnection, "send", die)
    for number in range(2):
        with pytest.raises(_Killed):
            await Outbox(settings).send_next(NOW + number * CLAIM)
    await Outbox(settings).send_next(NOW + 2 * CLAIM)

    await email.refresh_from_db()
    assert (email.dead_at, email.sent_at) == (NOW + 2 * CLAIM, None)


async def test_who_lost_the_claim_does_not_say_how_it_went(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    settings = sending(own_database, post)
    email = await one_email(settings)
    later = NOW + CLAIM

    async def be_overtaken(*_: object) -> None:
        monkeypatch.undo()
        await Outbox(settings).send_next(later)
        raise delivery.NotDelivered("too late")

    monkeypatch.setattr(delivery.SmtpConnection, "send", be_overtaken)
    await Outbox(settings).send_next(NOW)

    await email.refresh_from_db()
    assert (email.sent_at, email.last_error, email.attempts) == (later, None, 2)
    assert post.recipients == [LEADER]


async def test_an_event_whose_worker_dies_becomes_its_emails_later(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
):
    event = await announce("partnership.ending", ids.encode(await pair()), NOW, ends_at=NOW.isoformat())

    with monkeypatch.context() as patched, pytest.raises(_Killed):
        patched.setattr(outbox, "record_outcome", die)
        await Outbox(own_database).expand_next(NOW)

    assert await EmailMessage.all().count() == 0
    assert await Outbox(own_database).expand_next(NOW + CLAIM) >= 1
    await event.refresh_from_db()
    assert event.sent_at == NOW + CLAIM
    assert await EmailMessage.all().count() == 2


async def test_several_workers_send_everything_once(own_database: Settings, post: PostOffice):
    """On SQLite their transactions wait in line; on PostgreSQL they pass over each other's rows."""
    settings = sending(own_database, post)
    served = await pair()
    for number in range(20):
        await announce("partnership.resumed", ids.encode(served), NOW, reason=str(number))

    async with at_work(*(Worker(settings) for _ in range(4))):
        await until_sent(40)

    assert len(post.arrived) == len({message["Message-ID"] for message in post.arrived}) == 40
    assert sorted(post.recipients) == [LEADER] * 20 + ["leader@partner.example"] * 20
    assert set(await EmailMessage.all().values_list("attempts", flat=True)) == {1}


async def test_a_claimed_row_is_passed_over(own_database: Settings, post: PostOffice):
    if dialect() == "sqlite":
        pytest.skip("nobody else writes on SQLite while a transaction does")
    from tortoise.transactions import in_transaction

    settings = sending(own_database, post)
    email = await one_email(settings)

    async def hold(held: asyncio.Event, released: asyncio.Event) -> None:
        async with in_transaction():
            await EmailMessage.filter(id=email.id).select_for_update()
            held.set()
            await released.wait()

    held, released = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(hold(held, released))
    await held.wait()
    assert await Outbox(settings).send_next(NOW) == 0
    released.set()
    await holding
    assert await Outbox(settings).send_next(NOW) >= 1


async def test_a_worker_wakes_at_a_commit_and_finishes_what_it_is_processing(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post, worker_poll_seconds=600)
    served = await pair()

    async with at_work(Worker(settings)):
        await asyncio.sleep(0.3)
        async with transaction():
            await announce("partnership.accepted", ids.encode(served))
        await until_sent(1)

    assert await EmailMessage.filter(sent_at__isnull=False).count() == 1


async def test_a_worker_goes_on_after_the_database_failed_it(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    settings = sending(own_database, post)
    await announce("partnership.accepted", ids.encode(await pair()), NOW)
    real, failures = Outbox.expand_next, iter([OSError("the database is away")])

    async def fail_first(self: Outbox, now: datetime) -> bool:
        for failure in failures:
            raise failure
        return await real(self, now)

    monkeypatch.setattr(Outbox, "expand_next", fail_first)
    async with at_work(Worker(settings)):
        await until_sent(1)

    assert post.recipients == [LEADER]


async def test_what_was_sent_while_the_database_was_away_for_longer_is_not_sent_again(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    settings = sending(own_database, post)
    email = await one_email(settings)
    real, failures = outbox.in_transaction, iter(20 * [Unavailable()])

    def fail_often(*names: str) -> Any:
        for failure in failures:
            raise failure
        return real(*names)

    monkeypatch.setattr(outbox, "_PAUSE_BETWEEN_RECORDS", 0, raising=False)
    monkeypatch.setattr(outbox, "in_transaction", fail_often)
    await Outbox(settings).send_next(NOW)
    await Outbox(settings).send_next(NOW + CLAIM)

    await email.refresh_from_db()
    assert (email.sent_at, post.recipients) == (NOW, [LEADER])
    assert CLAIM.total_seconds() > 60 + delivery.MAX_SECONDS + outbox.SECONDS_TO_RECORD


async def test_what_the_mail_server_refuses_to_this_house_is_reported_once_for_a_batch(
    own_database: Settings, post: PostOffice
):
    settings = sending(own_database, post)
    row = await pair()
    for _ in range(30):
        await announce("partnership.accepted", ids.encode(row), NOW)
    await Outbox(settings).expand_next(NOW)
    post.answers[LEADER] = "554 5.7.1 Relay access denied"

    with capture_logs() as lines:
        await Outbox(settings).send_next(NOW)

    assert [line["number"] for line in lines() if line["event"] == "mail_server_refuses"] == [30]


async def test_without_a_mail_server_emails_wait(own_database: Settings):
    email = await one_invitation(own_database)

    assert await Outbox(own_database).send_next(NOW) == 0

    await email.refresh_from_db()
    assert (email.attempts, email.sent_at, email.variables["link"]) == (0, None, LINK)


async def test_the_demo_keeps_emails_with_their_links(own_database: Settings):
    demo = own_database.model_copy(update={"demo": True})
    email = await one_invitation(demo)

    assert await Outbox(demo).send_next(NOW) >= 1
    assert await Outbox(demo).send_next(NOW) == 0

    await email.refresh_from_db()
    assert (email.sent_at, email.variables["link"]) == (NOW, LINK)


async def test_what_was_parked_can_be_restarted(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post)
    email = await one_email(settings)
    post.answers[LEADER] = UNKNOWN
    await Outbox(settings).send_next(NOW)
    post.forget()

    await email.refresh_from_db()
    await retry_parked(email, NOW)
    await Outbox(settings).send_next(NOW)

    assert has_lost_its_link(email) is False
    assert post.recipients == [LEADER]


async def test_who_signs_in_at_the_mail_server_wrongly_loses_nothing(own_database: Settings, post: PostOffice):
    settings = sending(own_database, post, smtp_user="reseller", smtp_password="wrong")
    email = await one_email(settings)

    await Outbox(settings).send_next(NOW)

    await email.refresh_from_db()
    assert (email.attempts, email.sent_at, email.dead_at) == (1, None, None)
    assert "wrong" not in str(email.last_error)


async def test_a_worker_is_woken_by_what_is_committed_and_by_nothing_else(own_database: Settings):
    woken = list[int]()

    def wake() -> None:
        woken.append(1)

    after_commit.add(wake)
    try:
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                raise ZeroDivisionError
        with pytest.raises(ZeroDivisionError):
            async with joined_transaction():
                async with transaction():
                    pass
                raise ZeroDivisionError
        assert woken == []

        async with joined_transaction():
            async with transaction():
                pass
            assert woken == []
        assert woken == [1]
    finally:
        after_commit.discard(wake)
