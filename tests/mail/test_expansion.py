"""How does an event become e-mails: links, secrets, and what happens when it fails?"""

from datetime import UTC, datetime, timedelta

import pytest

from server.models import EmailMessage, OutboxMessage
from server.outbox import Outbox
from server.settings import Settings
from tests.mail.events import (
    SECRET,
    announce,
    announce_in,
)
from tests.mail.topics import expand
from tests.world import World

pytestmark = pytest.mark.postgres


async def test_links_lead_to_the_pages_of_the_application(world: World, settings: Settings):
    chosen = settings.model_copy(update={"app_url": "https://app.example"})

    [email, *_] = await expand(chosen, await announce_in(world, "partnership.invited"))

    assert email.variables["page"] == f"https://app.example/partnerships/{world.id('invitation')}"
    assert email.variables["link"] == f"https://app.example/invitations/{SECRET}"


async def test_the_secret_leaves_the_event_when_it_becomes_emails(world: World, settings: Settings):
    event = await announce_in(world, "partnership.invited")
    subject = event.payload["subject"]

    await expand(settings, event)

    assert event.payload == {"subject": subject, "requestId": "a-request"}


async def test_an_event_that_nobody_hears_of_is_done(world: World, settings: Settings):
    event = await announce("assignment.made", world.id("assignment"), secret="hush")

    assert await expand(settings, event) == []

    assert "secret" not in event.payload


async def test_the_same_event_gives_nobody_a_second_email(world: World, settings: Settings):
    event = await announce_in(world, "partnership.invited")
    await expand(settings, event)
    before = await EmailMessage.all().order_by("id").values()

    await OutboxMessage.filter(id=event.id).update(sent_at=None, run_after=event.created_at)
    await Outbox(settings).expand_next(datetime.now(UTC))

    assert await EmailMessage.all().order_by("id").values() == before


async def test_an_event_that_cannot_be_read_is_tried_again_and_then_parked(world: World, settings: Settings):
    chosen = settings.model_copy(update={"mail_attempts": 2})
    event = await announce("partnership.accepted", f"pship_{'0' * 32}", secret="hush")
    now = event.run_after

    assert await Outbox(chosen).expand_next(now) >= 1
    await event.refresh_from_db()
    assert (event.attempts, event.sent_at, event.dead_at) == (1, None, None)
    assert event.run_after == now + timedelta(seconds=chosen.mail_pause_seconds)
    assert await Outbox(chosen).expand_next(now) == 0
    assert await Outbox(chosen).expand_next(event.run_after) >= 1

    await event.refresh_from_db()
    assert (event.attempts, event.sent_at, event.dead_at) == (2, None, event.run_after - timedelta(minutes=5))
    assert event.last_error.startswith("DoesNotExist")
    assert await EmailMessage.all().count() == 0
