"""Offers: the access that is offered, requested or granted in a partnership, and how it is put into force."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from server.domain.errors import N_, CommonCode, NotFound, Problems, Refusal, Refused
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships import product_accesses as access_rules
from server.domain.partnerships.partnerships import AccessType, PaymentMode
from server.domain.products.product_terminations import check_lives
from server.domain.rights import ProductRight
from server.models import Partnership, Product, ProductAccess, RequestedProduct
from server.models.conditions import OneOf
from server.models.units import leave
from server.models.visibility.policies import visible_queryset
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import ProductId
from server.resolvers.partnerships.product_access_changes import lock_accesses_for_customer, revoke_accesses

OFFERED_PRODUCTS = ("access", "limited", "products")


@dataclass(frozen=True)
class ProductGrant:
    """A product and the partner's rights on it.

    `move_from_current` says that the customer moves it from the partner who manages it (E2).
    """

    product_id: ProductId
    rights: list[ProductRight]
    move_from_current: bool | None = None


@dataclass(frozen=True)
class LimitedAccess:
    """Access to particular products."""

    products: list[ProductGrant] = field(default_factory=list[ProductGrant])


@dataclass(frozen=True)
class CompleteAccess:
    """Access to all products."""

    payment_mode: PaymentMode


@dataclass(frozen=True)
class Access:
    """The access offered or granted. Exactly one of the two is set."""

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


@dataclass(frozen=True)
class WantedAccess:
    """The access a partner requests. It cannot name products, because it cannot see them."""

    access_type: AccessType
    payment_mode: PaymentMode | None = None


@dataclass(frozen=True)
class Offer:
    """The products of an offer, and warnings for the person who makes it."""

    products: dict[UUID, Product]
    warnings: list[Refusal] = field(default_factory=list[Refusal])


async def collect_offer(
    context: Context, customer_id: UUID, access: Access, problems: Problems, *, least: int = 1
) -> Offer:
    """The products in an offer (S1.1). Collects an error for each one that may not be offered.

    A product that another partner manages can be proposed, with a warning (E2).
    """
    if access.limited is None:
        return Offer({})
    grants = access.grants
    problems.check(_check_number, grants, least)
    ids = [grant.product_id for grant in grants]
    found = {row.id: row for row in await visible_queryset(Product, context.viewer).filter(OneOf("id", ids))}
    managed = await accesses_in_force(ids)
    warnings = list[Refusal]()
    for place, grant in enumerate(grants):
        path = (*OFFERED_PRODUCTS, str(place))
        product = found.get(grant.product_id)
        if product is None:
            raise NotFound(("input", *path, "product_id"))
        problems.check(access_rules.check_product_is_owned, product.organisation_id, customer_id, (*path, "product_id"))
        problems.check(check_lives, product.state, (*path, "product_id"))
        problems.check(access_rules.product_rights, grant.rights, (*path, "rights"))
        if product.id in managed and not grant.move_from_current:
            warnings.append(access_rules.already_managed_refusal((*path, "product_id")))
    return Offer(found, warnings)


async def accesses_in_force(product_ids: Collection[UUID]) -> dict[UUID, ProductAccess]:
    """The product access in force for each of these products, by the product's key."""
    held = ProductAccess.filter(OneOf("product_id", list(product_ids)), revoked_at__isnull=True)
    return {access.product_id: access for access in await held}


async def request_products(invitation: Partnership, offer: Offer, grants: Sequence[ProductGrant]) -> None:
    """Store the products that the proposal names."""
    await RequestedProduct.bulk_create(
        [
            RequestedProduct(
                partnership_id=invitation.id,
                product_id=grant.product_id,
                service_name=offer.products[grant.product_id].service_name,
                rights=access_rules.product_rights(grant.rights, ()),
                moves=bool(grant.move_from_current),
            )
            for grant in grants
        ]
    )


@dataclass(frozen=True)
class Wanted:
    """A product to be granted. `field` is its path in the input."""

    product: Product
    rights: list[ProductRight]
    moves: bool = False
    field: tuple[str, ...] = ()

    @property
    def product_id(self) -> UUID:
        return self.product.id


def products_to_grant(offer: Offer, grants: Sequence[ProductGrant]) -> list[Wanted]:
    """The products that the customer grants immediately."""
    return [
        Wanted(
            offer.products[grant.product_id],
            access_rules.product_rights(grant.rights, ()),
            bool(grant.move_from_current),
            (*OFFERED_PRODUCTS, str(place), "product_id"),
        )
        for place, grant in enumerate(grants)
    ]


async def grant_all(
    context: Context, partnership: Partnership, products: Sequence[Wanted], granted_by: UUID | None
) -> list[ProductAccess]:
    """Grant the partner access to these products (S1.3a, E2).

    Refused if one was granted elsewhere, sold or ended in the meantime.
    """
    managed = await accesses_in_force([each.product.id for each in products])
    here = {id for id, access in managed.items() if access.partnership_id == partnership.id}
    for each in products:
        check_lives(each.product.state, each.field)
        access_rules.check_product_is_grantable(
            each.product.organisation_id,
            partnership.customer_id,
            managed_here=each.product.id in here,
            managed_elsewhere=each.product.id in managed and not each.moves,
            field=each.field,
        )
    if managed:
        await revoke_accesses(context, await lock_accesses_for_customer(list(managed.values())))
    granted = [
        ProductAccess(
            partnership_id=partnership.id,
            product_id=each.product.id,
            rights=each.rights,
            granted_by_id=granted_by,
            granted_at=context.now,
        )
        for each in products
    ]
    leave(*granted)
    return granted


def terms_in_mail(
    access_type: AccessType, payment_mode: PaymentMode | None, products: Sequence[Wanted]
) -> journal.State:
    """The terms, as e-mails show them."""
    listed = [{"service_name": each.product.service_name, "rights": each.rights} for each in products]
    return {"access_type": access_type, "payment_mode": payment_mode, "products": listed}


def _check_number(grants: Sequence[ProductGrant], least: int) -> None:
    most = rules.MAX_PRODUCTS_IN_AN_INVITATION
    if not least <= len(grants) <= most:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Choose {least} to {most} products."),
                OFFERED_PRODUCTS,
                {"least": least, "most": most},
            )
        )
    if len({grant.product_id for grant in grants}) < len(grants):
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("List each product only once."), OFFERED_PRODUCTS))
