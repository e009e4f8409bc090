"""Registration numbers of the demo's companies, valid in their country."""

from random import Random
from typing import Final

from stdnum import luhn
from stdnum.ch import uid as ch_uid
from stdnum.es import cif as es_cif

from server.domain.people.registration_numbers import registration_number

_ONE_DIGIT: Final = 1


def register_number(country: str, random: Random) -> str:
    """A random number in its stored form. The domain validates it as it validates a user's."""
    written = {
        "CH": _swiss_number,
        "FR": _french_number,
        "DE": _german_number,
        "IT": _italian_number,
        "ES": _spanish_number,
    }[country](random)
    return registration_number(country, written)


def _swiss_number(random: Random) -> str:
    while True:
        digits = _random_digits(8, random)
        check = ch_uid.calc_check_digit(digits)
        # The register omits numbers whose check digit would be ten.
        if len(check) == _ONE_DIGIT:
            return f"CHE{digits}{check}"


def _french_number(random: Random) -> str:
    """A SIREN, or occasionally the SIRET of one of its sites."""
    siren = _with_luhn(_random_digits(8, random))
    return random.choice((siren, _with_luhn(f"{siren}{random.randint(1, 60):04}")))


def _german_number(random: Random) -> str:
    return f"HRB {random.randint(1_000, 249_999)}"


def _italian_number(random: Random) -> str:
    return _with_luhn(f"0{_random_digits(9, random)}")


def _spanish_number(random: Random) -> str:
    start = f"B{_random_digits(7, random)}"
    return start + es_cif.calc_check_digits(start)[0]


def _random_digits(length: int, random: Random) -> str:
    return str(random.randint(10 ** (length - 1), 10**length - 1))


def _with_luhn(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
