"""Partnerships: the lists of them, and what every change to one has in common: locking, logging and receipts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.domain.errors import CHANGED_MEANWHILE, Refused
from server.domain.events import AuditAction
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships.partnerships import Side
from server.domain.rights import Right, Role
from server.domain.versions import check_version
from server.domain.viewer import Viewer
from server.models import AccessChangeRequest, Organisation, Partnership
from server.models.conditions import OneOf
from server.models.questions import ask_one, rows_where
from server.models.visibility.lookups import lock_rows
from server.models.visibility.viewers import reload_viewer
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

    Changes to one customer's partnerships therefore happen one after the other (C1 to C4). Refused if the viewer's role
    has changed since the request began (E7).
    """
    row = (await lock_partnerships([partnership_id]))[partnership_id]
    await recheck_roles(context, [row])
    check_version(row.version, expected_version)
    return row


async def lock_partnerships(partnership_ids: Sequence[UUID]) -> dict[UUID, Partnership]:
    """Several partnerships, locked. Their customers are locked first, so that no deadlock can occur."""
    found = await ask_one(rows_where(Partnership, id=partnership_ids))
    await lock_rows(Organisation, sorted({row.customer_id for row in found}))
    return await lock_rows(Partnership, row_keys(found))


async def recheck_roles(context: Context, rows: Iterable[Partnership]) -> None:
    """Refuse if the viewer's roles on either side, or their token's reach, have changed since authorisation."""
    sides = {side for row in rows for side in (row.customer_id, row.partner_id)}
    viewer = context.viewer
    if viewer is None or not _roles(viewer, sides):
        return
    now = await reload_viewer(viewer, context.now)
    if now is None or _roles(now, sides) != _roles(viewer, sides) or now.token != viewer.token:
        raise Refused(CHANGED_MEANWHILE)


def _roles(viewer: Viewer, organisation_ids: Collection[UUID]) -> dict[UUID, Role]:
    memberships = (viewer.membership_in(id) for id in organisation_ids)
    return {membership.organisation_id: membership.role for membership in memberships if membership is not None}


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
    await journal.record_all(context, [_act(each) for each in notes])
    binding = [each for each in notes if not isinstance(each.subject, AccessChangeRequest)]
    await receipt_all(context, [_entry(each) for each in binding])


def _act(note: Note) -> journal.Act:
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
