"""When may a partnership begin, change and be used?"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.organisations import INVITABLE_PARTNERS, PartnerStatus
from server.domain.rights import AssignmentRight, ProductRight, Right, Role

MOST_PRODUCTS_IN_AN_INVITATION: Final = 100
MOST_MESSAGE_CHARACTERS: Final = 1_000


class AccessType(StrEnum):
    """How much of a customer's account the partner manages (R7, R8)."""

    LIMITED = "LIMITED"
    COMPLETE = "COMPLETE"


class PaymentMode(StrEnum):
    """Whose payment methods pay what the partner orders; only meaningful with complete access."""

    CUSTOMER = "CUSTOMER"
    PARTNER = "PARTNER"


class PartnershipStatus(StrEnum):
    """Where a partnership is in its life (S1)."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


class Side(StrEnum):
    """Which of the two organisations."""

    CUSTOMER = "CUSTOMER"
    PARTNER = "PARTNER"


LIVE: Final = frozenset({PartnershipStatus.INVITED, PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED})
"""One customer and one partner have at most one partnership in these states (C1)."""

_MOVES: Final = {
    Right.ACCEPT_INVITATION: frozenset({PartnershipStatus.INVITED}),
    Right.DECLINE_INVITATION: frozenset({PartnershipStatus.INVITED}),
    Right.GRANT_PRODUCT_ACCESS: frozenset({PartnershipStatus.ACTIVE}),
    Right.CHANGE_PRODUCT_ACCESS: frozenset({PartnershipStatus.ACTIVE}),
    Right.REVOKE_PRODUCT_ACCESS: frozenset({PartnershipStatus.ACTIVE}),
    Right.ASSIGN_EMPLOYEES: frozenset({PartnershipStatus.ACTIVE}),
}
_LIMITED_ONLY: Final = frozenset({Right.GRANT_PRODUCT_ACCESS, Right.CHANGE_PRODUCT_ACCESS, Right.REVOKE_PRODUCT_ACCESS})


class Agreement(Protocol):
    """What the moves of a partnership depend on."""

    @property
    def access_type(self) -> AccessType: ...
    @property
    def status(self) -> PartnershipStatus: ...


class OtherPartnership(Protocol):
    """What C1 to C4 look at in the customer's other partnerships."""

    @property
    def partner_id(self) -> UUID: ...
    @property
    def access_type(self) -> AccessType: ...
    @property
    def status(self) -> PartnershipStatus: ...


def is_possible_now(right: Right, partnership: Agreement) -> bool:
    """Whether the state of the partnership leaves room for this right."""
    return right in possible_in(partnership.status) and right in possible_with(partnership.access_type)


@lru_cache
def possible_in(status: PartnershipStatus) -> frozenset[Right]:
    """The rights that a partnership in this status leaves room for."""
    return frozenset(right for right in Right if status in _MOVES.get(right, frozenset(PartnershipStatus)))


@lru_cache
def possible_with(access_type: AccessType) -> frozenset[Right]:
    """The rights that there is room for with this much access."""
    return frozenset(Right) - (frozenset() if access_type is AccessType.LIMITED else _LIMITED_ONLY)


def check_invitation(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    access_type: AccessType,
    others: Iterable[OtherPartnership],
) -> None:
    """A customer invites an approved partner, other than itself, with which it has no live partnership (S1.1).

    `others` are the live partnerships of the customer.
    """
    others = tuple(others)
    refusals = list[Refusal]()
    if customer_id == partner_id:
        refusals.append(
            Refusal(
                ErrorCode.SELF_PARTNERSHIP,
                N_("An organisation cannot be its own partner."),
                ("partner_id",),
            )
        )
    elif partner_status not in INVITABLE_PARTNERS:
        refusals.append(_not_approved(field=("partner_id",)))
    if any(other.partner_id == partner_id for other in others):
        refusals.append(
            Refusal(
                ErrorCode.PARTNERSHIP_EXISTS,
                N_("There is already a partnership or an open invitation with this partner."),
                ("partner_id",),
            )
        )
    refusals.extend(_coexistence(access_type, others, field=("access",)))
    if refusals:
        raise Refused(*refusals)


def check_acceptance(
    partnership: Agreement, partner_status: PartnerStatus | None, others: Iterable[OtherPartnership]
) -> None:
    """An approved partner accepts an open invitation that the customer's partnerships leave room for (S1.3a, E3, E9).

    `others` are the customer's other live partnerships.
    """
    check_open(partnership)
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved(field=()))
    if refusals := list(_coexistence(partnership.access_type, others, field=())):
        raise Refused(*refusals)


def check_open(partnership: Agreement) -> None:
    """Only an invitation that nobody has answered can be answered."""
    if partnership.status is not PartnershipStatus.INVITED:
        raise Refused(Refusal(ErrorCode.INVITATION_USED, N_("This invitation is no longer open.")))


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


def check_active(partnership: Agreement) -> None:
    if partnership.status is not PartnershipStatus.ACTIVE:
        raise Refused(Refusal(ErrorCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not active.")))


def check_product_is_grantable(
    owner_id: UUID, customer_id: UUID, managed_here: bool, managed_elsewhere: bool, field: tuple[str, ...]
) -> None:
    """A customer grants its own products, each to one limited partner at a time (R7, C3, E2).

    The other partner's name is never told.
    """
    if owner_id != customer_id:
        raise Refused(Refusal(ErrorCode.PRODUCT_NOT_OWNED, N_("This product does not belong to the customer."), field))
    if managed_here:
        raise Refused(Refusal(ErrorCode.ALREADY_GRANTED, N_("This partner already manages this product."), field))
    if managed_elsewhere:
        raise Refused(
            Refusal(ErrorCode.PRODUCT_ALREADY_MANAGED, N_("Another partner already manages this product."), field)
        )


def check_assignable(organisation_id: UUID, partner_id: UUID, role: Role, is_active: bool) -> None:
    """Assignments are for active employees of the partner; the others there need none."""
    if organisation_id != partner_id or role is not Role.EMPLOYEE or not is_active:
        raise Refused(
            Refusal(
                ErrorCode.NOT_AN_EMPLOYEE,
                N_("Only active employees of the partner are assigned to a customer."),
                ("membership_id",),
            )
        )


def product_rights(rights: Collection[ProductRight], field: tuple[str, ...]) -> list[ProductRight]:
    """The rights in their stored form: each once, in the order of the enum, at least one."""
    if not rights:
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("Choose at least one right."), field))
    return [right for right in ProductRight if right in rights]


def assignment_rights(rights: Collection[AssignmentRight]) -> list[AssignmentRight]:
    """The rights in their stored form. Whoever may do something for a customer may see it: VIEW is always in."""
    return [right for right in AssignmentRight if right is AssignmentRight.VIEW or right in rights]


def _not_approved(field: tuple[str, ...]) -> Refusal:
    return Refusal(ErrorCode.PARTNER_NOT_APPROVED, N_("This organisation is not an approved partner."), field)


def _coexistence(
    access_type: AccessType, others: Iterable[OtherPartnership], field: tuple[str, ...]
) -> Iterable[Refusal]:
    """One complete partner, or several limited ones, never both (C2, C4, E1)."""
    active = [other for other in others if other.status is PartnershipStatus.ACTIVE]
    if any(other.access_type is AccessType.COMPLETE for other in active):
        yield Refusal(
            ErrorCode.COMPLETE_PARTNER_EXISTS,
            N_("This customer already has a partner with complete access."),
            field,
        )
    elif active and access_type is AccessType.COMPLETE:
        yield Refusal(
            ErrorCode.LIMITED_PARTNER_EXISTS,
            N_("This customer has partners with limited access; end them before granting complete access."),
            field,
        )
