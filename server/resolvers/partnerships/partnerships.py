"""Partnerships: the lists of them, and what every change to one has in common: locking, logging and receipts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeVar
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
from server.models.questions import Question, ask
from server.models.visibility.lookups import Path, lock_owned_rows
from server.models.visibility.viewers import current_viewer, viewer_questions
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.listings import Listing, where_equal
from server.resolvers.partnerships.receipts import Entry, Granted, receipt_all, receipt_terms
from server.resolvers.permissions import RightOn

ModelT = TypeVar("ModelT", bound=Model)


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

_TO_CUSTOMER: Final[Path] = (("customer_id", Organisation),)
TO_PARTNERSHIP: Final[Path] = (("partnership_id", Partnership), *_TO_CUSTOMER)
MAY_VIEW_PARTNERSHIPS = (RightOn(Right.VIEW_PARTNERSHIPS, Organisation),)
MAY_SEND_AGAIN = (RightOn(Right.MANAGE_INVITATION, Partnership),)


async def lock_partnership(context: Context, partnership_id: UUID, expected_version: int | None = None) -> Partnership:
    """The partnership, locked after its customer.

    Changes to one customer's partnerships therefore happen one after the other (C1 to C4). What the mutation requires
    is checked on the locked row, for the viewer as they are then (E7).
    """
    row, _, _ = await lock_named(context, Partnership, partnership_id, "partnership_id")
    await authorise_on(context, [row])
    check_version(row.version, expected_version)
    return row


async def lock_in_partnership(
    context: Context, model: type[ModelT], id: UUID, argument: str
) -> tuple[ModelT, Partnership]:
    """The row that this argument names, locked after its partnership and its customer, and the partnership."""
    row, partnership, _ = await lock_named(context, model, id, argument)
    await authorise_on(context, [row, partnership])
    return row, partnership


async def lock_named(
    context: Context, model: type[ModelT], id: UUID, argument: str, *also: Question[Any]
) -> tuple[ModelT, Partnership, list[list[Any]]]:
    """The same, still without the check, with the answers to `also`. Nothing is locked that the caller does not see."""
    path = _TO_CUSTOMER if model is Partnership else TO_PARTNERSHIP
    seen_by = None if context.is_authorised else context.viewer
    rows, *more = await lock_owned_rows(model, path, [id], seen_by, *also)
    if not rows:
        raise NotFound(("input", argument))
    partnerships = rows if model is Partnership else more[0]
    return rows[0], partnerships[0], more[len(path) :]


async def lock_partnerships(partnership_ids: Sequence[UUID]) -> dict[UUID, Partnership]:
    """Several partnerships, locked after their customers."""
    locked, _ = await lock_owned_rows(Partnership, _TO_CUSTOMER, partnership_ids, None)
    return {row.id: row for row in locked}


async def authorise_on(context: Context, locked: Iterable[Model]) -> None:
    """Read the viewer again, and check what the mutation requires on these rows, which are locked (E7).

    Who is no longer a member, or whose token has ended, holds no right. Scheduled jobs have no viewer.
    """
    viewer = context.viewer
    if viewer is not None:
        await authorise_as(context, current_viewer(viewer, await ask(*viewer_questions(viewer)), context.now), locked)


async def authorise_as(context: Context, viewer: Viewer, locked: Iterable[Model]) -> None:
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


@dataclass(frozen=True)
class Traces:
    """What a change leaves in the logs and in the receipts, and whom it is announced to."""

    notes: Sequence[Note] = ()
    news: Sequence[journal.News] = ()


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


async def store_traces(context: Context, traces: Traces) -> None:
    """The same, with announcements."""
    await note_all(context, traces.notes)
    journal.leave_news(context, traces.news)


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
