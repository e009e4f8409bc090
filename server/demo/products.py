"""Products of the demo's organisations."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from server.demo.catalogue import category_of, product_names
from server.demo.cultures import address_word
from server.demo.organisations import Company
from server.demo.prices import Offer, PriceList
from server.demo.seed import Calendar, row_ids
from server.demo.timelines import (
    MAX_PRODUCTS,
    OLD_PRODUCTS,
    Timeline,
    bought_at,
    ended_timeline,
    expiring_timeline,
    renewing_timeline,
    trial_timeline,
)
from server.domain.folding import name_key
from server.domain.people.organisations import currency_of
from server.domain.products.products import ProductCategory, ProductState
from server.models import Product

PRODUCTS: Final = 600

_OF_A_PARTNER: Final = 6
_OF_A_CUSTOMER: Final = (18, 6, 12, 25, 9, 14, 7, 21, 16, 11, 5, MAX_PRODUCTS, 13, 8, 19, 10, 22, 15, 12, 18)
"""Products of a company in turn: with three partners and twice these twenty customers, 600 in total."""

_TRIERS: Final = frozenset({3, 7, 11, 19, 23, 31, 37})
_LOTS: Final = 40
_RUNNING_OUT, _SUSPENDED, _TERMINATED, _LOCKED = 15, 13, 21, 29
_TLDS: Final = {
    "CH": ("ch", "com", "swiss", "org", "li"),
    "FR": ("fr", "com", "eu", "org"),
    "DE": ("de", "com", "eu", "net"),
    "IT": ("it", "com", "eu", "info"),
    "ES": ("es", "com", "eu", "shop"),
}


def product_rows(companies: Sequence[Company], prices: PriceList, calendar: Calendar) -> Iterator[Product]:
    """The products: every company buys its first one, then those that want more their second, and so on."""
    ids, domains = row_ids("product"), Counter[UUID]()
    for turn in range(MAX_PRODUCTS):
        buyers = [company for company in companies if _product_count(company) > turn]
        for position, company in enumerate(buyers):
            category = category_of(company, turn)
            domains[company.id] += category is ProductCategory.DOMAIN
            offer = _choose_offer(category, company, turn, domains[company.id], prices)
            life = _timeline(offer, company, turn, turn + position / len(buyers), calendar)
            columns = _fixed_columns(offer, company, turn, domains[company.id])
            yield Product(id=next(ids), **columns, **vars(life))


def _fixed_columns(offer: Offer, company: Company, turn: int, domains: int) -> dict[str, Any]:
    """The columns that do not depend on the calendar."""
    service_name, customer_name, internal_name = product_names(
        offer.category, company, turn, _domain_name(company, domains)
    )
    currency = currency_of(company.culture.country)
    return {
        "organisation_id": company.id,
        "category": offer.category,
        "service_name": service_name,
        "customer_name": customer_name,
        "customer_name_key": name_key(customer_name),
        "internal_name": internal_name,
        "price_minor": offer.prices[currency],
        "currency": currency,
        "period": offer.period,
        "is_locked": _lot(company, turn) == _LOCKED,
    }


def _timeline(offer: Offer, company: Company, turn: int, moment: float, calendar: Calendar) -> Timeline:
    """A product's timeline: most renew automatically; a few are expiring, have ended, or are trials."""
    lot, created_at = _lot(company, turn), bought_at(moment, calendar)
    is_last = turn == _product_count(company) - 1
    if is_last and company.slot in _TRIERS and offer.category is not ProductCategory.DOMAIN:
        return trial_timeline(company.slot % 14 + 1, calendar)
    if lot == _RUNNING_OUT and turn < OLD_PRODUCTS:
        return expiring_timeline(created_at, company.slot % 25 + 2, calendar)
    if lot == _SUSPENDED and turn < OLD_PRODUCTS:
        return ended_timeline(created_at, company.slot % 10 + 2, ProductState.SUSPENDED, calendar)
    if lot == _TERMINATED and turn < OLD_PRODUCTS:
        return ended_timeline(created_at, company.slot * 9 + 60, ProductState.TERMINATED, calendar)
    return renewing_timeline(created_at, offer.period, calendar)


def _product_count(company: Company) -> int:
    return _OF_A_PARTNER if company.is_partner else _OF_A_CUSTOMER[company.number % len(_OF_A_CUSTOMER)]


def _lot(company: Company, turn: int) -> int:
    """The product's number among forty, for what applies only to a few of them."""
    return (company.slot * 7 + turn * 11) % _LOTS


def _choose_offer(category: ProductCategory, company: Company, turn: int, domains: int, prices: PriceList) -> Offer:
    if category is ProductCategory.DOMAIN:
        return prices.by_tld[_domain_name(company, domains).rpartition(".")[2]]
    offers = prices.by_category[category]
    return offers[(company.slot + turn) % len(offers)]


def _domain_name(company: Company, domains: int) -> str:
    """The company's latest domain: its name under each top-level domain of its country, then with a word added."""
    tlds, words = _TLDS[company.culture.country], company.culture.vocabulary["sites"]
    word, tld = divmod(domains - 1, len(tlds))
    return f"{company.stem}-{address_word(words[word])}.{tlds[tld]}" if word else f"{company.stem}.{tlds[tld]}"
