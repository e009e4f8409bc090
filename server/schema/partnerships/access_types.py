"""What is promised of changes to a partnership in force: its access, who pays, its dates."""

from datetime import datetime

import strawberry

from server.resolvers.partnerships import access_change_requests, access_types
from server.schema.enums import PaymentMode
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.offers import AccessInput, WantedAccessInput
from server.schema.partnerships.partnerships import AccessChangeRequest, Partnership


@strawberry.input(description="Input for `changeAccessType`.")
class ChangeAccessTypeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    access: AccessInput = strawberry.field(description="The new access. Its type must differ from the current one.")
    end_other_partnerships: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The other active partnerships to end. Before complete access can begin, list them all.",
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="Result of `changeAccessType`.")
class ChangeAccessTypePayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, with its new access.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Input for `changePaymentMode`.")
class ChangePaymentModeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership with complete access.")
    payment_mode: PaymentMode = strawberry.field(
        description="The new payment mode. Sending the current one changes nothing."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="Result of `changePaymentMode`.")
class ChangePaymentModePayload:
    partnership: Partnership | None = strawberry.field(description="The partnership.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Input for `setPartnershipDates`.")
class SetPartnershipDatesInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the partnership ends automatically. Leave out for no end date."
    )
    review_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the partnership is due for review. Leave out for no review date."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="Result of `setPartnershipDates`.")
class SetPartnershipDatesPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Input for `requestAccessChange`.")
class RequestAccessChangeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    wanted: WantedAccessInput = strawberry.field(description="The access requested.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A message to the customer, for example which products you need. At most 1,000 characters.",
    )


@strawberry.type(description="Result of `requestAccessChange`.")
class RequestAccessChangePayload:
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The open request.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Input for `grantAccessChange`.")
class GrantAccessChangeInput:
    access_change_request_id: strawberry.ID = strawberry.field(description="An open request.")
    access: AccessInput = strawberry.field(description="Complete access, or the products to add.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the request is in this version."
    )


@strawberry.type(description="Result of `grantAccessChange`.")
class GrantAccessChangePayload:
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The request, granted.")
    partnership: Partnership | None = strawberry.field(description="The partnership after the change.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Input for `refuseAccessChange`.")
class RefuseAccessChangeInput:
    access_change_request_id: strawberry.ID = strawberry.field(description="An open request.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the partner, at most 1,000 characters."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the request is in this version."
    )


@strawberry.type(description="Result of `refuseAccessChange`.")
class RefuseAccessChangePayload:
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The request, refused.")
    partnership: Partnership | None = strawberry.field(description="The partnership.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class AccessTypeMutations:
    """What a partnership in force gives."""

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
