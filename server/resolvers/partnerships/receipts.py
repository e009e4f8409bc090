"""Receipts, which both sides of a partnership keep of each grant, change and end (D17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from server.domain.events import AuditAction
from server.domain.partnerships import receipts as rules
from server.domain.partnerships.partnerships import Side
from server.domain.rights import ProductRight, Right
from server.models import Organisation, Partnership, Product, Receipt
from server.models.conditions import Latest
from server.models.questions import Question, ask, rows_where
from server.models.terms import BoundParameter
from server.models.units import leave, store_left
from server.models.visibility.policies import visible_queryset
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.journal import State
from server.resolvers.listings import Listing
from server.resolvers.paging import moment_text
from server.resolvers.permissions import RightOn


class ReceiptOrderField(StrEnum):
    """Fields by which receipts can be sorted."""

    WRITTEN_AT = "WRITTEN_AT"


RECEIPTS = Listing(
    name="receipts",
    model=Receipt,
    parent="partnership_id",
    orders={ReceiptOrderField.WRITTEN_AT: "created_at"},
    moments=frozenset({"created_at"}),
)

_IS_LAST = Latest("partnership_id", "sequence", BoundParameter("partnerships", "uuid[]", lambda run: run))
MAY_VIEW_RECEIPTS = (RightOn(Right.VIEW_RECEIPTS, Partnership),)


class Granted(Protocol):
    """A product that is requested or granted, and the partner's rights on it."""

    @property
    def product_id(self) -> UUID: ...
    @property
    def rights(self) -> Sequence[ProductRight]: ...


@dataclass(frozen=True)
class Entry:
    """The content of a receipt. `acting` is the organisation that acted, or None for the programme itself."""

    what: AuditAction
    partnership: Partnership
    acting: UUID | None
    before: State | None = None
    after: State | None = None


@dataclass
class Chains:
    """The last receipt of each partnership, and the names of both sides of each. They are locked, so no chain forks."""

    heads: dict[UUID, tuple[int, str]]
    names: dict[UUID, str]

    def leave(self, context: Context, entries: Sequence[Entry]) -> None:
        """Issue receipts, each after the last one of its partnership."""
        leave(*(self._next(context, entry) for entry in entries))

    def _next(self, context: Context, entry: Entry) -> Receipt:
        partnership_id = entry.partnership.id
        sequence, previous = self.heads.get(partnership_id, (0, rules.FIRST_PREVIOUS_HASH))
        place: State = {"sequence": sequence + 1, "previous": previous}
        body = rules.canonical_json(place | _body(context, entry, self.names))
        hash = rules.receipt_hash(body)
        self.heads[partnership_id] = (sequence + 1, hash)
        return Receipt(partnership_id=partnership_id, sequence=sequence + 1, what=entry.what, body=body, hash=hash)


async def receipt_all(context: Context, entries: Sequence[Entry]) -> None:
    """Store receipts, in the transaction of the change. Their partnerships are locked."""
    if not entries:
        return
    await store_left(Receipt)
    chains = chains_of(*await ask(*chain_questions([entry.partnership for entry in entries])))
    chains.leave(context, entries)


def chain_questions(partnerships: Sequence[Partnership]) -> tuple[Question[Receipt], Question[Organisation]]:
    """What receipts of these partnerships follow from."""
    sides = {id for partnership in partnerships for id in (partnership.customer_id, partnership.partner_id)}
    return _last_receipts([partnership.id for partnership in partnerships]), rows_where(Organisation, id=[*sides])


def chains_of(last_receipts: Sequence[Receipt], parties: Sequence[Organisation]) -> Chains:
    """The chains, from the answers."""
    heads = {row.partnership_id: (row.sequence, row.hash) for row in last_receipts}
    return Chains(heads, {row.id: row.name for row in parties})


def receipt_terms(written: State | None, products: Sequence[Granted] | None) -> State | None:
    """The terms as a receipt states them, made from the audit log's: public ids, and products in full.

    An access that has ended leaves no terms.
    """
    if written is None or written.get("revoked_at") is not None:
        return None
    if "product_id" in written:
        return _terms(UUID(written["product_id"]), written["rights"])
    return (
        written
        if products is None
        else written | {"products": [_terms(one.product_id, one.rights) for one in products]}
    )


def _terms(product_id: UUID, rights: Sequence[str]) -> State:
    return {"product": ids.encode_key(Product, product_id), "rights": journal.to_json(list(rights))}


async def file_of(context: Context, partnership_id: UUID) -> str:
    """All receipts of a partnership, one on each line, for someone who may see them."""
    _ = context.signed_in
    partnership = await context.require_row(Partnership, partnership_id)
    for permission in MAY_VIEW_RECEIPTS:
        await permission.check(context, partnership, {})
    kept = visible_queryset(Receipt, context.viewer).filter(partnership_id=partnership_id).order_by("sequence")
    return "".join(f"{rules.receipt_line(receipt.body, receipt.hash)}\n" for receipt in await kept)


def _last_receipts(partnership_ids: Sequence[UUID]) -> Question[Receipt]:
    """The last receipt of each partnership that has one."""
    return Question(Receipt, "last", lambda: Receipt.filter(_IS_LAST), partnership_ids)


def _body(context: Context, entry: Entry, names: dict[UUID, str]) -> State:
    """The content of a receipt, without its position in the chain."""
    partnership = entry.partnership
    return {
        "what": entry.what,
        "at": moment_text(context.now),
        "partnership": ids.encode(partnership),
        "customer": _party(partnership.customer_id, names),
        "partner": _party(partnership.partner_id, names),
        "actor": _actor(context, entry),
        "before": entry.before,
        "after": entry.after,
    }


def _party(id: UUID, names: dict[UUID, str]) -> State:
    return {"id": ids.encode_key(Organisation, id), "name": names[id]}


def _actor(context: Context, entry: Entry) -> State | None:
    """The side and role that acted. People are not named in what leaves the platform."""
    if entry.acting is None:
        return None
    membership = context.viewer.membership_in(entry.acting) if context.viewer else None
    side = Side.CUSTOMER if entry.acting == entry.partnership.customer_id else Side.PARTNER
    return {"side": side.value, "role": membership.role.value if membership else None}
