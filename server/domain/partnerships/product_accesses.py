"""Product accesses: the rules for granting, changing and revoking a partner's access to a single product (S2)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.partnerships.partnerships import AccessType, Agreement, check_partnership_active
from server.domain.rights import ProductRight


def check_takes_products(partnership: Agreement) -> None:
    """Individual products are granted and revoked only under active limited access (S2)."""
    check_partnership_active(partnership)
    if partnership.access_type is not AccessType.LIMITED:
        raise Refused(
            Refusal(
                PartnershipCode.ACCESS_NOT_LIMITED,
                N_("This partner has complete access, so you cannot grant or revoke single products."),
            )
        )


def check_holds(revoked_at: datetime | None) -> None:
    """Only an access that has not ended can be changed (S2.2)."""
    if revoked_at is not None:
        raise Refused(Refusal(PartnershipCode.ACCESS_ENDED, N_("This product access has ended.")))


def check_each_once(ids: Sequence[UUID], field: tuple[str, ...]) -> None:
    """A bulk change names each access only once (D9)."""
    if len(set(ids)) < len(ids):
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("List each product access only once."), field))


def check_reached(is_seen: bool, is_allowed: bool) -> None:
    """In a bulk change, an access that the viewer may not change is refused on its own (D9)."""
    if not is_seen:
        raise Refused(Refusal(CommonCode.NOT_FOUND, N_("This product access does not exist, or you cannot see it.")))
    if not is_allowed:
        raise Refused(Refusal(CommonCode.RIGHT_MISSING, N_("You may not do this with this product access.")))


def check_product_is_grantable(
    owner_id: UUID, customer_id: UUID, managed_here: bool, managed_elsewhere: bool, field: tuple[str, ...]
) -> None:
    """A customer grants only its own products, each to one limited partner at a time (R7, C3, E2).

    The refusal never names the other partner.
    """
    check_product_is_owned(owner_id, customer_id, field)
    if managed_here:
        raise Refused(Refusal(PartnershipCode.ALREADY_GRANTED, N_("This partner already manages this product."), field))
    if managed_elsewhere:
        raise Refused(already_managed_refusal(field))


def check_product_is_owned(owner_id: UUID, customer_id: UUID, field: tuple[str, ...]) -> None:
    """Only a product's owner can let someone manage it, no matter who pays for it."""
    if owner_id != customer_id:
        raise Refused(
            Refusal(PartnershipCode.PRODUCT_NOT_OWNED, N_("This product does not belong to the customer."), field)
        )


def already_managed_refusal(field: tuple[str, ...]) -> Refusal:
    """Another partner already manages the product: a warning in an offer, a refusal on acceptance (E2)."""
    return Refusal(PartnershipCode.PRODUCT_ALREADY_MANAGED, N_("Another partner already manages this product."), field)


def product_rights(rights: Collection[ProductRight], field: tuple[str, ...]) -> list[ProductRight]:
    """The rights as they are stored: at least one, each once, in the order of the enum."""
    if not rights:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("Choose at least one right."), field))
    return [right for right in ProductRight if right in rights]
