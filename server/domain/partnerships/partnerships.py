"""Partnerships: status, access type and payment mode, and which rights exist in which status (S1)."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from server.domain.errors import N_, Refusal, Refused
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.rights import Right

MAX_PRODUCTS_IN_AN_INVITATION: Final = 100
MAX_MESSAGE_CHARACTERS: Final = 1_000


class AccessType(StrEnum):
    """How much of a customer's account the partner manages (R7, R8)."""

    LIMITED = "LIMITED"
    COMPLETE = "COMPLETE"


class PaymentMode(StrEnum):
    """Whose payment methods pay for the partner's orders. Only complete access has a payment mode."""

    CUSTOMER = "CUSTOMER"
    PARTNER = "PARTNER"


class PartnershipStatus(StrEnum):
    """Status of a partnership (S1)."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


class Side(StrEnum):
    """One of the two organisations in a partnership."""

    CUSTOMER = "CUSTOMER"
    PARTNER = "PARTNER"


LIVE: Final = frozenset({PartnershipStatus.INVITED, PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED})
"""A customer and a partner have at most one partnership with one of these statuses (C1)."""

IN_FORCE: Final = frozenset({PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED})
"""Partnerships that have begun and not ended. Only these can be terminated (S4)."""

_INVITED: Final = frozenset({PartnershipStatus.INVITED})
_ACTIVE: Final = frozenset({PartnershipStatus.ACTIVE})
_STATUSES_OF: Final = {
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
    """The facts of a partnership on which its transitions depend."""

    @property
    def access_type(self) -> AccessType: ...
    @property
    def status(self) -> PartnershipStatus: ...
    @property
    def initiated_by(self) -> Side: ...


class OtherPartnership(Agreement, Protocol):
    """The facts of the customer's other partnerships that C1 to C4 need."""

    @property
    def partner_id(self) -> UUID: ...


def required_proposer(right: Right, side: Side) -> Side | None:
    """The side that must have proposed the partnership for `side` to have this right. None if it does not matter."""
    return side if right is Right.MANAGE_INVITATION else _PROPOSED_BY.get(right)


@lru_cache
def rights_in_status(status: PartnershipStatus) -> frozenset[Right]:
    """The rights that exist in this status."""
    return frozenset(right for right in Right if status in _STATUSES_OF.get(right, frozenset(PartnershipStatus)))


@lru_cache
def rights_with_access_type(access_type: AccessType) -> frozenset[Right]:
    """The rights that exist with this access type."""
    return frozenset(right for right in Right if _ACCESS_TYPE_OF.get(right, access_type) is access_type)


def check_resumption(partnership: Agreement, others: Iterable[OtherPartnership]) -> None:
    """A suspended partnership resumes only if the customer's other partnerships allow it (S1.8)."""
    if partnership.status is not PartnershipStatus.SUSPENDED:
        raise Refused(Refusal(PartnershipCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not suspended.")))
    if refusals := list(coexistence_refusals(partnership.access_type, others, field=(), replaces=False)):
        raise Refused(*refusals)


def check_partnership_active(partnership: Agreement) -> None:
    if partnership.status is not PartnershipStatus.ACTIVE:
        raise Refused(Refusal(PartnershipCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not active.")))


def coexistence_refusals(
    access_type: AccessType, others: Iterable[OtherPartnership], field: tuple[str, ...], *, replaces: bool
) -> Iterable[Refusal]:
    """A customer has one partner with complete access or several with limited access, never both (C2, C4, E1)."""
    if replaces and access_type is AccessType.COMPLETE:
        return
    active = [other for other in others if other.status is PartnershipStatus.ACTIVE]
    if any(other.access_type is AccessType.COMPLETE for other in active):
        yield Refusal(
            PartnershipCode.COMPLETE_PARTNER_EXISTS,
            N_("This customer already has a partner with complete access."),
            field,
        )
    elif active and access_type is AccessType.COMPLETE:
        yield Refusal(
            PartnershipCode.LIMITED_PARTNER_EXISTS,
            N_(
                "This customer has partners with limited access. End those partnerships before granting complete "
                "access."
            ),
            field,
        )
