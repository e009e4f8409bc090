"""Which currency and which register of companies does a country have, and who may become a partner?"""

import pytest

from server.domain.money import Currency
from server.domain.people.organisations import (
    LegalEntityType,
    PartnerStatus,
    RegistrationScheme,
    check_approval,
    currency_of,
    registration_scheme,
)
from tests.domain.refusals import refusals

SWISS = RegistrationScheme.CH_UID
FRENCH = RegistrationScheme.FR_SIREN_SIRET
OTHER = RegistrationScheme.OTHER_REGISTER


# Rule R20
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


# Rules R2, R12, E10
@pytest.mark.parametrize(
    ("kind", "status", "is_registered", "is_affiliate", "codes"),
    [
        (LegalEntityType.COMPANY, None, True, False, []),
        (LegalEntityType.COMPANY, PartnerStatus.SUSPENDED, True, False, []),
        (LegalEntityType.COMPANY, None, False, False, ["NOT_A_COMPANY"]),
        (LegalEntityType.ASSOCIATION, None, True, False, ["NOT_A_COMPANY"]),
        (LegalEntityType.COMPANY, None, True, True, ["PARTNER_IS_AFFILIATE"]),
        (LegalEntityType.COMPANY, PartnerStatus.APPROVED, True, False, ["VALIDATION_FAILED"]),
        (
            LegalEntityType.INDIVIDUAL,
            PartnerStatus.APPROVED,
            False,
            True,
            ["NOT_A_COMPANY", "PARTNER_IS_AFFILIATE", "VALIDATION_FAILED"],
        ),
    ],
)
def test_only_a_registered_company_that_is_not_an_affiliate_becomes_a_partner(
    kind, status, is_registered, is_affiliate, codes
):
    found = refusals(check_approval, kind, status, is_registered=is_registered, is_affiliate=is_affiliate)

    assert [code for code, _ in found] == codes
