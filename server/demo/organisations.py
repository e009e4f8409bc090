"""Organisations of the demo: its companies and their addresses."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final
from uuid import UUID

from server.demo.accounts import CLAIRE, FIRST_CUSTOMER, LARGE_PARTNER, OTHER_PARTNER, PAUL
from server.demo.cultures import Culture, address_word, cultures
from server.demo.registration_numbers import register_number
from server.demo.seed import PERIOD, Calendar, random_stream, row_ids
from server.domain.people.organisations import LegalEntityType, PartnerStatus, currency_of, registration_scheme
from server.models import Organisation

PARTNERS: Final = 3
CUSTOMERS: Final = PERIOD

_PARTNER_CULTURES: Final = ("fr_CH", "fr_FR", "de_DE")
_CUSTOMER_CULTURES: Final = (
    *("fr_CH", "fr_FR", "de_CH", "de_DE", "fr_CH", "it_IT", "fr_FR", "de_CH", "it_CH", "fr_FR"),
    *("es_ES", "fr_CH", "de_DE", "de_CH", "fr_FR", "fr_CH", "it_IT", "de_DE", "fr_FR", "de_CH"),
)
_PARTNER_NAMES: Final = {0: LARGE_PARTNER, 2: OTHER_PARTNER}
_CUSTOMER_NAMES: Final = {0: FIRST_CUSTOMER}
"""The companies with fixed names. All others are invented."""

_OTHER_ENTITIES: Final = {9: LegalEntityType.ASSOCIATION, 14: LegalEntityType.PUBLIC_BODY}
_OLDEST_DAYS: Final = 3_600
_YOUNGEST_DAYS: Final = 2_100


@dataclass(frozen=True, slots=True)
class Company:
    """The facts of an organisation that the rest of the world needs.

    `number` counts partners and customers separately; `stem` is its unique name in addresses.
    """

    id: UUID
    number: int
    is_partner: bool
    culture: Culture
    name: str
    stem: str
    founded_at: datetime

    @property
    def slot(self) -> int:
        """The customer's position in the pattern that repeats in larger worlds."""
        return self.number % PERIOD

    @property
    def mail_domain(self) -> str:
        if self.number == 0:
            return (PAUL if self.is_partner else CLAIRE).email.partition("@")[2]
        return f"{self.stem}.example"

    @property
    def entity_type(self) -> LegalEntityType:
        return LegalEntityType.COMPANY if self.is_partner else _entity_type(self.slot)


def companies(scale: int, calendar: Calendar) -> Iterator[Company]:
    """The partners, then the customers, each founded a little after the one before."""
    everyone = [(True, number) for number in range(PARTNERS * scale)]
    everyone += [(False, number) for number in range(CUSTOMERS * scale)]
    ids, random, taken = row_ids("organisation"), random_stream("companies"), Counter[str]()
    step = (_OLDEST_DAYS - _YOUNGEST_DAYS) / len(everyone)
    for position, (is_partner, number) in enumerate(everyone):
        listed = _PARTNER_CULTURES if is_partner else _CUSTOMER_CULTURES
        culture = cultures()[listed[number % len(listed)]]
        name, stem = _make_unique(_company_name(number, culture, random, is_partner=is_partner), taken)
        founded_at = calendar.days_ago(_OLDEST_DAYS - position * step)
        yield Company(next(ids), number, is_partner, culture, name, stem, founded_at)


def organisation_row(company: Company, random: Random) -> Organisation:
    """The stored organisation, with an address and a registration number of its country."""
    culture = company.culture
    is_company = company.entity_type is LegalEntityType.COMPANY
    postcode, city, region = random.choice(culture.places)
    return Organisation.build(
        id=company.id,
        created_at=company.founded_at,
        updated_at=company.founded_at,
        version=1,
        name=company.name,
        legal_name=f"{company.name} {random.choice(culture.legal_forms)}" if is_company else company.name,
        legal_entity_type=company.entity_type,
        street=culture.street(random.choice(culture.streets), random.randint(1, 98)),
        postcode=postcode,
        city=city,
        region=region,
        country=culture.country,
        currency=currency_of(culture.country),
        registration_scheme=registration_scheme(culture.country),
        registration_number=register_number(culture.country, random),
        partner_status=PartnerStatus.APPROVED if company.is_partner else None,
        is_listed_partner=company.is_partner,
        is_affiliate=False,
    )


def _company_name(number: int, culture: Culture, random: Random, *, is_partner: bool) -> str:
    known = (_PARTNER_NAMES if is_partner else _CUSTOMER_NAMES).get(number)
    if known:
        return known
    entity_type = LegalEntityType.COMPANY if is_partner else _entity_type(number)
    if entity_type is LegalEntityType.COMPANY:
        first = random.choice(culture.vocabulary["agencies" if is_partner else "trades"])
        return f"{first} {random.choice(culture.last_names)}"
    kind = "associations" if entity_type is LegalEntityType.ASSOCIATION else "institutions"
    return f"{random.choice(culture.vocabulary[kind])} {random.choice(culture.places)[1]}"


def _make_unique(name: str, taken: Counter[str]) -> tuple[str, str]:
    """The name and its stem. The second company of a name is called `… 2`."""
    stem = address_word(name)
    taken[stem] += 1
    if taken[stem] == 1:
        return name, stem
    return f"{name} {taken[stem]}", f"{stem}-{taken[stem]}"


def _entity_type(number: int) -> LegalEntityType:
    return _OTHER_ENTITIES.get(number % 20, LegalEntityType.COMPANY)
