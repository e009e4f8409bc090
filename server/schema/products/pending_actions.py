"""Pending actions and terminations of products, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.engine.declarations import Computed
from server.resolvers.products import pending_action_answers, pending_actions, product_terminations
from server.schema.enums import describe
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.users import User
from server.schema.products.products import Product

describe(
    PendingActionKind,
    "The kind of a pending action.",
    TERMINATE_PRODUCT="Terminate the product.",
)
describe(
    PendingActionStatus,
    "The status of a pending action.",
    PENDING="Waiting for the customer's answer.",
    CONFIRMED="Confirmed by the customer and carried out.",
    REFUSED="Refused by the customer.",
    WITHDRAWN="Withdrawn by the partner, or no longer permitted to it.",
    EXPIRED="Not answered in time.",
)


@strawberry.type(
    description="An action that a partner requests on a customer's product and that the customer must confirm. "
    "Lists are sorted newest first."
)
class PendingAction(Node):
    model = models.PendingAction

    kind: PendingActionKind = strawberry.field(description="The kind of action.")
    product: Product | None = relation(
        models.Product, "product_id", "The product concerned. Null if it is not visible to you."
    )
    partnership: Partnership | None = relation(
        models.Partnership,
        "partnership_id",
        "The partnership under which it was requested. Null if your API token may not read partnerships.",
    )
    requested_by: User | None = relation(
        models.User, "requested_by_id", "The person who requested it. Null if that person is not visible to you."
    )
    requested_by_name: str = computed(
        pending_actions.ASKER_NAME, "The name of the person who requested it, visible to both sides."
    )
    reason: str | None = strawberry.field(description="The message sent with the request. Null if there is none.")
    status: PendingActionStatus = computed(
        Computed(pending_actions.pending_action_status, ("status", "expires_at")), "Current status."
    )
    requested_at: datetime = strawberry.field(description="When the action was requested.")
    expires_at: datetime = strawberry.field(description="The deadline for an answer.")
    decided_by: User | None = relation(
        models.User,
        "decided_by_id",
        "The person who confirmed, refused or withdrew it. Null if nobody did, or if that person is "
        "not visible to you.",
    )
    decided_at: datetime | None = strawberry.field(
        description="When it was confirmed, refused or withdrawn, or expired. Null until then."
    )
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")


@strawberry.input(description="Filters pending actions.")
class PendingActionFilter:
    status: PendingActionStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only actions with this stored status. An action whose deadline has passed becomes `EXPIRED` "
        "within minutes.",
    )


@strawberry.input(description="Input for `terminateProduct`.")
class TerminateProductInput(VersionedInput):
    product_id: strawberry.ID = strawberry.field(description="A product that has not ended and is not locked.")
    confirmation: str = strawberry.field(
        description="The product's `customerName`, to confirm. Case and accents are ignored."
    )
    reason: str | None = strawberry.field(default=strawberry.UNSET, description="The reason, at most 500 characters.")


@strawberry.type(description="Result of `terminateProduct`.")
class TerminateProductPayload(Payload):
    product: Product | None = strawberry.field(
        description="The product: ended, or unchanged if a partner made the request."
    )
    pending_action: PendingAction | None = strawberry.field(
        description="The action that the customer has to confirm. Null if the product ended immediately."
    )


@strawberry.input(description="Input for `confirmPendingAction`.")
class ConfirmPendingActionInput(VersionedInput):
    pending_action_id: strawberry.ID = strawberry.field(description="A pending action that is waiting for an answer.")


@strawberry.type(description="Result of `confirmPendingAction`.")
class ConfirmPendingActionPayload(Payload):
    pending_action: PendingAction | None = strawberry.field(description="The action, confirmed.")
    product: Product | None = strawberry.field(description="The product after the action.")


@strawberry.input(description="Input for `refusePendingAction`.")
class RefusePendingActionInput(VersionedInput):
    pending_action_id: strawberry.ID = strawberry.field(description="A pending action that is waiting for an answer.")


@strawberry.type(description="Result of `refusePendingAction`.")
class RefusePendingActionPayload(Payload):
    pending_action: PendingAction | None = strawberry.field(description="The action, refused.")


@strawberry.input(description="Input for `withdrawPendingAction`.")
class WithdrawPendingActionInput(VersionedInput):
    pending_action_id: strawberry.ID = strawberry.field(description="A pending action that is waiting for an answer.")


@strawberry.type(description="Result of `withdrawPendingAction`.")
class WithdrawPendingActionPayload(Payload):
    pending_action: PendingAction | None = strawberry.field(description="The action, withdrawn.")


@strawberry.type
class PendingActionMutations:
    """Mutations that end products, and on pending actions."""

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
