"""Products and the catalogue: the lists of them."""

from enum import StrEnum

from server.domain.rights import Right
from server.models import CatalogueItem, Organisation, Product
from server.resolvers.listings import Listing, where_containing, where_equal
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
    filters={
        "category": where_equal("category"),
        "state": where_equal("state"),
        "search": where_containing("customer_name_key"),
    },
)
CATALOGUE = Listing(
    name="catalogue",
    model=CatalogueItem,
    parent=None,
    orders={CatalogueOrderField.NAME: "name_key", CatalogueOrderField.SKU: "sku"},
    filters={"category": where_equal("category"), "search": where_containing("name_key")},
)


MAY_VIEW_CATALOGUE = (Public(),)
MAY_VIEW_PRODUCTS = (RightOn(Right.VIEW_PRODUCTS, Organisation),)
