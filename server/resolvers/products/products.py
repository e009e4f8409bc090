"""Products and the catalogue: the lists of them."""

from enum import StrEnum

from server.domain.rights import Right
from server.models import CatalogueItem, Organisation, Product
from server.resolvers.listings import Listing, containing, equal
from server.resolvers.permissions import Public, RightOn


class ProductOrderField(StrEnum):
    """Fields by which products can be sorted."""

    NAME = "NAME"
    EXPIRES_AT = "EXPIRES_AT"
    CREATED_AT = "CREATED_AT"


class CatalogueOrderField(StrEnum):
    """Fields by which the catalogue can be sorted."""

    NAME = "NAME"
    SKU = "SKU"


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
    filters={"category": equal("category"), "state": equal("state"), "search": containing("customer_name_key")},
)
CATALOGUE = Listing(
    name="catalogue",
    model=CatalogueItem,
    parent=None,
    orders={CatalogueOrderField.NAME: "name_key", CatalogueOrderField.SKU: "sku"},
    filters={"category": equal("category"), "search": containing("name_key")},
)


MAY_VIEW_CATALOGUE = (Public(),)
MAY_VIEW_PRODUCTS = (RightOn(Right.VIEW_PRODUCTS, Organisation),)
