"""How are product accesses changed and ended: one, or many at once (S2.2, S2.3, D9)?

However many there are, it takes the same number of statements.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise.expressions import F

from server.domain import partnerships as rules
from server.domain.errors import Refusal, Refused
from server.domain.rights import ProductRight, Right
from server.models import Partnership, ProductAccess
from server.models.conditions import OneOf
from server.models.lookups import locked_rows, visible_rows
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.journal import Act, News
from server.resolvers.reaches import rights_on_partnership
from server.resolvers.receipts import Entry, product_terms, receipt_all

# `Any` below: Tortoise's expressions are untyped.


@dataclass(frozen=True)
class Held:
    """An access and its partnership, both locked."""

    access: ProductAccess
    partnership: Partnership


@dataclass(frozen=True)
class ProductAccessResult:
    """What became of one of many: the access, or why it stays as it is."""

    product_access: ProductAccess | None
    refusals: tuple[Refusal, ...] = ()


class _Kind(NamedTuple):
    """What a change is called, in the audit log and the receipts, and in the outbox."""

    action: str
    topic: str


_CHANGED: Final = _Kind("access.rights_changed", "access.rights_changed")
_REVOKED: Final = _Kind("access.revoked", "access.product_removed")


async def hold(context: Context, ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Those of these accesses that exist for the viewer."""
    seen = await visible_rows(ProductAccess, context.viewer, ids)
    partnerships = await locked_rows(Partnership, sorted({row.partnership_id for row in seen}))
    accesses = await locked_rows(ProductAccess, [row.id for row in seen])
    return {id: Held(access, partnerships[access.partnership_id]) for id, access in accesses.items()}


def judged(
    context: Context, right: Right, held: Held | None, check: Callable[[Held], Any], path: tuple[str, ...]
) -> tuple[Refusal, ...]:
    """Why one of many stays as it is; `path` is where in the input it stands."""
    try:
        is_allowed = held is not None and right in rights_on_partnership(context, held.partnership)
        rules.check_reached(held is not None, is_allowed)
        if held is not None:
            check(held)
    except Refused as refused:
        return tuple(replace(refusal, field=(*path, *refusal.field)) for refusal in refused.refusals)
    return ()


def check_change(held: Held, rights: Sequence[ProductRight]) -> list[ProductRight]:
    """The rights as they are stored. Refused unless the access holds, under active limited access."""
    rules.check_takes_products(held.partnership)
    rules.check_holds(held.access.revoked_at)
    return rules.product_rights(rights, ("rights",))


async def change(context: Context, wanted: Iterable[tuple[Held, list[ProductRight]]]) -> None:
    """Give each access other rights; those that have them already stay as they are."""
    moves = [(held, rights) for held, rights in wanted if list(held.access.rights) != rights]
    before = [terms(held.access) for held, _ in moves]
    receipted = [product_terms(held.access) for held, _ in moves]
    alike = defaultdict[tuple[ProductRight, ...], list[UUID]](list)
    for held, rights in moves:
        alike[tuple(rights)].append(held.access.id)
        held.access.rights = rights
    # One statement for each set of rights, of which there are three.
    for rights, ids in alike.items():
        await _update(context, ids, rights=list(rights))
    await _leave_traces(context, _CHANGED, [held for held, _ in moves], before, receipted)


async def revoke(context: Context, wanted: Iterable[Held]) -> None:
    """End each access; those that have ended already stay as they are."""
    moves = [held for held in wanted if held.access.revoked_at is None]
    before = [terms(held.access) for held in moves]
    receipted = [product_terms(held.access) for held in moves]
    for held in moves:
        held.access.revoked_at = context.now
    await _update(context, [held.access.id for held in moves], revoked_at=context.now)
    await _leave_traces(context, _REVOKED, moves, before, receipted)


def terms(access: ProductAccess) -> journal.State:
    """What the audit log writes down of an access."""
    return journal.state(access, "partnership_id", "product_id", "rights", "revoked_at")


async def _update(context: Context, ids: Sequence[UUID], **columns: Any) -> None:
    counted: Any = F("version") + 1
    await ProductAccess.filter(OneOf("id", ids)).update(version=counted, updated_at=context.now, **columns)


async def _leave_traces(
    context: Context,
    kind: _Kind,
    moves: Sequence[Held],
    before: Sequence[journal.State],
    receipted: Sequence[journal.State],
) -> None:
    acts, news, entries = list[Act](), list[News](), list[Entry]()
    for held, was, had in zip(moves, before, receipted, strict=True):
        held.access.version += 1
        partnership = held.partnership
        acting = _acting(context, partnership)
        served = partnership.customer_id if acting == partnership.partner_id else None
        acts.append(Act(kind.action, held.access, acting, served, was, terms(held.access)))
        news.append(News(kind.topic, held.access, (held.access.version,)))
        left = product_terms(held.access) if held.access.revoked_at is None else None
        entries.append(Entry(kind.action, partnership, acting, had, left))
    if moves:
        await journal.record_all(context, acts)
        await journal.announce_all(context, news)
        await receipt_all(context, entries)


def _acting(context: Context, partnership: Partnership) -> UUID:
    """The side in whose name it is done: the customer's, for who leads it."""
    customer = context.signed_in.standing_in(partnership.customer_id)
    return partnership.customer_id if customer is not None and customer.leads else partnership.partner_id
