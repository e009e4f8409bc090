"""Events that become e-mails."""

from datetime import UTC, datetime
from pathlib import Path

from server.mail.expansion import expand as expand_events
from server.models import EmailMessage, OutboxMessage
from server.models.base import new_id
from server.outbox import Outbox
from server.resolvers import ids
from server.settings import Settings
from tests.mail.events import CHANGE, access_change, payloads
from tests.world import World

PROGRAMME = Path(__file__).parents[2] / "docs" / "programme.md"


async def expand(settings: Settings, event: OutboxMessage) -> list[EmailMessage]:
    """The e-mails that the event became."""
    assert await Outbox(settings).expand_next(event.run_after) >= 1
    await event.refresh_from_db()
    assert event.sent_at is not None, event.last_error
    return await EmailMessage.filter(event_id=event.id).order_by("template", "address")


async def sample_emails(world: World, settings: Settings) -> list[EmailMessage]:
    """One e-mail of each template of each topic, in the world. They are not stored."""
    change = ids.encode(await access_change(world))
    events = [
        OutboxMessage(
            id=new_id(),
            topic=topic,
            payload={"subject": change if subject == CHANGE else subject, "requestId": "a-request"} | payload,
            dedupe_key=new_id().hex,
        )
        for topic, (subject, payload) in payloads(world).items()
    ]
    expansion = await expand_events(events, settings, datetime.now(UTC))
    assert expansion.failures == {}
    return [
        email for emails in expansion.emails.values() for email in {email.template: email for email in emails}.values()
    ]
