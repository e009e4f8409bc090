"""Undeliverable invitations: those whose e-mails are permanently refused (E41).

An invitation to an organisation goes to several people and is undeliverable once none of them can be reached. It stays
marked until it is sent again, and the inviter is notified. They learn an address only if they entered it themselves:
the leaders of an organisation and their addresses are private to it (M27).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tortoise.models import Model

from server.domain.events import Topic
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.member_invitations import MemberInvitationStatus
from server.mail.topics import NOTICES
from server.models import CustomerInvitation, EmailMessage, MemberInvitation, OutboxMessage, Partnership
from server.models.visibility.lookups import lock_row, lock_rows
from server.resolvers import ids

_KEPT_VALUES: Final = ("subject", "requestId", "customer", "partner", "organisation")
_OPEN: Final[Mapping[type[Model], tuple[StrEnum, str]]] = {
    CustomerInvitation: (PartnershipStatus.INVITED, "answer_by"),
    MemberInvitation: (MemberInvitationStatus.PENDING, "expires_at"),
    Partnership: (PartnershipStatus.INVITED, "answer_by"),
}
"""The status in which each kind can be answered, and its deadline. Every sending has its own deadline."""


async def mark_undeliverable(email: EmailMessage, now: datetime) -> None:
    """Mark an invitation as undeliverable and announce it, in the transaction that parks its last e-mail."""
    if not _is_invitation(email.template):
        return
    # Locked, so that of two e-mails parked at the same time the later one sees the earlier.
    event = await lock_row(OutboxMessage, email.event_id)
    others = EmailMessage.filter(event_id=event.id, template=email.template, dead_at__isnull=True)
    if not await others.exists() and await _mark_invitation(event, now):
        await _announce_to_inviter(event, email, now)


async def clear_undeliverable(email: EmailMessage) -> None:
    """Clear the mark of an invitation when one of its e-mails is retried, because it may yet arrive."""
    if _is_invitation(email.template):
        event = await OutboxMessage.get(id=email.event_id)
        model, key = ids.decode_any(event.payload["subject"])
        await model.filter(id=key).update(undeliverable_at=None)


def _is_invitation(template: str) -> bool:
    return any(one.template == template and one.answers_by_link for notices in NOTICES.values() for one in notices)


async def _mark_invitation(event: OutboxMessage, now: datetime) -> bool:
    """Mark the invitation, without a new version. False if it was answered or resent in the meantime."""
    model, key = ids.decode_any(event.payload["subject"])
    status, until = _OPEN[model]
    # `Any`: the three kinds share no type that has these columns.
    row: Any = (await lock_rows(model, [key]))[key]
    sent_until = event.payload.get("answer_by")
    is_this_sending = sent_until is None or datetime.fromisoformat(sent_until) == getattr(row, until)
    if row.status is not status or not is_this_sending:
        return False
    await model.filter(id=key).update(undeliverable_at=now)
    return True


async def _announce_to_inviter(event: OutboxMessage, email: EmailMessage, now: datetime) -> None:
    named = {"address": email.address} if "email" in event.payload else {}
    await OutboxMessage.create(
        topic=Topic.INVITATION_UNDELIVERABLE,
        payload={name: event.payload[name] for name in _KEPT_VALUES if name in event.payload} | named,
        dedupe_key=f"{Topic.INVITATION_UNDELIVERABLE}:{event.id.hex}:{now.isoformat()}",
        run_after=now,
    )
