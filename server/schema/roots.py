"""The root types: Query and Mutation."""

import strawberry

from server import models
from server.engine.declarations import ByAnyKey, ViewerObject
from server.resolvers.oversight import explanations
from server.resolvers.partnerships import customer_invitations, partnerships, terminations
from server.resolvers.people import organisations, viewers
from server.resolvers.products import products
from server.schema.connections import (
    Connection,
)
from server.schema.fields import by_id, connection
from server.schema.nodes import (
    Node,
)
from server.schema.operations import root
from server.schema.oversight.explanations import (
    RightExplanation,
)
from server.schema.oversight.exports import (
    ExportMutations,
)
from server.schema.partnerships.access_types import (
    AccessTypeMutations,
)
from server.schema.partnerships.assignments import (
    AssignmentMutations,
)
from server.schema.partnerships.customer_invitations import (
    CustomerInvitation,
    CustomerInvitationMutations,
)
from server.schema.partnerships.customer_notes import (
    CustomerNoteMutations,
)
from server.schema.partnerships.future_customers import (
    FutureCustomerMutations,
)
from server.schema.partnerships.partnerships import (
    Partnership,
)
from server.schema.partnerships.product_access_changes import (
    HeldAccessMutations,
)
from server.schema.partnerships.product_accesses import (
    AccessMutations,
)
from server.schema.partnerships.proposals import (
    InvitationMutations,
)
from server.schema.partnerships.terminations import (
    TerminationMutations,
    TerminationPreview,
)
from server.schema.people.member_invitations import (
    MemberInvitationMutations,
)
from server.schema.people.memberships import (
    MembershipMutations,
)
from server.schema.people.organisations import (
    Organisation,
    PartnerFilter,
)
from server.schema.people.signing_up import (
    SignUpMutations,
)
from server.schema.people.teams import (
    TeamMutations,
)
from server.schema.people.tokens import (
    TokenMutations,
)
from server.schema.people.viewers import (
    SessionMutations,
    Viewer,
)
from server.schema.products.own_product_grants import (
    OwnProductGrantMutations,
)
from server.schema.products.pending_actions import (
    PendingActionMutations,
)
from server.schema.products.products import (
    CatalogueFilter,
    CatalogueItem,
    CatalogueOrder,
    Product,
)
from server.schema.programme.staff import (
    StaffMutations,
)
from server.schema.support.support_access import (
    SupportAccessMutations,
)


@strawberry.type(description="The queries, which read data and change nothing.")
class Query:
    viewer: Viewer | None = root(viewers.viewer, ViewerObject())
    node: Node | None = root(viewers.node, ByAnyKey(viewers.key_of_any, viewers.missing), id="The object's id.")
    nodes: list[Node | None] = root(
        viewers.nodes, ByAnyKey(viewers.keys_of_any, viewers.missing, many=True), ids="At most 100 ids."
    )
    organisation: Organisation | None = root(
        organisations.organisation, by_id(models.Organisation), id="The organisation's id."
    )
    partnership: Partnership | None = root(
        partnerships.partnership, by_id(models.Partnership), id="The partnership's id."
    )
    product: Product | None = root(products.product, by_id(models.Product), id="The product's id.")
    customer_invitation: CustomerInvitation | None = root(
        customer_invitations.customer_invitation,
        customer_invitations.BY_TOKEN,
        token="The secret from the link in the e-mail.",
    )
    preview_termination: TerminationPreview | None = root(
        terminations.preview_termination, partnership_id="A partnership in force."
    )
    explain_right: RightExplanation | None = root(
        explanations.explain_right,
        right="The right.",
        id="The id of an organisation, a partnership or a product.",
    )
    catalogue: Connection[CatalogueItem] = connection(
        products.CATALOGUE,
        "The items that can be bought, with their public prices.",
        products.MAY_VIEW_CATALOGUE,
        filter=CatalogueFilter,
        order=CatalogueOrder,
    )
    partners: Connection[Organisation] = connection(
        organisations.PARTNERS,
        "The partners that are publicly listed.",
        organisations.MAY_LIST_PARTNERS,
        filter=PartnerFilter,
    )


@strawberry.type(
    description="The mutations, which change data. Each takes one input and returns a payload with `userErrors`."
)
class Mutation(
    SessionMutations,
    SignUpMutations,
    TokenMutations,
    InvitationMutations,
    CustomerInvitationMutations,
    AccessTypeMutations,
    TerminationMutations,
    AccessMutations,
    AssignmentMutations,
    FutureCustomerMutations,
    CustomerNoteMutations,
    HeldAccessMutations,
    PendingActionMutations,
    ExportMutations,
    StaffMutations,
    SupportAccessMutations,
    MemberInvitationMutations,
    MembershipMutations,
    TeamMutations,
    OwnProductGrantMutations,
):
    """Everything that changes something, noun by noun."""
