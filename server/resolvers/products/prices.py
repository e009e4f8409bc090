"""Prices of catalogue items."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from server.domain.money import Currency, Money
from server.engine.declarations import Computed, Prefetch
from server.models import CatalogueItem, CataloguePrice
from server.models.conditions import EVERY_ROW, OneOf
from server.resolvers.context import Context


async def prices_of(context: Context, item: CatalogueItem) -> list[Money]:
    """The current price in each currency."""

    async def load(ids: list[UUID]) -> list[list[Money]]:
        today = context.now.date()
        known = CataloguePrice.filter(OneOf("item_id", ids), valid_from__lte=today).order_by("valid_from")
        current = defaultdict[UUID, dict[Currency, Money]](dict)
        for price in await known:
            current[price.item_id][price.currency] = price.money
        return [[current[id][currency] for currency in Currency if currency in current[id]] for id in ids]

    return await context.loader("prices", load).load(item.id)


def _known_prices(context: Context, item: Any) -> list[Money]:
    """The current prices, chosen from all prices of the item in the order of their start days."""
    today = context.now.date().isoformat()
    current: dict[str, Money] = {}
    for currency, amount_minor, valid_from in sorted(item.prices, key=lambda price: price[2]):
        if valid_from <= today:
            current[currency] = Money(amount_minor, Currency(currency))
    return [current[currency] for currency in Currency if currency in current]


PRICES: Final = Computed(
    _known_prices,
    prefetch={
        "prices": Prefetch(
            CataloguePrice, "item_id", "id", lambda viewer: EVERY_ROW, ("currency", "amount_minor", "valid_from")
        )
    },
)
