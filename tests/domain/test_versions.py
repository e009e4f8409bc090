"""Is a change made only to the version that the person had read?"""

import pytest

from server.domain.versions import check_version
from tests.domain.refusals import refusals


@pytest.mark.parametrize(
    ("version", "expected", "told"),
    [
        (1, None, []),
        (1, 1, []),
        (7, 7, []),
        (0, 0, []),
        (2, 1, [("STALE_VERSION", "expected_version")]),
        (1, 2, [("STALE_VERSION", "expected_version")]),
        (0, 1, [("STALE_VERSION", "expected_version")]),
        (1, 0, [("STALE_VERSION", "expected_version")]),
    ],
)
def test_a_caller_who_sends_the_version_they_saw_changes_that_version_or_nothing(version, expected, told):
    assert refusals(check_version, version, expected) == told
