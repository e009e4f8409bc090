"""What does an item of the catalogue cost today?"""

from collections import defaultdict
from uuid import UUID

from server.domain.money import Currency, Money
from server.models import CatalogueItem, CataloguePrice
from server.models.conditions import OneOf
from server.resolvers.context import Context


async def prices_of(context: Context, item: CatalogueItem) -> list[Money]:
    """Today's price in each currency."""

    async def load(ids: list[UUID]) -> list[list[Money]]:
        today = context.now.date()
        known = CataloguePrice.filter(OneOf("item_id", ids), valid_from__lte=today).order_by("valid_from")
        current = defaultdict[UUID, dict[Currency, Money]](dict)
        for price in await known:
            current[price.item_id][price.currency] = price.money
        return [[current[id][currency] for currency in Currency if currency in current[id]] for id in ids]

    return await context.loader("prices", load).load(item.id)
