"""Terminations of products, and what ends with one (E34)."""

from server.domain.access import leads_organisation
from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.products import product_terminations as rules
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductState
from server.domain.rights import Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.models import Organisation, PendingAction, Product, ProductAccess
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.ids import ProductId
from server.resolvers.locking import recheck_leads
from server.resolvers.partnerships.product_access_changes import lock_accesses_for_customer, revoke_accesses
from server.resolvers.permissions import RightOn, allow
from server.resolvers.products.own_product_grants import revoke_of_product
from server.resolvers.products.pending_actions import ask_to_terminate, store_decision


@allow(RightOn(Right.TERMINATE_PRODUCT, Product, "product_id"))
async def terminate_product(
    context: Context, product_id: ProductId, confirmation: str, reason: str | None, expected_version: int | None
) -> dict[str, object]:
    """End a product. The owner ends it immediately; a partner with complete access asks the owner to confirm."""
    problems = Problems()
    words = problems.check(paragraph, reason or "", rules.MAX_REASON_CHARACTERS, ("reason",)) or None
    async with transaction():
        product = await _lock_product(product_id, expected_version)
        problems.check(rules.check_product_may_end, product.state, ("product_id",), is_locked=product.is_locked)
        problems.check(rules.check_confirmation, product.customer_name, confirmation)
        problems.raise_if_any()
        if not leads_organisation(context.signed_in, product.organisation_id):
            return {"product": product, "pending_action": await ask_to_terminate(context, product, words)}
        await recheck_leads(context, product.organisation_id, Right.TERMINATE_PRODUCT)
        await _answer_who_asked(context, product)
        await end_product(context, product, words)
    return {"product": product}


async def end_product(
    context: Context, product: Product, reason: str | None, asked: PendingAction | None = None
) -> None:
    """End a product, whose organisation is locked, and every access to it.

    If a partner proposed it, the audit log names the partner, on the customer's behalf; the pending action says who
    confirmed it (E40).
    """
    accesses = await ProductAccess.filter(product_id=product.id, revoked_at__isnull=True).order_by("id")
    await revoke_accesses(context, await lock_accesses_for_customer(accesses), product_ends=True)
    await revoke_of_product(context, product.id)
    before = journal.column_values(product, *_TERMS)
    await store_changes(product, state=ProductState.TERMINATED, auto_renew=False, payer_id=None)
    after = journal.column_values(product, *_TERMS) | {"reason": reason}
    await journal.record_all(context, [_act(product, before, after, asked)])
    owner = ids.encode_key(Organisation, product.organisation_id)
    await journal.announce(context, Topic.PRODUCT_TERMINATED, product, customer=owner)


_TERMS = ("state", "auto_renew")


def _act(product: Product, before: journal.State, after: journal.State, asked: PendingAction | None) -> journal.Act:
    if asked is None:
        return journal.Act(AuditAction.PRODUCT_TERMINATED, product, product.organisation_id, None, before, after)
    return journal.Act(
        AuditAction.PRODUCT_TERMINATED,
        product,
        asked.partner_id,
        asked.customer_id,
        before,
        after | {"pending_action_id": asked.id.hex},
        by=(asked.requested_by_id, asked.api_token_id),
    )


async def _lock_product(product_id: ProductId, expected_version: int | None) -> Product:
    """The product, locked after its owner.

    Decisions about one customer's products therefore happen one after the other.
    """
    found = await Product.get(id=product_id)
    await lock_row(Organisation, found.organisation_id)
    product = await lock_row(Product, product_id)
    check_version(product.version, expected_version)
    return product


async def _answer_who_asked(context: Context, product: Product) -> None:
    """Confirm a partner's pending proposal of the same termination, now that the owner has done it."""
    waiting = PendingAction.filter(
        product_id=product.id, status=PendingActionStatus.PENDING, expires_at__gt=context.now
    )
    for action in await waiting.select_for_update(no_key=True):
        await store_decision(context, action, PendingActionStatus.CONFIRMED, action.customer_id)
