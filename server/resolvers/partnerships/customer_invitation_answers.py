"""Answers to requests that a partner sent by e-mail (S1.2, E24)."""

from datetime import datetime
from functools import partial

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import access_change_requests, proposals
from server.domain.partnerships.partnerships import PartnershipStatus, Side
from server.domain.people import email_links
from server.domain.rights import Right
from server.models import CustomerInvitation, Organisation, Partnership, User
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import OrganisationId
from server.resolvers.locking import lock_organisation
from server.resolvers.partnerships.customer_invitations import lock_open_request, partner_payload, store_answer
from server.resolvers.partnerships.offers import Access, collect_offer
from server.resolvers.partnerships.proposal_answers import accept_what_was_asked
from server.resolvers.partnerships.proposal_expiry import lock_live_now
from server.resolvers.permissions import PersonOnly, RightOn, SignedIn, allow

_MAY_BIND = (
    PersonOnly(Right.ACCEPT_REQUEST),
    RightOn(Right.INVITE_PARTNER, Organisation, "customer_id"),
)


@allow(*_MAY_BIND)
async def accept_customer_invitation(
    context: Context,
    customer_id: OrganisationId,
    token: str,
    access: Access,
    replace_existing: bool | None,
    expires_at: datetime | None,
    review_at: datetime | None,
) -> dict[str, object]:
    """Accept a request that came by e-mail, on behalf of an organisation that you represent."""
    problems = Problems()
    found = await _request_behind_link(context, token, ("input", "token"))
    async with transaction():
        await lock_organisation(context, customer_id, Right.INVITE_PARTNER)
        row = await lock_row(CustomerInvitation, found.id)
        proposals.check_proposal_open(row, context.now)
        partner = await Organisation.get(id=row.partner_id)
        others = [other for other in await lock_live_now(context, customer_id) if other.partner_id == row.partner_id]
        check = partial(proposals.check_request, is_answered=True)
        problems.check(check, customer_id, row.partner_id, partner.partner_status, others)
        offer = await collect_offer(context, customer_id, access, problems)
        problems.check(access_change_requests.check_offered_dates, expires_at, review_at, context.now)
        problems.raise_if_any()
        partnership = await _as_partnership(context, row, customer_id)
        await accept_what_was_asked(
            context, partnership, access, offer, expires_at, review_at, replaces=bool(replace_existing)
        )
        await store_answer(
            context,
            row,
            PartnershipStatus.ACTIVE,
            AuditAction.CUSTOMER_REQUEST_ACCEPTED,
            customer_id,
            partnership_id=partnership.id,
        )
    return {"customer_invitation": row, "partnership": partnership}


@allow(PersonOnly(Right.DECLINE_REQUEST), SignedIn())
async def decline_customer_invitation(context: Context, token: str) -> dict[str, object]:
    """Decline a request that came by e-mail. The partner is notified and can ask again."""
    found = await _request_behind_link(context, token, ("input", "token"))
    async with transaction():
        row = await lock_open_request(context, found.id, None)
        await store_answer(context, row, PartnershipStatus.DECLINED, AuditAction.CUSTOMER_REQUEST_DECLINED, None)
        await journal.announce(context, Topic.PARTNERSHIP_DECLINED, row, **partner_payload(row))
    return {"customer_invitation": row}


async def _as_partnership(context: Context, row: CustomerInvitation, customer_id: OrganisationId) -> Partnership:
    """A request by e-mail, turned into a request to this organisation."""
    return await Partnership.create(
        customer_id=customer_id,
        partner_id=row.partner_id,
        access_type=row.access_type,
        payment_mode=row.payment_mode,
        requested_access_type=row.access_type,
        requested_payment_mode=row.payment_mode,
        status=PartnershipStatus.INVITED,
        initiated_by=Side.PARTNER,
        message=row.message,
        invited_at=row.invited_at,
        sent_at=row.sent_at,
        answer_by=row.answer_by,
    )


async def _request_behind_link(context: Context, token: str, field: tuple[str, ...]) -> CustomerInvitation:
    """The request with this secret. Only the owner of its address can see it (E24)."""
    viewer = context.signed_in
    row = await CustomerInvitation.get_or_none(secret_digest=email_links.link_digest(token))
    user = await User.get(id=viewer.user_id)
    if row is None or viewer.token is not None or user.email != row.email:
        raise NotFound(field)
    return row
