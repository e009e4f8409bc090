"""What happens when workers die, compete, wake and lose their database?"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from server import outbox
from server.domain.errors import Unavailable
from server.mail import delivery
from server.models import EmailMessage
from server.models.database import after_commit, dialect, joined_transaction, transaction
from server.outbox import CLAIM, Outbox, has_lost_its_link, retry_parked
from server.resolvers import ids
from server.settings import Settings
from server.worker import Worker
from tests.logs import capture_logs
from tests.mail.events import announce
from tests.post import UNKNOWN, PostOffice
from tests.reliability.invitations import sending
from tests.reliability.outbox import LEADER, LINK, NOW, at_work, count_rounds, one_email, one_invitation, pair
from tests.waiting import until

pytestmark = pytest.mark.postgres


async def until_sent(number: int) -> None:
    async def are_sent() -> bool:
        return await EmailMessage.filter(sent_at__isnull=False).count() >= number

    await until(are_sent, 30)


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


async def test_an_event_that_kills_every_worker_is_parked(
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


async def test_a_worker_that_lost_the_claim_does_not_record_the_outcome(
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

    with count_rounds() as wait_for_rounds:
        async with at_work(Worker(settings)):
            await wait_for_rounds(3)
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


async def test_an_email_sent_during_a_longer_outage_is_not_sent_again(
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


async def test_a_mail_server_that_refuses_this_sender_is_reported_once_for_a_batch(
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


async def test_a_parked_email_can_be_restarted(own_database: Settings, post: PostOffice):
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


async def test_a_wrong_sign_in_at_the_mail_server_loses_nothing(own_database: Settings, post: PostOffice):
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
