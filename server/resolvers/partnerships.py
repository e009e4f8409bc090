"""Partnerships: invited, accepted, declined (S1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from server.domain import partnerships as rules
from server.domain.errors import N_, ErrorCode, Mistakes, NotFound, Refusal, Refused
from server.domain.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.rights import ProductRight, Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.models import Organisation, Partnership, Product, ProductAccess, RequestedProduct
from server.models.conditions import OneOf
from server.models.database import transaction
from server.models.lookups import locked, visible_row
from server.models.visibility import visible
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import OrganisationId, PartnershipId, ProductId
from server.resolvers.listings import Listing, equal
from server.resolvers.permissions import RightOn, SignedIn, allowed
from server.resolvers.receipts import product_terms, receipt


class PartnershipOrderField(StrEnum):
    """What partnerships can be ordered by."""

    INVITED_AT = "INVITED_AT"


@dataclass(frozen=True)
class ProductGrant:
    """A product and what the partner may do with it."""

    product_id: ProductId
    rights: list[ProductRight]


@dataclass(frozen=True)
class LimitedAccess:
    """Access to these products."""

    products: list[ProductGrant] = field(default_factory=list[ProductGrant])


@dataclass(frozen=True)
class CompleteAccess:
    """Access to everything."""

    payment_mode: PaymentMode


@dataclass(frozen=True)
class Access:
    """What is offered: exactly one of the two."""

    limited: LimitedAccess | None = None
    complete: CompleteAccess | None = None

    @property
    def access_type(self) -> AccessType:
        return AccessType.COMPLETE if self.complete else AccessType.LIMITED

    @property
    def payment_mode(self) -> PaymentMode | None:
        return self.complete.payment_mode if self.complete else None

    @property
    def grants(self) -> list[ProductGrant]:
        return self.limited.products if self.limited else []


PARTNERSHIPS = Listing(
    name="partnerships",
    model=Partnership,
    parent="customer_id",
    orders={PartnershipOrderField.INVITED_AT: "invited_at"},
    moments=frozenset({"invited_at"}),
    filters={"status": equal("status"), "access_type": equal("access_type")},
)
CUSTOMER_PARTNERSHIPS = replace(PARTNERSHIPS, name="customer partnerships", parent="partner_id")

MAY_VIEW_PARTNERSHIPS = (RightOn(Right.VIEW_PARTNERSHIPS, Organisation),)


@allowed(SignedIn())
async def partnership(context: Context, id: PartnershipId) -> Partnership:
    """A partnership by its id, for both of its sides."""
    row = await context.row(Partnership, id)
    if row is None:
        raise NotFound(("id",))
    return row


@allowed(RightOn(Right.INVITE_PARTNER, Organisation, "customer_id"))
async def invite_partner(
    context: Context, customer_id: OrganisationId, partner_id: OrganisationId, access: Access, message: str | None
) -> dict[str, object]:
    """Invite a partner to manage some of your products, or everything. Nothing is granted until it accepts."""
    mistakes = Mistakes()
    async with transaction():
        await locked(Organisation, customer_id)
        partner = await visible_row(Organisation, context.viewer, partner_id)
        if partner is None:
            raise NotFound(("input", "partner_id"))
        others = await _live_partnerships(customer_id)
        mistakes.noted(
            rules.check_invitation, customer_id, partner_id, partner.partner_status, access.access_type, others
        )
        products = await _offered_products(context, customer_id, access, mistakes)
        note = mistakes.noted(paragraph, message or "", rules.MOST_MESSAGE_CHARACTERS, ("message",))
        mistakes.refuse()
        invitation = await Partnership.create(
            customer_id=customer_id,
            partner_id=partner_id,
            access_type=access.access_type,
            payment_mode=access.payment_mode,
            status=PartnershipStatus.INVITED,
            initiated_by=Side.CUSTOMER,
            message=note or None,
            invited_at=context.now,
        )
        await _request_products(invitation, products, access.grants)
        await journal.record(context, "partnership.invited", invitation, acting=customer_id, after=_terms(invitation))
        await journal.announce(context, "partnership.invited", invitation)
        offer = _terms(invitation) | {"products": await _offer(invitation)}
        await receipt(context, "partnership.invited", invitation, acting=customer_id, after=offer)
    return {"partnership": invitation}


@allowed(RightOn(Right.ACCEPT_INVITATION, Partnership, "partnership_id"))
async def accept_invitation(
    context: Context, partnership_id: PartnershipId, expected_version: int | None
) -> dict[str, object]:
    """Accept a customer's invitation: from now on the partner manages what was offered."""
    async with transaction():
        invitation = await _hold(partnership_id, expected_version)
        others = [other for other in await _live_partnerships(invitation.customer_id) if other.id != invitation.id]
        partner = await Organisation.get(id=invitation.partner_id)
        rules.check_acceptance(invitation, partner.partner_status, others)
        before = _terms(invitation)
        await _grant_requested(context, invitation)
        await _move(invitation, PartnershipStatus.ACTIVE, activated_at=context.now)
        await _journal_answer(context, "partnership.accepted", invitation, before)
    return {"partnership": invitation}


@allowed(RightOn(Right.DECLINE_INVITATION, Partnership, "partnership_id"))
async def decline_invitation(
    context: Context, partnership_id: PartnershipId, reason: str | None, expected_version: int | None
) -> dict[str, object]:
    """Decline a customer's invitation. The customer may invite again."""
    why = paragraph(reason or "", rules.MOST_MESSAGE_CHARACTERS, ("reason",)) or None
    async with transaction():
        invitation = await _hold(partnership_id, expected_version)
        rules.check_open(invitation)
        before = _terms(invitation)
        await _move(invitation, PartnershipStatus.DECLINED, ended_at=context.now, end_reason=why)
        await _journal_answer(context, "partnership.declined", invitation, before)
    return {"partnership": invitation}


async def _hold(partnership_id: UUID, expected_version: int | None) -> Partnership:
    """The partnership, with its customer locked: changes to one customer's partnerships wait in line (C1 to C4)."""
    found = await Partnership.get(id=partnership_id)
    await locked(Organisation, found.customer_id)
    held = await locked(Partnership, partnership_id)
    check_version(held.version, expected_version)
    return held


async def _live_partnerships(customer_id: UUID) -> list[Partnership]:
    return await Partnership.filter(customer_id=customer_id, status__in=sorted(rules.LIVE))


async def _offered_products(
    context: Context, customer_id: UUID, access: Access, mistakes: Mistakes
) -> dict[UUID, Product]:
    """The products of the offer. Notes those that are not the customer's own and free to be managed (S1.1)."""
    if access.limited is None:
        return {}
    grants = access.grants
    mistakes.noted(_check_number, grants)
    ids = [grant.product_id for grant in grants]
    found = {row.id: row for row in await visible(Product, context.viewer).filter(OneOf("id", ids))}
    managed = {row.product_id for row in await ProductAccess.filter(OneOf("product_id", ids), revoked_at__isnull=True)}
    for place, grant in enumerate(grants):
        path = ("access", "limited", "products", str(place))
        offered = found.get(grant.product_id)
        if offered is None:
            raise NotFound(("input", *path, "product_id"))
        mistakes.noted(
            rules.check_product_is_grantable,
            offered.organisation_id,
            customer_id,
            managed_here=False,
            managed_elsewhere=offered.id in managed,
            field=(*path, "product_id"),
        )
        mistakes.noted(rules.product_rights, grant.rights, (*path, "rights"))
    return found


def _check_number(grants: Sequence[ProductGrant]) -> None:
    path = ("access", "limited", "products")
    most = rules.MOST_PRODUCTS_IN_AN_INVITATION
    if not 1 <= len(grants) <= most:
        raise Refused(
            Refusal(ErrorCode.VALIDATION_FAILED, N_("Choose from 1 to {most} products."), path, {"most": most})
        )
    if len({grant.product_id for grant in grants}) < len(grants):
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("Name each product once."), path))


async def _request_products(
    invitation: Partnership, products: dict[UUID, Product], grants: Sequence[ProductGrant]
) -> None:
    await RequestedProduct.bulk_create(
        [
            RequestedProduct(
                partnership_id=invitation.id,
                product_id=grant.product_id,
                service_name=products[grant.product_id].service_name,
                rights=rules.product_rights(grant.rights, ()),
            )
            for grant in grants
        ]
    )


async def _grant_requested(context: Context, invitation: Partnership) -> None:
    """What the invitation offered becomes access, unless a product was given away or sold in the meantime."""
    requested = await RequestedProduct.filter(partnership_id=invitation.id).select_related("product")
    ids = [request.product_id for request in requested]
    managed = ProductAccess.filter(OneOf("product_id", ids), revoked_at__isnull=True)
    taken = {access.product_id for access in await managed}
    for request in requested:
        rules.check_product_is_grantable(
            request.product.organisation_id,
            invitation.customer_id,
            managed_here=False,
            managed_elsewhere=request.product_id in taken,
            field=(),
        )
    await ProductAccess.bulk_create(
        [
            ProductAccess(
                partnership_id=invitation.id,
                product_id=request.product_id,
                rights=request.rights,
                granted_at=context.now,
            )
            for request in requested
        ]
    )


async def _move(row: Partnership, status: PartnershipStatus, **columns: object) -> None:
    row.update_from_dict({"status": status, "version": row.version + 1, **columns})
    await row.save(update_fields=["status", "version", "updated_at", *columns])


async def _journal_answer(context: Context, action: str, row: Partnership, before: journal.State) -> None:
    await journal.record(
        context, action, row, acting=row.partner_id, on_behalf_of=row.customer_id, before=before, after=_terms(row)
    )
    await journal.announce(context, action, row)
    offer = {"products": await _offer(row)}
    await receipt(context, action, row, acting=row.partner_id, before=before | offer, after=_terms(row) | offer)


async def _offer(invitation: Partnership) -> list[journal.State]:
    """The products that an invitation names, as a receipt lists them."""
    requested = await RequestedProduct.filter(partnership_id=invitation.id).order_by("id")
    return [product_terms(request) for request in requested]


def _terms(row: Partnership) -> journal.State:
    return journal.state(row, "access_type", "payment_mode", "status")
