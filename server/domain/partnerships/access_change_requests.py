"""Access change requests, and the rules for changing access type, payment mode and dates (S2, S3, D4)."""

from collections.abc import Collection, Hashable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.expiry import Expiry
from server.domain.limits import check_limit
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.partnerships.partnerships import (
    AccessType,
    Agreement,
    OtherPartnership,
    PaymentMode,
    check_partnership_active,
    coexistence_refusals,
)
from server.domain.people.error_codes import PeopleCode
from server.domain.rights import Role

CHANGE_REQUEST_LIFETIME_DAYS: Final = 30
MAX_OPEN_REQUESTS: Final = 20


class AccessChangeStatus(StrEnum):
    """Status of a partner's request to change its access (S2.6 to S2.8)."""

    PENDING = "PENDING"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


ACCESS_CHANGE_EXPIRY: Final = Expiry(AccessChangeStatus.PENDING, AccessChangeStatus.EXPIRED)
"""A request that the customer did not answer in time becomes `EXPIRED` (S2.8)."""


def check_access_type_change(
    partnership: Agreement, access_type: AccessType, others: Collection[UUID], to_end: Collection[UUID]
) -> None:
    """Refuse a change between limited and complete access that is not allowed (S2.4, S2.5).

    `others` are the customer's other active partnerships. Complete access begins only if `to_end` names each of them.
    """
    check_partnership_active(partnership)
    if partnership.access_type is access_type:
        raise Refused(
            Refusal(PartnershipCode.ACCESS_TYPE_UNCHANGED, N_("The partner already has this access type."), ("access",))
        )
    if access_type is AccessType.COMPLETE and set(others) - set(to_end):
        raise Refused(
            Refusal(
                PartnershipCode.LIMITED_PARTNER_EXISTS,
                N_("This customer has other partners. List each partner whose partnership should end."),
                ("end_other_partnerships",),
            )
        )


def check_payment_mode_change(partnership: Agreement) -> None:
    """Only complete access has a payment mode (S3)."""
    check_partnership_active(partnership)
    if partnership.access_type is not AccessType.COMPLETE:
        raise Refused(
            Refusal(
                PartnershipCode.PAYMENT_MODE_NOT_APPLICABLE,
                N_("Only a partner with complete access can have a payment mode."),
                ("payment_mode",),
            )
        )


def check_dates(partnership: Agreement, expires_at: datetime | None, review_at: datetime | None, now: datetime) -> None:
    """The end date and the review date are optional, and have to lie in the future (D4)."""
    check_partnership_active(partnership)
    refusals = list(_date_refusals(expires_at, review_at, now))
    if refusals:
        raise Refused(*refusals)


def check_offered_dates(expires_at: datetime | None, review_at: datetime | None, now: datetime) -> None:
    """The same for an offer that is not in force yet."""
    if refusals := list(_date_refusals(expires_at, review_at, now)):
        raise Refused(*refusals)


def _date_refusals(expires_at: datetime | None, review_at: datetime | None, now: datetime) -> Iterable[Refusal]:
    for name, moment in (("expires_at", expires_at), ("review_at", review_at)):
        if moment is not None and moment <= now:
            yield Refusal(CommonCode.VALIDATION_FAILED, N_("This must be in the future."), (name,))
    if expires_at is not None and review_at is not None and review_at >= expires_at:
        yield Refusal(CommonCode.VALIDATION_FAILED, N_("The review must be before the end."), ("review_at",))


def check_pending(status: AccessChangeStatus, expires_at: datetime, now: datetime) -> None:
    """Only an open request can be answered (S2.7)."""
    if ACCESS_CHANGE_EXPIRY.at(now, status, expires_at) is not AccessChangeStatus.PENDING:
        raise Refused(Refusal(PeopleCode.INVITATION_USED, N_("This request is no longer open.")))


def check_may_answer(partnership: Agreement, access_type: AccessType, role: Role | None) -> None:
    """A request is granted by someone who may make the change (S2.7, M18).

    Only a legal representative grants another access type.
    """
    if access_type is not partnership.access_type and role is not Role.LEGAL_REPRESENTATIVE:
        raise Refused(
            Refusal(
                PeopleCode.LEGAL_REPRESENTATIVE_ONLY,
                N_("Only a legal representative can change the access type."),
            )
        )


def check_is_a_change(partnership: Agreement, access_type: AccessType, field: tuple[str, ...] = ("access",)) -> None:
    """Refuse a request for complete access if the partner already has it."""
    if partnership.access_type is AccessType.COMPLETE and access_type is AccessType.COMPLETE:
        raise Refused(
            Refusal(PartnershipCode.ACCESS_TYPE_UNCHANGED, N_("The partner already has this access type."), field)
        )


def check_leaves_room(partnership: Agreement, access_type: AccessType, others: Iterable[OtherPartnership]) -> None:
    """Granting a request ends no other partnership, so complete access needs a customer without `others` (C4, S2.7)."""
    refusals = list(coexistence_refusals(access_type, others, field=("access",), replaces=False))
    if access_type is not partnership.access_type and refusals:
        raise Refused(*refusals)


def fewest_products(partnership: Agreement, access_type: AccessType) -> int:
    """The least number of products in a grant. It is 0 if complete access becomes limited access (S2.5)."""
    return 1 if access_type is partnership.access_type else 0


def check_wanted(access_type: AccessType, payment_mode: PaymentMode | None) -> None:
    """A request for complete access needs a payment mode; a request for limited access has none."""
    if (access_type is AccessType.COMPLETE) != (payment_mode is not None):
        raise Refused(
            Refusal(
                PartnershipCode.PAYMENT_MODE_NOT_APPLICABLE,
                N_("Complete access needs a payment mode; limited access must not have one."),
                ("wanted", "payment_mode"),
            )
        )


def check_number_of_change_requests(number: int) -> None:
    """Refuse another request if the partnership has `number` open ones and that is the limit."""
    check_limit(number, MAX_OPEN_REQUESTS, N_("There are already {most} open requests. Wait for an answer."))


def change_expiry(now: datetime) -> datetime:
    """The deadline for answering a request (S2.8)."""
    return now + timedelta(days=CHANGE_REQUEST_LIFETIME_DAYS)


def is_different_grant(
    asked: tuple[AccessType, PaymentMode | None, Collection[Hashable]],
    granted: tuple[AccessType, PaymentMode | None, Collection[Hashable]],
) -> bool:
    """Whether the grant differs from the request in access type, payment mode, or products and rights (R11, D3)."""
    return (*asked[:2], frozenset(asked[2])) != (*granted[:2], frozenset(granted[2]))
