"""Requests that a partner sends by e-mail, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Computed
from server.resolvers.partnerships import customer_invitation_answers, customer_invitations
from server.resolvers.partnerships.customer_invitations import undeliverable_at
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.partnerships.enums import AccessType, PartnershipStatus, PaymentMode
from server.schema.partnerships.offers import AcceptanceInput, WantedAccessInput
from server.schema.partnerships.partnerships import Partnership
from server.schema.payloads import Payload, VersionedInput
from server.schema.references import OrganisationReference
from server.schema.scalars import EmailAddress


@strawberry.type(
    description="A request for access that a partner sends by e-mail. It is visible to the partner's leaders and "
    "to the owner of the e-mail address."
)
class CustomerInvitation(Node):
    model = models.CustomerInvitation

    partner: OrganisationReference | None = relation(
        models.Organisation, "partner_id", "The partner that makes the request. Null if it is not visible to you."
    )
    email: EmailAddress = strawberry.field(description="The address to which the request was sent.")
    access_type: AccessType = strawberry.field(description="The requested type of access.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who would pay for the partner's orders. Null for limited access."
    )
    message: str | None = strawberry.field(description="The partner's message. Null if there is none.")
    status: PartnershipStatus = strawberry.field(description="Current status.")
    invited_at: datetime = strawberry.field(description="When the request was first sent.")
    answer_by: datetime = strawberry.field(description="The deadline for an answer.")
    answered_at: datetime | None = strawberry.field(
        description="When the request was answered, withdrawn or expired. Null until then."
    )
    undeliverable_at: datetime | None = computed(
        Computed(undeliverable_at, ("partner_id", "undeliverable_at")),
        "When the e-mail proved permanently undeliverable. Null otherwise, once the request is sent "
        "again, and without the right `REQUEST_CUSTOMER` on the partner.",
    )
    partnership: Partnership | None = relation(
        models.Partnership,
        "partnership_id",
        "The partnership that resulted. Null until the request is accepted, or if it is not visible to you.",
    )
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")


@strawberry.input(description="Input for `requestCustomerByEmail`.")
class RequestCustomerByEmailInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner that makes the request.")
    email: str = strawberry.field(description="The e-mail address of the person to ask.")
    wanted: WantedAccessInput = strawberry.field(description="The access requested.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the person, at most 1,000 characters."
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="The language of the e-mail, such as `fr_FR`. Defaults to `en_GB`."
    )


@strawberry.type(description="Result of `requestCustomerByEmail`.")
class RequestCustomerByEmailPayload(Payload):
    customer_invitation: CustomerInvitation | None = strawberry.field(
        description="The open request. It is the same whether or not the address has an account."
    )


@strawberry.input(description="Input for `cancelCustomerInvitation`.")
class CancelCustomerInvitationInput(VersionedInput):
    customer_invitation_id: strawberry.ID = strawberry.field(description="An open request sent by e-mail.")


@strawberry.type(description="Result of `cancelCustomerInvitation`.")
class CancelCustomerInvitationPayload(Payload):
    customer_invitation: CustomerInvitation | None = strawberry.field(description="The request, withdrawn.")


@strawberry.input(description="Input for `resendCustomerInvitation`.")
class ResendCustomerInvitationInput(VersionedInput):
    customer_invitation_id: strawberry.ID = strawberry.field(description="An open request sent by e-mail.")


@strawberry.type(description="Result of `resendCustomerInvitation`.")
class ResendCustomerInvitationPayload(Payload):
    customer_invitation: CustomerInvitation | None = strawberry.field(
        description="The request, with a new deadline for the answer."
    )


@strawberry.input(description="Input for `acceptCustomerInvitation`.")
class AcceptCustomerInvitationInput(AcceptanceInput):
    customer_id: strawberry.ID = strawberry.field(
        description="The organisation that grants access. You must be one of its legal representatives."
    )
    token: str = strawberry.field(description="The secret from the link in the e-mail.")


@strawberry.type(description="Result of `acceptCustomerInvitation`.")
class AcceptCustomerInvitationPayload(Payload):
    customer_invitation: CustomerInvitation | None = strawberry.field(description="The request, accepted.")
    partnership: Partnership | None = strawberry.field(description="The partnership, now in force.")


@strawberry.input(description="Input for `declineCustomerInvitation`.")
class DeclineCustomerInvitationInput:
    token: str = strawberry.field(description="The secret from the link in the e-mail.")


@strawberry.type(description="Result of `declineCustomerInvitation`.")
class DeclineCustomerInvitationPayload(Payload):
    customer_invitation: CustomerInvitation | None = strawberry.field(description="The request, declined.")


@strawberry.type
class CustomerInvitationMutations:
    """Mutations on requests by e-mail."""

    request_customer_by_email: RequestCustomerByEmailPayload = mutation(
        customer_invitations.request_customer_by_email, RequestCustomerByEmailInput
    )
    accept_customer_invitation: AcceptCustomerInvitationPayload = mutation(
        customer_invitation_answers.accept_customer_invitation, AcceptCustomerInvitationInput
    )
    decline_customer_invitation: DeclineCustomerInvitationPayload = mutation(
        customer_invitation_answers.decline_customer_invitation, DeclineCustomerInvitationInput
    )
    cancel_customer_invitation: CancelCustomerInvitationPayload = mutation(
        customer_invitations.cancel_customer_invitation, CancelCustomerInvitationInput
    )
    resend_customer_invitation: ResendCustomerInvitationPayload = mutation(
        customer_invitations.resend_customer_invitation, ResendCustomerInvitationInput
    )
