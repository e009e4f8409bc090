"""Changes to an active partnership, in the schema: access type, payment mode, dates and requests to change access."""

import strawberry

from server.resolvers.partnerships import access_change_requests, access_types
from server.schema.operations import mutation
from server.schema.partnerships.enums import PaymentMode
from server.schema.partnerships.offers import AccessInput, DatedInput, WantedAccessInput
from server.schema.partnerships.partnerships import AccessChangeRequest, Partnership
from server.schema.payloads import Payload, VersionedInput


@strawberry.input(description="Input for `changeAccessType`.")
class ChangeAccessTypeInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    access: AccessInput = strawberry.field(description="The new access. Its type must differ from the current one.")
    end_other_partnerships: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The other active partnerships to end. Complete access can only begin if you list them all.",
    )


@strawberry.type(description="Result of `changeAccessType`.")
class ChangeAccessTypePayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, with its new access.")


@strawberry.input(description="Input for `changePaymentMode`.")
class ChangePaymentModeInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership with complete access.")
    payment_mode: PaymentMode = strawberry.field(
        description="The new payment mode. Sending the current one changes nothing."
    )


@strawberry.type(description="Result of `changePaymentMode`.")
class ChangePaymentModePayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership.")


@strawberry.input(description="Input for `setPartnershipDates`.")
class SetPartnershipDatesInput(DatedInput, VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")


@strawberry.type(description="Result of `setPartnershipDates`.")
class SetPartnershipDatesPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership.")


@strawberry.input(description="Input for `requestAccessChange`.")
class RequestAccessChangeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    wanted: WantedAccessInput = strawberry.field(description="The access requested.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A message to the customer, for example which products you need. At most 1,000 characters.",
    )


@strawberry.type(description="Result of `requestAccessChange`.")
class RequestAccessChangePayload(Payload):
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The open request.")


@strawberry.input(description="Input for `grantAccessChange`.")
class GrantAccessChangeInput(VersionedInput):
    access_change_request_id: strawberry.ID = strawberry.field(description="An open request.")
    access: AccessInput = strawberry.field(description="Complete access, or the products to add.")


@strawberry.type(description="Result of `grantAccessChange`.")
class GrantAccessChangePayload(Payload):
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The request, granted.")
    partnership: Partnership | None = strawberry.field(description="The partnership after the change.")


@strawberry.input(description="Input for `refuseAccessChange`.")
class RefuseAccessChangeInput(VersionedInput):
    access_change_request_id: strawberry.ID = strawberry.field(description="An open request.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the partner, at most 1,000 characters."
    )


@strawberry.type(description="Result of `refuseAccessChange`.")
class RefuseAccessChangePayload(Payload):
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The request, refused.")
    partnership: Partnership | None = strawberry.field(description="The partnership.")


@strawberry.type
class AccessTypeMutations:
    """Mutations that change what an active partnership grants."""

    change_access_type: ChangeAccessTypePayload = mutation(access_types.change_access_type, ChangeAccessTypeInput)
    change_payment_mode: ChangePaymentModePayload = mutation(access_types.change_payment_mode, ChangePaymentModeInput)
    set_partnership_dates: SetPartnershipDatesPayload = mutation(
        access_types.set_partnership_dates, SetPartnershipDatesInput
    )
    request_access_change: RequestAccessChangePayload = mutation(
        access_change_requests.request_access_change, RequestAccessChangeInput
    )
    grant_access_change: GrantAccessChangePayload = mutation(
        access_change_requests.grant_access_change, GrantAccessChangeInput
    )
    refuse_access_change: RefuseAccessChangePayload = mutation(
        access_change_requests.refuse_access_change, RefuseAccessChangeInput
    )
