"""Answers to pending actions: confirming, refusing and withdrawing (E34)."""

from uuid import UUID

from server.domain.products import pending_actions as rules
from server.domain.products import product_terminations
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import Right
from server.domain.versions import check_version
from server.models import Organisation, Partnership, PendingAction, Product
from server.models.database import transaction
from server.models.visibility.lookups import lock_row, lock_rows
from server.resolvers.context import Context
from server.resolvers.ids import PendingActionId
from server.resolvers.locking import recheck_serves
from server.resolvers.partnerships.partnerships import lock_partnership
from server.resolvers.permissions import PersonOnly, RightOn, allow
from server.resolvers.products.pending_actions import may_ask, store_decision
from server.resolvers.products.product_terminations import end_product

_MAY_ANSWER = RightOn(Right.ANSWER_PENDING_ACTION, Product, "pending_action_id", by="product_id")
_MAY_WITHDRAW = RightOn(Right.WITHDRAW_PENDING_ACTION, Product, "pending_action_id", by="product_id")


@allow(PersonOnly(Right.ANSWER_PENDING_ACTION), _MAY_ANSWER)
async def confirm_pending_action(
    context: Context, pending_action_id: PendingActionId, expected_version: int | None
) -> dict[str, object]:
    """Confirm an action that a partner requests on one of your products. It is carried out immediately."""
    async with transaction():
        action, partnership = await _lock_open_action(
            context, Right.ANSWER_PENDING_ACTION, pending_action_id, expected_version
        )
        product = await lock_row(Product, action.product_id)
        may = await may_ask(context, action.requested_by_id, action.partner_id, product)
        rules.check_still_asked(partnership, may_ask=may)
        product_terminations.check_product_may_end(product.state, ("pending_action_id",), is_locked=product.is_locked)
        await store_decision(context, action, PendingActionStatus.CONFIRMED, action.customer_id)
        await end_product(context, product, action.reason, asked=action)
    return {"pending_action": action, "product": product}


@allow(PersonOnly(Right.ANSWER_PENDING_ACTION), _MAY_ANSWER)
async def refuse_pending_action(
    context: Context, pending_action_id: PendingActionId, expected_version: int | None
) -> dict[str, object]:
    """Refuse an action that a partner requests on one of your products. Nothing changes; the partner can ask again."""
    async with transaction():
        action, _ = await _lock_open_action(context, Right.ANSWER_PENDING_ACTION, pending_action_id, expected_version)
        await store_decision(context, action, PendingActionStatus.REFUSED, action.customer_id)
    return {"pending_action": action}


@allow(_MAY_WITHDRAW)
async def withdraw_pending_action(
    context: Context, pending_action_id: PendingActionId, expected_version: int | None
) -> dict[str, object]:
    """Withdraw an action that your side requested on a customer's product. Employees can withdraw only their own."""
    async with transaction():
        action, _ = await _lock_open_action(context, Right.WITHDRAW_PENDING_ACTION, pending_action_id, expected_version)
        await store_decision(context, action, PendingActionStatus.WITHDRAWN, action.partner_id)
    return {"pending_action": action}


async def _lock_open_action(
    context: Context, right: Right, id: UUID, expected_version: int | None
) -> tuple[PendingAction, Partnership]:
    """A pending action and its partnership, locked after both organisations, as when members are removed."""
    found = await PendingAction.get(id=id)
    await lock_rows(Organisation, sorted((found.customer_id, found.partner_id)))
    partnership = await lock_partnership(context, found.partnership_id)
    action = await lock_row(PendingAction, id)
    await recheck_serves(context, right, await Product.get(id=action.product_id))
    check_version(action.version, expected_version)
    rules.check_action_open(action.status, action.expires_at, context.now)
    return action, partnership
