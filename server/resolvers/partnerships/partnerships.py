"""Partnerships: the lists of them, and what every change to one has in common: locking, logging and receipts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.domain.errors import NotFound
from server.domain.events import AuditAction
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships.partnerships import Side
from server.domain.rights import Right
from server.domain.versions import check_version
from server.domain.viewer import Viewer
from server.models import AccessChangeRequest, Organisation, Partnership
from server.models.conditions import OneOf
from server.models.questions import ask
from server.models.visibility.lookups import lock_owned_rows
from server.models.visibility.viewers import current_viewer, viewer_questions
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.listings import Listing, where_equal
from server.resolvers.partnerships.receipts import Entry, Granted, receipt_all, receipt_terms
from server.resolvers.permissions import RightOn


class PartnershipOrderField(StrEnum):
    """Fields by which partnerships can be sorted."""

    INVITED_AT = "INVITED_AT"


PARTNERSHIPS = Listing(
    name="partnerships",
    model=Partnership,
    parent="customer_id",
    orders={PartnershipOrderField.INVITED_AT: "invited_at"},
    moments=frozenset({"invited_at"}),
    filters={"status": where_equal("status"), "access_type": where_equal("access_type")},
)
CUSTOMER_PARTNERSHIPS = replace(PARTNERSHIPS, name="customer partnerships", parent="partner_id")

MAY_VIEW_PARTNERSHIPS = (RightOn(Right.VIEW_PARTNERSHIPS, Organisation),)
MAY_SEND_AGAIN = (RightOn(Right.MANAGE_INVITATION, Partnership),)


async def lock_partnership(context: Context, partnership_id: UUID, expected_version: int | None = None) -> Partnership:
    """The partnership, locked after its customer.

    Changes to one customer's partnerships therefore happen one after the other (C1 to C4). What the mutation requires
    is checked on the locked row, for the viewer as they are then (E7).
    """
    row = await lock_visible_partnership(context, partnership_id)
    await authorise_on(context, [row])
    check_version(row.version, expected_version)
    return row


async def lock_visible_partnership(context: Context, partnership_id: UUID) -> Partnership:
    """The same, still without the check. Nothing is locked that the caller does not see."""
    seen_by = None if context.is_authorised else context.viewer
    locked = await lock_partnerships([partnership_id], seen_by)
    if partnership_id not in locked:
        raise NotFound(("input", "partnership_id"))
    return locked[partnership_id]


async def lock_partnerships(partnership_ids: Sequence[UUID], seen_by: Viewer | None = None) -> dict[UUID, Partnership]:
    """Several partnerships, locked after their customers; with `seen_by`, those that this viewer sees."""
    return await lock_owned_rows(Partnership, Organisation, "customer_id", partnership_ids, seen_by)


async def authorise_on(context: Context, locked: Iterable[Partnership]) -> None:
    """Read the viewer again, and check what the mutation requires on these partnerships, which are locked (E7).

    Who is no longer a member, or whose token has ended, holds no right. Scheduled jobs have no viewer.
    """
    viewer = context.viewer
    if viewer is not None:
        await authorise_as(context, current_viewer(viewer, await ask(*viewer_questions(viewer)), context.now), locked)


async def authorise_as(context: Context, viewer: Viewer, locked: Iterable[Partnership]) -> None:
    """The same for a viewer who was read under the lock."""
    context.viewer = viewer
    for row in locked:
        context.put(row)
    if context.authorise is not None:
        await context.authorise()


async def lock_live_partnerships(customer_id: UUID, *, but: UUID | None = None) -> list[Partnership]:
    """The customer's partnerships that are proposed or in force, locked, except `but`."""
    live = Partnership.filter(customer_id=customer_id, status__in=sorted(rules.LIVE))
    return [row for row in await live.order_by("id").select_for_update(no_key=True) if row.id != but]


@dataclass(frozen=True)
class Note:
    """An event in a partnership. `side` is the side that acted, or None for staff and scheduled jobs.

    `subject` is the object concerned, if it is not the partnership. `had` and `has` are the products in the terms
    before and after.
    """

    action: AuditAction
    partnership: Partnership
    side: Side | None
    subject: Model | None = None
    before: journal.State | None = None
    after: journal.State | None = None
    had: Sequence[Granted] | None = None
    has: Sequence[Granted] | None = None

    @property
    def acting(self) -> UUID | None:
        """The organisation on whose behalf it was done."""
        if self.side is None:
            return None
        return self.partnership.customer_id if self.side is Side.CUSTOMER else self.partnership.partner_id


async def record_on_partnership(
    context: Context,
    action: AuditAction,
    row: Partnership,
    side: Side | None,
    *,
    subject: Model | None = None,
    before: journal.State | None = None,
    after: journal.State | None = None,
    had: Sequence[Granted] | None = None,
    has: Sequence[Granted] | None = None,
) -> None:
    """Log one event in a partnership, and issue its receipt."""
    await note_all(context, [Note(action, row, side, subject, before, after, had, has)])


async def note_all(context: Context, notes: Sequence[Note]) -> None:
    """Log events in partnerships, which are locked, and issue the receipts (E40, D17).

    A mere request gets no receipt, because nothing was granted, changed or ended.
    """
    journal.leave_acts(context, [act_of(each) for each in notes])
    await receipt_all(context, entries_of(notes))


def entries_of(notes: Sequence[Note]) -> list[Entry]:
    """The receipts for these events."""
    binding = [each for each in notes if not isinstance(each.subject, AccessChangeRequest)]
    return [_entry(each) for each in binding]


def act_of(note: Note) -> journal.Act:
    served = None if note.side is Side.CUSTOMER else note.partnership.customer_id
    return journal.Act(note.action, note.subject or note.partnership, note.acting, served, note.before, note.after)


def _entry(note: Note) -> Entry:
    before, after = receipt_terms(note.before, note.had), receipt_terms(note.after, note.has)
    return Entry(note.action, note.partnership, note.acting, before, after)


def partnership_terms(row: Partnership, *more: str) -> journal.State:
    """The terms of a partnership, for the audit log."""
    return journal.column_values(row, "access_type", "payment_mode", "status", *more)


def row_keys(rows: Sequence[Model]) -> list[UUID]:
    return [row.pk for row in rows]


async def customers_of(rows: Sequence[Any]) -> list[UUID]:
    """The customer of each of these rows, which belong to a partnership. One statement."""
    named = Partnership.filter(OneOf("id", [row.partnership_id for row in rows]))
    customers: dict[UUID, UUID] = dict(await named.values_list("id", "customer_id"))
    return [customers[row.partnership_id] for row in rows]
