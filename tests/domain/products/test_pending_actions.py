"""When does a product end, and until when may a pending action be answered (E34)?"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.products.pending_actions import (
    PendingActionStatus,
    answer_until,
    check_action_open,
    check_none_pending,
    check_still_asked,
)
from server.domain.products.product_terminations import check_confirmation, check_product_may_end
from server.domain.products.products import ProductState
from tests.domain.refusals import refusals

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PENDING = PendingActionStatus.PENDING


@dataclass(frozen=True)
class Partnership:
    access_type: AccessType = AccessType.COMPLETE
    status: PartnershipStatus = PartnershipStatus.ACTIVE
    initiated_by: Side = Side.CUSTOMER


@pytest.mark.parametrize(
    ("state", "is_locked", "expected"),
    [
        (ProductState.ACTIVE, False, []),
        (ProductState.EXPIRING, False, []),
        (ProductState.SUSPENDED, False, []),
        (ProductState.ACTIVE, True, [("PRODUCT_LOCKED", "product_id")]),
        (ProductState.TERMINATED, False, [("PRODUCT_ENDED", "product_id")]),
        (ProductState.TERMINATED, True, [("PRODUCT_ENDED", "product_id")]),
    ],
)
def test_a_product_ends_once_and_not_while_it_is_locked(state, is_locked, expected):
    assert refusals(check_product_may_end, state, ("product_id",), is_locked=is_locked) == expected


@pytest.mark.parametrize(
    ("typed", "is_the_name"),
    [(" ALPINE Café ", True), ("alpine cafe", True), ("alpine", False), ("", False)],
)
def test_the_name_is_typed_without_regard_to_case_and_accents(typed, is_the_name):
    expected = [] if is_the_name else [("CONFIRMATION_MISSING", "confirmation")]

    assert refusals(check_confirmation, "Alpine Café", typed) == expected


@pytest.mark.parametrize("status", PendingActionStatus)
def test_only_a_pending_action_is_answered(status):
    expected = [] if status is PENDING else [("ACTION_CLOSED", "")]

    assert refusals(check_action_open, status, NOW + timedelta(days=1), NOW) == expected


def test_the_last_second_is_too_late():
    until = answer_until(NOW, 7)

    assert until == NOW + timedelta(days=7)
    assert refusals(check_action_open, PENDING, until, until - timedelta(microseconds=1)) == []
    assert refusals(check_action_open, PENDING, until, until) == [("ACTION_CLOSED", "")]


@pytest.mark.parametrize(
    ("partnership", "may_ask", "expected"),
    [
        (Partnership(), True, []),
        (Partnership(), False, [("ASKER_NOT_ENTITLED", "")]),
        (Partnership(AccessType.LIMITED), True, [("ASKER_NOT_ENTITLED", "")]),
        (Partnership(status=PartnershipStatus.SUSPENDED), True, [("PARTNERSHIP_NOT_ACTIVE", "")]),
        (Partnership(status=PartnershipStatus.TERMINATED), True, [("PARTNERSHIP_NOT_ACTIVE", "")]),
    ],
)
def test_an_action_that_the_partner_could_no_longer_request_is_not_confirmed(partnership, may_ask, expected):
    assert refusals(check_still_asked, partnership, may_ask=may_ask) == expected


def test_the_customer_is_asked_once_at_a_time():
    assert refusals(check_none_pending, is_pending=False) == []
    assert refusals(check_none_pending, is_pending=True) == [("ACTION_PENDING", "")]
