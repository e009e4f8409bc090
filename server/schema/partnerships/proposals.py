"""Proposals, in the schema: invitations and requests between organisations, and the answers."""

import strawberry

from server.resolvers.partnerships import proposal_answers, proposals
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.offers import AcceptanceInput, AccessInput, DatedInput, WantedAccessInput
from server.schema.partnerships.partnerships import Partnership
from server.schema.payloads import Payload, VersionedInput


@strawberry.input(description="Input for `invitePartner`.")
class InvitePartnerInput(DatedInput):
    customer_id: strawberry.ID = strawberry.field(description="The organisation that invites the partner.")
    partner_id: strawberry.ID = strawberry.field(description="The approved partner to invite.")
    access: AccessInput = strawberry.field(description="The access offered.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the partner, at most 1,000 characters."
    )
    replace_existing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="With complete access, whether to end the partnerships in force when the new partner accepts.",
    )


@strawberry.type(description="Result of `invitePartner`.")
class InvitePartnerPayload(Payload):
    partnership: Partnership | None = strawberry.field(
        description="The partnership, as an open invitation. It is already in force if the partner had requested "
        "the same."
    )
    warnings: list[UserError] | None = strawberry.field(
        description="What will prevent the partner from accepting, such as a product that another partner manages."
    )


@strawberry.input(description="Input for `requestCustomer`.")
class RequestCustomerInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner that makes the request.")
    customer_id: strawberry.ID = strawberry.field(description="An organisation that is visible to the partner.")
    wanted: WantedAccessInput = strawberry.field(description="The access requested; the customer chooses the products.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the customer, at most 1,000 characters."
    )


@strawberry.type(description="Result of `requestCustomer`.")
class RequestCustomerPayload(Payload):
    partnership: Partnership | None = strawberry.field(
        description="The partnership, as an open request. It is already in force if the customer had offered the same."
    )


@strawberry.input(description="Input for `acceptInvitation`.")
class AcceptInvitationInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership with status `INVITED`.")


@strawberry.type(description="Result of `acceptInvitation`.")
class AcceptInvitationPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, now in force.")


@strawberry.input(description="Input for `acceptRequest`.")
class AcceptRequestInput(AcceptanceInput, VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership with status `INVITED`.")


@strawberry.type(description="Result of `acceptRequest`.")
class AcceptRequestPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, now in force.")


@strawberry.input(description="Input for `declineInvitation`.")
class DeclineInvitationInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership with status `INVITED`.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the customer, at most 1,000 characters."
    )


@strawberry.type(description="Result of `declineInvitation`.")
class DeclineInvitationPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, declined.")


@strawberry.input(description="Input for `declineRequest`.")
class DeclineRequestInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership with status `INVITED`.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the partner, at most 1,000 characters."
    )


@strawberry.type(description="Result of `declineRequest`.")
class DeclineRequestPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, declined.")


@strawberry.input(description="Input for `cancelInvitation`.")
class CancelInvitationInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership with status `INVITED`.")


@strawberry.type(description="Result of `cancelInvitation`.")
class CancelInvitationPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, withdrawn.")


@strawberry.input(description="Input for `resendInvitation`.")
class ResendInvitationInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership with status `INVITED`.")


@strawberry.type(description="Result of `resendInvitation`.")
class ResendInvitationPayload(Payload):
    partnership: Partnership | None = strawberry.field(
        description="The partnership, with a new deadline for the answer."
    )


@strawberry.type
class InvitationMutations:
    """Mutations on proposals between a customer and a partner."""

    invite_partner: InvitePartnerPayload = mutation(proposals.invite_partner, InvitePartnerInput)
    request_customer: RequestCustomerPayload = mutation(proposals.request_customer, RequestCustomerInput)
    accept_invitation: AcceptInvitationPayload = mutation(proposal_answers.accept_invitation, AcceptInvitationInput)
    accept_request: AcceptRequestPayload = mutation(proposal_answers.accept_request, AcceptRequestInput)
    decline_invitation: DeclineInvitationPayload = mutation(proposal_answers.decline_invitation, DeclineInvitationInput)
    decline_request: DeclineRequestPayload = mutation(proposal_answers.decline_request, DeclineRequestInput)
    cancel_invitation: CancelInvitationPayload = mutation(proposals.cancel_invitation, CancelInvitationInput)
    resend_invitation: ResendInvitationPayload = mutation(proposals.resend_invitation, ResendInvitationInput)
