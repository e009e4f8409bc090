"""Whom and what is an event about?

The payload of an event says what was true when it happened, and goes before what is stored now. An event about
an invitation names its organisations there, because it may be about somebody without one.
"""

from dataclasses import dataclass
from typing import Any, Final

from tortoise.models import Model

from server.domain.partnerships import PartnershipStatus, Side
from server.models import (
    ApiToken,
    Membership,
    Organisation,
    OutboxMessage,
    Partnership,
    ProductAccess,
    RequestedProduct,
    User,
)
from server.resolvers import ids

# `Any` below: payloads and variables are JSON.
Variables = dict[str, Any]

_PARTIES: Final = ("customer", "partner", "organisation")
_UNANSWERED: Final = frozenset(PartnershipStatus) - {
    PartnershipStatus.ACTIVE,
    PartnershipStatus.SUSPENDED,
    PartnershipStatus.TERMINATED,
}


@dataclass(frozen=True)
class Event:
    """An outbox message with the rows around its subject: those that there are."""

    message: OutboxMessage
    partnership: Partnership | None = None
    access: ProductAccess | None = None
    token: ApiToken | None = None
    person: User | None = None
    customer: Organisation | None = None
    partner: Organisation | None = None
    organisation: Organisation | None = None

    @property
    def payload(self) -> Variables:
        return self.message.payload

    @property
    def subject(self) -> str:
        return self.payload["subject"]

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


async def read(message: OutboxMessage) -> Event:
    """The event with what its subject, or else its payload, leads to. A constant number of statements."""
    prefix = message.payload["subject"].partition("_")[0]
    reader = _READERS.get(prefix, _of_payload)
    return await reader(message)


async def _of_partnership(message: OutboxMessage) -> Event:
    row = await Partnership.get(id=_key(message, Partnership)).select_related("customer", "partner")
    return Event(message, partnership=row, customer=row.customer, partner=row.partner)


async def _of_access(message: OutboxMessage) -> Event:
    access = await ProductAccess.get(id=_key(message, ProductAccess)).select_related(
        "product", "partnership", "partnership__customer", "partnership__partner"
    )
    row = access.partnership
    return Event(message, access=access, partnership=row, customer=row.customer, partner=row.partner)


async def _of_membership(message: OutboxMessage) -> Event:
    row = await Membership.get(id=_key(message, Membership)).select_related("user", "organisation")
    return Event(message, person=row.user, organisation=row.organisation)


async def _of_token(message: OutboxMessage) -> Event:
    row = await ApiToken.get(id=_key(message, ApiToken)).select_related("user", "organisation")
    return Event(message, token=row, person=row.user, organisation=row.organisation)


async def _of_payload(message: OutboxMessage) -> Event:
    keys = {side: ids.decode(id, Organisation) for side in _PARTIES if (id := message.payload.get(side))}
    found = {row.id: row for row in await Organisation.filter(id__in=list(keys.values()))}
    customer, partner, organisation = (found[keys[side]] if side in keys else None for side in _PARTIES)
    return Event(message, customer=customer, partner=partner, organisation=organisation)


def _key(message: OutboxMessage, model: type[Model]) -> Any:
    return ids.decode(message.payload["subject"], model)


_READERS: Final = {
    ids.PREFIXES[Partnership]: _of_partnership,
    ids.PREFIXES[ProductAccess]: _of_access,
    ids.PREFIXES[Membership]: _of_membership,
    ids.PREFIXES[ApiToken]: _of_token,
}


async def known(event: Event) -> Variables:
    """What can be said of the event, by the names that `topics.py` chooses among."""
    names = {name: row.name for name in (*_PARTIES, "inviter", "invitee") if (row := getattr(event, name))}
    somebody = {"invitee": event.payload["email"]} if "email" in event.payload else {}
    return await _stored(event) | event.payload | somebody | names | _places(event)


async def _stored(event: Event) -> Variables:
    if event.token:
        return {"token": event.token.name, "expires_at": event.token.expires_at.isoformat()}
    if event.access:
        return {"service_name": event.access.product.service_name, "rights": event.access.rights}
    if event.partnership:
        row = event.partnership
        return {"terms": await _terms(row), "message": row.message, "reason": row.end_reason}
    return {}


async def _terms(row: Partnership) -> Variables:
    """What is asked for until there is an answer, and what was granted afterwards."""
    return {"access_type": row.access_type, "payment_mode": row.payment_mode, "products": await _products(row)}


async def _products(row: Partnership) -> list[Variables]:
    if row.status in _UNANSWERED:
        asked = await RequestedProduct.filter(partnership_id=row.id).order_by("id")
        return [{"service_name": one.service_name, "rights": one.rights} for one in asked]
    granted = ProductAccess.filter(partnership_id=row.id, revoked_at__isnull=True)
    return [
        {"service_name": one.product.service_name, "rights": one.rights}
        for one in await granted.select_related("product").order_by("id")
    ]


def _places(event: Event) -> Variables:
    """What the paths of pages are made with."""
    ids_of = {"subject": event.subject}
    for name in ("partnership", "customer", "organisation"):
        if row := getattr(event, name):
            ids_of[f"{name}_id"] = ids.encode(row)
    return ids_of
