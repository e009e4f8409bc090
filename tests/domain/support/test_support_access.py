"""How long does support access last, and may it be granted twice?"""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.support.support_access import SUPPORT_ACCESS_EXPIRY, SupportAccessStatus, check_not_open
from tests.domain.refusals import refusals

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOON, PAST = NOW + timedelta(microseconds=1), NOW - timedelta(microseconds=1)
ACTIVE, REVOKED, EXPIRED = SupportAccessStatus


# Rule E37
@pytest.mark.parametrize(
    ("stored", "until", "now_is"),
    [
        (ACTIVE, SOON, ACTIVE),
        (ACTIVE, NOW, EXPIRED),
        (ACTIVE, PAST, EXPIRED),
        (REVOKED, SOON, REVOKED),
        (REVOKED, PAST, REVOKED),
        (EXPIRED, PAST, EXPIRED),
    ],
)
def test_open_access_stays_open_until_its_last_second(
    stored: SupportAccessStatus, until: datetime, now_is: SupportAccessStatus
):
    assert SUPPORT_ACCESS_EXPIRY.at(NOW, stored, until) is now_is


def test_open_support_access_is_not_granted_again():
    assert refusals(check_not_open, is_open=False) == []
    assert refusals(check_not_open, is_open=True) == [("SUPPORT_ACCESS_OPEN", "kind")]
