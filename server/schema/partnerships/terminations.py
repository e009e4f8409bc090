"""Terminations of partnerships, in the schema."""

from datetime import datetime

import strawberry

from server.resolvers.partnerships import terminations
from server.schema.operations import mutation
from server.schema.partnerships.enums import TerminationReason
from server.schema.partnerships.partnerships import Partnership
from server.schema.payloads import Payload, VersionedInput


@strawberry.type(description="A product left without a payer until the customer chooses one.")
class ProductWithoutPayer:
    service_name: str = strawberry.field(description="The service's name.")
    expires_at: datetime = strawberry.field(
        description="The end of the paid period. The product does not renew automatically."
    )


@strawberry.type(
    description="What ending a partnership would also end. Nothing has been changed, and nobody has been notified."
)
class TerminationPreview:
    confirmation: str = strawberry.field(description="The text that `terminatePartnership` expects as `confirmation`.")
    product_accesses: int = strawberry.field(description="The number of product accesses that would be revoked.")
    employees: int = strawberry.field(
        description="The number of the partner's employees who would no longer serve the customer."
    )
    restricted_tokens: int = strawberry.field(
        description="The number of the partner's API tokens that are restricted to named customers and would lose "
        "this one."
    )
    open_requests: int = strawberry.field(
        description="The number of open requests to change access that would be closed."
    )
    pending_actions: int = strawberry.field(
        description="The number of the partner's pending actions that would be withdrawn."
    )
    products_without_payer: list[ProductWithoutPayer] = strawberry.field(
        description="The products that renewed at the partner's expense; the customer would have to choose a payer."
    )


@strawberry.input(description="Input for `terminatePartnership`.")
class TerminatePartnershipInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="A partnership that is in force.")
    confirmation: str = strawberry.field(description="The customer's name, to confirm. Case and accents are ignored.")
    reason: TerminationReason = strawberry.field(
        description="The reason. `DATE_REACHED` and `PROGRAMME_EXIT` cannot be chosen; they are set by the system."
    )
    note: str | None = strawberry.field(
        default=strawberry.UNSET, description="A message to the other side, at most 1,000 characters."
    )


@strawberry.type(description="Result of `terminatePartnership`.")
class TerminatePartnershipPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, ended.")
    products_without_payer: list[ProductWithoutPayer] | None = strawberry.field(
        description="The products for which the customer has to choose a payer."
    )


@strawberry.type
class TerminationMutations:
    """Mutations that end partnerships."""

    terminate_partnership: TerminatePartnershipPayload = mutation(
        terminations.terminate_partnership, TerminatePartnershipInput
    )
