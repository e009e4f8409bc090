"""Products and the catalogue, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column, Embedded
from server.resolvers.products import products
from server.resolvers.products.prices import PRICES
from server.resolvers.viewer_rights import RIGHTS_ON_PRODUCT
from server.schema.connections import Direction
from server.schema.enums import describe
from server.schema.fields import computed, relation, rights
from server.schema.money import Money
from server.schema.nodes import Node
from server.schema.products.enums import Period, ProductCategory, ProductState
from server.schema.references import OrganisationReference
from server.schema.rights import Right

describe(
    products.ProductOrderField,
    "Fields by which products can be sorted.",
    NAME="The customer's name for the product, ignoring case and accents.",
    EXPIRES_AT="The end of the paid period.",
    CREATED_AT="When the product was created.",
)
describe(
    products.CatalogueOrderField,
    "Fields by which the catalogue can be sorted.",
    NAME="The item's name.",
    SKU="The article number.",
)


@strawberry.type(
    description="Something an organisation owns, such as a domain, a hosting plan or a mail service. It belongs "
    "to the customer no matter who manages it or pays for it."
)
class Product(Node):
    model = models.Product

    organisation: OrganisationReference | None = relation(
        models.Organisation,
        "organisation_id",
        "The organisation that owns the product. Null if it is not visible to you.",
    )
    category: ProductCategory = strawberry.field(description="The kind of product.")
    service_name: str = strawberry.field(description="The service's name, such as the domain name.")
    customer_name: str = strawberry.field(description="The customer's name for the product.")
    internal_name: str = strawberry.field(description="The product's name in our own systems.")
    public_price: Money = computed(
        Embedded({"amount": Column("price_minor", is_minor_units=True), "currency": Column("currency")}),
        "The public price for one period.",
    )
    period: Period = strawberry.field(description="The period that one payment covers.")
    expires_at: datetime = strawberry.field(description="The end of the paid period.")
    auto_renew: bool = strawberry.field(description="Whether the product renews automatically.")
    state: ProductState = strawberry.field(description="Current state.")
    is_locked: bool = strawberry.field(description="Whether changes to the product are blocked.")
    is_trial: bool = strawberry.field(description="Whether the product is a trial.")
    created_at: datetime = strawberry.field(description="When the product was created.")
    updated_at: datetime = strawberry.field(description="When the product was last changed.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")
    viewer_rights: list[Right] = rights(
        RIGHTS_ON_PRODUCT, "Your rights on the product, with the credential you are using."
    )


@strawberry.input(description="Filters an organisation's products.")
class ProductFilter:
    category: ProductCategory | None = strawberry.field(
        default=strawberry.UNSET, description="Only products of this kind."
    )
    state: ProductState | None = strawberry.field(default=strawberry.UNSET, description="Only products in this state.")
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only products whose `customerName` contains this text, ignoring case and accents.",
    )


@strawberry.input(description="Sort order of an organisation's products.")
class ProductOrder:
    field: products.ProductOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="The sort direction.")


@strawberry.type(description="An item in the catalogue.")
class CatalogueItem(Node):
    model = models.CatalogueItem

    sku: str = strawberry.field(description="The article number.")
    category: ProductCategory = strawberry.field(description="The kind of product.")
    name: str = strawberry.field(description="The item's name.")
    period: Period = strawberry.field(description="The period that one payment covers.")
    tld: str | None = strawberry.field(description="The top-level domain. Null for anything but domain names.")
    prices: list[Money] = computed(PRICES, "The current public price in each currency.")


@strawberry.input(description="Filters the catalogue.")
class CatalogueFilter:
    category: ProductCategory | None = strawberry.field(
        default=strawberry.UNSET, description="Only items of this kind."
    )
    search: str | None = strawberry.field(
        default=strawberry.UNSET, description="Only items whose name contains this text, ignoring case and accents."
    )


@strawberry.input(description="Sort order of the catalogue.")
class CatalogueOrder:
    field: products.CatalogueOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="The sort direction.")
