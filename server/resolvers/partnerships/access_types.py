"""Changes to the access type, payment mode and dates of a partnership (S2.4, S2.5, S3, D4)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import side_of
from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import access_change_requests as rules
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.rights import Right
from server.domain.versions import check_version
from server.models import Partnership, ProductAccess
from server.models.base import store_changes
from server.models.database import transaction
from server.models.units import leave_columns
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.partnerships.held import Held, Payload, holds
from server.resolvers.partnerships.offers import (
    Access,
    Offer,
    Wanted,
    collect_offer,
    grant_all,
    products_to_grant,
    terms_in_mail,
)
from server.resolvers.partnerships.partnerships import (
    lock_live_partnerships,
    lock_partnership,
    partnership_terms,
    record_on_partnership,
    row_keys,
)
from server.resolvers.partnerships.product_access_changes import close_accesses
from server.resolvers.partnerships.terminations import Ending, end_all, release_payer
from server.resolvers.people.offboarding import end_requests
from server.resolvers.permissions import PersonOnly, RightOn, allow


@allow(PersonOnly(Right.CHANGE_ACCESS_TYPE), RightOn(Right.CHANGE_ACCESS_TYPE, Partnership, "partnership_id"))
async def change_access_type(
    context: Context,
    partnership_id: PartnershipId,
    access: Access,
    end_other_partnerships: list[PartnershipId] | None,
    expected_version: int | None,
) -> dict[str, object]:
    """Switch a partner between limited and complete access. Complete access ends the other partnerships you list."""
    problems = Problems()
    async with transaction():
        row = await lock_partnership(context, partnership_id, expected_version)
        others = await _active_others(row)
        to_end = _partnerships_to_end(others, end_other_partnerships or [])
        problems.check(rules.check_access_type_change, row, access.access_type, row_keys(others), row_keys(to_end))
        offer = await collect_offer(context, row.customer_id, access, problems, least=0)
        problems.raise_if_any()
        await change_access(context, row, access, offer, to_end)
    return {"partnership": row, "ended_partnerships": to_end}


@allow(PersonOnly(Right.CHANGE_PAYMENT_MODE), RightOn(Right.CHANGE_PAYMENT_MODE, Partnership, "partnership_id"))
@holds()
def change_payment_mode(
    context: Context, held: Held[Partnership], payment_mode: PaymentMode, expected_version: int | None
) -> Payload:
    """Choose who pays for the future orders of a partner with complete access. The partner is notified."""
    row = held.partnership
    check_version(row.version, expected_version)
    rules.check_payment_mode_change(row)
    if row.payment_mode is not payment_mode:
        before = partnership_terms(row)
        leave_columns(row, payment_mode=payment_mode)
        held.note(AuditAction.PAYMENT_MODE_CHANGED, Side.CUSTOMER, before=before, after=partnership_terms(row))
        held.announce(Topic.PAYMENT_MODE_CHANGED, row, row.version, before=before["payment_mode"], after=payment_mode)
    return {"partnership": row}


@allow(PersonOnly(Right.SET_PARTNERSHIP_DATES), RightOn(Right.SET_PARTNERSHIP_DATES, Partnership, "partnership_id"))
@holds()
def set_partnership_dates(
    context: Context,
    held: Held[Partnership],
    expires_at: datetime | None,
    review_at: datetime | None,
    expected_version: int | None,
) -> Payload:
    """Set when a partnership ends automatically and when it is due for review. A date you leave out is removed."""
    row = held.partnership
    check_version(row.version, expected_version)
    rules.check_dates(row, expires_at, review_at, context.now)
    if (row.expires_at, row.review_at) != (expires_at, review_at):
        _set_dates(held, expires_at, review_at)
    return {"partnership": row}


async def change_access(
    context: Context, row: Partnership, access: Access, offer: Offer, to_end: Sequence[Partnership] = ()
) -> None:
    """Change the partner's access type (S2.4, S2.5).

    Its product accesses end. Under limited access, so do its payments for the customer's products.
    """
    held_before = await ProductAccess.filter(partnership_id=row.id, revoked_at__isnull=True).select_related("product")
    before, was = partnership_terms(row), _terms_in_mail(row, held_before)
    if to_end:
        await end_all(context, to_end, Ending(EndedBy.CUSTOMER, TerminationReason.CHANGE_OF_PARTNER))
    await close_accesses(context, held_before)
    await store_changes(row, access_type=access.access_type, payment_mode=access.payment_mode)
    products = products_to_grant(offer, access.grants)
    granted = await grant_all(context, row, products, context.signed_in.user_id)
    if access.access_type is AccessType.LIMITED:
        await release_payer(context, row)
        await end_requests(context, Q(partnership_id=row.id))
    side = side_of(context.signed_in, Right.ANSWER_ACCESS_CHANGE, row)
    after = partnership_terms(row)
    await record_on_partnership(
        context, AuditAction.ACCESS_TYPE_CHANGED, row, side, before=before, after=after, had=held_before, has=granted
    )
    now = terms_in_mail(access.access_type, access.payment_mode, products)
    await journal.announce(context, Topic.ACCESS_TYPE_CHANGED, row, row.version, before=was, after=now)


def _set_dates(held: Held[Partnership], expires_at: datetime | None, review_at: datetime | None) -> None:
    """Store the dates. A changed date resets its reminders, so that both sides are notified of the new one (D4)."""
    row = held.partnership
    before = journal.column_values(row, "expires_at", "review_at")
    notices = row.notices if row.expires_at == expires_at else 0
    review_notices = row.review_notices if row.review_at == review_at else 0
    leave_columns(row, expires_at=expires_at, review_at=review_at, notices=notices, review_notices=review_notices)
    after = journal.column_values(row, "expires_at", "review_at")
    held.note(AuditAction.PARTNERSHIP_DATES_SET, Side.CUSTOMER, before=before, after=after)
    held.announce(Topic.PARTNERSHIP_DATES_SET, row, row.version, **after)


def _terms_in_mail(row: Partnership, accesses: Sequence[ProductAccess]) -> journal.State:
    return terms_in_mail(row.access_type, row.payment_mode, [Wanted(each.product, each.rights) for each in accesses])


async def _active_others(row: Partnership) -> list[Partnership]:
    others = await lock_live_partnerships(row.customer_id, but=row.id)
    return [other for other in others if other.status is PartnershipStatus.ACTIVE]


def _partnerships_to_end(others: Sequence[Partnership], wanted_ids: Sequence[UUID]) -> list[Partnership]:
    """The partnerships to end. Each has to be an active one of the same customer."""
    by_id = {other.id: other for other in others}
    for place, id in enumerate(wanted_ids):
        if id not in by_id:
            raise NotFound(("input", "end_other_partnerships", str(place)))
    return [by_id[id] for id in dict.fromkeys(wanted_ids)]
