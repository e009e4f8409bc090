"""A clock that stands still, for requests."""

from datetime import UTC, datetime, timedelta

import pytest

INSTANT = timedelta(microseconds=1)
"""The shortest time that is stored."""


class StandingClock:
    """Every request comes in at this time."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self, zone: object) -> datetime:
        return self.moment


@pytest.fixture(name="clock")
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    found = StandingClock()
    for module in ("graphql", "fast_path"):
        monkeypatch.setattr(f"server.app.{module}.datetime", found)
    return found
