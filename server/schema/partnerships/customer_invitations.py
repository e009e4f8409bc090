"""What is promised of requests that a partner sends by e-mail."""

from datetime import datetime

import strawberry

from server import models
from server.resolvers.partnerships import customer_invitation_answers, customer_invitations
from server.resolvers.partnerships.customer_invitations import undeliverable_at
from server.schema.enums import AccessType, PartnershipStatus, PaymentMode
from server.schema.errors import UserError
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.partnerships.offers import AccessInput, WantedAccessInput
from server.schema.partnerships.partnerships import OrganisationType, Partnership
from server.schema.scalars import EmailAddress


@strawberry.type(
    description="What a partner asks of somebody by e-mail. The partner's leaders see it, and whoever has the address."
)
class CustomerInvitation(Node):
    model = models.CustomerInvitation

    partner: OrganisationType | None = relation(models.Organisation, "partner_id", "Who asks; null where not visible.")
    email: EmailAddress = strawberry.field(description="Whom.")
    access_type: AccessType = strawberry.field(description="How much it would like to manage.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who would pay what it orders; null under limited access."
    )
    message: str | None = strawberry.field(description="What the partner wrote.")
    status: PartnershipStatus = strawberry.field(description="Whether it is open, or how it was answered.")
    invited_at: datetime = strawberry.field(description="When it was asked.")
    answer_by: datetime = strawberry.field(description="Until when it can be answered.")
    answered_at: datetime | None = strawberry.field(description="When it was answered; null before.")
    undeliverable_at: datetime | None = computed(
        undeliverable_at,
        "When its e-mail was refused for good; null otherwise, and once it is sent again. For whoever may send it "
        "again alone: it needs `REQUEST_CUSTOMER` on the partner.",
        ("partner_id", "undeliverable_at"),
    )
    partnership: Partnership | None = relation(
        models.Partnership, "partnership_id", "What came of it; null before, and where not visible."
    )
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.input(description="Whom to ask, for what.")
class RequestCustomerByEmailInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner that asks.")
    email: str = strawberry.field(description="Their e-mail address.")
    wanted: WantedAccessInput = strawberry.field(description="What is asked for.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to them, at most 1,000 characters."
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="In which language to write, such as `fr_FR`; English unless given."
    )


@strawberry.type(description="The answer of `requestCustomerByEmail`.")
class RequestCustomerByEmailPayload:
    customer_invitation: CustomerInvitation | None = strawberry.field(
        description="The open request. It is the same whether or not the address has an account."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to withdraw.")
class CancelCustomerInvitationInput:
    customer_invitation_id: strawberry.ID = strawberry.field(description="An open request by e-mail.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the request is in this version."
    )


@strawberry.type(description="The answer of `cancelCustomerInvitation`.")
class CancelCustomerInvitationPayload:
    customer_invitation: CustomerInvitation | None = strawberry.field(description="The request, withdrawn.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to send again.")
class ResendCustomerInvitationInput:
    customer_invitation_id: strawberry.ID = strawberry.field(description="An open request by e-mail.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the request is in this version."
    )


@strawberry.type(description="The answer of `resendCustomerInvitation`.")
class ResendCustomerInvitationPayload:
    customer_invitation: CustomerInvitation | None = strawberry.field(
        description="The request, open for as long as a new one."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to accept, for whom, and what to grant.")
class AcceptCustomerInvitationInput:
    customer_id: strawberry.ID = strawberry.field(description="The organisation that grants access; you represent it.")
    token: str = strawberry.field(description="The secret in the link of the e-mail.")
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


@strawberry.type(description="The answer of `acceptCustomerInvitation`.")
class AcceptCustomerInvitationPayload:
    customer_invitation: CustomerInvitation | None = strawberry.field(description="The request, answered.")
    partnership: Partnership | None = strawberry.field(description="The partnership, now in force.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to decline.")
class DeclineCustomerInvitationInput:
    token: str = strawberry.field(description="The secret in the link of the e-mail.")


@strawberry.type(description="The answer of `declineCustomerInvitation`.")
class DeclineCustomerInvitationPayload:
    customer_invitation: CustomerInvitation | None = strawberry.field(description="The request, declined.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class CustomerInvitationMutations:
    """Requests to customers who are known by an address alone."""

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
