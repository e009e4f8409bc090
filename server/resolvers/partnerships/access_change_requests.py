"""Requests to change a partner's access, and the customer's answers (S2.6, S2.7)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q

from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import access_change_requests as rules
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import MAX_MESSAGE_CHARACTERS, Side, check_partnership_active
from server.domain.rights import Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.models import AccessChangeRequest, Organisation, Partnership
from server.models.database import transaction
from server.models.units import leave, leave_columns
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.expiry import expire_due, expire_rows
from server.resolvers.ids import AccessChangeRequestId
from server.resolvers.listings import Listing
from server.resolvers.partnerships.access_types import change_access
from server.resolvers.partnerships.held import Held, Payload, holds, rows_by
from server.resolvers.partnerships.offers import Access, Wanted, WantedAccess, collect_offer, grant_all
from server.resolvers.partnerships.offers import products_to_grant as granted_now
from server.resolvers.partnerships.partnerships import (
    Note,
    Traces,
    customers_of,
    lock_in_partnership,
    lock_live_partnerships,
    note_all,
    store_traces,
)
from server.resolvers.partnerships.product_access_changes import access_terms
from server.resolvers.permissions import PersonOnly, RightOn, VisibleRows, allow


class AccessChangeOrderField(StrEnum):
    """Fields by which requests to change access can be sorted."""

    REQUESTED_AT = "REQUESTED_AT"


ACCESS_CHANGE_REQUESTS = Listing(
    name="access change requests",
    model=AccessChangeRequest,
    parent="partnership_id",
    orders={AccessChangeOrderField.REQUESTED_AT: "requested_at"},
    moments=frozenset({"requested_at"}),
)

MAY_VIEW_CHANGE_REQUESTS = (VisibleRows(),)

_MAY_ANSWER = RightOn(Right.ANSWER_ACCESS_CHANGE, Partnership, "access_change_request_id", by="partnership_id")


def access_change_status(context: Context, row: AccessChangeRequest) -> AccessChangeStatus:
    """The request's current status: an unanswered one past its deadline has expired, even if that is not stored yet."""
    return rules.ACCESS_CHANGE_EXPIRY.at(context.now, row.status, row.expires_at)


_PENDING = rows_by(AccessChangeRequest, partnership_id="partnership_id", status=AccessChangeStatus.PENDING)


@allow(RightOn(Right.REQUEST_ACCESS_CHANGE, Partnership, "partnership_id"))
@holds(_PENDING)
def request_access_change(
    context: Context, held: Held[Partnership], wanted: WantedAccess, message: str | None
) -> Payload:
    """Ask the customer to change your access: more products, named in the message, or complete access."""
    problems, row = Problems(), held.partnership
    words = problems.check(paragraph, message or "", MAX_MESSAGE_CHARACTERS, ("message",))
    problems.check(rules.check_wanted, wanted.access_type, wanted.payment_mode)
    problems.raise_if_any()
    check_partnership_active(row)
    rules.check_is_a_change(row, wanted.access_type, ("wanted", "access_type"))
    rules.check_number_of_change_requests(len(held.all(_PENDING)))
    request = AccessChangeRequest(
        partnership_id=row.id,
        access_type=wanted.access_type,
        payment_mode=wanted.payment_mode,
        message=words or None,
        status=AccessChangeStatus.PENDING,
        requested_at=context.now,
        expires_at=rules.change_expiry(context.now),
    )
    leave(request)
    after = journal.column_values(request, "access_type", "payment_mode", "status")
    held.note(AuditAction.ACCESS_CHANGE_REQUESTED, Side.PARTNER, subject=request, after=after)
    held.announce(Topic.ACCESS_CHANGE_REQUESTED, request, **_parties(row), **after, message=words)
    return {"access_change_request": request}


@allow(PersonOnly(Right.ANSWER_ACCESS_CHANGE), _MAY_ANSWER)
async def grant_access_change(
    context: Context, access_change_request_id: AccessChangeRequestId, access: Access, expected_version: int | None
) -> dict[str, object]:
    """Grant a partner's request: complete access, or more products in addition to those it has."""
    problems = Problems()
    async with transaction():
        request, row = await lock_in_partnership(
            context, AccessChangeRequest, access_change_request_id, "access_change_request_id"
        )
        _check_open(context, request, row, expected_version)
        problems.check(_check_may_grant, context, row, access)
        others = await lock_live_partnerships(row.customer_id, but=row.id)
        problems.check(rules.check_leaves_room, row, access.access_type, others)
        least = rules.fewest_products(row, access.access_type)
        offer = await collect_offer(context, row.customer_id, access, problems, least=least)
        problems.raise_if_any()
        if access.access_type is row.access_type:
            await _grant(context, row, granted_now(offer, access.grants))
        else:
            await change_access(context, row, access, offer)
        await store_traces(context, _leave_answer(context, request, row, AccessChangeStatus.GRANTED, None))
    return {"access_change_request": request, "partnership": row}


@allow(PersonOnly(Right.ANSWER_ACCESS_CHANGE), _MAY_ANSWER)
@holds(access_change_request_id=AccessChangeRequestId)
def refuse_access_change(
    context: Context, held: Held[AccessChangeRequest], reason: str | None, expected_version: int | None
) -> Payload:
    """Refuse a partner's request to change its access. Nothing changes, and the partner can ask again."""
    why = paragraph(reason or "", MAX_MESSAGE_CHARACTERS, ("reason",)) or None
    _check_open(context, held.row, held.partnership, expected_version)
    held.leave_traces(_leave_answer(context, held.row, held.partnership, AccessChangeStatus.REFUSED, why))
    return {"access_change_request": held.row, "partnership": held.partnership}


async def _grant(context: Context, row: Partnership, products: Sequence[Wanted]) -> None:
    granted = await grant_all(context, row, products, context.signed_in.user_id)
    notes = [
        Note(AuditAction.ACCESS_GRANTED, row, Side.CUSTOMER, access, after=access_terms(access)) for access in granted
    ]
    await note_all(context, notes)
    await journal.announce_all(context, [journal.News(Topic.ACCESS_GRANTED, access) for access in granted])


def _check_may_grant(context: Context, row: Partnership, access: Access) -> None:
    membership = context.signed_in.membership_in(row.customer_id)
    rules.check_may_answer(row, access.access_type, membership.role if membership else None)
    rules.check_is_a_change(row, access.access_type)


def _check_open(context: Context, request: AccessChangeRequest, row: Partnership, expected_version: int | None) -> None:
    rules.check_pending(request.status, request.expires_at, context.now)
    check_partnership_active(row)
    check_version(request.version, expected_version)


def _leave_answer(
    context: Context, request: AccessChangeRequest, row: Partnership, status: AccessChangeStatus, answer: str | None
) -> Traces:
    before = journal.column_values(request, "status")
    leave_columns(request, status=status, answered_at=context.now, answer=answer)
    after = journal.column_values(request, "status")
    note = Note(AuditAction.ACCESS_CHANGE_ANSWERED, row, Side.CUSTOMER, request, before, after)
    told: dict[str, object] = {**_parties(row), "verdict": status, "reason": answer}
    return Traces([note], [journal.News(Topic.ACCESS_CHANGE_ANSWERED, request, (), told)])


def _parties(row: Partnership) -> dict[str, str]:
    """Both sides of a partnership, as public ids."""
    organisations = {"customer": row.customer_id, "partner": row.partner_id}
    named = {name: ids.encode_key(Organisation, key) for name, key in organisations.items()}
    return named | {"partnership": ids.encode(row)}


async def expire_access_changes(context: Context) -> int:
    """Expire requests to change access that were not answered in time (S2.8)."""
    late = Q(status=AccessChangeStatus.PENDING, expires_at__lte=context.now)
    return await expire_due(context, AccessChangeRequest, late, customers_of, _expire_locked_requests)


async def _expire_locked_requests(context: Context, rows: Sequence[AccessChangeRequest]) -> None:
    columns: dict[str, Any] = {"status": AccessChangeStatus.EXPIRED, "answered_at": context.now}
    await expire_rows(context, rows, columns, AuditAction.ACCESS_CHANGE_EXPIRED, None, await customers_of(rows))
