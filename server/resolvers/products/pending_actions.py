"""Pending actions: what partners request on customers' products and the customers have to confirm (E34)."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.errors import RightMissing
from server.domain.events import AuditAction, Topic
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus
from server.domain.products import pending_actions as rules
from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.domain.rights import Right
from server.models import Membership, Organisation, Partnership, PendingAction, Product, User
from server.models.base import store_changes
from server.models.visibility.lookups import lock_row
from server.models.visibility.viewers import viewer_in
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import expire_due, expire_rows, organisations_in
from server.resolvers.listings import Listing, status_at
from server.resolvers.locking import has_right_now, recheck_serves
from server.resolvers.oversight.audit_log import full_name, name_of
from server.resolvers.permissions import RightOn

# `Any` below: columns of several kinds.

_DECISIONS: Final = {
    PendingActionStatus.CONFIRMED: AuditAction.PENDING_ACTION_CONFIRMED,
    PendingActionStatus.REFUSED: AuditAction.PENDING_ACTION_REFUSED,
    PendingActionStatus.WITHDRAWN: AuditAction.PENDING_ACTION_WITHDRAWN,
}


class PendingActionOrderField(StrEnum):
    """Fields by which pending actions can be sorted."""

    REQUESTED_AT = "REQUESTED_AT"


PENDING_ACTIONS = Listing(
    name="pending actions",
    model=PendingAction,
    parent="customer_id",
    orders={PendingActionOrderField.REQUESTED_AT: "requested_at"},
    moments=frozenset({"requested_at"}),
    filters={"status": status_at("status", "expires_at", rules.PENDING_ACTION_EXPIRY)},
    latest_first=True,
)
REQUESTED_ACTIONS = replace(PENDING_ACTIONS, name="requested actions", parent="partner_id")

MAY_VIEW_PENDING_ACTIONS = (RightOn(Right.VIEW_PRODUCTS, Organisation),)

ASKER_NAME = name_of("requested_by_id", User, ("first_name", "last_name"), full_name)


def pending_action_status(context: Context, row: PendingAction) -> PendingActionStatus:
    """The action's current status: an unanswered one past its deadline has expired, even if that is not stored yet."""
    return rules.PENDING_ACTION_EXPIRY.at(context.now, row.status, row.expires_at)


async def ask_to_terminate(context: Context, product: Product, reason: str | None) -> PendingAction:
    """Ask the customer, whose organisation is locked, to confirm the end of a product. Nothing else changes."""
    partnership = await _lock_complete_partnership(product.organisation_id)
    if partnership is None:
        raise RightMissing(Right.TERMINATE_PRODUCT)
    await _lock_asker(context, partnership.partner_id)
    await recheck_serves(context, Right.TERMINATE_PRODUCT, product)
    about: dict[str, Any] = {"product_id": product.id, "kind": PendingActionKind.TERMINATE_PRODUCT}
    same = PendingAction.filter(**about, status=PendingActionStatus.PENDING)
    await expire_locked_actions(context, await same.filter(expires_at__lte=context.now).select_for_update(no_key=True))
    rules.check_none_pending(is_pending=await same.exists())
    action = await _create(context, partnership, reason, about)
    await _note(context, AuditAction.PENDING_ACTION_REQUESTED, action, action.partner_id, None)
    await journal.announce(context, Topic.PENDING_ACTION_REQUESTED, action)
    return action


async def may_ask(context: Context, user_id: UUID, partner_id: UUID, product: Product) -> bool:
    """Whether a person, signed in as a member of the partner, may propose this now."""
    asker = await viewer_in(partner_id, user_id, None, context.now)
    return await has_right_now(context, asker, Right.TERMINATE_PRODUCT, product)


async def store_decision(context: Context, action: PendingAction, status: PendingActionStatus, acting: UUID) -> None:
    """Store and announce that a side confirmed, refused or withdrew the action."""
    before = journal.column_values(action, "status")
    decided_by = context.signed_in.user_id
    await store_changes(action, status=status, decided_by_id=decided_by, decided_at=context.now)
    await _note(context, _DECISIONS[status], action, acting, before)
    await journal.announce(context, _DECISIONS[status].topic, action)


async def expire_locked_actions(context: Context, actions: Sequence[PendingAction]) -> None:
    """Expire these actions, which are locked. The system acts, and the person who proposed each one is notified."""
    expired: dict[str, Any] = {"status": PendingActionStatus.EXPIRED, "decided_at": context.now}
    concerned = [action.customer_id for action in actions]
    await expire_rows(
        context, actions, expired, AuditAction.PENDING_ACTION_EXPIRED, Topic.PENDING_ACTION_EXPIRED, concerned
    )


async def _lock_complete_partnership(customer_id: UUID) -> Partnership | None:
    """The partnership with complete access through which the partner manages the product, locked (C2)."""
    complete = Partnership.filter(
        customer_id=customer_id, access_type=AccessType.COMPLETE, status=PartnershipStatus.ACTIVE
    )
    return await complete.select_for_update(no_key=True).get_or_none()


async def _lock_asker(context: Context, partner_id: UUID) -> None:
    """Lock the proposer's membership, so that a removal at the same time happens either before or after."""
    membership = context.signed_in.membership_in(partner_id)
    if membership is not None:
        await lock_row(Membership, membership.membership_id)


async def _create(
    context: Context, partnership: Partnership, reason: str | None, about: dict[str, Any]
) -> PendingAction:
    asker, now = context.signed_in, context.now
    return await PendingAction.create(
        **about,
        partnership_id=partnership.id,
        customer_id=partnership.customer_id,
        partner_id=partnership.partner_id,
        requested_by_id=asker.user_id,
        api_token_id=asker.token.token_id if asker.token else None,
        reason=reason,
        status=PendingActionStatus.PENDING,
        requested_at=now,
        expires_at=rules.answer_until(now, context.settings.pending_action_days),
    )


async def _note(
    context: Context, what: AuditAction, action: PendingAction, acting: UUID, before: journal.State | None
) -> None:
    """Log one step of a pending action, in the log of the side that acts; a partner's also in the customer's (E40)."""
    served = None if acting == action.customer_id else action.customer_id
    columns = ("status",) if before else ("kind", "product_id", "reason", "status")
    after = journal.column_values(action, *columns)
    await journal.record(context, what, action, acting=acting, on_behalf_of=served, before=before, after=after)


async def expire_pending_actions(context: Context) -> int:
    """Expire pending actions that the customer did not confirm in time, and notify those who proposed them (E34)."""
    late = Q(status=PendingActionStatus.PENDING, expires_at__lte=context.now)
    return await expire_due(context, PendingAction, late, organisations_in("customer_id"), expire_locked_actions)
