"""Where every operation starts."""

import strawberry

from server import models
from server.engine.declarations import ByAnyKey, ViewerItself
from server.resolvers import (
    access_changes,
    access_types,
    accesses,
    assignments,
    customer_invitations,
    explanations,
    exports,
    invitations,
    member_answers,
    member_invitations,
    memberships,
    organisations,
    own_product_grants,
    partnerships,
    pending_action_answers,
    product_terminations,
    products,
    proposal_answers,
    sessions,
    signing_up,
    staff,
    support_access,
    teams,
    terminations,
    tokens,
    viewers,
)
from server.schema.access_types import (
    ChangeAccessTypeInput,
    ChangeAccessTypePayload,
    ChangePaymentModeInput,
    ChangePaymentModePayload,
    GrantAccessChangeInput,
    GrantAccessChangePayload,
    RefuseAccessChangeInput,
    RefuseAccessChangePayload,
    RequestAccessChangeInput,
    RequestAccessChangePayload,
    SetPartnershipDatesInput,
    SetPartnershipDatesPayload,
)
from server.schema.connections import (
    Connection,
)
from server.schema.customer_invitations import (
    AcceptCustomerInvitationInput,
    AcceptCustomerInvitationPayload,
    CancelCustomerInvitationInput,
    CancelCustomerInvitationPayload,
    CustomerInvitation,
    DeclineCustomerInvitationInput,
    DeclineCustomerInvitationPayload,
    RequestCustomerByEmailInput,
    RequestCustomerByEmailPayload,
    ResendCustomerInvitationInput,
    ResendCustomerInvitationPayload,
)
from server.schema.explanations import (
    RightExplanation,
)
from server.schema.exports import (
    CreateExportLinkInput,
    CreateExportLinkPayload,
    RequestExportInput,
    RequestExportPayload,
)
from server.schema.fields import (
    by_id,
    connection,
    mutation,
    root,
)
from server.schema.held_accesses import (
    ChangeProductAccessesInput,
    ChangeProductAccessesPayload,
    ChangeProductAccessInput,
    ChangeProductAccessPayload,
    RevokeProductAccessesInput,
    RevokeProductAccessesPayload,
)
from server.schema.invitations import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    AcceptRequestInput,
    AcceptRequestPayload,
    CancelInvitationInput,
    CancelInvitationPayload,
    DeclineInvitationInput,
    DeclineInvitationPayload,
    DeclineRequestInput,
    DeclineRequestPayload,
    InvitePartnerInput,
    InvitePartnerPayload,
    RequestCustomerInput,
    RequestCustomerPayload,
    ResendInvitationInput,
    ResendInvitationPayload,
)
from server.schema.member_invitations import (
    AcceptMemberInvitationInput,
    AcceptMemberInvitationPayload,
    CancelMemberInvitationInput,
    CancelMemberInvitationPayload,
    DeclineMemberInvitationInput,
    DeclineMemberInvitationPayload,
    InviteMemberInput,
    InviteMemberPayload,
    ResendMemberInvitationInput,
    ResendMemberInvitationPayload,
)
from server.schema.memberships import (
    ChangeMemberRoleInput,
    ChangeMemberRolePayload,
    LeaveOrganisationInput,
    LeaveOrganisationPayload,
    RemoveMemberInput,
    RemoveMemberPayload,
    ReplaceLegalRepresentativeInput,
    ReplaceLegalRepresentativePayload,
    UpdateMemberInput,
    UpdateMemberPayload,
)
from server.schema.nodes import (
    Node,
)
from server.schema.organisations import (
    Organisation,
    PartnerFilter,
)
from server.schema.own_product_grants import (
    GrantOwnProductsInput,
    GrantOwnProductsPayload,
    RevokeOwnProductsInput,
    RevokeOwnProductsPayload,
)
from server.schema.partnerships import (
    AssignEmployeeInput,
    AssignEmployeePayload,
    GrantProductAccessInput,
    GrantProductAccessPayload,
    Partnership,
    RevokeProductAccessInput,
    RevokeProductAccessPayload,
    UnassignEmployeeInput,
    UnassignEmployeePayload,
)
from server.schema.pending_actions import (
    ConfirmPendingActionInput,
    ConfirmPendingActionPayload,
    RefusePendingActionInput,
    RefusePendingActionPayload,
    TerminateProductInput,
    TerminateProductPayload,
    WithdrawPendingActionInput,
    WithdrawPendingActionPayload,
)
from server.schema.products import (
    CatalogueFilter,
    CatalogueItem,
    CatalogueOrder,
    Product,
)
from server.schema.signing_up import (
    SignUpInput,
    SignUpPayload,
)
from server.schema.staff import (
    ApprovePartnerInput,
    ApprovePartnerPayload,
    RecoverOrganisationInput,
    RecoverOrganisationPayload,
    ResumePartnershipInput,
    ResumePartnershipPayload,
    SuspendPartnerInput,
    SuspendPartnerPayload,
    SuspendPartnershipInput,
    SuspendPartnershipPayload,
)
from server.schema.support_access import (
    GrantSupportAccessInput,
    GrantSupportAccessPayload,
    RevokeSupportAccessInput,
    RevokeSupportAccessPayload,
)
from server.schema.teams import (
    AddTeamMemberInput,
    AddTeamMemberPayload,
    CreateTeamInput,
    CreateTeamPayload,
    DeleteTeamInput,
    DeleteTeamPayload,
    RemoveTeamMemberInput,
    RemoveTeamMemberPayload,
    UpdateTeamInput,
    UpdateTeamPayload,
)
from server.schema.terminations import (
    TerminatePartnershipInput,
    TerminatePartnershipPayload,
    TerminationPreview,
)
from server.schema.tokens import (
    CreateApiTokenInput,
    CreateApiTokenPayload,
    ExcludeApiTokenInput,
    ExcludeApiTokenPayload,
    RevokeApiTokenInput,
    RevokeApiTokenPayload,
)
from server.schema.viewers import (
    SignInInput,
    SignInPayload,
    SignOutInput,
    SignOutPayload,
    Viewer,
)


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
    customer_invitation: CustomerInvitation | None = root(
        customer_invitations.customer_invitation,
        customer_invitations.BY_TOKEN,
        token="The secret in the link of the e-mail.",
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
    sign_up: SignUpPayload = mutation(signing_up.sign_up, SignUpInput, together=False)
    sign_out: SignOutPayload = mutation(sessions.sign_out, SignOutInput, together=False)
    create_api_token: CreateApiTokenPayload = mutation(tokens.create_api_token, CreateApiTokenInput)
    revoke_api_token: RevokeApiTokenPayload = mutation(tokens.revoke_api_token, RevokeApiTokenInput)
    exclude_api_token: ExcludeApiTokenPayload = mutation(tokens.exclude_api_token, ExcludeApiTokenInput)
    invite_partner: InvitePartnerPayload = mutation(invitations.invite_partner, InvitePartnerInput)
    request_customer: RequestCustomerPayload = mutation(invitations.request_customer, RequestCustomerInput)
    accept_invitation: AcceptInvitationPayload = mutation(proposal_answers.accept_invitation, AcceptInvitationInput)
    accept_request: AcceptRequestPayload = mutation(proposal_answers.accept_request, AcceptRequestInput)
    decline_invitation: DeclineInvitationPayload = mutation(proposal_answers.decline_invitation, DeclineInvitationInput)
    decline_request: DeclineRequestPayload = mutation(proposal_answers.decline_request, DeclineRequestInput)
    cancel_invitation: CancelInvitationPayload = mutation(invitations.cancel_invitation, CancelInvitationInput)
    resend_invitation: ResendInvitationPayload = mutation(invitations.resend_invitation, ResendInvitationInput)
    request_customer_by_email: RequestCustomerByEmailPayload = mutation(
        customer_invitations.request_customer_by_email, RequestCustomerByEmailInput
    )
    accept_customer_invitation: AcceptCustomerInvitationPayload = mutation(
        customer_invitations.accept_customer_invitation, AcceptCustomerInvitationInput
    )
    decline_customer_invitation: DeclineCustomerInvitationPayload = mutation(
        customer_invitations.decline_customer_invitation, DeclineCustomerInvitationInput
    )
    cancel_customer_invitation: CancelCustomerInvitationPayload = mutation(
        customer_invitations.cancel_customer_invitation, CancelCustomerInvitationInput
    )
    resend_customer_invitation: ResendCustomerInvitationPayload = mutation(
        customer_invitations.resend_customer_invitation, ResendCustomerInvitationInput
    )
    change_access_type: ChangeAccessTypePayload = mutation(access_types.change_access_type, ChangeAccessTypeInput)
    change_payment_mode: ChangePaymentModePayload = mutation(access_types.change_payment_mode, ChangePaymentModeInput)
    set_partnership_dates: SetPartnershipDatesPayload = mutation(
        access_types.set_partnership_dates, SetPartnershipDatesInput
    )
    request_access_change: RequestAccessChangePayload = mutation(
        access_changes.request_access_change, RequestAccessChangeInput
    )
    grant_access_change: GrantAccessChangePayload = mutation(access_changes.grant_access_change, GrantAccessChangeInput)
    refuse_access_change: RefuseAccessChangePayload = mutation(
        access_changes.refuse_access_change, RefuseAccessChangeInput
    )
    terminate_partnership: TerminatePartnershipPayload = mutation(
        terminations.terminate_partnership, TerminatePartnershipInput
    )
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
    terminate_product: TerminateProductPayload = mutation(product_terminations.terminate_product, TerminateProductInput)
    confirm_pending_action: ConfirmPendingActionPayload = mutation(
        pending_action_answers.confirm_pending_action, ConfirmPendingActionInput
    )
    refuse_pending_action: RefusePendingActionPayload = mutation(
        pending_action_answers.refuse_pending_action, RefusePendingActionInput
    )
    withdraw_pending_action: WithdrawPendingActionPayload = mutation(
        pending_action_answers.withdraw_pending_action, WithdrawPendingActionInput
    )
    request_export: RequestExportPayload = mutation(exports.request_export, RequestExportInput)
    create_export_link: CreateExportLinkPayload = mutation(exports.create_export_link, CreateExportLinkInput)
    approve_partner: ApprovePartnerPayload = mutation(staff.approve_partner, ApprovePartnerInput)
    suspend_partner: SuspendPartnerPayload = mutation(staff.suspend_partner, SuspendPartnerInput)
    suspend_partnership: SuspendPartnershipPayload = mutation(staff.suspend_partnership, SuspendPartnershipInput)
    resume_partnership: ResumePartnershipPayload = mutation(staff.resume_partnership, ResumePartnershipInput)
    recover_organisation: RecoverOrganisationPayload = mutation(staff.recover_organisation, RecoverOrganisationInput)
    grant_support_access: GrantSupportAccessPayload = mutation(
        support_access.grant_support_access, GrantSupportAccessInput
    )
    revoke_support_access: RevokeSupportAccessPayload = mutation(
        support_access.revoke_support_access, RevokeSupportAccessInput
    )
    invite_member: InviteMemberPayload = mutation(member_invitations.invite_member, InviteMemberInput)
    resend_member_invitation: ResendMemberInvitationPayload = mutation(
        member_invitations.resend_member_invitation, ResendMemberInvitationInput
    )
    cancel_member_invitation: CancelMemberInvitationPayload = mutation(
        member_invitations.cancel_member_invitation, CancelMemberInvitationInput
    )
    accept_member_invitation: AcceptMemberInvitationPayload = mutation(
        member_answers.accept_member_invitation, AcceptMemberInvitationInput, together=False
    )
    decline_member_invitation: DeclineMemberInvitationPayload = mutation(
        member_answers.decline_member_invitation, DeclineMemberInvitationInput
    )
    change_member_role: ChangeMemberRolePayload = mutation(memberships.change_member_role, ChangeMemberRoleInput)
    update_member: UpdateMemberPayload = mutation(memberships.update_member, UpdateMemberInput)
    remove_member: RemoveMemberPayload = mutation(memberships.remove_member, RemoveMemberInput)
    leave_organisation: LeaveOrganisationPayload = mutation(memberships.leave_organisation, LeaveOrganisationInput)
    replace_legal_representative: ReplaceLegalRepresentativePayload = mutation(
        memberships.replace_legal_representative, ReplaceLegalRepresentativeInput
    )
    create_team: CreateTeamPayload = mutation(teams.create_team, CreateTeamInput)
    update_team: UpdateTeamPayload = mutation(teams.update_team, UpdateTeamInput)
    delete_team: DeleteTeamPayload = mutation(teams.delete_team, DeleteTeamInput)
    add_team_member: AddTeamMemberPayload = mutation(teams.add_team_member, AddTeamMemberInput)
    remove_team_member: RemoveTeamMemberPayload = mutation(teams.remove_team_member, RemoveTeamMemberInput)
    grant_own_products: GrantOwnProductsPayload = mutation(own_product_grants.grant_own_products, GrantOwnProductsInput)
    revoke_own_products: RevokeOwnProductsPayload = mutation(
        own_product_grants.revoke_own_products, RevokeOwnProductsInput
    )
