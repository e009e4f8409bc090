"""Pending actions: what a partner requests on a customer's product and the customer has to confirm (E34)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.expiry import Expiry
from server.domain.partnerships.partnerships import AccessType, Agreement, check_partnership_active
from server.domain.products.error_codes import ProductCode


class PendingActionKind(StrEnum):
    """The kind of action that a partner requests on a customer's product."""

    TERMINATE_PRODUCT = "TERMINATE_PRODUCT"


class PendingActionStatus(StrEnum):
    """Status of a pending action."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


PENDING_ACTION_EXPIRY: Final = Expiry(PendingActionStatus.PENDING, PendingActionStatus.EXPIRED)
"""An action that the customer did not answer in time becomes `EXPIRED` (E34)."""


def answer_until(now: datetime, days: int) -> datetime:
    """The deadline for the customer's answer, exclusive (E39)."""
    return now + timedelta(days=days)


def check_none_pending(*, is_pending: bool) -> None:
    """A product has at most one pending action of each kind."""
    if is_pending:
        raise Refused(
            Refusal(
                ProductCode.ACTION_PENDING, N_("The customer has already been asked for this. Wait for the answer.")
            )
        )


def check_action_open(status: PendingActionStatus, expires_at: datetime, now: datetime) -> None:
    """Only a pending action can be confirmed, refused or withdrawn, and only before its deadline."""
    if PENDING_ACTION_EXPIRY.at(now, status, expires_at) is not PendingActionStatus.PENDING:
        raise Refused(Refusal(ProductCode.ACTION_CLOSED, N_("This is no longer waiting for an answer.")))


def check_still_asked(partnership: Agreement, *, may_ask: bool) -> None:
    """An action can be confirmed only if the same person could still request it, through complete access.

    `may_ask` says whether that person has the right now.
    """
    check_partnership_active(partnership)
    if partnership.access_type is not AccessType.COMPLETE or not may_ask:
        raise Refused(
            Refusal(
                ProductCode.ASKER_NOT_ENTITLED,
                N_("The person who asked for this no longer has the right to ask for it."),
            )
        )
