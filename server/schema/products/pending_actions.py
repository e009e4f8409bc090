"""What is promised of what partners may not do alone, and of the end of products."""

from datetime import datetime

import strawberry

from server import models
from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.resolvers.products import pending_action_answers, pending_actions, product_terminations
from server.schema.enums import describe
from server.schema.errors import UserError
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership
from server.schema.people.users import User
from server.schema.products.products import Product

describe(
    PendingActionKind,
    "What a partner asks to do with a customer's product.",
    TERMINATE_PRODUCT="End it.",
)
describe(
    PendingActionStatus,
    "Where it is, what a partner may not do alone.",
    PENDING="The customer has not answered yet.",
    CONFIRMED="The customer confirmed it, and it was done.",
    REFUSED="The customer refused it.",
    WITHDRAWN="The partner took it back, or may no longer ask for it.",
    EXPIRED="The customer did not answer in time.",
)


@strawberry.type(
    description="What a partner asks to do with a customer's product, and the customer has to confirm. The latest "
    "ones come first in lists."
)
class PendingAction(Node):
    model = models.PendingAction

    kind: PendingActionKind = strawberry.field(description="What would be done.")
    product: Product | None = relation(models.Product, "product_id", "With which product; null where not visible.")
    partnership: Partnership | None = relation(
        models.Partnership, "partnership_id", "Through which partnership; null where a token may not read those."
    )
    requested_by: User | None = relation(
        models.User, "requested_by_id", "Who asked; null where that person is not visible."
    )
    requested_by_name: str = computed(
        pending_actions.asker_name, "Who asked, by name, for both sides.", pending_actions.ASKER_NAME
    )
    reason: str | None = strawberry.field(description="What they wrote.")
    status: PendingActionStatus = computed(
        pending_actions.status_now, "Whether it was answered, and how, at this moment.", ("status", "expires_at")
    )
    requested_at: datetime = strawberry.field(description="When it was asked.")
    expires_at: datetime = strawberry.field(description="Until when it can be answered.")
    decided_by: User | None = relation(
        models.User,
        "decided_by_id",
        "Who confirmed, refused or withdrew it; null where that person is not visible, or nobody did.",
    )
    decided_at: datetime | None = strawberry.field(description="When it ended; null before.")
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.input(description="Narrows a list of what waits for a confirmation, or did.")
class PendingActionFilter:
    status: PendingActionStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="In this status, as it was last written down: what ran out of time follows within minutes.",
    )


@strawberry.input(description="Which product to end, and why.")
class TerminateProductInput:
    product_id: strawberry.ID = strawberry.field(description="A product that has not ended and is not locked.")
    confirmation: str = strawberry.field(
        description="The product's `customerName`, typed to confirm the end; case and accents do not matter."
    )
    reason: str | None = strawberry.field(default=strawberry.UNSET, description="Why, at most 500 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the product is in this version."
    )


@strawberry.type(description="The answer of `terminateProduct`.")
class TerminateProductPayload:
    product: Product | None = strawberry.field(description="The product: ended, or as it was where a partner asked.")
    pending_action: PendingAction | None = strawberry.field(
        description="What the customer has to confirm; null where the product ended at once."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="What to confirm.")
class ConfirmPendingActionInput:
    pending_action_id: strawberry.ID = strawberry.field(description="One that waits for an answer.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless it is in this version."
    )


@strawberry.type(description="The answer of `confirmPendingAction`.")
class ConfirmPendingActionPayload:
    pending_action: PendingAction | None = strawberry.field(description="It, confirmed.")
    product: Product | None = strawberry.field(description="The product it was about, as it is now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="What to refuse.")
class RefusePendingActionInput:
    pending_action_id: strawberry.ID = strawberry.field(description="One that waits for an answer.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless it is in this version."
    )


@strawberry.type(description="The answer of `refusePendingAction`.")
class RefusePendingActionPayload:
    pending_action: PendingAction | None = strawberry.field(description="It, refused.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="What to withdraw.")
class WithdrawPendingActionInput:
    pending_action_id: strawberry.ID = strawberry.field(description="One that waits for an answer.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless it is in this version."
    )


@strawberry.type(description="The answer of `withdrawPendingAction`.")
class WithdrawPendingActionPayload:
    pending_action: PendingAction | None = strawberry.field(description="It, withdrawn.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class PendingActionMutations:
    """The end of products, and what waits for a customer."""

    terminate_product: TerminateProductPayload = mutation(product_terminations.terminate_product, TerminateProductInput)
    confirm_pending_action: ConfirmPendingActionPayload = mutation(
        pending_action_answers.confirm_pending_action, ConfirmPendingActionInput
    )
    refuse_pending_action: RefusePendingActionPayload = mutation(
        pending_action_answers.refuse_pending_action, RefusePendingActionInput
    )
    withdraw_pending_action: WithdrawPendingActionPayload = mutation(
        pending_action_answers.withdraw_pending_action, WithdrawPendingActionInput
    )
