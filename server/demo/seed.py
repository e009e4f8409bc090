"""The seed that makes every build of the demo world the same."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, TypeVar
from uuid import UUID

PERIOD: Final = 40
"""A customer's properties follow from its number modulo this, so a larger world has more of everything."""

_SEED: Final = "three partners and forty customers"
_FIRST_MILLISECOND: Final = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000)

T = TypeVar("T")


def random_stream(subject: str) -> Random:
    """Reproducible random choices about one subject, independent of those about other subjects."""
    return Random(f"{_SEED}: {subject}")  # noqa: S311 - repeatable on purpose, and it protects nothing


def row_ids(table: str) -> Iterator[UUID]:
    """UUIDv7s in the order of creation, a millisecond apart and older than any that the server creates."""
    random = random_stream(f"ids of {table}")
    for millisecond in itertools.count(_FIRST_MILLISECOND):
        bits = random.getrandbits(74)
        high = (millisecond << 16) | (7 << 12) | (bits >> 62)
        low = (2 << 62) | (bits & (2**62 - 1))
        yield UUID(int=(high << 64) | low)


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of at most `size`, so that a large world is never entirely in memory."""
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, size)):
        yield batch


@dataclass(frozen=True)
class Calendar:
    """The dates of the world, relative to the day it is built."""

    today: datetime

    @classmethod
    def starting(cls, now: datetime) -> "Calendar":
        return cls(now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0))

    def days_ago(self, days: float) -> datetime:
        """A whole second, that many days before today began."""
        return self.today - timedelta(seconds=round(days * 86_400))

    def days_ahead(self, days: float) -> datetime:
        return self.days_ago(-days)
