"""When does the clock remind, warn and end (S1.6, S2.8, D4)?

Moments are half open (E39): what is to be answered by noon is late at noon.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

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


def status_at(status: StatusT, until: datetime | None, now: datetime, *, waiting: StatusT, over: StatusT) -> StatusT:
    """What was `waiting` until a moment is `over` from then on, whether or not that was written down (E39)."""
    is_late = status is waiting and until is not None and now >= until
    return over if is_late else status
