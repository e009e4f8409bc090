"""When is a single product given to a limited partner, changed or taken back?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.partnerships.partnerships import AccessType, Agreement, check_active
from server.domain.rights import ProductRight


def check_takes_products(partnership: Agreement) -> None:
    """Products are granted and taken back one by one under active limited access alone (S2)."""
    check_active(partnership)
    if partnership.access_type is not AccessType.LIMITED:
        raise Refused(
            Refusal(
                ErrorCode.ACCESS_NOT_LIMITED,
                N_("This partner has complete access; single products are neither granted nor revoked."),
            )
        )


def check_holds(revoked_at: datetime | None) -> None:
    """Only an access that has not ended is changed (S2.2)."""
    if revoked_at is not None:
        raise Refused(Refusal(ErrorCode.ACCESS_ENDED, N_("This product access has ended.")))


def check_each_once(ids: Sequence[UUID], field: tuple[str, ...]) -> None:
    """Of many changes at once each is of another access (D9)."""
    if len(set(ids)) < len(ids):
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("Name each product access once."), field))


def check_reached(is_seen: bool, is_allowed: bool) -> None:
    """Of many changes at once, one that is not the viewer's to make is refused for itself (D9)."""
    if not is_seen:
        raise Refused(Refusal(ErrorCode.NOT_FOUND, N_("This product access does not exist, or not for you.")))
    if not is_allowed:
        raise Refused(Refusal(ErrorCode.RIGHT_MISSING, N_("You may not do this with this product access.")))


def check_product_is_grantable(
    owner_id: UUID, customer_id: UUID, managed_here: bool, managed_elsewhere: bool, field: tuple[str, ...]
) -> None:
    """A customer grants its own products, each to one limited partner at a time (R7, C3, E2).

    The other partner's name is never told.
    """
    check_product_is_owned(owner_id, customer_id, field)
    if managed_here:
        raise Refused(Refusal(ErrorCode.ALREADY_GRANTED, N_("This partner already manages this product."), field))
    if managed_elsewhere:
        raise Refused(already_managed(field))


def check_product_is_owned(owner_id: UUID, customer_id: UUID, field: tuple[str, ...]) -> None:
    """Whoever pays, only its owner lets somebody manage a product."""
    if owner_id != customer_id:
        raise Refused(Refusal(ErrorCode.PRODUCT_NOT_OWNED, N_("This product does not belong to the customer."), field))


def already_managed(field: tuple[str, ...]) -> Refusal:
    """What is said of a product that another partner manages: a warning to who offers it, later a refusal (E2)."""
    return Refusal(ErrorCode.PRODUCT_ALREADY_MANAGED, N_("Another partner already manages this product."), field)


def product_rights(rights: Collection[ProductRight], field: tuple[str, ...]) -> list[ProductRight]:
    """The rights in their stored form: each once, in the order of the enum, at least one."""
    if not rights:
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("Choose at least one right."), field))
    return [right for right in ProductRight if right in rights]
