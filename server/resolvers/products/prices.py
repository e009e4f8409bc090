"""Prices of catalogue items."""

from typing import Any, Final

from server.domain.money import Currency, Money
from server.engine.declarations import Computed, Prefetch
from server.models import CataloguePrice
from server.models.conditions import EVERY_ROW
from server.resolvers.context import Context


def _current_prices(context: Context, item: Any) -> list[Money]:
    """The current prices, chosen from all prices of the item in the order of their start days."""
    today = context.now.date().isoformat()
    current: dict[str, Money] = {}
    for currency, amount_minor, valid_from in sorted(item.prices, key=lambda price: price[2]):
        if valid_from <= today:
            current[currency] = Money(amount_minor, Currency(currency))
    return [current[currency] for currency in Currency if currency in current]


PRICES: Final = Computed(
    _current_prices,
    prefetch={
        "prices": Prefetch(
            CataloguePrice, "item_id", "id", lambda viewer: EVERY_ROW, ("currency", "amount_minor", "valid_from")
        )
    },
)
