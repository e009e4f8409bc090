"""How long is a note about a customer kept?"""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.partnerships.customer_notes import check_is_kept
from tests.domain.refusals import refusals

ENDED = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=90)

_TOO_LATE = [("PARTNERSHIP_NOT_ACTIVE", "partnership_id")]


@pytest.mark.parametrize(
    ("ended_at", "now", "expected"),
    [
        (None, ENDED + 10 * KEPT, []),
        (ENDED, ENDED, []),
        (ENDED, ENDED + KEPT - timedelta(microseconds=1), []),
        (ENDED, ENDED + KEPT, _TOO_LATE),
    ],
)
def test_notes_are_kept_for_some_time_after_the_end(
    ended_at: datetime | None, now: datetime, expected: list[tuple[str, str]]
):
    assert refusals(check_is_kept, ended_at, now, KEPT) == expected
