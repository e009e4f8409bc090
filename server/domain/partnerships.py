"""When may a partnership begin, change and be used?"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from server.domain import invitations
from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.organisations import INVITABLE_PARTNERS, PartnerStatus
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


def check_invitation(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    access_type: AccessType,
    others: Iterable[OtherPartnership],
    *,
    replaces: bool = False,
) -> None:
    """A customer invites an approved partner, other than itself, with which it has no live partnership (S1.1).

    `others` are the live partnerships of the customer. With `replaces` the customer agrees that those in
    force end when complete access begins (E1).
    """
    others = tuple(others)
    refusals = [
        *_between(customer_id, partner_id, partner_status, others, Side.CUSTOMER, ("partner_id",)),
        *_coexistence(access_type, others, field=("access",), replaces=replaces),
    ]
    if refusals:
        raise Refused(*refusals)


def check_request(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    field: tuple[str, ...],
) -> None:
    """An approved partner asks a customer for access (S1.2).

    What else the customer has agreed with whom is not looked at: the partner is not to learn of it.
    """
    if refusals := list(_between(customer_id, partner_id, partner_status, others, Side.PARTNER, field)):
        raise Refused(*refusals)


def check_may_ask(partner_status: PartnerStatus | None) -> None:
    """Only an approved partner asks for access (S1.2)."""
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved(("partner_id",)))


def check_number_of_requests(sent: int, most: int) -> None:
    """`sent` is how many people the partner asked by e-mail within 24 hours."""
    if sent >= most:
        raise Refused(
            Refusal(
                ErrorCode.TOO_MANY_ATTEMPTS,
                N_("A partner asks at most {most} people by e-mail within 24 hours."),
                values={"most": most},
            )
        )


def check_not_asked(*, is_asked: bool) -> None:
    """One open request by a partner to one address."""
    if is_asked:
        raise Refused(
            Refusal(ErrorCode.PARTNERSHIP_EXISTS, N_("There is already an open request to this address."), ("email",))
        )


def check_acceptance(
    partnership: Agreement,
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    *,
    replaces: bool = False,
    access_type: AccessType | None = None,
) -> None:
    """An approved partner comes in by an open proposal that the customer's partnerships leave room for.

    `others` are the customer's other live partnerships, `access_type` what is granted where that is not what
    was proposed (S1.3a, S1.3b, E1, E3, E9).
    """
    check_open(partnership)
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved(field=()))
    granted = access_type or partnership.access_type
    if refusals := list(_coexistence(granted, others, field=(), replaces=replaces)):
        raise Refused(*refusals)


class Proposal(Protocol):
    """What answers to a proposal depend on."""

    @property
    def status(self) -> PartnershipStatus: ...


def check_open(partnership: Proposal) -> None:
    """Only an invitation that nobody has answered can be answered."""
    if partnership.status is not PartnershipStatus.INVITED:
        raise Refused(Refusal(ErrorCode.INVITATION_USED, N_("This invitation is no longer open.")))


def check_in_time(answer_by: datetime | None, now: datetime) -> None:
    """A proposal can be answered before its last moment, not at it (S1.6, E39)."""
    if answer_by is not None:
        invitations.check_in_time(answer_by, now)


def check_resending(sendings: int, most: int) -> None:
    """`sendings` is how often a proposal was sent again within 24 hours (S1.7)."""
    if sendings >= most:
        raise Refused(
            Refusal(
                ErrorCode.TOO_MANY_ATTEMPTS,
                N_("This was sent {most} times within a day; wait before the next."),
                values={"most": most},
            )
        )


def check_resumption(partnership: Agreement, others: Iterable[OtherPartnership]) -> None:
    """What staff stopped goes on, where the customer's other partnerships leave room for it (S1.8)."""
    if partnership.status is not PartnershipStatus.SUSPENDED:
        raise Refused(Refusal(ErrorCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not suspended.")))
    if refusals := list(_coexistence(partnership.access_type, others, field=(), replaces=False)):
        raise Refused(*refusals)


def check_active(partnership: Agreement) -> None:
    if partnership.status is not PartnershipStatus.ACTIVE:
        raise Refused(Refusal(ErrorCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not active.")))


def _between(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    initiated_by: Side,
    field: tuple[str, ...],
) -> Iterable[Refusal]:
    """Two different organisations, one of them an approved partner, without a live partnership (C1, E4, E11)."""
    if customer_id == partner_id:
        yield Refusal(ErrorCode.SELF_PARTNERSHIP, N_("An organisation cannot be its own partner."), field)
    elif partner_status not in INVITABLE_PARTNERS:
        yield _not_approved(field if initiated_by is Side.CUSTOMER else ("partner_id",))
    if any(other.partner_id == partner_id and not _is_opposite(other, initiated_by) for other in others):
        yield Refusal(
            ErrorCode.PARTNERSHIP_EXISTS,
            N_("There is already a partnership or an open invitation with this partner.")
            if initiated_by is Side.CUSTOMER
            else N_("There is already a partnership or an open request with this customer."),
            field,
        )


def _is_opposite(other: OtherPartnership, initiated_by: Side) -> bool:
    """Whether it is an open proposal of the other side, beside which one's own may stand (E4)."""
    return other.status is PartnershipStatus.INVITED and other.initiated_by is not initiated_by


def _not_approved(field: tuple[str, ...]) -> Refusal:
    return Refusal(ErrorCode.PARTNER_NOT_APPROVED, N_("This organisation is not an approved partner."), field)


def _coexistence(
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
