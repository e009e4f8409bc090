"""Partnerships: what is found, and what every change of one has in common."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from tortoise.models import Model

from server.domain import partnerships as rules
from server.domain.errors import NotFound
from server.domain.partnerships import Side
from server.domain.rights import Right
from server.domain.versions import check_version
from server.models import Organisation, Partnership
from server.models.lookups import locked
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.listings import Listing, equal
from server.resolvers.permissions import RightOn, SignedIn, allowed


class PartnershipOrderField(StrEnum):
    """What partnerships can be ordered by."""

    INVITED_AT = "INVITED_AT"


PARTNERSHIPS = Listing(
    name="partnerships",
    model=Partnership,
    parent="customer_id",
    orders={PartnershipOrderField.INVITED_AT: "invited_at"},
    moments=frozenset({"invited_at"}),
    filters={"status": equal("status"), "access_type": equal("access_type")},
)
CUSTOMER_PARTNERSHIPS = replace(PARTNERSHIPS, name="customer partnerships", parent="partner_id")

MAY_VIEW_PARTNERSHIPS = (RightOn(Right.VIEW_PARTNERSHIPS, Organisation),)


@allowed(SignedIn())
async def partnership(context: Context, id: PartnershipId) -> Partnership:
    """A partnership by its id, for both of its sides."""
    row = await context.row(Partnership, id)
    if row is None:
        raise NotFound(("id",))
    return row


async def held(partnership_id: UUID, expected_version: int | None = None) -> Partnership:
    """The partnership, with its customer locked: changes to one customer's partnerships wait in line (C1 to C4)."""
    found = await Partnership.get(id=partnership_id)
    await locked(Organisation, found.customer_id)
    row = await locked(Partnership, partnership_id)
    check_version(row.version, expected_version)
    return row


async def live_partnerships(customer_id: UUID, *, but: UUID | None = None) -> list[Partnership]:
    """The customer's partnerships that are proposed or in force; without the one that is being changed."""
    live = await Partnership.filter(customer_id=customer_id, status__in=sorted(rules.LIVE)).order_by("id")
    return [row for row in live if row.id != but]


async def change(row: Partnership, **columns: object) -> None:
    """Store these columns, as another version."""
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save(update_fields=["version", "updated_at", *columns])


async def note(
    context: Context,
    action: str,
    row: Partnership,
    side: Side,
    *,
    subject: Model | None = None,
    before: journal.State | None = None,
    after: journal.State | None = None,
) -> None:
    """Write down an act in a partnership, by one of its sides (E40)."""
    by_customer = side is Side.CUSTOMER
    await journal.record(
        context,
        action,
        subject or row,
        acting=row.customer_id if by_customer else row.partner_id,
        on_behalf_of=None if by_customer else row.customer_id,
        before=before,
        after=after,
    )


def terms(row: Partnership, *more: str) -> journal.State:
    """What is written down of a partnership."""
    return journal.state(row, "access_type", "payment_mode", "status", *more)


def keys(rows: Sequence[Model]) -> list[UUID]:
    return [row.pk for row in rows]
