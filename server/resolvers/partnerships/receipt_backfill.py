"""Backfill of first receipts for partnerships that have none (D17).

Partnerships older than receipts have none, and neither do those of a demo world. The first receipt states what is
currently in force or proposed. No side acted, and there is nothing before it.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from server.domain.events import AuditAction
from server.domain.partnerships.partnerships import IN_FORCE, LIVE
from server.models import Partnership, ProductAccess, Receipt
from server.models.conditions import Exists, OneOf
from server.models.database import transaction
from server.resolvers.context import Context
from server.resolvers.partnerships.partnerships import lock_partnerships, partnership_terms, row_keys
from server.resolvers.partnerships.receipts import Entry, Granted, receipt_all, receipt_terms
from server.resolvers.partnerships.requested_products import products_of_proposals

_BATCH_SIZE: Final = 100
"""The number of partnerships in one transaction."""

_WITHOUT_RECEIPT: Final = ~Exists(Receipt, partnership_id="id")


async def backfill_receipts(context: Context) -> int:
    """Issue the first receipt of some live partnerships that have none, and return how many.

    Called until it returns 0. Partnerships with a receipt are left unchanged, so that nothing is stated twice.
    """
    found = await Partnership.filter(_WITHOUT_RECEIPT, status__in=sorted(LIVE)).order_by("id").limit(_BATCH_SIZE)
    if not found:
        return 0
    async with transaction():
        held = await lock_partnerships(row_keys(found))
        begun = await Receipt.filter(OneOf("partnership_id", list(held))).values_list("partnership_id", flat=True)
        rows = [row for row in held.values() if row.status in LIVE and row.id not in begun]
        products = await _products(rows)
        await receipt_all(context, [_first_entry(row, products[row.id]) for row in rows])
    return len(rows)


def _first_entry(row: Partnership, products: Sequence[Granted]) -> Entry:
    return Entry(
        AuditAction.PARTNERSHIP_STATED,
        row,
        None,
        after=receipt_terms(partnership_terms(row, "expires_at", "review_at"), products),
    )


async def _products(rows: Sequence[Partnership]) -> dict[UUID, Sequence[Granted]]:
    """The products of each partnership: those managed, or those named in an open proposal. Two statements."""
    open_ = [row.id for row in rows if row.status not in IN_FORCE]
    found = defaultdict[UUID, Sequence[Granted]](list, await products_of_proposals(open_))
    of_others = OneOf("partnership_id", [row.id for row in rows if row.status in IN_FORCE])
    managed = defaultdict[UUID, list[ProductAccess]](list)
    for access in await ProductAccess.filter(of_others, revoked_at__isnull=True).order_by("id"):
        managed[access.partnership_id].append(access)
    found.update(managed)
    return found
