"""Which money does a country use, which register is its number of, and which numbers are valid there?"""

import pytest

from server.domain.money import Currency
from server.domain.organisations import (
    RegistrationScheme,
    currency_of,
    registration_number,
    registration_scheme,
)
from tests.domain.refusals import refusals

SWISS = RegistrationScheme.CH_UID
FRENCH = RegistrationScheme.FR_SIREN_SIRET
OTHER = RegistrationScheme.OTHER_REGISTER
INVALID = [("VALIDATION_FAILED", "registration_number")]


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


@pytest.mark.parametrize(
    ("scheme", "written", "stored"),
    [
        (SWISS, "CHE-100.155.212", "CHE100155212"),
        (SWISS, "CHE-107.787.577", "CHE107787577"),
        (SWISS, "CHE 100 155 212", "CHE100155212"),
        (SWISS, "CHE100155212", "CHE100155212"),
        (SWISS, "che-100.155.212", "CHE100155212"),
        (SWISS, " 100.155.212 ", "CHE100155212"),
        (FRENCH, "732829320", "732829320"),
        (FRENCH, "732 829 320", "732829320"),
        (FRENCH, "732.829.320", "732829320"),
        (FRENCH, "303265045", "303265045"),
        (FRENCH, "73282932000074", "73282932000074"),
        (FRENCH, "732 829 320 00074", "73282932000074"),
        (FRENCH, "732.829.320.00074", "73282932000074"),
        (FRENCH, "356 000 000 00048", "35600000000048"),
        (OTHER, "HRB 12345", "HRB12345"),
        (OTHER, "hrb 12345 b", "HRB12345B"),
        (OTHER, " FN\t123456 a\n", "FN123456A"),
        (OTHER, "0404.621.642", "0404.621.642"),
        (OTHER, "123A", "123A"),
        (OTHER, "1" * 30, "1" * 30),
        (OTHER, "1 " * 30, "1" * 30),
    ],
)
def test_a_valid_number_is_stored_in_its_compact_form(scheme, written, stored):
    assert registration_number(scheme, written) == stored
    assert registration_number(scheme, stored) == stored


@pytest.mark.parametrize(
    ("scheme", "written"),
    [
        (SWISS, ""),
        (SWISS, "CHE-100.155.213"),  # check digit
        (SWISS, "CHE-100.155.21"),
        (SWISS, "CHE-100.155.2121"),
        (SWISS, "CHE-100.155.212 MWST"),  # a VAT number
        (SWISS, "DEU-100.155.212"),
        (SWISS, "CHE-ABC.DEF.GHI"),
        (SWISS, "CHE١٠٠١٥٥٢١٢"),
        (SWISS, "732829320"),
        (FRENCH, ""),
        (FRENCH, "732829321"),  # check digit
        (FRENCH, "73282932"),
        (FRENCH, "7328293200"),  # longer than a SIREN, shorter than a SIRET
        (FRENCH, "732 829 320 00075"),  # check digit of the SIRET
        (FRENCH, "732 829 321 00074"),  # check digit of the SIREN within
        (FRENCH, "732 829 320 000740"),
        (FRENCH, "FR40303265045"),  # a VAT number
        (FRENCH, "ABCDEFGHI"),
        (FRENCH, "٧٣٢٨٢٩٣٢٠"),
        (FRENCH, "CHE-100.155.212"),
        (OTHER, ""),
        (OTHER, "   "),
        (OTHER, "12A"),
        (OTHER, "1 2 A"),
        (OTHER, "ABCDEF"),  # no digit
        (OTHER, "1" * 31),
        (OTHER, "1" * 15 + "ß" * 8),  # 31 characters in capitals
    ],
)
def test_an_invalid_number_is_refused(scheme, written):
    assert refusals(registration_number, scheme, written) == INVALID
