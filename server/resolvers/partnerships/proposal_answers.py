"""Answers to proposals: accepting, with what is granted, and declining (S1.3a, S1.3b, S1.4)."""

from collections.abc import Sequence
from datetime import datetime

from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import access_change_requests, proposals
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships.partnerships import PartnershipStatus, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.rights import Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.models import Organisation, Partnership, ProductAccess, RequestedProduct
from server.models.base import store_changes
from server.models.database import transaction
from server.models.units import leave_columns
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.partnerships.future_customers import assign_all, lock_employees_for_new_customers
from server.resolvers.partnerships.held import Held, Payload, holds
from server.resolvers.partnerships.offers import (
    Access,
    Offer,
    Wanted,
    collect_offer,
    grant_all,
    terms_in_mail,
)
from server.resolvers.partnerships.offers import products_to_grant as granted_now
from server.resolvers.partnerships.partnerships import (
    Note,
    Traces,
    lock_partnership,
    note_all,
    partnership_terms,
    record_on_partnership,
)
from server.resolvers.partnerships.proposal_expiry import lock_live_now
from server.resolvers.partnerships.requested_products import REQUESTED_PRODUCTS, products_of_proposals
from server.resolvers.partnerships.terminations import Ending, end_all
from server.resolvers.permissions import PersonOnly, RightOn, allow


@allow(RightOn(Right.ACCEPT_INVITATION, Partnership, "partnership_id"))
async def accept_invitation(
    context: Context, partnership_id: PartnershipId, expected_version: int | None
) -> dict[str, object]:
    """Accept a customer's invitation. From now on the partner manages what was offered."""
    async with transaction():
        invitation = await lock_partnership(context, partnership_id, expected_version)
        await accept_what_was_offered(context, invitation)
    return {"partnership": invitation}


@allow(PersonOnly(Right.ACCEPT_REQUEST), RightOn(Right.ACCEPT_REQUEST, Partnership, "partnership_id"))
async def accept_request(
    context: Context,
    partnership_id: PartnershipId,
    access: Access,
    replace_existing: bool | None,
    expires_at: datetime | None,
    review_at: datetime | None,
    expected_version: int | None,
) -> dict[str, object]:
    """Accept a partner's request. You can grant something other than what was requested."""
    problems = Problems()
    async with transaction():
        request = await lock_partnership(context, partnership_id, expected_version)
        offer = await collect_offer(context, request.customer_id, access, problems)
        problems.check(access_change_requests.check_offered_dates, expires_at, review_at, context.now)
        problems.raise_if_any()
        await accept_what_was_asked(
            context, request, access, offer, expires_at, review_at, replaces=bool(replace_existing)
        )
    return {"partnership": request}


@allow(RightOn(Right.DECLINE_INVITATION, Partnership, "partnership_id"))
@holds(REQUESTED_PRODUCTS)
def decline_invitation(
    context: Context, held: Held[Partnership], reason: str | None, expected_version: int | None
) -> Payload:
    """Decline a customer's invitation. The customer can invite you again."""
    return _decline(context, held, reason, expected_version, Side.PARTNER)


@allow(PersonOnly(Right.DECLINE_REQUEST), RightOn(Right.DECLINE_REQUEST, Partnership, "partnership_id"))
@holds(REQUESTED_PRODUCTS)
def decline_request(
    context: Context, held: Held[Partnership], reason: str | None, expected_version: int | None
) -> Payload:
    """Decline a partner's request. The partner can ask again."""
    return _decline(context, held, reason, expected_version, Side.CUSTOMER)


def leave_cancellation(context: Context, row: Partnership, requested: Sequence[RequestedProduct]) -> Note:
    """Withdraw a proposal, by the side that made it. The caller logs it."""
    before = partnership_terms(row)
    leave_columns(row, status=PartnershipStatus.CANCELLED, ended_at=context.now)
    return _end_note(AuditAction.PARTNERSHIP_CANCELLED, row, row.initiated_by, before, requested)


async def accept_what_was_offered(context: Context, invitation: Partnership) -> None:
    """Bring an invitation into force as it was made (S1.3a)."""
    requested = await RequestedProduct.filter(partnership_id=invitation.id).select_related("product").order_by("id")
    products = [Wanted(each.product, each.rights, each.moves) for each in requested]
    others = await _lock_and_check_others(context, invitation, replaces=invitation.replaces_others)
    before = partnership_terms(invitation)
    await _come_into_force(context, invitation, others, replaces=invitation.replaces_others)
    granted = await grant_all(context, invitation, products, None)
    await _note_acceptance(context, invitation, Side.PARTNER, before, products, granted)


async def accept_what_was_asked(
    context: Context,
    request: Partnership,
    access: Access,
    offer: Offer,
    expires_at: datetime | None,
    review_at: datetime | None,
    *,
    replaces: bool = False,
) -> None:
    """Bring a request into force with what the customer grants, which may differ from the request (S1.3b, R11)."""
    others = await _lock_and_check_others(context, request, replaces=replaces, access=access)
    requested = await RequestedProduct.filter(partnership_id=request.id).select_related("product").order_by("id")
    asked = [Wanted(each.product, each.rights) for each in requested]
    products = granted_now(offer, access.grants)
    before = partnership_terms(request)
    differs = access_change_requests.is_different_grant(
        (request.access_type, request.payment_mode, [(each.product.id, frozenset(each.rights)) for each in asked]),
        (access.access_type, access.payment_mode, [(each.product.id, frozenset(each.rights)) for each in products]),
    )
    was = terms_in_mail(request.access_type, request.payment_mode, asked)
    await _come_into_force(
        context,
        request,
        others,
        replaces=replaces,
        access_type=access.access_type,
        payment_mode=access.payment_mode,
        grant_differs=differs,
        expires_at=expires_at,
        review_at=review_at,
    )
    granted = await grant_all(context, request, products, context.signed_in.user_id)
    await _note_acceptance(context, request, Side.CUSTOMER, before, asked, granted)
    if differs:
        now = terms_in_mail(access.access_type, access.payment_mode, products)
        await journal.announce(context, Topic.PARTNERSHIP_GRANTED_DIFFERS, request, asked=was, granted=now)


async def _note_acceptance(
    context: Context,
    row: Partnership,
    side: Side,
    before: journal.State,
    asked: Sequence[Wanted],
    granted: Sequence[ProductAccess],
) -> None:
    """Log an acceptance with both what was requested and what was granted (D3)."""
    await record_on_partnership(
        context,
        AuditAction.PARTNERSHIP_ACCEPTED,
        row,
        side,
        before=before,
        after=partnership_terms(row),
        had=asked,
        has=granted,
    )
    await journal.announce(context, Topic.PARTNERSHIP_ACCEPTED, row)


def _end_note(
    action: AuditAction, row: Partnership, side: Side, before: journal.State, requested: Sequence[RequestedProduct]
) -> Note:
    """The end of a proposal, with what had been proposed."""
    proposed = sorted(requested, key=lambda each: each.id)
    return Note(action, row, side, before=before, after=partnership_terms(row), had=proposed, has=[])


async def _lock_and_check_others(
    context: Context, row: Partnership, *, replaces: bool, access: Access | None = None
) -> list[Partnership]:
    """The customer's other partnerships, locked. Refused unless this one can come into force alongside them."""
    others = await lock_live_now(context, row.customer_id, but=row.id)
    partner = await Organisation.get(id=row.partner_id)
    granted = access.access_type if access else None
    status = partner.partner_status
    proposals.check_acceptance(row, status, others, context.now, replaces=replaces, access_type=granted)
    return others


async def _come_into_force(
    context: Context, row: Partnership, others: Sequence[Partnership], *, replaces: bool, **columns: object
) -> None:
    """Bring a partnership into force. The ones it replaces and the other side's open proposal end first (E1, E4).

    The partner's employees who serve all new customers are assigned to this one.
    """
    employees = await lock_employees_for_new_customers(row.partner_id)
    row.update_from_dict(columns)
    if ended := proposals.partnerships_to_replace(row.access_type, others, is_agreed=replaces):
        await end_all(context, ended, Ending(EndedBy.CUSTOMER, TerminationReason.CHANGE_OF_PARTNER))
    for other in others:
        if other.partner_id == row.partner_id and other.status is PartnershipStatus.INVITED:
            requested = (await products_of_proposals([other.id]))[other.id]
            await note_all(context, [leave_cancellation(context, other, requested)])
    await store_changes(row, status=PartnershipStatus.ACTIVE, activated_at=context.now, notices=0, **columns)
    await assign_all(context, row, employees)


def _decline(
    context: Context, held: Held[Partnership], reason: str | None, expected_version: int | None, side: Side
) -> Payload:
    row, why = held.partnership, paragraph(reason or "", rules.MAX_MESSAGE_CHARACTERS, ("reason",)) or None
    check_version(row.version, expected_version)
    proposals.check_proposal_open(row, context.now)
    before = partnership_terms(row)
    leave_columns(row, status=PartnershipStatus.DECLINED, ended_at=context.now, end_reason=why)
    requested = held.all(REQUESTED_PRODUCTS)
    held.leave_traces(Traces([_end_note(AuditAction.PARTNERSHIP_DECLINED, row, side, before, requested)]))
    held.announce(Topic.PARTNERSHIP_DECLINED, row, reason=why)
    return {"partnership": row}
