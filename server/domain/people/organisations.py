"""Organisations: legal form, partner status, country and currency."""

from enum import StrEnum
from typing import Final

from babel import Locale

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.money import Currency
from server.domain.people.error_codes import PeopleCode


class LegalEntityType(StrEnum):
    """The legal form of an organisation."""

    INDIVIDUAL = "INDIVIDUAL"
    COMPANY = "COMPANY"
    ASSOCIATION = "ASSOCIATION"
    PUBLIC_BODY = "PUBLIC_BODY"
    OTHER = "OTHER"


class PartnerStatus(StrEnum):
    """An organisation's status in the programme (S5)."""

    APPROVED = "APPROVED"
    AT_RISK = "AT_RISK"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"
    LEFT = "LEFT"


INVITABLE_PARTNERS: Final = frozenset({PartnerStatus.APPROVED, PartnerStatus.AT_RISK})
"""The statuses in which a partner may take on new customers. A suspended one keeps only its existing ones (E9)."""


class RegistrationScheme(StrEnum):
    """The register of an organisation's number (R2)."""

    CH_UID = "CH_UID"
    FR_SIREN_SIRET = "FR_SIREN_SIRET"
    OTHER_REGISTER = "OTHER_REGISTER"


_NO_TERRITORIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_RESERVED: Final = frozenset({"AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
_TERRITORIES: Final = frozenset(map(str, Locale("en").territories)) - _NO_TERRITORIES - _RESERVED
"""Unicode's list without groups of regions, which have numbers, and codes that ISO 3166-1 assigns to no country.

XK for Kosovo stays: it is reserved for such use, and the EU uses it.
"""
_SWISS_FRANC_COUNTRIES: Final = frozenset({"CH", "LI"})


def existing_country(code: str, field: tuple[str, ...]) -> str:
    """An existing country or territory, by its two letters."""
    if code not in _TERRITORIES:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("There is no country with this code."), field))
    return code


def currency_of(country: str) -> Currency:
    """The currency of a postal address (R20): francs in Switzerland and Liechtenstein, otherwise euros."""
    return Currency.CHF if country in _SWISS_FRANC_COUNTRIES else Currency.EUR


def registration_scheme(country: str) -> RegistrationScheme:
    """The register whose form numbers of this country have."""
    schemes = {"CH": RegistrationScheme.CH_UID, "FR": RegistrationScheme.FR_SIREN_SIRET}
    return schemes.get(country, RegistrationScheme.OTHER_REGISTER)


def check_approval(
    legal_entity_type: LegalEntityType, partner_status: PartnerStatus | None, *, is_registered: bool, is_affiliate: bool
) -> None:
    """A registered company that is not an affiliate may become a partner (S5.3, R2, R12, E10)."""
    refusals = list[Refusal]()
    if legal_entity_type is not LegalEntityType.COMPANY or not is_registered:
        refusals.append(
            Refusal(PeopleCode.NOT_A_COMPANY, N_("Only a company with a registration number can become a partner."))
        )
    if is_affiliate:
        refusals.append(
            Refusal(PeopleCode.PARTNER_IS_AFFILIATE, N_("An affiliate cannot be a partner at the same time."))
        )
    if partner_status in INVITABLE_PARTNERS:
        refusals.append(Refusal(CommonCode.VALIDATION_FAILED, N_("This organisation is already an approved partner.")))
    if refusals:
        raise Refused(*refusals)


def check_suspension(partner_status: PartnerStatus | None) -> None:
    """Only an approved partner can be suspended (S5.7)."""
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(Refusal(PeopleCode.PARTNER_NOT_APPROVED, N_("This organisation is not an approved partner.")))
