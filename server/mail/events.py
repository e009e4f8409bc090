"""Whom and what is an event about?

The payload of an event says what was true when it happened, and goes before what is stored now. An event whose
subject is not read here names its organisations in its payload.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from tortoise.models import Model

from server.domain.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.models import (
    AccessChangeRequest,
    ApiToken,
    CustomerInvitation,
    Export,
    MemberInvitation,
    Membership,
    Organisation,
    OutboxMessage,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
    RequestedProduct,
    SupportAccessGrant,
    User,
)
from server.resolvers import ids

# `Any` below: payloads and variables are JSON.
Variables = dict[str, Any]

_PARTIES: Final = ("customer", "partner", "organisation")
_GRANTED: Final = frozenset({PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED, PartnershipStatus.TERMINATED})


@dataclass(frozen=True)
class Event:
    """An outbox message with the rows around its subject, those that there are, and what is known of it."""

    message: OutboxMessage
    partnership: Partnership | None = None
    person: User | None = None
    customer: Organisation | None = None
    partner: Organisation | None = None
    organisation: Organisation | None = None
    stored: Variables = field(default_factory=dict[str, Any])

    @property
    def facts(self) -> Variables:
        return self.stored | self.message.payload

    @property
    def inviting_side(self) -> Side:
        """Who began; without a partnership it is a partner who asks somebody unknown (S1.2)."""
        return self.partnership.initiated_by if self.partnership else Side.PARTNER

    @property
    def inviter(self) -> Organisation | None:
        """The organisation that waits for an answer."""
        return self.organisation or self._side(self.inviting_side)

    @property
    def invitee(self) -> Organisation | None:
        return self._side(Side.PARTNER if self.inviting_side is Side.CUSTOMER else Side.CUSTOMER)

    def _side(self, side: Side) -> Organisation | None:
        return self.customer if side is Side.CUSTOMER else self.partner


def known(event: Event) -> Variables:
    """What can be said of the event, by the names that `topics.py` chooses among."""
    facts = event.facts
    names = {name: row.name for name in (*_PARTIES, "inviter", "invitee") if (row := getattr(event, name))}
    somebody = {"invitee": facts["email"]} if "email" in facts else {}
    rows = {name: row for name in ("partnership", *_PARTIES) if (row := getattr(event, name))}
    return facts | somebody | names | {f"{name}_id": ids.encode(row) for name, row in rows.items()}


async def read(message: OutboxMessage) -> Event:
    """The event with what its subject, or else its payload, leads to. A constant number of statements."""
    prefix = message.payload["subject"].partition("_")[0]
    return await _READERS.get(prefix, _of_payload)(message)


async def _of_partnership(message: OutboxMessage) -> Event:
    row = await Partnership.get(id=_key(message, Partnership)).select_related("customer", "partner")
    terms = _terms(row.access_type, row.payment_mode, await _products(row))
    return _between(message, row, {"terms": terms, "message": row.message, "reason": row.end_reason})


async def _of_access(message: OutboxMessage) -> Event:
    access = await ProductAccess.get(id=_key(message, ProductAccess)).select_related(
        "product", "partnership__customer", "partnership__partner"
    )
    return _between(message, access.partnership, {"service_name": access.product.service_name, "rights": access.rights})


async def _of_access_change(message: OutboxMessage) -> Event:
    row = await AccessChangeRequest.get(id=_key(message, AccessChangeRequest)).select_related(
        "partnership__customer", "partnership__partner"
    )
    terms = _terms(row.access_type, row.payment_mode, [])
    return _between(message, row.partnership, {"terms": terms, "message": row.message, "reason": row.answer})


async def _of_customer_invitation(message: OutboxMessage) -> Event:
    row = await CustomerInvitation.get(id=_key(message, CustomerInvitation)).select_related("partner")
    terms = _terms(row.access_type, row.payment_mode, [])
    stored = {"email": row.email, "locale": row.locale, "terms": terms, "message": row.message}
    return Event(message, partner=row.partner, stored=stored)


async def _of_member_invitation(message: OutboxMessage) -> Event:
    row = await MemberInvitation.get(id=_key(message, MemberInvitation)).select_related("invited_by", "organisation")
    stored = {"email": row.email, "first_name": row.first_name, "locale": row.locale, "role": row.role}
    return Event(message, person=row.invited_by, organisation=row.organisation, stored=stored)


async def _of_support_access(message: OutboxMessage) -> Event:
    row = await SupportAccessGrant.get(id=_key(message, SupportAccessGrant)).select_related("user")
    stored = {"opened": row.kind, "ticket": row.ticket, "expires_at": row.expires_at.isoformat()}
    return Event(message, person=row.user, stored=stored)


async def _of_membership(message: OutboxMessage) -> Event:
    row = await Membership.get(id=_key(message, Membership)).select_related("user", "organisation")
    return Event(message, person=row.user, organisation=row.organisation)


async def _of_token(message: OutboxMessage) -> Event:
    row = await ApiToken.get(id=_key(message, ApiToken)).select_related("user", "organisation")
    stored = {"token": row.name, "expires_at": row.expires_at.isoformat()}
    return Event(message, person=row.user, organisation=row.organisation, stored=stored)


async def _of_product(message: OutboxMessage) -> Event:
    """Its owner, and the partner who manages everything of the owner's, where there is one (C2)."""
    product = await Product.get(id=_key(message, Product)).select_related("organisation")
    complete = Partnership.filter(
        customer_id=product.organisation_id, access_type=AccessType.COMPLETE, status=PartnershipStatus.ACTIVE
    )
    row = await complete.select_related("customer", "partner").get_or_none()
    stored = {"service_name": product.service_name}
    return _between(message, row, stored) if row else Event(message, customer=product.organisation, stored=stored)


async def _of_pending_action(message: OutboxMessage) -> Event:
    row = await PendingAction.get(id=_key(message, PendingAction)).select_related(
        "product", "partnership__customer", "partnership__partner", "requested_by"
    )
    stored = {
        "service_name": row.product.service_name,
        "asked_by": f"{row.requested_by.first_name} {row.requested_by.last_name}",
        "reason": row.reason,
        "expires_at": row.expires_at.isoformat(),
        "verdict": row.status,
    }
    return replace(_between(message, row.partnership, stored), person=row.requested_by)


async def _of_export(message: OutboxMessage) -> Event:
    row = await Export.get(id=_key(message, Export)).select_related("requested_by", "organisation")
    return Event(message, person=row.requested_by, organisation=row.organisation)


async def _of_payload(message: OutboxMessage) -> Event:
    keys = {side: ids.decode(id, Organisation) for side in _PARTIES if (id := message.payload.get(side))}
    found = {row.id: row for row in await Organisation.filter(id__in=list(keys.values()))}
    customer, partner, organisation = (found[keys[side]] if side in keys else None for side in _PARTIES)
    return Event(message, customer=customer, partner=partner, organisation=organisation)


def _between(message: OutboxMessage, row: Partnership, stored: Variables) -> Event:
    return Event(message, partnership=row, customer=row.customer, partner=row.partner, stored=stored)


def _key(message: OutboxMessage, model: type[Model]) -> Any:
    return ids.decode(message.payload["subject"], model)


_READERS: Final = {
    ids.PREFIXES[AccessChangeRequest]: _of_access_change,
    ids.PREFIXES[ApiToken]: _of_token,
    ids.PREFIXES[CustomerInvitation]: _of_customer_invitation,
    ids.PREFIXES[Export]: _of_export,
    ids.PREFIXES[MemberInvitation]: _of_member_invitation,
    ids.PREFIXES[Membership]: _of_membership,
    ids.PREFIXES[Partnership]: _of_partnership,
    ids.PREFIXES[PendingAction]: _of_pending_action,
    ids.PREFIXES[Product]: _of_product,
    ids.PREFIXES[ProductAccess]: _of_access,
    ids.PREFIXES[SupportAccessGrant]: _of_support_access,
}


def _terms(access_type: AccessType, payment_mode: PaymentMode | None, products: list[Variables]) -> Variables:
    return {"access_type": access_type, "payment_mode": payment_mode, "products": products}


async def _products(row: Partnership) -> list[Variables]:
    """What is asked for until it is granted, and what was granted afterwards."""
    if row.status not in _GRANTED:
        asked = await RequestedProduct.filter(partnership_id=row.id).order_by("id")
        return [{"service_name": one.service_name, "rights": one.rights} for one in asked]
    granted = ProductAccess.filter(partnership_id=row.id, revoked_at__isnull=True)
    return [
        {"service_name": one.product.service_name, "rights": one.rights}
        for one in await granted.select_related("product").order_by("id")
    ]
