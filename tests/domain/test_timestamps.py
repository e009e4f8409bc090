"""Which texts are timestamps according to RFC 3339, and which time is it?"""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.domain.timestamps import read_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T08:30:00Z", datetime(2026, 11, 23, 8, 30)),
        ("2026-11-23t08:30:00z", datetime(2026, 11, 23, 8, 30)),
        ("2026-11-23T08:30:00.5Z", datetime(2026, 11, 23, 8, 30, 0, 500_000)),
        ("2026-11-23T08:30:00.1234567890123456789Z", datetime(2026, 11, 23, 8, 30, 0, 123_456)),
        ("2026-11-23T08:30:00.9999999Z", datetime(2026, 11, 23, 8, 30, 0, 999_999)),
        ("2026-11-23T08:30:00+01:00", datetime(2026, 11, 23, 7, 30)),
        ("2026-11-23T00:30:00+23:59", datetime(2026, 11, 22, 0, 31)),
        ("2026-11-23T08:30:00-00:00", datetime(2026, 11, 23, 8, 30)),
        ("1937-01-01T12:00:27.87+00:20", datetime(1937, 1, 1, 11, 40, 27, 870_000)),
        ("1990-12-31T23:59:60Z", datetime(1991, 1, 1)),
        ("1990-12-31T15:59:60-08:00", datetime(1991, 1, 1)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999)),
    ],
)
def test_every_text_that_the_rfc_allows_is_a_timestamp(text, moment):
    assert read_moment(text) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-11-23", "08:30:00Z", "2026-11-23T08:30:00", "2026-11-23 08:30:00Z", "2026-11-23_08:30:00Z"),
        *("2027-W26-3T12:00:00Z", "2027W263T120000Z", "2027-181T12:00:00Z", "20261123T083000Z", "2026-11-23T0830Z"),
        *(
            "2026-11-23T08:30Z",
            "2026-11-23T08Z",
            "2026-11-23T08:30:00,5Z",
            "2026-11-23T08:30:00.Z",
            "2026-11-23T24:00:00Z",
        ),
        *(
            "2026-11-23T08:30:00+01",
            "2026-11-23T08:30:00+0100",
            "2026-11-23T08:30:00+24:00",
            "2026-11-23T08:30:00+01:60",
        ),
        *(
            "2026-11-23T08:30:00+01:00:30",
            "2026-11-23T08:30:00\u221201:00",
            "2026-11-23T08:30:00Z ",
            "2026-11-23T08:30:00Z\n",
        ),
        *("2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z"),
        *("2026-11-23T25:00:00Z", "2026-11-23T08:60:00Z", "2026-11-23T08:30:61Z", "2026-11-23T08:30:60Z"),
        *("0000-01-01T00:00:00Z", "+2026-11-23T08:30:00Z", "12026-11-23T08:30:00Z", "２026-11-23T08:30:00Z"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "2026-11-23T08:30:00[UTC]"),
    ],
)
def test_anything_else_is_none(text):
    with pytest.raises(ValueError, match="^"):
        read_moment(text)


@given(
    some.datetimes(
        min_value=datetime(1, 1, 3),
        max_value=datetime(9999, 12, 29),
        timezones=some.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_every_timestamp_is_read_as_it_was_written(moment):
    assert read_moment(moment.isoformat()) == moment
