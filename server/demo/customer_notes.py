"""Customer notes of the demo's partners."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from server.demo.partnerships import Agreement
from server.demo.seed import random_stream, row_ids
from server.domain.partnerships.partnerships import LIVE
from server.models import CustomerNote

_NOTED_AFTER: Final = timedelta(hours=5)
_FIRST_FILE: Final = 1_000


class Notebook:
    """Writes a note about two customers in three. Notes on ended partnerships were deleted long ago."""

    def __init__(self) -> None:
        self._ids = row_ids("customer_note")
        self._random = random_stream("customer notes")

    def notes(self, agreement: Agreement) -> Iterator[CustomerNote]:
        """The partner's own name for the customer, and for one in three a note."""
        partnership, customer = agreement.partnership, agreement.customer
        if partnership.status not in LIVE or customer.slot % 3 == 1:
            return
        noted_at = partnership.invited_at + _NOTED_AFTER
        words = agreement.partner.culture.vocabulary["notes"]
        yield CustomerNote(
            id=next(self._ids),
            created_at=noted_at,
            updated_at=noted_at,
            version=1,
            partnership_id=partnership.id,
            alias=f"{customer.name.split()[-1]} {_FIRST_FILE + customer.number}",
            notes=self._random.choice(words) if customer.slot % 3 == 0 else None,
        )
