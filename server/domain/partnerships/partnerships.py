"""When may a partnership begin, change and be used?"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.rights import Right

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

IN_FORCE: Final = frozenset({PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED})
"""What began and has not ended: it can be ended (S4)."""

_INVITED: Final = frozenset({PartnershipStatus.INVITED})
_ACTIVE: Final = frozenset({PartnershipStatus.ACTIVE})
_MOVES: Final = {
    Right.ACCEPT_INVITATION: _INVITED,
    Right.DECLINE_INVITATION: _INVITED,
    Right.ACCEPT_REQUEST: _INVITED,
    Right.DECLINE_REQUEST: _INVITED,
    Right.MANAGE_INVITATION: _INVITED,
    Right.GRANT_PRODUCT_ACCESS: _ACTIVE,
    Right.CHANGE_PRODUCT_ACCESS: _ACTIVE,
    Right.REVOKE_PRODUCT_ACCESS: _ACTIVE,
    Right.CHANGE_ACCESS_TYPE: _ACTIVE,
    Right.CHANGE_PAYMENT_MODE: _ACTIVE,
    Right.SET_PARTNERSHIP_DATES: _ACTIVE,
    Right.REQUEST_ACCESS_CHANGE: _ACTIVE,
    Right.ANSWER_ACCESS_CHANGE: _ACTIVE,
    Right.ASSIGN_EMPLOYEES: _ACTIVE,
    Right.TERMINATE_PARTNERSHIP: IN_FORCE,
}
_ACCESS_TYPE_OF: Final = {
    Right.GRANT_PRODUCT_ACCESS: AccessType.LIMITED,
    Right.CHANGE_PRODUCT_ACCESS: AccessType.LIMITED,
    Right.REVOKE_PRODUCT_ACCESS: AccessType.LIMITED,
    Right.CHANGE_PAYMENT_MODE: AccessType.COMPLETE,
}
_PROPOSED_BY: Final = {
    Right.ACCEPT_INVITATION: Side.CUSTOMER,
    Right.DECLINE_INVITATION: Side.CUSTOMER,
    Right.ACCEPT_REQUEST: Side.PARTNER,
    Right.DECLINE_REQUEST: Side.PARTNER,
}
"""A proposal is answered by the side that did not make it."""


class Agreement(Protocol):
    """What the moves of a partnership depend on."""

    @property
    def access_type(self) -> AccessType: ...
    @property
    def status(self) -> PartnershipStatus: ...
    @property
    def initiated_by(self) -> Side: ...


class OtherPartnership(Protocol):
    """What C1 to C4 look at in the customer's other partnerships."""

    @property
    def partner_id(self) -> UUID: ...
    @property
    def access_type(self) -> AccessType: ...
    @property
    def status(self) -> PartnershipStatus: ...
    @property
    def initiated_by(self) -> Side: ...


def proposed_by(right: Right, side: Side) -> Side | None:
    """Which side must have proposed a partnership for this right to exist on `side`; None where it is all one."""
    return side if right is Right.MANAGE_INVITATION else _PROPOSED_BY.get(right)


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
    return frozenset(right for right in Right if _ACCESS_TYPE_OF.get(right, access_type) is access_type)


def check_resumption(partnership: Agreement, others: Iterable[OtherPartnership]) -> None:
    """What staff stopped goes on, where the customer's other partnerships leave room for it (S1.8)."""
    if partnership.status is not PartnershipStatus.SUSPENDED:
        raise Refused(Refusal(ErrorCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not suspended.")))
    if refusals := list(coexistence(partnership.access_type, others, field=(), replaces=False)):
        raise Refused(*refusals)


def check_active(partnership: Agreement) -> None:
    if partnership.status is not PartnershipStatus.ACTIVE:
        raise Refused(Refusal(ErrorCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not active.")))


def coexistence(
    access_type: AccessType, others: Iterable[OtherPartnership], field: tuple[str, ...], *, replaces: bool
) -> Iterable[Refusal]:
    """One complete partner, or several limited ones, never both (C2, C4, E1)."""
    if replaces and access_type is AccessType.COMPLETE:
        return
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
