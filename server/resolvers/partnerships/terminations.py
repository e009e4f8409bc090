"""Terminations of partnerships, and everything that ends with one (S4)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from server.domain.access import side_of
from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import terminations as rules
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import IN_FORCE, MAX_MESSAGE_CHARACTERS, PartnershipStatus, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import Right
from server.domain.text import paragraph
from server.models import (
    AccessChangeRequest,
    ApiTokenCustomer,
    EmployeeAssignment,
    Organisation,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
)
from server.models.base import store_all
from server.models.conditions import OneOf
from server.models.database import transaction
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.partnerships.partnerships import Note, lock_partnership, note_all, partnership_terms, row_keys
from server.resolvers.partnerships.product_access_changes import close_accesses
from server.resolvers.people.offboarding import end_requests
from server.resolvers.permissions import PersonOnly, RightOn, Sudo, allow

_MAY_END = RightOn(Right.TERMINATE_PARTNERSHIP, Partnership, "partnership_id")


@dataclass(frozen=True)
class Consequences:
    """Everything that ends with one customer's partnerships."""

    customer: Organisation
    accesses: list[ProductAccess] = field(default_factory=list[ProductAccess])
    assignments: list[EmployeeAssignment] = field(default_factory=list[EmployeeAssignment])
    restrictions: list[ApiTokenCustomer] = field(default_factory=list[ApiTokenCustomer])
    requests: list[AccessChangeRequest] = field(default_factory=list[AccessChangeRequest])
    pending: list[PendingAction] = field(default_factory=list[PendingAction])
    without_payer: list[Product] = field(default_factory=list[Product])


@dataclass(frozen=True)
class Preview:
    """The same, counted for a person to look at."""

    confirmation: str
    product_accesses: int
    employees: int
    restricted_tokens: int
    open_requests: int
    pending_actions: int
    products_without_payer: list[Product]


@dataclass(frozen=True)
class Ending:
    """Who ends something, why, and on whose behalf."""

    by: EndedBy
    reason: TerminationReason
    words: str | None = None

    @property
    def side(self) -> Side | None:
        """The side that ends it (E40)."""
        return {EndedBy.CUSTOMER: Side.CUSTOMER, EndedBy.PARTNER: Side.PARTNER}.get(self.by)


@allow(PersonOnly(Right.TERMINATE_PARTNERSHIP), _MAY_END, Sudo())
async def terminate_partnership(
    context: Context,
    partnership_id: PartnershipId,
    confirmation: str,
    reason: TerminationReason,
    note: str | None,
    expected_version: int | None,
) -> dict[str, object]:
    """End a partnership. From the next request the partner has no access, and both sides are notified."""
    problems = Problems()
    async with transaction():
        row = await lock_partnership(context, partnership_id, expected_version)
        customer = await Organisation.get(id=row.customer_id)
        problems.check(rules.check_termination, row, customer.name, confirmation, reason)
        words = problems.check(paragraph, note or "", MAX_MESSAGE_CHARACTERS, ("note",))
        problems.raise_if_any()
        side = side_of(context.signed_in, Right.TERMINATE_PARTNERSHIP, row)
        by = EndedBy.CUSTOMER if side is Side.CUSTOMER else EndedBy.PARTNER
        found = await end_all(context, customer, [row], Ending(by, reason, words or None))
    return {"partnership": row, "products_without_payer": found.without_payer}


@allow(PersonOnly(Right.TERMINATE_PARTNERSHIP), _MAY_END)
async def preview_termination(context: Context, partnership_id: PartnershipId) -> Preview | None:
    """What ending this partnership would also end. Null if it is not in force. Changes nothing and notifies nobody."""
    row = await Partnership.get(id=partnership_id)
    if row.status not in IN_FORCE:
        return None
    found = await find_consequences(await Organisation.get(id=row.customer_id), [row])
    return Preview(
        found.customer.name,
        len(found.accesses),
        len(found.assignments),
        len(found.restrictions),
        len(found.requests),
        len(found.pending),
        found.without_payer,
    )


async def find_consequences(customer: Organisation, partnerships: Sequence[Partnership]) -> Consequences:
    """Everything that ends with these partnerships of one customer, in a constant number of statements."""
    of_them = OneOf("partnership_id", row_keys(partnerships))
    partners = [row.partner_id for row in partnerships]
    return Consequences(
        customer,
        accesses=await ProductAccess.filter(of_them, revoked_at__isnull=True).order_by("id"),
        assignments=await EmployeeAssignment.filter(of_them, ended_at__isnull=True).order_by("id"),
        restrictions=await ApiTokenCustomer.filter(
            customer_id=customer.id,
            api_token__organisation_id__in=sorted(set(partners)),
            api_token__revoked_at__isnull=True,
        ).order_by("id"),
        requests=await AccessChangeRequest.filter(of_them, status=AccessChangeStatus.PENDING).order_by("id"),
        pending=await PendingAction.filter(of_them, status=PendingActionStatus.PENDING).order_by("id"),
        without_payer=await Product.filter(OneOf("payer_id", partners), organisation_id=customer.id).order_by("id"),
    )


async def end_all(
    context: Context, customer: Organisation, partnerships: Sequence[Partnership], ending: Ending
) -> Consequences:
    """End partnerships of one customer and everything that depends on them, in a constant number of statements."""
    found = await find_consequences(customer, partnerships)
    before = [partnership_terms(row) for row in partnerships]
    await _end(partnerships, ending, context.now)
    await close_accesses(context, found.accesses)
    await _end_what_hangs_on_them(context, found)
    await note_all(context, _end_notes(partnerships, before, found, ending))
    told: dict[str, object] = {"ended_by": ending.by, "reason": ending.reason, "words": ending.words}
    await journal.announce_all(
        context, [journal.News(Topic.PARTNERSHIP_TERMINATED, row, (), told) for row in partnerships]
    )
    await _tell_of_products(context, partnerships[0], found.without_payer)
    return found


def _end_notes(
    partnerships: Sequence[Partnership], before: Sequence[journal.State], found: Consequences, ending: Ending
) -> list[Note]:
    managed = defaultdict[UUID, list[ProductAccess]](list)
    for access in found.accesses:
        managed[access.partnership_id].append(access)
    return [
        Note(
            AuditAction.PARTNERSHIP_TERMINATED,
            row,
            ending.side,
            before=was,
            after=partnership_terms(row),
            had=managed[row.id],
            has=[],
        )
        for row, was in zip(partnerships, before, strict=True)
    ]


async def release_payer(context: Context, customer: Organisation, partnership: Partnership) -> None:
    """Stop the partner paying for the customer's products, although the partnership continues (S2.5)."""
    paid = await Product.filter(organisation_id=customer.id, payer_id=partnership.partner_id).order_by("id")
    await _release(context, paid)
    await _tell_of_products(context, partnership, paid)


async def _release(context: Context, products: Sequence[Product]) -> None:
    """Remove the payer. Nothing renews automatically until the customer chooses another one."""
    await store_all(products, context.now, payer_id=None, auto_renew=False)


async def _tell_of_products(context: Context, partnership: Partnership, products: Sequence[Product]) -> None:
    if products:
        told = [{"service_name": row.service_name, "expires_at": row.expires_at} for row in products]
        await journal.announce(
            context, Topic.PARTNERSHIP_PRODUCTS_WITHOUT_PAYER, partnership, partnership.version, products=told
        )


async def _end(partnerships: Sequence[Partnership], ending: Ending, now: datetime) -> None:
    columns: dict[str, Any] = {
        "status": PartnershipStatus.TERMINATED,
        "ended_at": now,
        "ended_by": ending.by,
        "termination_reason": ending.reason,
        "end_reason": ending.words,
    }
    await store_all(partnerships, now, **columns)


async def _end_what_hangs_on_them(context: Context, found: Consequences) -> None:
    await store_all(found.assignments, context.now, ended_at=context.now)
    await store_all(found.requests, context.now, status=AccessChangeStatus.EXPIRED, answered_at=context.now)
    if found.pending:
        await end_requests(context, OneOf("id", row_keys(found.pending)))
    await _release(context, found.without_payer)
    if found.restrictions:
        await ApiTokenCustomer.filter(OneOf("id", row_keys(found.restrictions))).delete()
        context.viewers_changed()
