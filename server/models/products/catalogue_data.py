"""Loads the catalogue's items and prices from `catalogue.toml` into the database."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.domain.folding import name_key
from server.domain.money import Currency
from server.domain.products.products import Period, ProductCategory
from server.models.products.catalogue import CatalogueItem, CataloguePrice

_FILE = Path(__file__).with_name("catalogue.toml")


async def load_catalogue() -> None:
    """Bring the stored catalogue up to date with the file.

    Prices are only added, and items are withdrawn but never deleted.
    """
    listed = tomllib.loads(_FILE.read_text("utf-8"))
    stored = {item.sku: item for item in await CatalogueItem.all()}
    known = {(price.item_id, price.currency, price.valid_from) for price in await CataloguePrice.all()}
    valid_from = listed["defaults"]["valid_from"]
    new_items = list[CatalogueItem]()
    new_prices = list[CataloguePrice]()
    for columns, amounts in _items(listed):
        item = stored.get(columns["sku"])
        if item is None:
            item = CatalogueItem(**columns)
            new_items.append(item)
        for currency, amount in zip(Currency, amounts, strict=True):
            if (item.id, currency, valid_from) not in known:
                new_prices.append(
                    CataloguePrice(item_id=item.id, currency=currency, amount_minor=amount, valid_from=valid_from)
                )
    await CatalogueItem.bulk_create(new_items)
    await CataloguePrice.bulk_create(new_prices)
    sold = [columns["sku"] for columns, _ in _items(listed)]
    await CatalogueItem.exclude(sku__in=sold).filter(is_sellable=True).update(is_sellable=False)


def _items(listed: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """The columns of each item, with its prices in the order of `Currency`."""
    for tld, amounts in listed["domains"].items():
        name = f"Domain .{tld}"
        yield (
            {
                "sku": f"DOMAIN-{tld.upper()}",
                "category": ProductCategory.DOMAIN,
                "name": name,
                "name_key": name_key(name),
                "period": Period.YEAR,
                "tld": tld,
            },
            amounts,
        )
    for item in listed["item"]:
        columns = {
            "sku": item["sku"],
            "category": ProductCategory(item["category"]),
            "name": item["name"],
            "name_key": name_key(item["name"]),
            "period": Period(item["period"]),
        }
        yield columns, item["price"]
