"""What may a partner note of a customer, and who reads it?"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.domain.access import PartnershipFacts, leads, serves
from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.viewer import Viewer

MOST_ALIAS_CHARACTERS: Final = 120
MOST_NOTES_CHARACTERS: Final = 5_000


def sees_customer_note(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> bool:
    """Whoever leads the partner, and an employee while they serve the customer; never the customer (M46)."""
    is_leader = leads(viewer, partnership.partner_id) and viewer.may_serve(partnership.customer_id)
    return is_leader or serves(viewer, partnership, assigned)


def check_is_kept(ended_at: datetime | None, now: datetime, kept: timedelta) -> None:
    """Nothing is noted of a partnership whose notes are to be deleted (S4)."""
    if ended_at is not None and ended_at + kept <= now:
        raise Refused(
            Refusal(
                ErrorCode.PARTNERSHIP_NOT_ACTIVE,
                N_("This partnership ended too long ago for anything to be noted."),
                ("partnership_id",),
            )
        )
