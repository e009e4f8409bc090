"""Own product grants: which of their organisation's products members may use, and with which rights (M12)."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.products.products import ProductCategory
from server.domain.rights import LEADING_ROLES, ProductRight, Role

FOREVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The `covers_until` of a grant that includes future products."""


class OwnedProduct(Protocol):
    """The facts of a product that a rule needs. The models satisfy this protocol."""

    @property
    def id(self) -> UUID: ...
    @property
    def organisation_id(self) -> UUID: ...
    @property
    def category(self) -> ProductCategory: ...
    @property
    def created_at(self) -> datetime: ...


class OwnGrant(Protocol):
    """A grant in force to a member or one of their teams."""

    @property
    def organisation_id(self) -> UUID: ...
    @property
    def product_id(self) -> UUID | None: ...
    @property
    def category(self) -> ProductCategory | None: ...
    @property
    def covers_until(self) -> datetime: ...
    @property
    def rights(self) -> Collection[ProductRight]: ...


def covers(grant: OwnGrant, product: OwnedProduct) -> bool:
    """Whether a grant covers this product while the product belongs to the organisation.

    A grant by category covers the products that existed when it was made. It covers later ones only if it includes
    them.
    """
    if grant.organisation_id != product.organisation_id:
        return False
    if grant.category is None:
        return grant.product_id == product.id
    return grant.category is product.category and product.created_at <= grant.covers_until


def granted_rights(grants: Iterable[OwnGrant], product: OwnedProduct) -> frozenset[ProductRight]:
    """The union of the rights in a person's own grants and those of all their teams."""
    return frozenset(ProductRight(right) for grant in grants if covers(grant, product) for right in grant.rights)


def covered_until(category: ProductCategory | None, include_future: bool, now: datetime) -> datetime:
    """The end of the time in which products covered by a grant made now are created.

    Making the grant again covers the products created since.
    """
    if category is None and include_future:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Only a grant by category can include future products."),
                ("include_future_products",),
            )
        )
    return FOREVER if category is None or include_future else now


def check_needs_grants(role: Role, field: tuple[str, ...]) -> None:
    """Only members who do not lead the organisation need grants, because its leaders see all its products."""
    if role in LEADING_ROLES:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Legal representatives and administrators already see every product."),
                field,
            )
        )


def check_owned(owner_id: UUID, organisation_id: UUID, field: tuple[str, ...]) -> None:
    if owner_id != organisation_id:
        raise Refused(
            Refusal(PartnershipCode.PRODUCT_NOT_OWNED, N_("This product does not belong to the organisation."), field)
        )
