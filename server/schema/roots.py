"""Where every operation starts."""

import strawberry

from server import models
from server.engine.declarations import ByAnyKey, ViewerItself
from server.resolvers import (
    accesses,
    assignments,
    explanations,
    organisations,
    partnerships,
    products,
    sessions,
    tokens,
    viewers,
)
from server.schema.access_changes import (
    ChangeProductAccessesInput,
    ChangeProductAccessesPayload,
    ChangeProductAccessInput,
    ChangeProductAccessPayload,
    RevokeProductAccessesInput,
    RevokeProductAccessesPayload,
)
from server.schema.connections import Connection
from server.schema.explanations import RightExplanation
from server.schema.fields import by_id, connection, mutation, root
from server.schema.nodes import Node
from server.schema.organisations import Organisation, PartnerFilter
from server.schema.partnerships import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    AssignEmployeeInput,
    AssignEmployeePayload,
    DeclineInvitationInput,
    DeclineInvitationPayload,
    GrantProductAccessInput,
    GrantProductAccessPayload,
    InvitePartnerInput,
    InvitePartnerPayload,
    Partnership,
    RevokeProductAccessInput,
    RevokeProductAccessPayload,
    UnassignEmployeeInput,
    UnassignEmployeePayload,
)
from server.schema.products import CatalogueFilter, CatalogueItem, CatalogueOrder, Product
from server.schema.tokens import (
    CreateApiTokenInput,
    CreateApiTokenPayload,
    ExcludeApiTokenInput,
    ExcludeApiTokenPayload,
    RevokeApiTokenInput,
    RevokeApiTokenPayload,
)
from server.schema.viewers import SignInInput, SignInPayload, SignOutInput, SignOutPayload, Viewer


@strawberry.type(description="What can be asked.")
class Query:
    viewer: Viewer | None = root(viewers.viewer, ViewerItself())
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
    explain_right: RightExplanation = root(
        explanations.explain_right,
        right="The right.",
        id="The id of an organisation, a partnership or a product.",
    )
    catalogue: Connection[CatalogueItem] = connection(
        products.CATALOGUE,
        "What can be bought, with its public prices.",
        products.MAY_VIEW_CATALOGUE,
        filter=CatalogueFilter,
        order=CatalogueOrder,
    )
    partners: Connection[Organisation] = connection(
        organisations.PARTNERS,
        "The partners that let themselves be found.",
        organisations.MAY_LIST_PARTNERS,
        filter=PartnerFilter,
    )


@strawberry.type(description="What can be changed.")
class Mutation:
    sign_in: SignInPayload = mutation(sessions.sign_in, SignInInput, together=False)
    sign_out: SignOutPayload = mutation(sessions.sign_out, SignOutInput, together=False)
    create_api_token: CreateApiTokenPayload = mutation(tokens.create_api_token, CreateApiTokenInput)
    revoke_api_token: RevokeApiTokenPayload = mutation(tokens.revoke_api_token, RevokeApiTokenInput)
    exclude_api_token: ExcludeApiTokenPayload = mutation(tokens.exclude_api_token, ExcludeApiTokenInput)
    invite_partner: InvitePartnerPayload = mutation(partnerships.invite_partner, InvitePartnerInput)
    accept_invitation: AcceptInvitationPayload = mutation(partnerships.accept_invitation, AcceptInvitationInput)
    decline_invitation: DeclineInvitationPayload = mutation(partnerships.decline_invitation, DeclineInvitationInput)
    grant_product_access: GrantProductAccessPayload = mutation(accesses.grant_product_access, GrantProductAccessInput)
    revoke_product_access: RevokeProductAccessPayload = mutation(
        accesses.revoke_product_access, RevokeProductAccessInput
    )
    revoke_product_accesses: RevokeProductAccessesPayload = mutation(
        accesses.revoke_product_accesses, RevokeProductAccessesInput
    )
    change_product_access: ChangeProductAccessPayload = mutation(
        accesses.change_product_access, ChangeProductAccessInput
    )
    change_product_accesses: ChangeProductAccessesPayload = mutation(
        accesses.change_product_accesses, ChangeProductAccessesInput
    )
    assign_employee: AssignEmployeePayload = mutation(assignments.assign_employee, AssignEmployeeInput)
    unassign_employee: UnassignEmployeePayload = mutation(assignments.unassign_employee, UnassignEmployeeInput)
