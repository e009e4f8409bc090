"""Expiry of proposals that were not answered in time, found by a scheduled job or by a mutation (S1.6)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from server.domain import expiry as rules
from server.domain.events import AuditAction, Topic
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.partnerships.proposals import is_late
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.models import CustomerInvitation, Organisation, Partnership
from server.models.base import store_all
from server.models.conditions import Exists
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import (
    announce_deadline,
    expire_due,
    expire_rows,
    latest_notice_first,
    organisations_in,
    proposal_state,
)
from server.resolvers.partnerships.partnerships import Note, lock_live_partnerships, note_all, row_keys
from server.resolvers.partnerships.requested_products import products_of_proposals

# `Any` below: columns of several kinds.


async def lock_live_now(context: Context, customer_id: UUID, *, but: UUID | None = None) -> list[Partnership]:
    """The customer's partnerships that are proposed or in force, locked, except `but`.

    Proposals past their deadline expire first, as the scheduled job would do it, so that they block nothing.
    """
    rows = await lock_live_partnerships(customer_id, but=but)
    late = [row for row in rows if is_late(row, context.now)]
    await expire_locked_proposals(context, late)
    return [row for row in rows if row not in late]


async def expire_locked_proposals(context: Context, rows: Sequence[Partnership]) -> None:
    """Expire these proposals, which are locked.

    The system acts, both sides' logs record it, and the proposer is notified.
    """
    if not rows:
        return
    nobodys = context.for_viewer(None)
    before, named = [proposal_state(row) for row in rows], await products_of_proposals(row_keys(rows))
    await store_all(rows, context.now, status=PartnershipStatus.EXPIRED, ended_at=context.now)
    notes = [
        Note(
            AuditAction.PARTNERSHIP_EXPIRED, row, None, before=was, after=proposal_state(row), had=named[row.id], has=[]
        )
        for row, was in zip(rows, before, strict=True)
    ]
    await note_all(nobodys, notes)
    await journal.announce_all(nobodys, [journal.News(Topic.PARTNERSHIP_EXPIRED, row) for row in rows])


async def expire_by_email(context: Context, rows: Sequence[CustomerInvitation]) -> None:
    """The same for requests by e-mail, of which only the partner's side knows."""
    columns: dict[str, Any] = {"status": PartnershipStatus.EXPIRED, "answered_at": context.now}
    concerned = [row.partner_id for row in rows]
    await expire_rows(
        context, rows, columns, AuditAction.CUSTOMER_REQUEST_EXPIRED, Topic.PARTNERSHIP_EXPIRED, concerned
    )


async def expire_proposals(context: Context) -> int:
    """Expire invitations and requests that were not answered in time, and notify their senders (S1.6)."""
    late = Q(status=PartnershipStatus.INVITED, answer_by__lte=context.now)
    between = await expire_due(context, Partnership, late, organisations_in("customer_id"), expire_locked_proposals)
    by_email = await expire_due(context, CustomerInvitation, late, organisations_in("partner_id"), expire_by_email)
    return between + by_email


async def remind_of_proposals(context: Context) -> int:
    """Remind those who have not answered, some days after they were asked (S1.6).

    Not about proposals that could not be accepted, because the partner is suspended (S5.7).
    """
    reminded = 0
    for number, days in latest_notice_first(rules.REMINDED_AFTER_DAYS):
        due = Q(
            status=PartnershipStatus.INVITED,
            notices__lt=number,
            sent_at__lte=context.now - timedelta(days=days),
            answer_by__gt=context.now,
        ) & Exists(Organisation, Q(partner_status__in=sorted(INVITABLE_PARTNERS)), id="partner_id")
        for model in (Partnership, CustomerInvitation):
            reminded += await announce_deadline(
                context, model, due, {"notices": number}, Topic.PARTNERSHIP_REMINDER, "answer_by"
            )
    return reminded
