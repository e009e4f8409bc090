"""Is an amount exact, from the smallest coin to the largest number a database holds?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.money import Currency, Money

MAX = 2**63 - 1


@pytest.mark.parametrize(
    ("amount_minor", "amount"),
    [
        (0, "0.00"),
        (1, "0.01"),
        (5, "0.05"),
        (10, "0.10"),
        (992, "9.92"),
        (20832, "208.32"),
        (200_000, "2000.00"),
        (-1, "-0.01"),
        (-20832, "-208.32"),
        (MAX, "92233720368547758.07"),
    ],
)
def test_an_amount_has_two_decimals(amount_minor, amount):
    assert str(Money(amount_minor, Currency.CHF).amount) == amount


@settings(deadline=None)
@given(some.integers(-MAX - 1, MAX))
def test_no_rappen_is_lost(amount_minor):
    assert Money(amount_minor, Currency.EUR).amount * 100 == amount_minor


def test_francs_are_not_euros():
    assert Money(100, Currency.CHF) != Money(100, Currency.EUR)
    assert Money(100, Currency.CHF) == Money(100, Currency.CHF)
