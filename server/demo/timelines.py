"""Timelines of the demo's products: when each was bought, and its current state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.demo.seed import Calendar
from server.domain.products.products import Period, ProductState

MAX: Final = 30
"""The most products that a company owns."""

OLD: Final = 12
"""The number of a company's first products that are older than any partnership."""

_OLDEST_DAYS, _OLD_DAYS, _YOUNGEST_DAYS = 2_000, 1_000, 1
_TRIAL: Final = timedelta(days=30)
_LASTS: Final = {Period.MONTH: timedelta(days=30), Period.YEAR: timedelta(days=365)}


@dataclass(frozen=True)
class Life:
    """The columns of a product that depend on the calendar."""

    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    version: int = 2
    state: ProductState = ProductState.ACTIVE
    auto_renew: bool = False
    is_trial: bool = False


def bought_at(turn: float, calendar: Calendar) -> datetime:
    """The time of purchase, between a company's first product, turn 0, and its last possible one."""
    if turn < OLD:
        return calendar.ago(_OLDEST_DAYS - (_OLDEST_DAYS - _OLD_DAYS) * turn / OLD)
    return calendar.ago(_OLD_DAYS - (_OLD_DAYS - _YOUNGEST_DAYS) * (turn - OLD) / (MAX - OLD))


def renewing(created_at: datetime, period: Period, calendar: Calendar) -> Life:
    """A product that is paid up to its next period and last changed when the current one began."""
    # What ends during today has already been renewed.
    periods = (calendar.ahead(1) - created_at) // _LASTS[period]
    renewed_at = created_at + periods * _LASTS[period]
    updated_at = min(renewed_at, calendar.today)
    return Life(created_at, updated_at, renewed_at + _LASTS[period], version=periods + 1, auto_renew=True)


def running_out(created_at: datetime, days: int, calendar: Calendar) -> Life:
    """A product that ends in that many days and is not renewed."""
    return Life(created_at, calendar.ago(days), calendar.ahead(days), state=ProductState.EXPIRING)


def run_out(created_at: datetime, days: int, state: ProductState, calendar: Calendar) -> Life:
    """A product that ended that many days ago."""
    return Life(created_at, calendar.ago(days), calendar.ago(days), state=state)


def trial(days: int, calendar: Calendar) -> Life:
    """A product on a one-month trial that began that many days ago."""
    begun_at = calendar.ago(days)
    return Life(begun_at, begun_at, begun_at + _TRIAL, version=1, is_trial=True)
