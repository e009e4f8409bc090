"""What becomes of an invitation whose e-mails are refused for good (E41)?

An invitation to an organisation goes to several people: it is undeliverable once none of them can be reached. That
stays written with it until it is sent again, and whoever invited is told. They learn an address only where they
named it: who leads an organisation, and by which address, is that organisation's own affair (M27).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tortoise.models import Model

from server.domain.events import Topic
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.member_invitations import MemberInvitationStatus
from server.mail.topics import LETTERS
from server.models import CustomerInvitation, EmailMessage, MemberInvitation, OutboxMessage, Partnership
from server.models.visibility.lookups import locked, locked_rows
from server.resolvers import ids

_KEPT: Final = ("subject", "requestId", "customer", "partner", "organisation")
_OPEN: Final[Mapping[type[Model], tuple[StrEnum, str]]] = {
    CustomerInvitation: (PartnershipStatus.INVITED, "answer_by"),
    MemberInvitation: (MemberInvitationStatus.PENDING, "expires_at"),
    Partnership: (PartnershipStatus.INVITED, "answer_by"),
}
"""The status in which each kind can be answered, and until when: every sending has an end of its own."""


async def refused_for_good(email: EmailMessage, now: datetime) -> None:
    """Note and tell that an invitation reaches nobody, in the transaction that parks the last of its e-mails."""
    if not _invites(email.template):
        return
    # Held, so that of two that are parked at once the later one sees the earlier.
    event = await locked(OutboxMessage, email.event_id)
    others = EmailMessage.filter(event_id=event.id, template=email.template, dead_at__isnull=True)
    if not await others.exists() and await _mark(event, now):
        await _tell_inviter(event, email, now)


async def begun_anew(email: EmailMessage) -> None:
    """An invitation of which an e-mail is tried once more may yet reach somebody."""
    if _invites(email.template):
        event = await OutboxMessage.get(id=email.event_id)
        model, key = ids.decode_any(event.payload["subject"])
        await model.filter(id=key).update(undeliverable_at=None)


def _invites(template: str) -> bool:
    return any(one.template == template and one.answers_by_link for letters in LETTERS.values() for one in letters)


async def _mark(event: OutboxMessage, now: datetime) -> bool:
    """Write it with the invitation. False where that was answered or sent again meanwhile. No version changes."""
    model, key = ids.decode_any(event.payload["subject"])
    status, until = _OPEN[model]
    # `Any`: the three kinds share no type that has these columns.
    row: Any = (await locked_rows(model, [key]))[key]
    sent_until = event.payload.get("answer_by")
    is_this_sending = sent_until is None or datetime.fromisoformat(sent_until) == getattr(row, until)
    if row.status is not status or not is_this_sending:
        return False
    await model.filter(id=key).update(undeliverable_at=now)
    return True


async def _tell_inviter(event: OutboxMessage, email: EmailMessage, now: datetime) -> None:
    named = {"address": email.address} if "email" in event.payload else {}
    await OutboxMessage.create(
        topic=Topic.INVITATION_UNDELIVERABLE,
        payload={name: event.payload[name] for name in _KEPT if name in event.payload} | named,
        dedupe_key=f"{Topic.INVITATION_UNDELIVERABLE}:{event.id.hex}:{now.isoformat()}",
        run_after=now,
    )
