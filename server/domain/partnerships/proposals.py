"""Proposals: the rules for inviting, requesting, answering and resending (S1)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

from server.domain.errors import N_, Refusal, Refused
from server.domain.expiry import Expiry
from server.domain.limits import check_limit
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.partnerships.partnerships import (
    IN_FORCE,
    AccessType,
    Agreement,
    OtherPartnership,
    PartnershipStatus,
    Side,
    coexistence_refusals,
)
from server.domain.people import email_links
from server.domain.people.error_codes import PeopleCode
from server.domain.people.organisations import INVITABLE_PARTNERS, PartnerStatus

OtherT = TypeVar("OtherT", bound=OtherPartnership)

PROPOSAL_EXPIRY: Final = Expiry(PartnershipStatus.INVITED, PartnershipStatus.EXPIRED)
"""A proposal that was not answered in time becomes `EXPIRED` (S1.6)."""


def check_invitation(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    access_type: AccessType,
    others: Iterable[OtherPartnership],
    *,
    replaces: bool = False,
) -> None:
    """A customer invites an approved partner other than itself, with which it has no live partnership (S1.1).

    `others` are the customer's live partnerships. With `replaces` the customer agrees that those in force end when
    complete access begins (E1).
    """
    others = tuple(others)
    refusals = [
        *_pair_refusals(customer_id, partner_id, partner_status, others, Side.CUSTOMER, ("partner_id",)),
        *coexistence_refusals(access_type, others, field=("access",), replaces=replaces),
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

    The customer's other agreements are not checked, because the partner must not learn of them. If `is_answered`, this
    is the answer to a request by e-mail, whose input names no partner.
    """
    asking = () if is_answered else ("partner_id",)
    if refusals := list(_pair_refusals(customer_id, partner_id, partner_status, others, Side.PARTNER, asking)):
        raise Refused(*refusals)


def check_may_ask(partner_status: PartnerStatus | None, field: tuple[str, ...] = ("partner_id",)) -> None:
    """Only an approved partner may send or resend a request for access (S1.2, S5.7)."""
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved_refusal(field))


def check_number_of_requests_by_email(sent: int, most: int) -> None:
    """Refuse another request by e-mail if the partner has `sent` the limit within 24 hours."""
    check_limit(sent, most, N_("A partner can ask at most {most} people by e-mail within 24 hours."))


def check_not_asked(*, is_asked: bool) -> None:
    """A partner has at most one open request to an address."""
    if is_asked:
        raise Refused(
            Refusal(
                PartnershipCode.PARTNERSHIP_EXISTS,
                N_("There is already an open request to this address."),
                ("email",),
            )
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
    """An open proposal by or to an approved partner can be accepted if the customer's other partnerships allow it.

    `others` are the customer's other live partnerships; `access_type` is what is granted, if that differs from the
    proposal (S1.3a, S1.3b, E1, E3, E9).
    """
    check_proposal_open(partnership, now)
    if partner_status not in INVITABLE_PARTNERS:
        raise Refused(_not_approved_refusal(field=()))
    granted = access_type or partnership.access_type
    if refusals := list(coexistence_refusals(granted, others, field=(), replaces=replaces)):
        raise Refused(*refusals)


def partnerships_to_replace(access_type: AccessType, others: Iterable[OtherT], *, is_agreed: bool) -> list[OtherT]:
    """The customer's other partnerships that end when this one comes into force.

    Only complete access replaces others, and only if the customer agreed (E1).
    """
    takes_their_place = is_agreed and access_type is AccessType.COMPLETE
    return [other for other in others if takes_their_place and other.status in IN_FORCE]


class Proposal(Protocol):
    """The facts of a proposal on which answers depend."""

    @property
    def status(self) -> PartnershipStatus: ...
    @property
    def answer_by(self) -> datetime | None: ...


class OpenAgreement(Proposal, Agreement, Protocol):
    """The further facts that an acceptance needs."""


def check_proposal_open(proposal: Proposal, now: datetime) -> None:
    """Only an open proposal can be answered, withdrawn or resent: before its deadline, not at it (S1.6, E39)."""
    if proposal.status is not PartnershipStatus.INVITED:
        raise Refused(Refusal(PeopleCode.INVITATION_USED, N_("This invitation is no longer open.")))
    if proposal.answer_by is not None:
        email_links.check_in_time(proposal.answer_by, now)


def is_late(proposal: Proposal, now: datetime) -> bool:
    """Whether the deadline has passed and the status has not been updated yet (S1.6, E39)."""
    return PROPOSAL_EXPIRY.at(now, proposal.status, proposal.answer_by) is not proposal.status


def check_resending(sendings: int, most: int) -> None:
    """Refuse to resend at the limit (S1.7).

    `sendings` is how often a proposal was resent, or another was made, within 24 hours.
    """
    check_limit(sendings, most, N_("This has been sent {most} times within a day. Wait before you send it again."))


def _pair_refusals(
    customer_id: UUID,
    partner_id: UUID,
    partner_status: PartnerStatus | None,
    others: Iterable[OtherPartnership],
    initiated_by: Side,
    partner: tuple[str, ...],
) -> Iterable[Refusal]:
    """A proposal needs two organisations, one an approved partner, without a live partnership (C1, E4, E11).

    `partner` is the path of the partner in the input.
    """
    field = partner if initiated_by is Side.CUSTOMER else ("customer_id",)
    if customer_id == partner_id:
        yield Refusal(PartnershipCode.SELF_PARTNERSHIP, N_("An organisation cannot be its own partner."), field)
    elif partner_status not in INVITABLE_PARTNERS:
        yield _not_approved_refusal(partner)
    if any(other.partner_id == partner_id and not _is_opposite(other, initiated_by) for other in others):
        yield Refusal(
            PartnershipCode.PARTNERSHIP_EXISTS,
            N_("There is already a partnership or an open invitation with this partner.")
            if initiated_by is Side.CUSTOMER
            else N_("There is already a partnership or an open request with this customer."),
            field,
        )


def _is_opposite(other: OtherPartnership, initiated_by: Side) -> bool:
    """Whether this is an open proposal of the other side. Your own may exist at the same time (E4)."""
    return other.status is PartnershipStatus.INVITED and other.initiated_by is not initiated_by


def _not_approved_refusal(field: tuple[str, ...]) -> Refusal:
    return Refusal(PeopleCode.PARTNER_NOT_APPROVED, N_("This organisation is not an approved partner."), field)
