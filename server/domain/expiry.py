"""Expiry: deadlines, reminders and warnings (S1.6, S2.8, D4).

Deadlines are exclusive (E39): an answer that is due by noon is late at noon.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

StatusT = TypeVar("StatusT", bound=StrEnum)

REMINDED_AFTER_DAYS: Final = (7, 25)
"""How many days after an invitation was sent its addressee is reminded."""
WARNED_BEFORE_DAYS: Final = (30, 7)
"""How many days before its last day both sides of a partnership are notified."""
REVIEWED_BEFORE_DAYS: Final = (14,)
"""How many days before a review both sides are notified."""


def days_left(deadline: datetime, now: datetime) -> int:
    """Whole days until a deadline, as shown to people: 0 on the last day."""
    return max(0, (deadline - now) // timedelta(days=1))


@dataclass(frozen=True)
class Expiry(Generic[StatusT]):
    """A status that is `waiting` until a deadline is `over` from then on, whether or not that is stored yet (E39)."""

    waiting: StatusT
    over: StatusT

    def at(self, now: datetime, status: StatusT, until: datetime | None) -> StatusT:
        """The current status of something that is stored with `status` and waits until `until`."""
        is_late = status is self.waiting and until is not None and now >= until
        return self.over if is_late else status
