"""Notes of customers: what a partner may write down, and until when."""

from datetime import datetime, timedelta
from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.partnerships.error_codes import PartnershipCode

MAX_ALIAS_CHARACTERS: Final = 120
MAX_NOTES_CHARACTERS: Final = 5_000


def check_is_kept(ended_at: datetime | None, now: datetime, kept: timedelta) -> None:
    """Refuse a note on a partnership whose notes are due for deletion (S4)."""
    if ended_at is not None and ended_at + kept <= now:
        raise Refused(
            Refusal(
                PartnershipCode.PARTNERSHIP_NOT_ACTIVE,
                N_("This partnership ended too long ago for notes to be added."),
                ("partnership_id",),
            )
        )
