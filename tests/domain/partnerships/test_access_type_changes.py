"""Which change between limited and complete access is allowed, and who has to leave for it (S2.4, S2.5)?"""

import pytest

from server.domain.partnerships.access_change_requests import check_access_type_change
from tests.domain.partnerships.partnerships import (
    ACTIVE,
    COMPLETE,
    LIMITED,
    OTHER_PARTNER,
    SUSPENDED,
    THIRD_PARTNER,
    Partnership,
)
from tests.domain.refusals import refusals

A, B = OTHER_PARTNER, THIRD_PARTNER
NOT_NAMED = [("LIMITED_PARTNER_EXISTS", "end_other_partnerships")]


@pytest.mark.parametrize(
    ("others", "to_end", "refused"),
    [
        ([], [], []),
        ([A], [A], []),
        ([A, B], [B, A], []),
        ([A], [], NOT_NAMED),
        ([A, B], [], NOT_NAMED),
        ([A, B], [A], NOT_NAMED),
        ([A, B], [B], NOT_NAMED),
    ],
)
def test_complete_access_begins_only_if_every_other_partner_is_named(others, to_end, refused):
    assert refusals(check_access_type_change, Partnership(LIMITED), COMPLETE, others, to_end) == refused


def test_limited_access_begins_next_to_others_that_nobody_named():
    assert refusals(check_access_type_change, Partnership(COMPLETE), LIMITED, [A, B], []) == []


@pytest.mark.parametrize("access_type", [LIMITED, COMPLETE])
def test_an_access_type_changes_to_the_other_one_in_an_active_partnership(access_type):
    unchanged = [("ACCESS_TYPE_UNCHANGED", "access")]

    assert refusals(check_access_type_change, Partnership(access_type, ACTIVE), access_type, [], []) == unchanged
    assert refusals(check_access_type_change, Partnership(LIMITED, SUSPENDED), access_type, [], []) == [
        ("PARTNERSHIP_NOT_ACTIVE", "")
    ]
