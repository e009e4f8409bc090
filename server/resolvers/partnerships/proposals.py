"""Proposals: inviting a partner, asking a customer, withdrawing and resending (S1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import access_change_requests, proposals
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.rights import Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.models import Organisation, Partnership, RequestedProduct
from server.models.database import transaction
from server.models.units import leave_columns
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import OrganisationId
from server.resolvers.locking import lock_organisation, reauthorise
from server.resolvers.partnerships.held import Held, Payload, holds, rows_by
from server.resolvers.partnerships.offers import Access, Offer, WantedAccess, collect_offer, request_products
from server.resolvers.partnerships.offers import products_to_grant as granted_now
from server.resolvers.partnerships.partnerships import Traces, partnership_terms, record_on_partnership
from server.resolvers.partnerships.proposal_answers import (
    accept_what_was_asked,
    accept_what_was_offered,
    leave_cancellation,
)
from server.resolvers.partnerships.proposal_expiry import lock_live_now
from server.resolvers.partnerships.requested_products import REQUESTED_PRODUCTS
from server.resolvers.permissions import RightOn, allow

_DAY = timedelta(days=1)


@allow(RightOn(Right.INVITE_PARTNER, Organisation, "customer_id"))
async def invite_partner(
    context: Context,
    customer_id: OrganisationId,
    partner_id: OrganisationId,
    access: Access,
    message: str | None,
    replace_existing: bool | None,
    expires_at: datetime | None,
    review_at: datetime | None,
) -> dict[str, object]:
    """Invite a partner to manage some or all of your products. Nothing is granted until the partner accepts."""
    problems = Problems()
    async with transaction():
        await lock_organisation(context, customer_id, Right.INVITE_PARTNER)
        partner = await _partner(context, partner_id)
        others = await lock_live_now(context, customer_id)
        check = partial(proposals.check_invitation, replaces=bool(replace_existing))
        problems.check(check, customer_id, partner_id, partner.partner_status, access.access_type, others)
        await _note_limit(context, customer_id, partner_id, Side.CUSTOMER, problems)
        offer = await collect_offer(context, customer_id, access, problems)
        problems.check(access_change_requests.check_offered_dates, expires_at, review_at, context.now)
        words = problems.check(paragraph, message or "", rules.MAX_MESSAGE_CHARACTERS, ("message",))
        problems.raise_if_any()
        asked = next((row for row in others if row.partner_id == partner_id), None)
        if asked is not None and await _is_the_same(context, asked, access):
            replaces = bool(replace_existing)
            await accept_what_was_asked(context, asked, access, offer, expires_at, review_at, replaces=replaces)
            return {"partnership": asked, "warnings": []}
        invitation = Partnership(
            customer_id=customer_id,
            partner_id=partner_id,
            initiated_by=Side.CUSTOMER,
            message=words or None,
            replaces_others=bool(replace_existing),
            expires_at=expires_at,
            review_at=review_at,
        )
        await _invite(context, invitation, access, offer)
    return {"partnership": invitation, "warnings": offer.warnings}


@allow(RightOn(Right.REQUEST_CUSTOMER, Organisation, "partner_id"))
async def request_customer(
    context: Context,
    partner_id: OrganisationId,
    customer_id: OrganisationId,
    wanted: WantedAccess,
    message: str | None,
) -> dict[str, object]:
    """Ask an organisation that is visible to you for access. It may grant something other than you request."""
    problems = Problems()
    async with transaction():
        await _lock_customer(context, customer_id, partner_id)
        partner = await Organisation.get(id=partner_id)
        others = [row for row in await lock_live_now(context, customer_id) if row.partner_id == partner_id]
        problems.check(proposals.check_request, customer_id, partner_id, partner.partner_status, others)
        await _note_limit(context, customer_id, partner_id, Side.PARTNER, problems)
        problems.check(access_change_requests.check_wanted, wanted.access_type, wanted.payment_mode)
        words = problems.check(paragraph, message or "", rules.MAX_MESSAGE_CHARACTERS, ("message",))
        problems.raise_if_any()
        if (offer := _offer_of_the_same(others, wanted)) is not None:
            await accept_what_was_offered(context, offer)
            return {"partnership": offer}
        request = await _propose(
            context,
            Partnership(
                customer_id=customer_id, partner_id=partner_id, initiated_by=Side.PARTNER, message=words or None
            ),
            wanted,
        )
        await record_on_partnership(
            context, AuditAction.PARTNERSHIP_REQUESTED, request, Side.PARTNER, after=partnership_terms(request), has=[]
        )
        await journal.announce(context, Topic.PARTNERSHIP_REQUESTED, request, answer_by=request.answer_by)
    return {"partnership": request}


@allow(RightOn(Right.MANAGE_INVITATION, Partnership, "partnership_id"))
@holds(REQUESTED_PRODUCTS)
def cancel_invitation(context: Context, held: Held[Partnership], expected_version: int | None) -> Payload:
    """Withdraw your own open invitation or request. You can propose again."""
    row = held.partnership
    check_version(row.version, expected_version)
    proposals.check_proposal_open(row, context.now)
    held.leave_traces(Traces([leave_cancellation(context, row, held.all(REQUESTED_PRODUCTS))]))
    held.announce(Topic.PARTNERSHIP_CANCELLED, row)
    return {"partnership": row}


_PARTNER = rows_by(Organisation, id="partner_id")


@allow(RightOn(Right.MANAGE_INVITATION, Partnership, "partnership_id"))
@holds(_PARTNER)
def resend_invitation(context: Context, held: Held[Partnership], expected_version: int | None) -> Payload:
    """Send your own open invitation or request again. Its deadline is renewed."""
    row, [partner] = held.partnership, held.all(_PARTNER)
    check_version(row.version, expected_version)
    proposals.check_proposal_open(row, context.now)
    check_partner_may_ask(partner)
    leave_columns(row, **resending_columns(context, row.sent_at, row.sendings, row.expires_at))
    held.note(AuditAction.PARTNERSHIP_RESENT, row.initiated_by, after=journal.column_values(row, "answer_by"))
    topic = Topic.PARTNERSHIP_INVITED if row.initiated_by is Side.CUSTOMER else Topic.PARTNERSHIP_REQUESTED
    held.announce(topic, row, row.version, answer_by=row.answer_by)
    return {"partnership": row}


def check_partner_may_ask(partner: Organisation) -> None:
    """Refuse to resend a proposal that could not be accepted: a suspended partner takes on no new customers (S5.7)."""
    proposals.check_may_ask(partner.partner_status, field=())


def resending_columns(
    context: Context, sent_at: datetime | None, sendings: int, expires_at: datetime | None = None
) -> dict[str, object]:
    """The columns that change when a proposal is resent. Refused beyond the limit for 24 hours (S1.7)."""
    is_another_day = sent_at is None or context.now - sent_at >= _DAY
    if not is_another_day:
        proposals.check_resending(sendings - 1, context.settings.resendings_per_day)
    return {
        "sent_at": context.now if is_another_day else sent_at,
        "sendings": 2 if is_another_day else sendings + 1,
        "answer_by": answer_by(context, expires_at),
        "notices": 0,
        "undeliverable_at": None,
    }


def answer_by(context: Context, expires_at: datetime | None = None) -> datetime:
    """The deadline of a proposal sent now (S1.6), never after the end date of the proposed partnership (D4)."""
    latest = context.now + timedelta(days=context.settings.partnership_invitation_days)
    return latest if expires_at is None else min(latest, expires_at)


async def _partner(context: Context, partner_id: OrganisationId) -> Organisation:
    """The partner to invite, if it is visible to the viewer."""
    return await context.require_current_row(Organisation, partner_id, ("input", "partner_id"))


async def _note_limit(context: Context, customer_id: UUID, partner_id: UUID, side: Side, problems: Problems) -> None:
    """Collects an error at the limit for 24 hours: withdrawing and proposing again counts as resending (S1.7)."""
    between = Partnership.filter(customer_id=customer_id, partner_id=partner_id, initiated_by=side)
    lately = await between.filter(invited_at__gt=context.now - _DAY).count()
    problems.check(proposals.check_resending, lately, context.settings.resendings_per_day)


async def _lock_customer(context: Context, customer_id: OrganisationId, partner_id: OrganisationId) -> None:
    """Lock the customer to ask. It must be visible to the viewer and within their token's reach."""
    await context.require_current_row(Organisation, customer_id, ("input", "customer_id"))
    await lock_row(Organisation, customer_id)
    asker = await reauthorise(context, Right.REQUEST_CUSTOMER, partner_id)
    if not asker.may_serve(customer_id):
        raise NotFound(("input", "customer_id"))


async def _invite(context: Context, row: Partnership, access: Access, offer: Offer) -> None:
    """Store an invitation with the products it names, and notify the partner."""
    invitation = await _propose(context, row, access)
    await request_products(invitation, offer, access.grants)
    named = granted_now(offer, access.grants)
    await record_on_partnership(
        context,
        AuditAction.PARTNERSHIP_INVITED,
        invitation,
        Side.CUSTOMER,
        after=partnership_terms(invitation),
        has=named,
    )
    await journal.announce(context, Topic.PARTNERSHIP_INVITED, invitation, answer_by=invitation.answer_by)


async def _propose(context: Context, row: Partnership, access: Access | WantedAccess) -> Partnership:
    """Store a proposal. The proposed access is stored twice, because the access granted may differ (D3)."""
    row.update_from_dict(
        {
            "access_type": access.access_type,
            "payment_mode": access.payment_mode,
            "requested_access_type": access.access_type,
            "requested_payment_mode": access.payment_mode,
            "status": PartnershipStatus.INVITED,
            "invited_at": context.now,
            "sent_at": context.now,
            "answer_by": answer_by(context, row.expires_at),
        }
    )
    await row.save(force_create=True)
    return row


def _offer_of_the_same(others: Sequence[Partnership], wanted: WantedAccess) -> Partnership | None:
    """The customer's open invitation that offers the same as a request, which then counts as its acceptance (E4).

    A partner names no products, so only complete access can be the same.
    """
    asked = (AccessType.COMPLETE, wanted.payment_mode)
    same = [row for row in others if (row.access_type, row.payment_mode) == asked]
    return next(iter(same), None) if wanted.access_type is AccessType.COMPLETE else None


async def _is_the_same(context: Context, request: Partnership, access: Access) -> bool:
    """Whether an invitation offers what the partner has already requested. It is then taken as the acceptance (E4).

    An API token never accepts a request; with one, both proposals stay open.
    """
    if context.signed_in.token is not None or request.status is not PartnershipStatus.INVITED:
        return False
    requested = await RequestedProduct.filter(partnership_id=request.id)
    asked = {(each.product_id, frozenset(each.rights)) for each in requested}
    offers = {(grant.product_id, frozenset(grant.rights)) for grant in access.grants}
    same_type = (request.access_type, request.payment_mode) == (access.access_type, access.payment_mode)
    return same_type and asked == offers
