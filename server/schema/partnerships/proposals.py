"""What is promised of invitations and requests between organisations."""

from datetime import datetime

import strawberry

from server.resolvers.partnerships import proposal_answers, proposals
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.offers import AccessInput, WantedAccessInput
from server.schema.partnerships.partnerships import Partnership


@strawberry.input(description="Whom to invite, for what.")
class InvitePartnerInput:
    customer_id: strawberry.ID = strawberry.field(description="The organisation that invites.")
    partner_id: strawberry.ID = strawberry.field(description="An approved partner.")
    access: AccessInput = strawberry.field(description="What is offered.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to the partner, at most 1,000 characters."
    )
    replace_existing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="With complete access: the partnerships in force end at the moment the new partner accepts.",
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it ends by itself; absent for never."
    )
    review_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it is to be looked at again; absent for never."
    )


@strawberry.type(description="The answer of `invitePartner`.")
class InvitePartnerPayload:
    partnership: Partnership | None = strawberry.field(
        description="The partnership, as an open invitation; in force where the partner had asked for the same."
    )
    warnings: list[UserError] | None = strawberry.field(
        description="What will keep the partner from accepting, such as a product that another manages."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Whom to ask, for what.")
class RequestCustomerInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner that asks.")
    customer_id: strawberry.ID = strawberry.field(description="An organisation that the partner sees.")
    wanted: WantedAccessInput = strawberry.field(description="What is asked for; the customer names the products.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to the customer, at most 1,000 characters."
    )


@strawberry.type(description="The answer of `requestCustomer`.")
class RequestCustomerPayload:
    partnership: Partnership | None = strawberry.field(
        description="The partnership, as an open request; in force where the customer had offered the same."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which invitation to accept.")
class AcceptInvitationInput:
    partnership_id: strawberry.ID = strawberry.field(description="The partnership in status INVITED.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `acceptInvitation`.")
class AcceptInvitationPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, now in force.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to accept, and what to grant.")
class AcceptRequestInput:
    partnership_id: strawberry.ID = strawberry.field(description="The partnership in status INVITED.")
    access: AccessInput = strawberry.field(description="What is granted; it may be something else than was asked.")
    replace_existing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="With complete access: the partnerships in force end."
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it ends by itself; absent for never."
    )
    review_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it is to be looked at again; absent for never."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `acceptRequest`.")
class AcceptRequestPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, now in force.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which invitation to decline.")
class DeclineInvitationInput:
    partnership_id: strawberry.ID = strawberry.field(description="The partnership in status INVITED.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to the customer, at most 1,000 characters."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `declineInvitation`.")
class DeclineInvitationPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, declined.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to decline.")
class DeclineRequestInput:
    partnership_id: strawberry.ID = strawberry.field(description="The partnership in status INVITED.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to the partner, at most 1,000 characters."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `declineRequest`.")
class DeclineRequestPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, declined.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which of your own proposals to withdraw.")
class CancelInvitationInput:
    partnership_id: strawberry.ID = strawberry.field(description="The partnership in status INVITED.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `cancelInvitation`.")
class CancelInvitationPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, withdrawn.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which of your own proposals to send again.")
class ResendInvitationInput:
    partnership_id: strawberry.ID = strawberry.field(description="The partnership in status INVITED.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `resendInvitation`.")
class ResendInvitationPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, open for as long as a new one.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class InvitationMutations:
    """Proposals between a customer and a partner."""

    invite_partner: InvitePartnerPayload = mutation(proposals.invite_partner, InvitePartnerInput)
    request_customer: RequestCustomerPayload = mutation(proposals.request_customer, RequestCustomerInput)
    accept_invitation: AcceptInvitationPayload = mutation(proposal_answers.accept_invitation, AcceptInvitationInput)
    accept_request: AcceptRequestPayload = mutation(proposal_answers.accept_request, AcceptRequestInput)
    decline_invitation: DeclineInvitationPayload = mutation(proposal_answers.decline_invitation, DeclineInvitationInput)
    decline_request: DeclineRequestPayload = mutation(proposal_answers.decline_request, DeclineRequestInput)
    cancel_invitation: CancelInvitationPayload = mutation(proposals.cancel_invitation, CancelInvitationInput)
    resend_invitation: ResendInvitationPayload = mutation(proposals.resend_invitation, ResendInvitationInput)
