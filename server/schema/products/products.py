"""What is promised of products and of the catalogue."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.engine.declarations import Column
from server.resolvers.products import products
from server.resolvers.products.prices import PRICES, prices_of
from server.resolvers.rights_in_statements import RIGHTS_ON_PRODUCT
from server.resolvers.viewer_rights import rights_on_product
from server.schema.enums import Currency, Direction, Period, ProductCategory, ProductState, Right, describe
from server.schema.fields import computed, embedded, relation, rights
from server.schema.nodes import Node

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]

describe(
    products.ProductOrderField,
    "What products can be ordered by.",
    NAME="The name the customer gave it, without case and accents.",
    EXPIRES_AT="When it ends.",
    CREATED_AT="When it was made.",
)
describe(
    products.CatalogueOrderField,
    "What the catalogue can be ordered by.",
    NAME="The name.",
    SKU="The article number.",
)


@strawberry.type(description="An amount of money, without VAT.")
class Money:
    amount: Decimal = strawberry.field(description="With two decimals.")
    currency: Currency = strawberry.field(description="Of which currency.")


@strawberry.type(
    description="Something an organisation owns: a domain, a hosting, a mail service. It stays the "
    "customer's, whoever manages or pays it."
)
class Product(Node):
    model = models.Product

    organisation: OrganisationType | None = relation(
        models.Organisation, "organisation_id", "The owner; null where it is not visible."
    )
    category: ProductCategory = strawberry.field(description="What kind of product it is.")
    service_name: str = strawberry.field(description="The name of the service, such as the domain name.")
    customer_name: str = strawberry.field(description="The name the customer gave it.")
    internal_name: str = strawberry.field(description="The name in the company's systems.")
    public_price: Money = embedded(
        "What everybody pays for one period.",
        {"amount": Column("price_minor", is_minor_units=True), "currency": Column("currency")},
    )
    period: Period = strawberry.field(description="What one price pays for.")
    expires_at: datetime = strawberry.field(description="Until when it is paid.")
    auto_renew: bool = strawberry.field(description="Whether it is renewed without asking.")
    state: ProductState = strawberry.field(description="Where it is in its life.")
    is_locked: bool = strawberry.field(description="Whether changes are blocked.")
    is_trial: bool = strawberry.field(description="Whether it is being tried out.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    version: int = strawberry.field(description="Counts the changes.")
    viewer_rights: list[Right] = rights(
        rights_on_product, "What the viewer may do with it, with this credential.", RIGHTS_ON_PRODUCT
    )


@strawberry.input(description="Narrows an organisation's products.")
class ProductFilter:
    category: ProductCategory | None = strawberry.field(default=strawberry.UNSET, description="Of this kind.")
    state: ProductState | None = strawberry.field(default=strawberry.UNSET, description="In this state.")
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="With this text in the customer's name for it; case and accents do not matter.",
    )


@strawberry.input(description="Orders an organisation's products.")
class ProductOrder:
    field: products.ProductOrderField = strawberry.field(description="By what.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")


@strawberry.type(description="Something that can be bought.")
class CatalogueItem(Node):
    model = models.CatalogueItem

    sku: str = strawberry.field(description="The article number.")
    category: ProductCategory = strawberry.field(description="What kind of product it is.")
    name: str = strawberry.field(description="What it is called.")
    period: Period = strawberry.field(description="What one price pays for.")
    tld: str | None = strawberry.field(description="The ending of a domain name; null for everything else.")
    prices: list[Money] = computed(prices_of, "Today's public price in each currency.", PRICES)


@strawberry.input(description="Narrows the catalogue.")
class CatalogueFilter:
    category: ProductCategory | None = strawberry.field(default=strawberry.UNSET, description="Of this kind.")
    search: str | None = strawberry.field(default=strawberry.UNSET, description="With this text in the name.")


@strawberry.input(description="Orders the catalogue.")
class CatalogueOrder:
    field: products.CatalogueOrderField = strawberry.field(description="By what.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")
