"""How a partnership begins: proposed by either side, answered by the other, withdrawn, sent again (S1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from server.domain import access_changes
from server.domain import partnerships as rules
from server.domain.errors import Mistakes, NotFound
from server.domain.partnerships import PartnershipStatus, Side
from server.domain.rights import Right
from server.domain.terminations import EndedBy, TerminationReason
from server.domain.text import paragraph
from server.models import Organisation, Partnership, ProductAccess, RequestedProduct
from server.models.database import transaction
from server.models.lookups import locked, visible_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import OrganisationId, PartnershipId
from server.resolvers.offers import (
    Access,
    Offer,
    Wanted,
    WantedAccess,
    grant_all,
    offered,
    request_products,
    told,
)
from server.resolvers.offers import wanted as granted_now
from server.resolvers.partnerships import change, held, live_partnerships, note, terms
from server.resolvers.permissions import PersonOnly, RightOn, allowed
from server.resolvers.terminations import Ending, end_all

_DAY = timedelta(days=1)


@allowed(RightOn(Right.INVITE_PARTNER, Organisation, "customer_id"))
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
    """Invite a partner to manage some of your products, or everything. Nothing is granted until it accepts."""
    mistakes = Mistakes()
    async with transaction():
        await locked(Organisation, customer_id)
        partner = await visible_row(Organisation, context.viewer, partner_id)
        if partner is None:
            raise NotFound(("input", "partner_id"))
        replaces = bool(replace_existing)
        others = await live_partnerships(customer_id)
        mistakes.noted(
            rules.check_invitation,
            customer_id,
            partner_id,
            partner.partner_status,
            access.access_type,
            others,
            replaces=replaces,
        )
        offer = await offered(context, customer_id, access, mistakes)
        mistakes.noted(access_changes.check_offered_dates, expires_at, review_at, context.now)
        words = mistakes.noted(paragraph, message or "", rules.MOST_MESSAGE_CHARACTERS, ("message",))
        mistakes.refuse()
        asked = next((row for row in others if row.partner_id == partner_id), None)
        if asked is not None and await _is_the_same(context, asked, access):
            await accept_what_was_asked(context, asked, access, offer, expires_at, review_at)
            return {"partnership": asked, "warnings": []}
        invitation = await _propose(
            context,
            Partnership(
                customer_id=customer_id,
                partner_id=partner_id,
                initiated_by=Side.CUSTOMER,
                message=words or None,
                replaces_others=replaces,
                expires_at=expires_at,
                review_at=review_at,
            ),
            access,
        )
        await request_products(invitation, offer, access.grants)
        asked = granted_now(offer, access.grants)
        await note(context, "partnership.invited", invitation, Side.CUSTOMER, after=terms(invitation), has=asked)
        await journal.announce(context, "partnership.invited", invitation)
    return {"partnership": invitation, "warnings": offer.warnings}


@allowed(RightOn(Right.REQUEST_CUSTOMER, Organisation, "partner_id"))
async def request_customer(
    context: Context,
    partner_id: OrganisationId,
    customer_id: OrganisationId,
    wanted: WantedAccess,
    message: str | None,
) -> dict[str, object]:
    """Ask an organisation that you know for access. It decides what it grants, and may grant something else."""
    mistakes = Mistakes()
    async with transaction():
        customer = await visible_row(Organisation, context.viewer, customer_id)
        if customer is None or not context.signed_in.may_serve(customer_id):
            raise NotFound(("input", "customer_id"))
        await locked(Organisation, customer_id)
        partner = await Organisation.get(id=partner_id)
        others = [row for row in await live_partnerships(customer_id) if row.partner_id == partner_id]
        mistakes.noted(rules.check_request, customer_id, partner_id, partner.partner_status, others, ("customer_id",))
        mistakes.noted(access_changes.check_wanted, wanted.access_type, wanted.payment_mode)
        words = mistakes.noted(paragraph, message or "", rules.MOST_MESSAGE_CHARACTERS, ("message",))
        mistakes.refuse()
        request = await _propose(
            context,
            Partnership(
                customer_id=customer_id, partner_id=partner_id, initiated_by=Side.PARTNER, message=words or None
            ),
            wanted,
        )
        await note(context, "partnership.requested", request, Side.PARTNER, after=terms(request))
        await journal.announce(context, "partnership.requested", request)
    return {"partnership": request}


@allowed(RightOn(Right.ACCEPT_INVITATION, Partnership, "partnership_id"))
async def accept_invitation(
    context: Context, partnership_id: PartnershipId, expected_version: int | None
) -> dict[str, object]:
    """Accept a customer's invitation: from now on the partner manages what was offered."""
    async with transaction():
        invitation = await held(partnership_id, expected_version)
        requested = await RequestedProduct.filter(partnership_id=invitation.id).select_related("product").order_by("id")
        products = [Wanted(each.product, each.rights, each.moves) for each in requested]
        await _check_acceptance(context, invitation, replaces=invitation.replaces_others)
        before = terms(invitation)
        await _come_into_force(context, invitation, replaces=invitation.replaces_others)
        granted = await grant_all(context, invitation, products, None)
        await _note_acceptance(context, invitation, Side.PARTNER, before, products, granted)
    return {"partnership": invitation}


@allowed(PersonOnly(Right.ACCEPT_REQUEST), RightOn(Right.ACCEPT_REQUEST, Partnership, "partnership_id"))
async def accept_request(
    context: Context,
    partnership_id: PartnershipId,
    access: Access,
    replace_existing: bool | None,
    expires_at: datetime | None,
    review_at: datetime | None,
    expected_version: int | None,
) -> dict[str, object]:
    """Accept a partner's request, granting what you say: it may be something else than what was asked."""
    mistakes = Mistakes()
    async with transaction():
        request = await held(partnership_id, expected_version)
        offer = await offered(context, request.customer_id, access, mistakes)
        mistakes.noted(access_changes.check_offered_dates, expires_at, review_at, context.now)
        mistakes.refuse()
        await accept_what_was_asked(
            context, request, access, offer, expires_at, review_at, replaces=bool(replace_existing)
        )
    return {"partnership": request}


@allowed(RightOn(Right.DECLINE_INVITATION, Partnership, "partnership_id"))
async def decline_invitation(
    context: Context, partnership_id: PartnershipId, reason: str | None, expected_version: int | None
) -> dict[str, object]:
    """Decline a customer's invitation. The customer may invite again."""
    return await _decline(context, partnership_id, reason, expected_version, Side.PARTNER)


@allowed(PersonOnly(Right.DECLINE_REQUEST), RightOn(Right.DECLINE_REQUEST, Partnership, "partnership_id"))
async def decline_request(
    context: Context, partnership_id: PartnershipId, reason: str | None, expected_version: int | None
) -> dict[str, object]:
    """Decline a partner's request. The partner may ask again."""
    return await _decline(context, partnership_id, reason, expected_version, Side.CUSTOMER)


@allowed(RightOn(Right.MANAGE_INVITATION, Partnership, "partnership_id"))
async def cancel_invitation(
    context: Context, partnership_id: PartnershipId, expected_version: int | None
) -> dict[str, object]:
    """Withdraw your own open invitation or request. You may propose again."""
    async with transaction():
        row = await held(partnership_id, expected_version)
        rules.check_open(row)
        await _cancel(context, row)
        await journal.announce(context, "partnership.cancelled", row)
    return {"partnership": row}


@allowed(RightOn(Right.MANAGE_INVITATION, Partnership, "partnership_id"))
async def resend_invitation(
    context: Context, partnership_id: PartnershipId, expected_version: int | None
) -> dict[str, object]:
    """Send your own open invitation or request again. It can be answered for as long as a new one."""
    async with transaction():
        row = await held(partnership_id, expected_version)
        rules.check_open(row)
        await change(row, **sent_again(context, row.sent_at, row.sendings))
        side = row.initiated_by
        await note(context, "partnership.resent", row, side, after=journal.state(row, "answer_by"))
        topic = "partnership.invited" if side is Side.CUSTOMER else "partnership.requested"
        await journal.announce(context, topic, row, row.version)
    return {"partnership": row}


async def _cancel(context: Context, row: Partnership) -> None:
    """The side that proposed takes it back."""
    before = terms(row)
    await change(row, status=PartnershipStatus.CANCELLED, ended_at=context.now)
    await note(context, "partnership.cancelled", row, row.initiated_by, before=before, after=terms(row))


def sent_again(context: Context, sent_at: datetime | None, sendings: int) -> dict[str, object]:
    """What changes in a proposal that is sent once more; a few times within 24 hours (S1.7)."""
    is_another_day = sent_at is None or context.now - sent_at >= _DAY
    if not is_another_day:
        rules.check_resending(sendings - 1, context.settings.resendings_per_day)
    return {
        "sent_at": context.now if is_another_day else sent_at,
        "sendings": 2 if is_another_day else sendings + 1,
        "answer_by": answer_by(context),
        "notices": 0,
    }


def answer_by(context: Context) -> datetime:
    """Until when a proposal that is sent now can be answered (S1.6)."""
    return context.now + timedelta(days=context.settings.partnership_invitation_days)


async def _propose(context: Context, row: Partnership, access: Access | WantedAccess) -> Partnership:
    """Store a proposal: what is asked stands in it twice, because what is granted may differ (D3)."""
    row.update_from_dict(
        {
            "access_type": access.access_type,
            "payment_mode": access.payment_mode,
            "requested_access_type": access.access_type,
            "requested_payment_mode": access.payment_mode,
            "status": PartnershipStatus.INVITED,
            "invited_at": context.now,
            "sent_at": context.now,
            "answer_by": answer_by(context),
        }
    )
    await row.save(force_create=True)
    return row


async def _is_the_same(context: Context, request: Partnership, access: Access) -> bool:
    """Whether an invitation says what the partner has asked for already: then it is the answer (E4).

    A token never accepts a request: with one the two stand side by side.
    """
    if context.signed_in.token is not None or request.status is not PartnershipStatus.INVITED:
        return False
    requested = await RequestedProduct.filter(partnership_id=request.id)
    asked = {(each.product_id, frozenset(each.rights)) for each in requested}
    offers = {(grant.product_id, frozenset(grant.rights)) for grant in access.grants}
    same_type = (request.access_type, request.payment_mode) == (access.access_type, access.payment_mode)
    return same_type and asked == offers


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
    """Bring a request into force with what the customer grants, which may be something else (S1.3b, R11)."""
    await _check_acceptance(context, request, replaces=replaces, access=access)
    requested = await RequestedProduct.filter(partnership_id=request.id).select_related("product").order_by("id")
    asked = [Wanted(each.product, each.rights) for each in requested]
    products = granted_now(offer, access.grants)
    before = terms(request)
    differs = access_changes.differs(
        (request.access_type, request.payment_mode, [(each.product.id, frozenset(each.rights)) for each in asked]),
        (access.access_type, access.payment_mode, [(each.product.id, frozenset(each.rights)) for each in products]),
    )
    was = told(request.access_type, request.payment_mode, asked)
    await _come_into_force(
        context,
        request,
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
        now = told(access.access_type, access.payment_mode, products)
        await journal.announce(context, "partnership.granted_differs", request, asked=was, granted=now)


async def _note_acceptance(
    context: Context,
    row: Partnership,
    side: Side,
    before: journal.State,
    asked: Sequence[Wanted],
    granted: Sequence[ProductAccess],
) -> None:
    """What was asked and what is granted are both kept (D3)."""
    action = "partnership.accepted"
    await note(context, action, row, side, before=before, after=terms(row), had=asked, has=granted)
    await journal.announce(context, action, row)


async def _check_acceptance(
    context: Context, row: Partnership, *, replaces: bool, access: Access | None = None
) -> None:
    others = await live_partnerships(row.customer_id, but=row.id)
    partner = await Organisation.get(id=row.partner_id)
    granted = access.access_type if access else None
    rules.check_acceptance(row, partner.partner_status, others, replaces=replaces, access_type=granted)
    rules.check_in_time(row.answer_by, context.now)


async def _come_into_force(context: Context, row: Partnership, *, replaces: bool, **columns: object) -> None:
    """Those that it replaces end first, and the other side's open proposal with them (E1, E4)."""
    others = await live_partnerships(row.customer_id, but=row.id)
    if replaces and (ended := [other for other in others if other.status in rules.IN_FORCE]):
        customer = await Organisation.get(id=row.customer_id)
        await end_all(context, customer, ended, Ending(EndedBy.CUSTOMER, TerminationReason.CHANGE_OF_PARTNER))
    for other in others:
        if other.partner_id == row.partner_id and other.status is PartnershipStatus.INVITED:
            await _cancel(context, other)
    await change(row, status=PartnershipStatus.ACTIVE, activated_at=context.now, notices=0, **columns)


async def _decline(
    context: Context, partnership_id: PartnershipId, reason: str | None, expected_version: int | None, side: Side
) -> dict[str, object]:
    why = paragraph(reason or "", rules.MOST_MESSAGE_CHARACTERS, ("reason",)) or None
    async with transaction():
        row = await held(partnership_id, expected_version)
        rules.check_open(row)
        before = terms(row)
        await change(row, status=PartnershipStatus.DECLINED, ended_at=context.now, end_reason=why)
        await note(context, "partnership.declined", row, side, before=before, after=terms(row))
        await journal.announce(context, "partnership.declined", row, reason=why)
    return {"partnership": row}
