"""When does the clock remind, warn and end (S1.6, S2.8, D4)?

Moments are half open (E39): what is to be answered by noon is late at noon.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

StatusT = TypeVar("StatusT", bound=StrEnum)

REMINDED_AFTER_DAYS: Final = (7, 25)
"""How many days after an invitation was sent its addressee is reminded."""
WARNED_BEFORE_DAYS: Final = (30, 7)
"""How many days before its last day both sides of a partnership are told."""
REVIEWED_BEFORE_DAYS: Final = (14,)
"""How many days before a review both sides are told."""


def days_left(deadline: datetime, now: datetime) -> int:
    """Whole days until a deadline, as people are told: none on the last day."""
    return max(0, (deadline - now) // timedelta(days=1))


@dataclass(frozen=True)
class Expiry(Generic[StatusT]):
    """What is `waiting` until a moment is `over` from then on, whether or not that was written down (E39)."""

    waiting: StatusT
    over: StatusT

    def at(self, now: datetime, status: StatusT, until: datetime | None) -> StatusT:
        """The status at this moment of what is stored with `status`, and waits until then."""
        is_late = status is self.waiting and until is not None and now >= until
        return self.over if is_late else status
