"""Whom does the refusal of a mail server (5xx) speak of: the recipient and the content, or the house that sends?

The enhanced status says it (RFC 3463 and the registry of RFC 5248). A server that gives none says it by the command
that it refuses (RFC 5321).
"""

import re
from enum import StrEnum
from typing import Final

_PERMANENT: Final = 500
_ENHANCED: Final = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")


class Command(StrEnum):
    """The command that was refused."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"


_FOR_GOOD: Final = frozenset(
    {
        "1.0",  # RFC 3463: an address, in some other way
        "1.1",  # RFC 3463: no such mailbox
        "1.2",  # RFC 3463: no such domain
        "1.3",  # RFC 3463: no such form of an address
        "1.4",  # RFC 3463: the address is of several
        "1.6",  # RFC 3463: the mailbox has moved, and nobody knows where
        "1.10",  # RFC 7505: the domain says that it takes no e-mail
        "2.0",  # RFC 3463: the mailbox, in some other way
        "2.1",  # RFC 3463: the mailbox is disabled
        "2.2",  # RFC 3463: the mailbox is full, and its server says that it stays so
        "2.3",  # RFC 3463: longer than what the mailbox takes
        "2.4",  # RFC 3463: a mailing list that leads nowhere
        "6.0",  # RFC 3463: the content, in some other way
        "6.1",  # RFC 3463: a form of content that is not supported
        "6.2",  # RFC 3463: a conversion that is not allowed
        "6.3",  # RFC 3463: a conversion that is needed and not supported
        "6.4",  # RFC 3463: a conversion that loses something
        "6.5",  # RFC 3463: a conversion that failed
        "6.7",  # RFC 6531: an address with letters that the recipient's server does not know
        "6.9",  # RFC 6531: headers with such letters
        "7.17",  # RFC 7293: the mailbox is another person's by now
        "7.18",  # RFC 7293: the domain is another owner's by now
    }
)
"""What trying again does not change, and nobody who runs this server: subject and detail of the enhanced status.

All others speak of who sends: 1.7 and 1.8 of the sender's address, 3.x of the mail server, 4.x of the network and the
routing, 5.x of the conversation, 7.x of policy, trust and signing in ("554 5.7.1 Relay access denied").
"""

_FOR_GOOD_AT_RCPT: Final = frozenset(
    {
        550,  # RFC 5321: the mailbox is not available
        551,  # RFC 5321: not a mailbox of this server
        553,  # RFC 5321: no name that a mailbox may have
        556,  # RFC 7504: the domain takes no e-mail
    }
)
"""The same for a server without enhanced statuses. 552 is asked again there, as is 452 (RFC 5321, 4.5.3.1.10)."""


def is_refusal(code: int) -> bool:
    """Whether the server says no, and not only that it cannot at the moment."""
    return code >= _PERMANENT


def is_for_good(command: Command, code: int, text: str) -> bool:
    """Whether the refusal speaks of the recipient or of the content, so that it is the same the next time."""
    if not is_refusal(code):
        return False
    status = _ENHANCED.match(text)
    if status is None:
        return command is Command.RCPT and code in _FOR_GOOD_AT_RCPT
    kind, subject, detail = status.groups()
    return kind == "5" and command is not Command.MAIL and f"{int(subject)}.{int(detail)}" in _FOR_GOOD
