"""Does each announced e-mail reach each person once, no matter what happens to the mail server and the workers?"""

from datetime import timedelta

import pytest

from server.models import EmailMessage, OutboxMessage, Partnership
from server.models.claims import claim, record_outcome
from server.outbox import CLAIM, Outbox
from server.resolvers import ids
from server.settings import Settings
from tests.mail.events import REASON, SECRET, announce
from tests.post import FULL, UNKNOWN, PostOffice, parts
from tests.reliability.invitations import sending
from tests.reliability.outbox import LEADER, LINK, NOW, one_email, one_invitation, pair
from tests.servers import _free_port

pytestmark = pytest.mark.postgres


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


async def test_an_email_that_never_succeeds_is_parked_after_the_last_attempt(own_database: Settings, post: PostOffice):
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


async def test_what_a_worker_reports_after_its_claim_has_run_out_is_not_stored(
    own_database: Settings, post: PostOffice
):
    await one_email(sending(own_database, post))
    (late,) = await claim(EmailMessage, NOW, NOW + CLAIM, 1)
    (next_one,) = await claim(EmailMessage, NOW + CLAIM, NOW + 2 * CLAIM, 1)

    stored = [await record_outcome([row], last_error=error) for row, error in ((late, "late"), (next_one, "next"))]

    assert stored == [0, 1]
    assert (await EmailMessage.get(id=late.id)).last_error == "next"
