"""Expiry of proposals that were not answered in time, found by the clock or by a mutation (S1.6)."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.partnerships.proposals import is_late
from server.models import CustomerInvitation, Partnership
from server.models.base import store_all
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import lapse, proposed
from server.resolvers.partnerships.partnerships import Note, keys, live_partnerships, note_all
from server.resolvers.partnerships.requested_products import named_by

_EXPIRED: Final = "partnership.expired"

# `Any` below: columns of several kinds.


async def live_now(context: Context, customer_id: UUID, *, but: UUID | None = None) -> list[Partnership]:
    """The customer's partnerships that are proposed or in force, locked, except `but`.

    Proposals past their deadline expire first, as the clock would do it, so that they block nothing.
    """
    rows = await live_partnerships(customer_id, but=but)
    late = [row for row in rows if is_late(row, context.now)]
    await expire(context, late)
    return [row for row in rows if row not in late]


async def expire(context: Context, rows: Sequence[Partnership]) -> None:
    """Expire these proposals, which are locked.

    The system acts, both sides' logs record it, and the proposer is notified.
    """
    if not rows:
        return
    nobodys = context.asked_by(None)
    before, named = [proposed(row) for row in rows], await named_by(keys(rows))
    await store_all(rows, context.now, status=PartnershipStatus.EXPIRED, ended_at=context.now)
    notes = [
        Note(_EXPIRED, row, None, before=was, after=proposed(row), had=named[row.id], has=[])
        for row, was in zip(rows, before, strict=True)
    ]
    await note_all(nobodys, notes)
    await journal.announce_all(nobodys, [journal.News(_EXPIRED, row) for row in rows])


async def expire_by_email(context: Context, rows: Sequence[CustomerInvitation]) -> None:
    """The same for requests by e-mail, of which only the partner's side knows."""
    columns: dict[str, Any] = {"status": PartnershipStatus.EXPIRED, "answered_at": context.now}
    concerned = [row.partner_id for row in rows]
    await lapse(context, rows, columns, "customer.requestExpired", _EXPIRED, concerned)
