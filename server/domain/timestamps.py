"""Timestamps: parsing of RFC 3339."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_DATE_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_LEAP_SECOND: Final = 60
_LAST_MINUTE: Final = (23, 59)
_DIGITS_OF_MICROSECONDS: Final = 6


def read_moment(text: str) -> datetime:
    """The time in UTC, truncated to the microsecond.

    Raises ValueError for anything but the RFC's `date-time`, and outside the years 1 to 9999 in UTC. A leap second
    becomes the second after it, as computers' clocks do it.
    """
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError
    *numbers, fraction, sign, hours, minutes = found.groups()
    year, month, day, hour, minute, second = map(int, numbers)
    is_leap = second == _LEAP_SECOND
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    microsecond = int((fraction or "")[:_DIGITS_OF_MICROSECONDS].ljust(_DIGITS_OF_MICROSECONDS, "0"))
    local = datetime(year, month, day, hour, minute, second - is_leap, microsecond, timezone(offset))
    return _within_the_calendar(local, is_leap=is_leap)


def _within_the_calendar(local: datetime, *, is_leap: bool) -> datetime:
    try:
        moment = local.astimezone(UTC)
        if not is_leap:
            return moment
        if (moment.hour, moment.minute) != _LAST_MINUTE:
            raise ValueError
        return moment.replace(microsecond=0) + timedelta(seconds=1)
    except OverflowError:
        raise ValueError from None
