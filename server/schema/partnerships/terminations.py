"""What is promised of the end of partnerships."""

from datetime import datetime

import strawberry

from server.resolvers.partnerships import terminations
from server.schema.enums import TerminationReason
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership


@strawberry.type(description="A product that nobody would pay for any more, unless the customer chooses to.")
class ProductWithoutPayer:
    service_name: str = strawberry.field(description="The name of the service.")
    expires_at: datetime = strawberry.field(description="Until when it is paid. It does not renew by itself.")


@strawberry.type(description="What would end with a partnership. Nothing has been changed, and nobody was told.")
class TerminationPreview:
    confirmation: str = strawberry.field(description="What `terminatePartnership` wants to have typed.")
    product_accesses: int = strawberry.field(description="How many single products are taken back.")
    employees: int = strawberry.field(description="How many employees of the partner serve the customer no longer.")
    restricted_tokens: int = strawberry.field(
        description="How many API tokens of the partner are made for this customer by name, and lose it."
    )
    open_requests: int = strawberry.field(description="How many requests for another access are closed.")
    pending_actions: int = strawberry.field(
        description="How many acts of the partner wait to be confirmed, and are withdrawn."
    )
    products_without_payer: list[ProductWithoutPayer] = strawberry.field(
        description="The products that renewed at the partner's expense."
    )


@strawberry.input(description="Which partnership to end, and why.")
class TerminatePartnershipInput:
    partnership_id: strawberry.ID = strawberry.field(description="A partnership in force.")
    confirmation: str = strawberry.field(description="The customer's name, typed to confirm the end.")
    reason: TerminationReason = strawberry.field(
        description="Why; DATE_REACHED and PROGRAMME_EXIT are not for people to give."
    )
    note: str | None = strawberry.field(
        default=strawberry.UNSET, description="A word to the other side, at most 1,000 characters."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `terminatePartnership`.")
class TerminatePartnershipPayload:
    partnership: Partnership | None = strawberry.field(description="The partnership, ended.")
    products_without_payer: list[ProductWithoutPayer] | None = strawberry.field(
        description="What the customer has to choose a payer for."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class TerminationMutations:
    """The end of partnerships."""

    terminate_partnership: TerminatePartnershipPayload = mutation(
        terminations.terminate_partnership, TerminatePartnershipInput
    )
