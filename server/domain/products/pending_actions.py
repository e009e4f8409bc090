"""What may a partner not do alone, and how does the customer answer (E34)?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.expiry import Lapse
from server.domain.partnerships.partnerships import AccessType, Agreement, check_active


class PendingActionKind(StrEnum):
    """What a partner asks to do with a customer's product."""

    TERMINATE_PRODUCT = "TERMINATE_PRODUCT"


class PendingActionStatus(StrEnum):
    """Where such a request is."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


LAPSE: Final = Lapse(PendingActionStatus.PENDING, PendingActionStatus.EXPIRED)
"""What the customer did not answer in time has expired (E34)."""


def answer_until(now: datetime, days: int) -> datetime:
    """Until when the customer can answer, that moment excluded (E39)."""
    return now + timedelta(days=days)


def check_none_pending(*, is_pending: bool) -> None:
    """The customer is asked once at a time about each product and kind of act."""
    if is_pending:
        raise Refused(Refusal(ErrorCode.ACTION_PENDING, N_("The customer has already been asked for this.")))


def check_open(status: PendingActionStatus, expires_at: datetime, now: datetime) -> None:
    """Only what waits for an answer is confirmed, refused or withdrawn, and only in time."""
    if LAPSE.at(now, status, expires_at) is not PendingActionStatus.PENDING:
        raise Refused(Refusal(ErrorCode.ACTION_CLOSED, N_("This no longer waits for an answer.")))


def check_still_asked(partnership: Agreement, *, may_ask: bool) -> None:
    """What is confirmed is what the partner could still ask: through complete access, by the one who asked.

    `may_ask` says whether that person would hold the right now.
    """
    check_active(partnership)
    if partnership.access_type is not AccessType.COMPLETE or not may_ask:
        raise Refused(Refusal(ErrorCode.ASKER_NOT_ENTITLED, N_("Whoever asked for this may no longer ask for it.")))
