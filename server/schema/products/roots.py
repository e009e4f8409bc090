"""What products bring to the roots."""

import strawberry

from server import models
from server.resolvers.permissions import SignedIn
from server.resolvers.products import products
from server.schema.connections import Connection
from server.schema.fields import by_id, connection, row_root
from server.schema.products.own_product_grants import OwnProductGrantMutations
from server.schema.products.pending_actions import PendingActionMutations
from server.schema.products.products import CatalogueFilter, CatalogueItem, CatalogueOrder, Product


@strawberry.type
class ProductQueries:
    """Products, and the catalogue."""

    product: Product | None = row_root(
        by_id(models.Product), "A product by its id.", (SignedIn(),), id=(strawberry.ID, "The product's id.")
    )
    catalogue: Connection[CatalogueItem] = connection(
        products.CATALOGUE,
        "The items that can be bought, with their public prices.",
        products.MAY_VIEW_CATALOGUE,
        filter=CatalogueFilter,
        order=CatalogueOrder,
    )


@strawberry.type
class ProductMutations(
    PendingActionMutations,
    OwnProductGrantMutations,
):
    """The wing's mutations, noun by noun."""
