"""Timelines of the demo's products: when each was bought, and its current state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.demo.seed import Calendar
from server.domain.products.products import Period, ProductState

MAX_PRODUCTS: Final = 30
"""The most products that a company owns."""

OLD_PRODUCTS: Final = 12
"""The number of a company's first products that are older than any partnership."""

_OLDEST_DAYS, _OLD_DAYS, _YOUNGEST_DAYS = 2_000, 1_000, 1
_TRIAL: Final = timedelta(days=30)
_LASTS: Final = {Period.MONTH: timedelta(days=30), Period.YEAR: timedelta(days=365)}


@dataclass(frozen=True)
class Timeline:
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
    if turn < OLD_PRODUCTS:
        return calendar.days_ago(_OLDEST_DAYS - (_OLDEST_DAYS - _OLD_DAYS) * turn / OLD_PRODUCTS)
    return calendar.days_ago(
        _OLD_DAYS - (_OLD_DAYS - _YOUNGEST_DAYS) * (turn - OLD_PRODUCTS) / (MAX_PRODUCTS - OLD_PRODUCTS)
    )


def renewing_timeline(created_at: datetime, period: Period, calendar: Calendar) -> Timeline:
    """A product that is paid up to its next period and last changed when the current one began."""
    # What ends during today has already been renewed.
    periods = (calendar.days_ahead(1) - created_at) // _LASTS[period]
    renewed_at = created_at + periods * _LASTS[period]
    updated_at = min(renewed_at, calendar.today)
    return Timeline(created_at, updated_at, renewed_at + _LASTS[period], version=periods + 1, auto_renew=True)


def expiring_timeline(created_at: datetime, days: int, calendar: Calendar) -> Timeline:
    """A product that ends in that many days and is not renewed."""
    return Timeline(created_at, calendar.days_ago(days), calendar.days_ahead(days), state=ProductState.EXPIRING)


def ended_timeline(created_at: datetime, days: int, state: ProductState, calendar: Calendar) -> Timeline:
    """A product that ended that many days ago."""
    return Timeline(created_at, calendar.days_ago(days), calendar.days_ago(days), state=state)


def trial_timeline(days: int, calendar: Calendar) -> Timeline:
    """A product on a one-month trial that began that many days ago."""
    begun_at = calendar.days_ago(days)
    return Timeline(begun_at, begun_at, begun_at + _TRIAL, version=1, is_trial=True)
