"""What products bring to the organisation."""

import strawberry

from server.resolvers.people import memberships
from server.resolvers.products import own_product_grants as resolvers_own_product_grants
from server.resolvers.products import pending_actions as resolvers_pending_actions
from server.resolvers.products import products as resolvers_products
from server.schema.connections import Connection
from server.schema.fields import connection
from server.schema.products.own_product_grants import OwnProductGrant
from server.schema.products.pending_actions import PendingAction, PendingActionFilter
from server.schema.products.products import Product, ProductFilter, ProductOrder


@strawberry.type
class OrganisationProducts:
    """What an organisation owns, who may use it, and what partners request for it."""

    own_product_grants: Connection[OwnProductGrant] | None = connection(
        resolvers_own_product_grants.OWN_PRODUCT_GRANTS,
        "Products granted to the organisation's own members and teams, including grants since revoked.",
        memberships.MAY_VIEW_MEMBERS,
    )
    products: Connection[Product] | None = connection(
        resolvers_products.PRODUCTS,
        "The organisation's products that are visible to you.",
        resolvers_products.MAY_VIEW_PRODUCTS,
        filter=ProductFilter,
        order=ProductOrder,
    )
    pending_actions: Connection[PendingAction] | None = connection(
        resolvers_pending_actions.PENDING_ACTIONS,
        "Actions that partners request on the organisation's products. A partner sees only its own.",
        resolvers_pending_actions.MAY_VIEW_PENDING_ACTIONS,
        filter=PendingActionFilter,
    )
    requested_actions: Connection[PendingAction] | None = connection(
        resolvers_pending_actions.REQUESTED_ACTIONS,
        "Actions the organisation requests on its customers' products, as a partner. Employees see only their own.",
        resolvers_pending_actions.MAY_VIEW_PENDING_ACTIONS,
        filter=PendingActionFilter,
    )
