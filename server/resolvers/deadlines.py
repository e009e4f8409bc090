"""What the clock does: reminds, warns, lets expire, ends (S1.6, S2.8, S11.4, S13.6, D4, E34).

Each function does a part of what is due, in transactions of its own, and gives how much that was: it is called
until it gives nothing. Several processes may call it at once: none does what another does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain import expiry as rules
from server.domain.errors import Refused
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import IN_FORCE, PartnershipStatus
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.support.support_access import WARNED_BEFORE, SupportAccessStatus
from server.models import (
    AccessChangeRequest,
    CustomerInvitation,
    CustomerNote,
    MemberInvitation,
    Organisation,
    Partnership,
    PendingAction,
    SupportAccessGrant,
)
from server.models.base import new_id
from server.models.conditions import Exists, OneOf
from server.models.database import transaction
from server.models.visibility.lookups import locked_rows
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import lapse
from server.resolvers.partnerships import customer_notes, proposal_expiry
from server.resolvers.partnerships.partnerships import held, keys
from server.resolvers.partnerships.terminations import Ending, end_all
from server.resolvers.people import member_invitations
from server.resolvers.products import pending_actions
from server.resolvers.support.support_access import end_grants
from server.settings import Settings

AT_ONCE: Final = 100
"""How many rows one transaction changes."""

_OWNERS: Final = {
    CustomerInvitation: "partner_id",
    MemberInvitation: "organisation_id",
    Partnership: "customer_id",
    PendingAction: "customer_id",
}
"""By which column a row says which organisation it concerns."""

# `Any` below: the models of a deadline are of several kinds.


def context_of_the_clock(settings: Settings, now: datetime) -> Context:
    """Nobody asks: what is done is written down as the server's own act."""
    return Context(viewer=None, now=now, request_id=new_id().hex, settings=settings)


async def expire_proposals(context: Context) -> int:
    """Invitations and requests that nobody answered in time; who made them is told (S1.6)."""
    late = Q(status=PartnershipStatus.INVITED, answer_by__lte=context.now)
    async with transaction():
        between = await _held(Partnership, late)
        await proposal_expiry.expire(context, between)
    async with transaction():
        by_email = await _held(CustomerInvitation, late)
        await proposal_expiry.expire_by_email(context, by_email)
    return len(between) + len(by_email)


async def expire_access_changes(context: Context) -> int:
    """Requests for another access that nobody answered in time (S2.8)."""
    late = Q(status=AccessChangeStatus.PENDING, expires_at__lte=context.now)
    columns: dict[str, Any] = {"status": AccessChangeStatus.EXPIRED, "answered_at": context.now}
    async with transaction():
        rows = await _held(AccessChangeRequest, late)
        await lapse(context, rows, columns, "access.changeExpired", None, await _concerned(rows))
    return len(rows)


async def expire_pending_actions(context: Context) -> int:
    """What a partner asked to do and the customer did not confirm in time; whoever asked is told (E34)."""
    late = Q(status=PendingActionStatus.PENDING, expires_at__lte=context.now)
    async with transaction():
        rows = await _held(PendingAction, late)
        await pending_actions.expire(context, rows)
    return len(rows)


async def expire_member_invitations(context: Context) -> int:
    """Invitations of members that nobody answered in time; whoever sent them is told (S11.4)."""
    late = Q(status=MemberInvitationStatus.PENDING, expires_at__lte=context.now)
    async with transaction():
        rows = await _held(MemberInvitation, late)
        await member_invitations.expire(context, rows)
    return len(rows)


async def expire_support_access(context: Context) -> int:
    """What was opened to support, and stayed so until its last moment (S13.6)."""
    late = Q(status=SupportAccessStatus.ACTIVE, expires_at__lte=context.now)
    async with transaction():
        rows = await _due(SupportAccessGrant, late)
        await end_grants(context, rows, SupportAccessStatus.EXPIRED)
    return len(rows)


async def warn_of_support_access(context: Context) -> int:
    """Whoever opened something to support is told a day before it is closed by itself (S13.6)."""
    near = Q(
        status=SupportAccessStatus.ACTIVE,
        notices=0,
        expires_at__lte=context.now + WARNED_BEFORE,
        expires_at__gt=context.now,
    )
    return await _tell(context, SupportAccessGrant, near, {"notices": 1}, "support.access_expiring", "expires_at")


async def delete_customer_notes(context: Context) -> int:
    """What partners noted of customers, some time after the end, whichever it was (S4)."""
    before = context.now - timedelta(days=context.settings.customer_note_days)
    over = Exists(Partnership, Q(ended_at__lte=before), id="partnership_id")
    async with transaction():
        rows = await _held(CustomerNote, over)
        await customer_notes.delete(context, rows)
    return len(rows)


async def remind_of_proposals(context: Context) -> int:
    """Whoever has not answered is reminded, some days after they were asked (S1.6).

    Not of what could not be accepted: the partner is suspended (S5.7).
    """
    reminded = 0
    for number, days in _latest_first(rules.REMINDED_AFTER_DAYS):
        due = Q(
            status=PartnershipStatus.INVITED,
            notices__lt=number,
            sent_at__lte=context.now - timedelta(days=days),
            answer_by__gt=context.now,
        ) & Exists(Organisation, Q(partner_status__in=sorted(INVITABLE_PARTNERS)), id="partner_id")
        for model in (Partnership, CustomerInvitation):
            reminded += await _tell(context, model, due, {"notices": number}, "partnership.reminder", "answer_by")
    return reminded


async def warn_of_ends(context: Context) -> int:
    """Both sides are told some days before a partnership ends by itself, and before it is to be looked at again."""
    warned = 0
    for column, topic, counter, before_days in (
        ("expires_at", "partnership.ending", "notices", rules.WARNED_BEFORE_DAYS),
        ("review_at", "partnership.review_due", "review_notices", rules.REVIEWED_BEFORE_DAYS),
    ):
        for number, days in _latest_first(before_days):
            near: dict[str, Any] = {
                "status": PartnershipStatus.ACTIVE,
                f"{counter}__lt": number,
                f"{column}__lte": context.now + timedelta(days=days),
                f"{column}__gt": context.now,
            }
            due = Q(**near)
            warned += await _tell(context, Partnership, due, {counter: number}, topic, column)
    return warned


async def end_partnerships(context: Context) -> int:
    """Partnerships whose last day has come end, with all that hangs on them (D4, S4).

    One that cannot end now, as somebody else holds it, keeps no other from ending. Raises Refused where none can.
    """
    due = Partnership.filter(status__in=sorted(IN_FORCE), expires_at__lte=context.now)
    found = await due.order_by("expires_at").limit(AT_ONCE)
    ended, held_up = 0, list[Refused]()
    for row in found:
        try:
            ended += await _end(context, row)
        except Refused as refused:
            held_up.append(refused)
    if held_up and not ended:
        raise held_up[0]
    return ended


DEADLINES: Final[Mapping[str, Callable[[Context], Awaitable[int]]]] = {
    "expire proposals": expire_proposals,
    "remind of proposals": remind_of_proposals,
    "expire access changes": expire_access_changes,
    "expire pending actions": expire_pending_actions,
    "expire member invitations": expire_member_invitations,
    "expire support access": expire_support_access,
    "warn of support access": warn_of_support_access,
    "warn of ends": warn_of_ends,
    "end partnerships": end_partnerships,
}
"""What the clock does, by name."""


async def _end(context: Context, found: Partnership) -> int:
    async with transaction():
        row = await held(context, found.id)
        if row.status not in IN_FORCE or row.expires_at is None or row.expires_at > context.now:
            return 0
        customer = await Organisation.get(id=row.customer_id)
        await end_all(context, customer, [row], Ending(EndedBy.CLOCK, TerminationReason.DATE_REACHED))
    return 1


async def _concerned(rows: Sequence[Any]) -> list[UUID]:
    """The organisation that each concerns: the one it belongs to, or the customer of its partnership. One statement."""
    column = next((_OWNERS[type(row)] for row in rows if type(row) in _OWNERS), None)
    if column is not None:
        return [getattr(row, column) for row in rows]
    named = Partnership.filter(OneOf("id", [row.partnership_id for row in rows]))
    customers: dict[UUID, UUID] = dict(await named.values_list("id", "customer_id"))
    return [customers[row.partnership_id] for row in rows]


async def _tell(context: Context, model: Any, due: Q, columns: dict[str, int], topic: str, column: str) -> int:
    """Tell of a deadline that comes nearer, once for each notice. No version changes: nothing that people edit does."""
    async with transaction():
        rows = await _due(model, due)
        if rows:
            await model.filter(OneOf("id", keys(rows))).update(**columns)
        await journal.announce_all(context, [_notice(context, topic, row, columns, column) for row in rows])
    return len(rows)


def _notice(context: Context, topic: str, row: Any, columns: dict[str, int], column: str) -> journal.News:
    deadline: datetime = getattr(row, column)
    told = {"days_left": rules.days_left(deadline, context.now), "ends_at": deadline}
    # Whatever begins the count of notices anew gives the row another version: the same day may be told of again.
    return journal.News(topic, row, (row.version, *columns.values()), told)


async def _held(model: Any, due: Q) -> list[Any]:
    """What is due, with the organisations it concerns held first, as everybody does: nobody waits in a ring."""
    found = await model.filter(due).order_by("id").limit(AT_ONCE)
    await locked_rows(Organisation, sorted(set(await _concerned(found))))
    return await _due(model, due & OneOf("id", keys(found)))


async def _due(model: Any, due: Q) -> list[Any]:
    return await model.filter(due).order_by("id").limit(AT_ONCE).select_for_update(skip_locked=True, no_key=True)


def _latest_first(days: Sequence[int]) -> list[tuple[int, int]]:
    """Each notice with its days, the last one first: who missed two is told once."""
    return list(enumerate(days, start=1))[::-1]
