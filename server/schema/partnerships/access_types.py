"""What is promised of changes to a partnership in force: its access, who pays, its dates."""

from datetime import datetime

import strawberry

from server.resolvers.partnerships import access_change_requests, access_types
from server.schema.enums import PaymentMode
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.offers import AccessInput, WantedAccessInput
from server.schema.partnerships.partnerships import AccessChangeRequest, Partnership


@strawberry.input(description="Which partnership, and which access from now on.")
class ChangeAccessTypeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    access: AccessInput = strawberry.field(description="The other type of access than it has.")
    end_other_partnerships: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Before complete access begins: each other active partnership, which ends.",
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `changeAccessType`.")
class ChangeAccessTypePayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, with its new access.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which partnership, and who pays from now on.")
class ChangePaymentModeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership with complete access.")
    payment_mode: PaymentMode = strawberry.field(
        description="Whose payment methods pay; the one there is already changes nothing."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `changePaymentMode`.")
class ChangePaymentModePayload:
    partnership: Partnership | None = strawberry.field(description="The partnership.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which partnership, and its dates.")
class SetPartnershipDatesInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it ends by itself; absent for never."
    )
    review_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it is to be looked at again; absent for never."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `setPartnershipDates`.")
class SetPartnershipDatesPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="In which partnership, and what the partner would like.")
class RequestAccessChangeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership.")
    wanted: WantedAccessInput = strawberry.field(description="What is asked for.")
    message: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A word to the customer, such as which products; at most 1,000 characters.",
    )


@strawberry.type(description="The answer of `requestAccessChange`.")
class RequestAccessChangePayload:
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The open request.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request, and what to grant.")
class GrantAccessChangeInput:
    access_change_request_id: strawberry.ID = strawberry.field(description="An open request.")
    access: AccessInput = strawberry.field(description="Complete access, or the products that are added.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the request is in this version."
    )


@strawberry.type(description="The answer of `grantAccessChange`.")
class GrantAccessChangePayload:
    access_change_request: AccessChangeRequest | None = strawberry.field(description="The request, granted.")
    partnership: Partnership | None = strawberry.field(description="The partnership as it is now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which request to refuse.")
class RefuseAccessChangeInput:
    access_change_request_id: strawberry.ID = strawberry.field(description="An open request.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to the partner, at most 1,000 characters."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the request is in this version."
    )


@strawberry.type(description="The answer of `refuseAccessChange`.")
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
