"""What is promised of offers: which access is proposed, asked for or granted."""

import strawberry

from server.schema.enums import AccessType, PaymentMode, ProductRight


@strawberry.input(description="A product, and what the partner may do with it.")
class ProductGrantInput:
    product_id: strawberry.ID = strawberry.field(description="One of the customer's products.")
    rights: list[ProductRight] = strawberry.field(description="At least one right.")
    move_from_current: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Take it from the partner who manages it till then. Otherwise it waits until nobody does.",
    )


@strawberry.input(description="Access to these products.")
class LimitedAccessInput:
    products: list[ProductGrantInput] = strawberry.field(
        description="Up to 100 products, each once; an invitation names at least one."
    )


@strawberry.input(description="Access to everything.")
class CompleteAccessInput:
    payment_mode: PaymentMode = strawberry.field(description="Whose payment methods pay what the partner orders.")


@strawberry.input(one_of=True, description="Which access is meant: exactly one of the two.")
class AccessInput:
    limited: strawberry.Maybe[LimitedAccessInput] = strawberry.field(description="Some products.")
    complete: strawberry.Maybe[CompleteAccessInput] = strawberry.field(description="Everything.")


@strawberry.input(description="What a partner would like to have, where it cannot name the customer's products.")
class WantedAccessInput:
    access_type: AccessType = strawberry.field(description="How much it would like to manage.")
    payment_mode: PaymentMode | None = strawberry.field(
        default=strawberry.UNSET, description="Who would pay what it orders; with complete access, and only then."
    )
