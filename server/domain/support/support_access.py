"""Support access: what a person opens to support, and for how long (S13.4 to S13.6, R15, E36)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.expiry import Expiry
from server.domain.support.error_codes import SupportCode

MAX_TICKET_CHARACTERS: Final = 40
WARNED_BEFORE: Final = timedelta(days=1)
"""How long before the automatic end the person is notified."""


class SupportAccessKind(StrEnum):
    """What is opened. Each is granted separately."""

    MAIL = "MAIL"
    KDRIVE = "KDRIVE"


class SupportAccessStatus(StrEnum):
    """Status of a grant."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


SUPPORT_ACCESS_EXPIRY: Final = Expiry(SupportAccessStatus.ACTIVE, SupportAccessStatus.EXPIRED)
"""An expired grant opens nothing (S13.6, E37)."""


class SupportAccessRevocation(StrEnum):
    """Why a grant ended before its time."""

    OWN_WISH = "OWN_WISH"
    MEMBERSHIP_ENDED = "MEMBERSHIP_ENDED"


def check_not_open(is_open: bool) -> None:
    """There is one grant of a kind at a time. Granting again does not extend it, because its end was promised (R15)."""
    if is_open:
        raise Refused(
            Refusal(
                SupportCode.SUPPORT_ACCESS_OPEN,
                N_("You have already given support access to this. To start again, revoke that access first."),
                ("kind",),
            )
        )
