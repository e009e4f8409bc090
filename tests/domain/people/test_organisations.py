"""Which currency and which register of companies does a country have?"""

import pytest

from server.domain.money import Currency
from server.domain.people.organisations import (
    RegistrationScheme,
    currency_of,
    registration_scheme,
)

SWISS = RegistrationScheme.CH_UID
FRENCH = RegistrationScheme.FR_SIREN_SIRET
OTHER = RegistrationScheme.OTHER_REGISTER


@pytest.mark.parametrize(
    ("country", "currency", "scheme"),
    [
        ("CH", Currency.CHF, SWISS),
        ("LI", Currency.CHF, OTHER),
        ("FR", Currency.EUR, FRENCH),
        ("DE", Currency.EUR, OTHER),
        ("AT", Currency.EUR, OTHER),
        ("IT", Currency.EUR, OTHER),
        ("ES", Currency.EUR, OTHER),
        ("GB", Currency.EUR, OTHER),
        ("US", Currency.EUR, OTHER),
    ],
)
def test_the_country_decides_currency_and_register(country, currency, scheme):
    assert (currency_of(country), registration_scheme(country)) == (currency, scheme)
