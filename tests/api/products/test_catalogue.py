"""What can be bought, at which price today?"""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.folding import name_key
from server.domain.money import Currency
from server.domain.products.products import Period, ProductCategory
from server.models import CatalogueItem, CataloguePrice
from server.models.products import catalogue_data
from tests.api.searches import NAMES, check_search

pytestmark = pytest.mark.postgres

LISTED = tomllib.loads(Path(catalogue_data.__file__).with_name("catalogue.toml").read_text("utf-8"))
CATALOGUE = """query($filter: CatalogueFilter, $orderBy: CatalogueOrder) {
    catalogue(first: 100, filter: $filter, orderBy: $orderBy) {
        totalCount nodes { sku category name period tld prices { amount currency } }
    }
}"""


async def _find_items(clients, filter=None, order=None, as_=None):
    """The items of the catalogue, which it counts right."""
    answer = await clients.ask(CATALOGUE, {"filter": filter, "orderBy": order}, as_=as_)
    found = answer.data["catalogue"]
    assert found["totalCount"] == len(found["nodes"])
    return found["nodes"]


async def _item(name, sku="THING", **columns):
    defaults = {"category": ProductCategory.OTHER, "period": Period.MONTH}
    return await CatalogueItem.create(sku=sku, name=name, name_key=name_key(name), **(defaults | columns))


async def _price(item, amount_minor, valid_from, currency=Currency.CHF):
    await CataloguePrice.create(item_id=item.id, currency=currency, amount_minor=amount_minor, valid_from=valid_from)


def _money(franc, euro):
    return [{"amount": franc, "currency": "CHF"}, {"amount": euro, "currency": "EUR"}]


async def test_an_item_shows_its_price_in_both_currencies_to_everybody(world, clients):
    for asker in (None, world.cX, world.tokens["products"]):
        found = {item["sku"]: item for item in await _find_items(clients, as_=asker)}

        assert len(found) == len(LISTED["item"]) + len(LISTED["domains"])
        assert found["WEB-HOSTING"] == {
            "sku": "WEB-HOSTING",
            "category": "WEB_HOSTING",
            "name": "Web hosting",
            "period": "MONTH",
            "tld": None,
            "prices": _money("9.92", "9.92"),
        }
        assert found["DOMAIN-CH"] == {
            "sku": "DOMAIN-CH",
            "category": "DOMAIN",
            "name": "Domain .ch",
            "period": "YEAR",
            "tld": "ch",
            "prices": _money("9.90", "10.50"),
        }


async def test_a_price_holds_from_its_day_on(world, clients):
    item, today = await _item("Thing"), world.now.date()
    for days, amount in ((-400, 100), (-1, 250), (1, 999)):
        await _price(item, amount, today + timedelta(days=days))
    await _price(item, 5, today, Currency.EUR)

    (found,) = await _find_items(clients, {"category": "OTHER"})

    assert found["prices"] == _money("2.50", "0.05")


async def test_an_item_without_a_price_yet_has_none(world, clients):
    item = await _item("Thing")
    await _price(item, 999, world.now.date() + timedelta(days=1))

    (found,) = await _find_items(clients, {"category": "OTHER"})

    assert found["prices"] == []


async def test_an_item_that_is_not_sold_any_more_is_not_shown(world, clients):
    item = await _item("Thing", is_sellable=False)

    found = await _find_items(clients, {"category": "OTHER"})
    node = await clients.ask(f'{{ node(id: "item_{item.id.hex}") {{ id }} }}', as_=world.cL)

    assert found == []
    assert node.code == "NOT_FOUND"


async def test_the_catalogue_is_narrowed_by_category_and_search(world, clients):
    async def skus(**filter):
        return [item["sku"] for item in await _find_items(clients, filter)]

    domains = sorted(f"DOMAIN-{tld.upper()}" for tld in LISTED["domains"])
    assert sorted(await skus(category="DOMAIN")) == domains
    assert await skus(search="DÓMAIN .s") == ["DOMAIN-SHOP", "DOMAIN-SWISS"]
    assert await skus(category="DOMAIN", search=".CH") == ["DOMAIN-CH"]
    assert await skus(category="MAIL", search=".ch") == []
    assert await skus(category="OTHER") == []


async def test_the_catalogue_is_searched_without_case_and_accents(world, clients):
    for number, name in enumerate(NAMES):
        await _item(name, f"THING-{number}")

    async def find_names(text):
        return [item["name"] for item in await _find_items(clients, {"category": "OTHER", "search": text})]

    await check_search(find_names)


async def test_the_catalogue_is_ordered_by_name_or_article_number(world, clients):
    for number, name in enumerate(("zebra", "Élan", "Apple", "éclair")):
        await _item(name, f"THING-{number}")

    async def names(field=None, direction="ASC"):
        order = field and {"field": field, "direction": direction}
        return [item["name"] for item in await _find_items(clients, {"category": "OTHER"}, order)]

    by_name, by_sku = ["Apple", "éclair", "Élan", "zebra"], ["zebra", "Élan", "Apple", "éclair"]
    assert await names() == by_name
    assert await names("NAME") == by_name
    assert await names("NAME", "DESC") == by_name[::-1]
    assert await names("SKU") == by_sku
    assert await names("SKU", "DESC") == by_sku[::-1]
