"""Export sheet of a partner's customers."""

import asyncio
from collections.abc import Mapping
from typing import Final

from server.domain.oversight.exports import ExportKind
from server.models import CustomerNote, Organisation, Partnership
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.export_sheets import Line, Sheet, find_visible
from server.resolvers.partnerships.managed_customers import MANAGED_CUSTOMERS, MAY_VIEW_MANAGED_CUSTOMERS


async def _customer_lines(context: Context, partnership: Partnership) -> list[Line]:
    customer, note = await asyncio.gather(
        find_visible(context, Organisation, partnership.customer_id),
        context.row(CustomerNote, partnership.id, "partnership_id"),
    )
    line = (
        ids.encode(partnership),
        partnership.access_type,
        partnership.payment_mode,
        partnership.activated_at,
        note and note.alias,
        customer and ids.encode(customer),
        customer and customer.name,
        customer and customer.country,
    )
    return [line]


_MANAGED: Final = (
    *("partnership.id", "partnership.accessType", "partnership.paymentMode", "partnership.activatedAt"),
    "partnership.customerNote.alias",
    *("node.id", "node.name", "node.country"),
)

SHEETS: Final[Mapping[ExportKind, Sheet]] = {
    ExportKind.MANAGED_CUSTOMERS: Sheet(MANAGED_CUSTOMERS, MAY_VIEW_MANAGED_CUSTOMERS, _MANAGED, _customer_lines),
}
