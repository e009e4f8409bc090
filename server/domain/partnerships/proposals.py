"""When may a partnership be proposed, and a proposal be answered?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.expiry import Lapse
from server.domain.partnerships import email_links
from server.domain.partnerships.partnerships import (
    IN_FORCE,
    AccessType,
    Agreement,
    OtherPartnership,
    PartnershipStatus,
    Side,
    coexistence,
)
from server.domain.people.organisations import INVITABLE_PARTNERS, PartnerStatus

OtherT = TypeVar("OtherT", bound=OtherPartnership)

LAPSE: Final = Lapse(PartnershipStatus.INVITED, PartnershipStatus.EXPIRED)
"""What nobody answered in time has expired (S1.6)."""


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
        *coexistence(access_type, others, field=("access",), replaces=replaces),
    ]
    if refusals:
        raise Refused(*refusals)


def check_request(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    *,
    is_answered: bool = False,
) -> None:
    """An approved partner asks a customer for access (S1.2).

    What else the customer has agreed with whom is not looked at: the partner is not to learn of it. Where what was
    asked by e-mail `is_answered`, the input names no partner.
    """
    asking = () if is_answered else ("partner_id",)
    if refusals := list(_between(customer_id, partner_id, partner_status, others, Side.PARTNER, asking)):
        raise Refused(*refusals)


def check_may_ask(partner_status: PartnerStatus | None, field: tuple[str, ...] = ("partner_id",)) -> None:
    """Only an approved partner asks for access, for the first time or again (S1.2, S5.7)."""
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved(field))


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
    partnership: "OpenAgreement",
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    now: datetime,
    *,
    replaces: bool = False,
    access_type: AccessType | None = None,
) -> None:
    """An approved partner comes in by an open proposal that the customer's partnerships leave room for.

    `others` are the customer's other live partnerships, `access_type` what is granted where that is not what
    was proposed (S1.3a, S1.3b, E1, E3, E9).
    """
    check_open(partnership, now)
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved(field=()))
    granted = access_type or partnership.access_type
    if refusals := list(coexistence(granted, others, field=(), replaces=replaces)):
        raise Refused(*refusals)


def replaced(access_type: AccessType, others: Iterable[OtherT], *, is_agreed: bool) -> list[OtherT]:
    """Of the customer's other partnerships: those that end as this one comes into force. Complete access alone takes
    the place of others, where the customer agreed (E1).
    """
    takes_their_place = is_agreed and access_type is AccessType.COMPLETE
    return [other for other in others if takes_their_place and other.status in IN_FORCE]


class Proposal(Protocol):
    """What answers to a proposal depend on."""

    @property
    def status(self) -> PartnershipStatus: ...
    @property
    def answer_by(self) -> datetime | None: ...


class OpenAgreement(Proposal, Agreement, Protocol):
    """What an acceptance depends on beside it."""


def check_open(proposal: Proposal, now: datetime) -> None:
    """Only a proposal that nobody has answered can be answered, withdrawn or sent again; before its last moment,
    not at it (S1.6, E39).
    """
    if proposal.status is not PartnershipStatus.INVITED:
        raise Refused(Refusal(ErrorCode.INVITATION_USED, N_("This invitation is no longer open.")))
    if proposal.answer_by is not None:
        email_links.check_in_time(proposal.answer_by, now)


def is_late(proposal: Proposal, now: datetime) -> bool:
    """Whether nobody answered in time, and that is still to be written down (S1.6, E39)."""
    return LAPSE.at(now, proposal.status, proposal.answer_by) is not proposal.status


def check_resending(sendings: int, most: int) -> None:
    """`sendings` is how often a proposal was sent again, or another was made, within 24 hours (S1.7)."""
    if sendings >= most:
        raise Refused(
            Refusal(
                ErrorCode.TOO_MANY_ATTEMPTS,
                N_("This was sent {most} times within a day; wait before the next."),
                values={"most": most},
            )
        )


def _between(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    initiated_by: Side,
    partner: tuple[str, ...],
) -> Iterable[Refusal]:
    """Two different organisations, one of them an approved partner, without a live partnership (C1, E4, E11).

    `partner` is where in the input the partner is named.
    """
    field = partner if initiated_by is Side.CUSTOMER else ("customer_id",)
    if customer_id == partner_id:
        yield Refusal(ErrorCode.SELF_PARTNERSHIP, N_("An organisation cannot be its own partner."), field)
    elif partner_status not in INVITABLE_PARTNERS:
        yield _not_approved(partner)
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
