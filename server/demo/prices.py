"""Prices of the demo, from the stored catalogue."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from server.domain.money import Currency
from server.domain.products.products import Period, ProductCategory
from server.models import CatalogueItem, CataloguePrice


@dataclass(frozen=True)
class Offer:
    """A catalogue item with its current public price in each currency, in minor units."""

    category: ProductCategory
    period: Period
    tld: str | None
    prices: Mapping[Currency, int]


@dataclass(frozen=True)
class PriceList:
    """The offers by category in a fixed order, and those for domains by top-level domain."""

    by_category: Mapping[ProductCategory, Sequence[Offer]]
    by_tld: Mapping[str, Offer]


async def price_list(today: date) -> PriceList:
    """The offers sold today. A catalogue that only starts later counts as if it had started."""
    prices = defaultdict[UUID, dict[Currency, int]](dict)
    for price in await CataloguePrice.all().order_by("valid_from"):
        listed = prices[price.item_id]
        if price.valid_from <= today or price.currency not in listed:
            listed[price.currency] = price.amount_minor
    by_category = defaultdict[ProductCategory, list[Offer]](list)
    for item in await CatalogueItem.filter(is_sellable=True).order_by("sku"):
        by_category[item.category].append(Offer(item.category, item.period, item.tld, prices[item.id]))
    domains = by_category[ProductCategory.DOMAIN]
    return PriceList(by_category, {offer.tld: offer for offer in domains if offer.tld})
