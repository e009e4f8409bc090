"""Subjects of events: their rows, the organisations around them, and the values for e-mails.

Many events take as many statements as one. An event whose subject is not read here names its organisations in its
payload.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from tortoise.exceptions import DoesNotExist
from tortoise.models import Model

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.mail.events import PARTIES, Event, Variables
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
from server.models.conditions import OneOf
from server.resolvers import ids

# `Any` below: rows of every kind are read.

_GRANTED: Final = frozenset({PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED, PartnershipStatus.TERMINATED})


@dataclass(frozen=True)
class Surroundings:
    """Data around the subjects of several events, beyond their rows."""

    terms: dict[UUID, list[Variables]] = field(default_factory=dict[UUID, list[Variables]])
    """By partnership: the products requested until they are granted, and then those granted."""
    complete: dict[UUID, Partnership] = field(default_factory=dict[UUID, Partnership])
    """By customer: the partnership with complete access (C2)."""
    organisations: dict[UUID, Organisation] = field(default_factory=dict[UUID, Organisation])
    """The organisations of the partnerships, shared by many of them."""


@dataclass(frozen=True)
class _Reader:
    """How to read events about one kind of row: the rows, the data around them, and the values of one."""

    model: type[Model]
    related: tuple[str, ...]
    event: Callable[[OutboxMessage, Any, Surroundings], Event]


def _event_of_partnership(message: OutboxMessage, row: Partnership, around: Surroundings) -> Event:
    terms = _terms_values(row.access_type, row.payment_mode, around.terms.get(row.id, []))
    return _event_between_parties(
        message, row, {"terms": terms, "message": row.message, "reason": row.end_reason}, around
    )


def _event_of_access(message: OutboxMessage, access: ProductAccess, around: Surroundings) -> Event:
    stored = {"service_name": access.product.service_name, "rights": access.rights}
    return _event_between_parties(message, access.partnership, stored, around)


def _event_of_access_change(message: OutboxMessage, row: AccessChangeRequest, around: Surroundings) -> Event:
    terms = _terms_values(row.access_type, row.payment_mode, [])
    return _event_between_parties(
        message, row.partnership, {"terms": terms, "message": row.message, "reason": row.answer}, around
    )


def _event_of_customer_invitation(message: OutboxMessage, row: CustomerInvitation, around: Surroundings) -> Event:
    terms = _terms_values(row.access_type, row.payment_mode, [])
    stored = {"email": row.email, "locale": row.locale, "terms": terms, "message": row.message}
    return Event(message, partner=row.partner, stored=stored)


def _event_of_member_invitation(message: OutboxMessage, row: MemberInvitation, around: Surroundings) -> Event:
    stored = {"email": row.email, "first_name": row.first_name, "locale": row.locale, "role": row.role}
    return Event(message, person=row.invited_by, organisation=row.organisation, stored=stored)


def _event_of_support_access(message: OutboxMessage, row: SupportAccessGrant, around: Surroundings) -> Event:
    stored = {"opened": row.kind, "ticket": row.ticket, "expires_at": row.expires_at.isoformat()}
    return Event(message, person=row.user, stored=stored)


def _event_of_membership(message: OutboxMessage, row: Membership, around: Surroundings) -> Event:
    return Event(message, person=row.user, organisation=row.organisation, stored={"member": _full_name(row.user)})


def _event_of_token(message: OutboxMessage, row: ApiToken, around: Surroundings) -> Event:
    stored = {"token": row.name, "expires_at": row.expires_at.isoformat()}
    return Event(message, person=row.user, organisation=row.organisation, stored=stored)


def _event_of_product(message: OutboxMessage, product: Product, around: Surroundings) -> Event:
    """The product's owner, and the owner's partner with complete access, if any (C2)."""
    row, stored = around.complete.get(product.organisation_id), {"service_name": product.service_name}
    if row is None:
        return Event(message, customer=product.organisation, stored=stored)
    return _event_between_parties(message, row, stored, around)


def _event_of_pending_action(message: OutboxMessage, row: PendingAction, around: Surroundings) -> Event:
    stored = {
        "service_name": row.product.service_name,
        "asked_by": _full_name(row.requested_by),
        "reason": row.reason,
        "expires_at": row.expires_at.isoformat(),
        "verdict": row.status,
    }
    return replace(_event_between_parties(message, row.partnership, stored, around), person=row.requested_by)


def _event_of_export(message: OutboxMessage, row: Export, around: Surroundings) -> Event:
    return Event(message, person=row.requested_by, organisation=row.organisation)


def _event_between_parties(message: OutboxMessage, row: Partnership, stored: Variables, around: Surroundings) -> Event:
    customer, partner = (around.organisations[id] for id in (row.customer_id, row.partner_id))
    return Event(message, partnership=row, customer=customer, partner=partner, stored=stored)


def _full_name(user: User) -> str:
    return f"{user.first_name} {user.last_name}"


def _terms_values(access_type: AccessType, payment_mode: PaymentMode | None, products: list[Variables]) -> Variables:
    return {"access_type": access_type, "payment_mode": payment_mode, "products": products}


async def _read_terms(rows: Sequence[Partnership]) -> dict[UUID, list[Variables]]:
    found = defaultdict[UUID, list[Variables]](list)
    asked = [row.id for row in rows if row.status not in _GRANTED]
    if asked:
        for one in await RequestedProduct.filter(OneOf("partnership_id", asked)).order_by("id"):
            found[one.partnership_id].append({"service_name": one.service_name, "rights": one.rights})
    held = [row.id for row in rows if row.status in _GRANTED]
    if held:
        granted = ProductAccess.filter(OneOf("partnership_id", held), revoked_at__isnull=True)
        for access in await granted.select_related("product").order_by("id"):
            shown = {"service_name": access.product.service_name, "rights": access.rights}
            found[access.partnership_id].append(shown)
    return found


async def _read_complete_partnerships(rows: Sequence[Product]) -> dict[UUID, Partnership]:
    owners = OneOf("customer_id", [row.organisation_id for row in rows])
    complete = Partnership.filter(owners, access_type=AccessType.COMPLETE, status=PartnershipStatus.ACTIVE)
    return {row.customer_id: row for row in await complete}


async def _read_organisations(rows: Sequence[Partnership]) -> dict[UUID, Organisation]:
    """Both sides of these partnerships, with only the columns that e-mails need."""
    sides = {id for row in rows for id in (row.customer_id, row.partner_id)}
    found = Organisation.filter(OneOf("id", list(sides))).only("id", "name", "country")
    return {row.id: row for row in await found} if sides else {}


_READERS: Final = {
    ids.PREFIXES[reader.model]: reader
    for reader in (
        _Reader(AccessChangeRequest, ("partnership",), _event_of_access_change),
        _Reader(ApiToken, ("user", "organisation"), _event_of_token),
        _Reader(CustomerInvitation, ("partner",), _event_of_customer_invitation),
        _Reader(Export, ("requested_by", "organisation"), _event_of_export),
        _Reader(MemberInvitation, ("invited_by", "organisation"), _event_of_member_invitation),
        _Reader(Membership, ("user", "organisation"), _event_of_membership),
        _Reader(Partnership, (), _event_of_partnership),
        _Reader(PendingAction, ("product", "partnership", "requested_by"), _event_of_pending_action),
        _Reader(Product, ("organisation",), _event_of_product),
        _Reader(ProductAccess, ("product", "partnership"), _event_of_access),
        _Reader(SupportAccessGrant, ("user",), _event_of_support_access),
    )
}


async def read_all(messages: Iterable[OutboxMessage], shows_products: Collection[str]) -> dict[UUID, Event | Exception]:
    """Each event with its subject's data, or its payload's; or why it cannot be read.

    A partnership's products, which may be many, are read only for the topics in `shows_products`.
    """
    found = dict[UUID, Event | Exception]()
    for prefix, group in groupby(sorted(messages, key=_prefix), key=_prefix):
        reader, alike = _READERS.get(prefix), list(group)
        found |= await (_read_events(alike, reader, shows_products) if reader else _read_parties(alike))
    return found


def _prefix(message: OutboxMessage) -> str:
    return message.payload["subject"].partition("_")[0]


async def _read_events(
    messages: Sequence[OutboxMessage], reader: _Reader, shows_products: Collection[str]
) -> dict[UUID, Event | Exception]:
    keys = {message.id: ids.decode(message.payload["subject"], reader.model) for message in messages}
    rows = await reader.model.filter(OneOf("id", list(keys.values()))).select_related(*reader.related)
    around = await _read_surroundings(reader, rows, {keys[one.id] for one in messages if one.topic in shows_products})
    by_key = {row.pk: row for row in rows}
    return {
        message.id: reader.event(message, by_key[key], around)
        if (key := keys[message.id]) in by_key
        else DoesNotExist(f"nothing is stored of {message.payload['subject']}")
        for message in messages
    }


async def _read_surroundings(reader: _Reader, rows: Sequence[Any], with_products: Collection[UUID]) -> Surroundings:
    if reader.model is Partnership:
        terms = await _read_terms([row for row in rows if row.id in with_products])
        return Surroundings(terms, organisations=await _read_organisations(rows))
    if reader.model is Product:
        complete = await _read_complete_partnerships(rows)
        return Surroundings(complete=complete, organisations=await _read_organisations(list(complete.values())))
    if "partnership" in reader.related:
        return Surroundings(organisations=await _read_organisations([row.partnership for row in rows]))
    return Surroundings()


async def _read_parties(messages: Sequence[OutboxMessage]) -> dict[UUID, Event | Exception]:
    """Events that name their organisations themselves."""
    keys = [
        {side: ids.decode(id, Organisation) for side in PARTIES if (id := message.payload.get(side))}
        for message in messages
    ]
    named = [key for sides in keys for key in sides.values()]
    rows = {row.id: row for row in await Organisation.filter(OneOf("id", named))} if named else {}
    found = dict[UUID, Event | Exception]()
    for message, sides in zip(messages, keys, strict=True):
        customer, partner, organisation = (rows.get(sides[side]) if side in sides else None for side in PARTIES)
        found[message.id] = Event(message, customer=customer, partner=partner, organisation=organisation)
    return found
