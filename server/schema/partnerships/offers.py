"""Offers, in the schema: the access that is proposed, requested or granted."""

from datetime import datetime

import strawberry

from server.schema.partnerships.enums import AccessType, PaymentMode
from server.schema.rights import ProductRight


@strawberry.input(description="A product and the rights the partner gets on it.")
class ProductGrantInput:
    product_id: strawberry.ID = strawberry.field(description="One of the customer's products.")
    rights: list[ProductRight] = strawberry.field(description="The rights to grant; at least one.")
    move_from_current: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether to move the product from the partner who currently manages it. Otherwise it cannot "
        "be granted until that partner's access ends.",
    )


@strawberry.input(description="Access to particular products.")
class LimitedAccessInput:
    products: list[ProductGrantInput] = strawberry.field(
        description="Up to 100 products, each listed once. An invitation names at least one."
    )


@strawberry.input(description="Access to all products.")
class CompleteAccessInput:
    payment_mode: PaymentMode = strawberry.field(description="Whose payment methods pay for the partner's orders.")


@strawberry.input(one_of=True, description="The access to grant or offer. Set exactly one of the two fields.")
class AccessInput:
    limited: strawberry.Maybe[LimitedAccessInput] = strawberry.field(
        description="Limited access, to particular products."
    )
    complete: strawberry.Maybe[CompleteAccessInput] = strawberry.field(description="Complete access, to all products.")


@strawberry.input(
    description="The access a partner requests. It does not name products, because the partner cannot see them."
)
class WantedAccessInput:
    access_type: AccessType = strawberry.field(description="The requested type of access.")
    payment_mode: PaymentMode | None = strawberry.field(
        default=strawberry.UNSET,
        description="Who would pay for the partner's orders. Required for complete access, not allowed otherwise.",
    )


@strawberry.input
class DatedInput:
    """The input of a mutation that sets the dates of a partnership."""

    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the partnership ends automatically. Leave out for no end date."
    )
    review_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the partnership is due for review. Leave out for no review date."
    )


@strawberry.input
class AcceptanceInput(DatedInput):
    """The input of a mutation by which a customer grants what a partner requested, or something else."""

    access: AccessInput = strawberry.field(description="The access to grant. It may differ from what was requested.")
    replace_existing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="With complete access, whether to end the partnerships that are in force."
    )
