"""Changes to product accesses and their ends, one or many at a time (S2.2, S2.3, D9).

The number of statements does not depend on the number of accesses.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from server.domain.access import side_of
from server.domain.errors import Refusal, Refused
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import product_accesses as access_rules
from server.domain.partnerships.partnerships import Side
from server.domain.rights import ProductRight, Right
from server.models import Partnership, ProductAccess
from server.models.base import store_all
from server.models.units import leave_columns
from server.models.visibility.lookups import lock_owned_rows
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.journal import News
from server.resolvers.partnerships.partnerships import (
    TO_PARTNERSHIP,
    Note,
    Traces,
    authorise_on,
    lock_partnerships,
    store_traces,
)
from server.resolvers.viewer_rights import rights_on_partnership

# `Any` below: Tortoise's expressions are untyped.


@dataclass(frozen=True)
class LockedAccess:
    """An access and its partnership, both locked, and the side that changes it."""

    access: ProductAccess
    partnership: Partnership
    side: Side


@dataclass(frozen=True)
class ProductAccessResult:
    """The result for one access of several: the access, or why it was not changed."""

    product_access: ProductAccess | None
    refusals: tuple[Refusal, ...] = ()


class _Kind(NamedTuple):
    """The name of a change in the audit log and receipts, and in the outbox."""

    action: AuditAction
    topic: Topic


_CHANGED: Final = _Kind(AuditAction.ACCESS_RIGHTS_CHANGED, Topic.ACCESS_RIGHTS_CHANGED)
_REVOKED: Final = _Kind(AuditAction.ACCESS_REVOKED, Topic.ACCESS_REVOKED)
_PRODUCT_ENDED: Final = _Kind(AuditAction.ACCESS_REVOKED, Topic.ACCESS_PRODUCT_ENDED)


async def lock_accesses(context: Context, right: Right, ids: Sequence[UUID]) -> dict[UUID, LockedAccess]:
    """Lock those of these accesses that are visible to the viewer, who wants to use this right on them."""
    accesses, partnerships, _ = await lock_owned_rows(ProductAccess, TO_PARTNERSHIP, ids, context.viewer)
    await authorise_on(context, partnerships)
    by_id: dict[UUID, Partnership] = {row.id: row for row in partnerships}
    return {row.id: locked_access(context, right, row, by_id[row.partnership_id]) for row in accesses}


def locked_access(context: Context, right: Right, access: ProductAccess, partnership: Partnership) -> LockedAccess:
    """An access that the viewer changes by this right. Both rows are locked."""
    return LockedAccess(access, partnership, side_of(context.signed_in, right, partnership))


async def lock_accesses_for_customer(accesses: Sequence[ProductAccess]) -> list[LockedAccess]:
    """Lock these accesses for the customer, who moves their products to another partner."""
    partnerships = await lock_partnerships([access.partnership_id for access in accesses])
    return [LockedAccess(access, partnerships[access.partnership_id], Side.CUSTOMER) for access in accesses]


def why_refused(
    context: Context,
    right: Right,
    held: LockedAccess | None,
    check: Callable[[LockedAccess], Any],
    path: tuple[str, ...],
) -> tuple[Refusal, ...]:
    """The error for one access of several. `path` is its path in the input."""
    try:
        is_allowed = held is not None and right in rights_on_partnership(context, held.partnership)
        access_rules.check_reached(held is not None, is_allowed)
        if held is not None:
            check(held)
    except Refused as refused:
        return tuple(replace(refusal, field=(*path, *refusal.field)) for refusal in refused.refusals)
    return ()


def check_change(held: LockedAccess, rights: Sequence[ProductRight]) -> list[ProductRight]:
    """The rights as they are stored. Refused unless the access is in force under active limited access."""
    access_rules.check_takes_products(held.partnership)
    access_rules.check_holds(held.access.revoked_at)
    return access_rules.product_rights(rights, ("rights",))


async def change_accesses(context: Context, wanted: Iterable[tuple[LockedAccess, list[ProductRight]]]) -> None:
    """Change the rights of each access. Those that already have them are left unchanged."""
    await store_traces(context, leave_new_rights(wanted))


async def revoke_accesses(context: Context, wanted: Iterable[LockedAccess], *, product_ends: bool = False) -> None:
    """Revoke each access, for example because its product ends. Those that have already ended are left unchanged."""
    await store_traces(context, leave_revocations(context, wanted, product_ends=product_ends))


def leave_new_rights(wanted: Iterable[tuple[LockedAccess, list[ProductRight]]]) -> Traces:
    """The same, in a change that leaves rows. The caller logs it."""
    moves = [(held, rights) for held, rights in wanted if list(held.access.rights) != rights]
    before = [access_terms(held.access) for held, _ in moves]
    for held, rights in moves:
        leave_columns(held.access, rights=rights)
    return _traces(_CHANGED, [held for held, _ in moves], before)


def leave_revocations(context: Context, wanted: Iterable[LockedAccess], *, product_ends: bool = False) -> Traces:
    """The same, in a change that leaves rows. The caller logs it."""
    moves = [held for held in wanted if held.access.revoked_at is None]
    before = [access_terms(held.access) for held in moves]
    for held in moves:
        leave_columns(held.access, revoked_at=context.now)
    return _traces(_PRODUCT_ENDED if product_ends else _REVOKED, moves, before)


async def close_accesses(context: Context, accesses: Sequence[ProductAccess]) -> None:
    """End accesses without logging or notifying."""
    await store_all(accesses, context.now, revoked_at=context.now)


def access_terms(access: ProductAccess) -> journal.State:
    """The terms of an access, for the audit log."""
    return journal.column_values(access, "partnership_id", "product_id", "rights", "revoked_at")


def _traces(kind: _Kind, moves: Sequence[LockedAccess], before: Sequence[journal.State]) -> Traces:
    """One event for each access. The side that did not act is notified."""
    return Traces(
        [
            Note(kind.action, held.partnership, held.side, held.access, was, access_terms(held.access))
            for held, was in zip(moves, before, strict=True)
        ],
        [News(kind.topic, held.access, (held.access.version,), {"by": held.side}) for held in moves],
    )
