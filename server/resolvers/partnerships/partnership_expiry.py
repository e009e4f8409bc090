"""Expiry of partnerships: warnings before the last day and before a review, and the end itself (D4, S4)."""

from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from server.domain import expiry as rules
from server.domain.errors import Refused
from server.domain.events import Topic
from server.domain.partnerships.partnerships import IN_FORCE, PartnershipStatus
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.models import Partnership
from server.models.database import transaction
from server.resolvers.context import Context
from server.resolvers.expiry import BATCH_SIZE, announce_deadline, latest_notice_first
from server.resolvers.partnerships.partnerships import lock_partnership
from server.resolvers.partnerships.terminations import Ending, end_all


async def warn_of_ends(context: Context) -> int:
    """Notify both sides some days before a partnership ends automatically, and before its review date."""
    warned = 0
    for column, topic, counter, before_days in (
        ("expires_at", Topic.PARTNERSHIP_ENDING, "notices", rules.WARNED_BEFORE_DAYS),
        ("review_at", Topic.PARTNERSHIP_REVIEW_DUE, "review_notices", rules.REVIEWED_BEFORE_DAYS),
    ):
        for number, days in latest_notice_first(before_days):
            near: dict[str, Any] = {
                "status": PartnershipStatus.ACTIVE,
                f"{counter}__lt": number,
                f"{column}__lte": context.now + timedelta(days=days),
                f"{column}__gt": context.now,
            }
            due = Q(**near)
            warned += await announce_deadline(context, Partnership, due, {counter: number}, topic, column)
    return warned


async def end_partnerships(context: Context) -> int:
    """End partnerships that have reached their end date, and everything that depends on them (D4, S4).

    One that is locked by someone else does not prevent others from ending. Raises Refused if none can end.
    """
    due = Partnership.filter(status__in=sorted(IN_FORCE), expires_at__lte=context.now)
    found = await due.order_by("expires_at").limit(BATCH_SIZE)
    ended, held_up = 0, list[Refused]()
    for row in found:
        try:
            ended += await _end_due(context, row)
        except Refused as refused:
            held_up.append(refused)
    if held_up and not ended:
        raise held_up[0]
    return ended


async def _end_due(context: Context, found: Partnership) -> int:
    async with transaction():
        row = await lock_partnership(context, found.id)
        if row.status not in IN_FORCE or row.expires_at is None or row.expires_at > context.now:
            return 0
        await end_all(context, [row], Ending(EndedBy.CLOCK, TerminationReason.DATE_REACHED))
    return 1
