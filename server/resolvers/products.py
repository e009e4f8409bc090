"""Products, and what of them is found."""

from dataclasses import dataclass
from enum import StrEnum

from tortoise.expressions import Q

from server.domain.errors import NotFound
from server.domain.products import ProductCategory, ProductState
from server.domain.rights import Right
from server.domain.text import sort_key
from server.models import CatalogueItem, Organisation, Product
from server.resolvers.context import Context
from server.resolvers.ids import ProductId
from server.resolvers.listings import Listing
from server.resolvers.permissions import Public, RightOn, SignedIn, allowed


class ProductOrderField(StrEnum):
    """What products can be ordered by."""

    NAME = "NAME"
    EXPIRES_AT = "EXPIRES_AT"
    CREATED_AT = "CREATED_AT"


class CatalogueOrderField(StrEnum):
    """What the catalogue can be ordered by."""

    NAME = "NAME"
    SKU = "SKU"


@dataclass(frozen=True)
class ProductFilter:
    """Narrows an organisation's products."""

    category: ProductCategory | None = None
    state: ProductState | None = None
    search: str | None = None

    def condition(self) -> Q:
        condition = Q()
        if self.category is not None:
            condition &= Q(category=self.category)
        if self.state is not None:
            condition &= Q(state=self.state)
        if self.search:
            condition &= Q(customer_name_key__contains=sort_key(self.search))
        return condition


@dataclass(frozen=True)
class CatalogueFilter:
    """Narrows the catalogue."""

    category: ProductCategory | None = None
    search: str | None = None

    def condition(self) -> Q:
        condition = Q()
        if self.category is not None:
            condition &= Q(category=self.category)
        if self.search:
            condition &= Q(name_key__contains=sort_key(self.search))
        return condition


PRODUCTS = Listing(
    name="products",
    model=Product,
    parent="organisation_id",
    orders={
        ProductOrderField.NAME: "customer_name_key",
        ProductOrderField.EXPIRES_AT: "expires_at",
        ProductOrderField.CREATED_AT: "created_at",
    },
    moments=frozenset({"expires_at", "created_at"}),
)
CATALOGUE = Listing(
    name="catalogue",
    model=CatalogueItem,
    parent=None,
    orders={CatalogueOrderField.NAME: "name_key", CatalogueOrderField.SKU: "sku"},
)


@allowed(SignedIn())
async def product(context: Context, id: ProductId) -> Product:
    """A product by its id."""
    row = await context.row(Product, id)
    if row is None:
        raise NotFound(("id",))
    return row


MAY_VIEW_CATALOGUE = (Public(),)
MAY_VIEW_PRODUCTS = (RightOn(Right.VIEW_PRODUCTS, Organisation),)
