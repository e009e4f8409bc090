"""Refusals of a mail server (5xx): about the recipient or content, or about the sender's set-up?

The enhanced status says which (RFC 3463 and the registry of RFC 5248). Without one, the refused command says it (RFC
5321).
"""

import re
from enum import StrEnum
from typing import Final

_FIRST_PERMANENT_CODE: Final = 500
_ENHANCED: Final = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")


class Command(StrEnum):
    """The command that was refused."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"


_PERMANENT_STATUSES: Final = frozenset(
    {
        "1.0",  # RFC 3463: an address, in some other way
        "1.1",  # RFC 3463: no such mailbox
        "1.2",  # RFC 3463: no such domain
        "1.3",  # RFC 3463: invalid syntax of an address
        "1.4",  # RFC 3463: ambiguous address
        "1.6",  # RFC 3463: the mailbox has moved, without a new address
        "1.10",  # RFC 7505: the domain accepts no e-mail
        "2.0",  # RFC 3463: the mailbox, in some other way
        "2.1",  # RFC 3463: the mailbox is disabled
        "2.2",  # RFC 3463: the mailbox is full, permanently according to its server
        "2.3",  # RFC 3463: longer than the mailbox accepts
        "2.4",  # RFC 3463: a mailing list that cannot be expanded
        "6.0",  # RFC 3463: the content, in some other way
        "6.1",  # RFC 3463: unsupported media
        "6.2",  # RFC 3463: conversion required and prohibited
        "6.3",  # RFC 3463: conversion required but not supported
        "6.4",  # RFC 3463: conversion with loss
        "6.5",  # RFC 3463: conversion failed
        "6.7",  # RFC 6531: a non-ASCII address that the recipient's server does not support
        "6.9",  # RFC 6531: non-ASCII headers that it does not support
        "7.17",  # RFC 7293: the mailbox has changed owner
        "7.18",  # RFC 7293: the domain has changed owner
    }
)
"""Permanent refusals, which neither a retry nor the operator can change: subject and detail of the enhanced status.

All others are about the sender: 1.7 and 1.8 the sender's address, 3.x the mail server, 4.x the network and the routing,
5.x the conversation, 7.x policy, trust and authentication ("554 5.7.1 Relay access denied").
"""

_PERMANENT_RCPT_CODES: Final = frozenset(
    {
        550,  # RFC 5321: mailbox unavailable
        551,  # RFC 5321: user not local
        553,  # RFC 5321: mailbox name not allowed
        556,  # RFC 7504: the domain accepts no e-mail
    }
)
"""The same for a server without enhanced statuses. 552 is retried there, as is 452 (RFC 5321, 4.5.3.1.10)."""


def is_refusal(code: int) -> bool:
    """Whether the server refuses, as opposed to failing temporarily."""
    return code >= _FIRST_PERMANENT_CODE


def is_permanent(command: Command, code: int, text: str) -> bool:
    """Whether the refusal is about the recipient or the content, and therefore permanent."""
    if not is_refusal(code):
        return False
    status = _ENHANCED.match(text)
    if status is None:
        return command is Command.RCPT and code in _PERMANENT_RCPT_CODES
    kind, subject, detail = status.groups()
    return kind == "5" and command is not Command.MAIL and f"{int(subject)}.{int(detail)}" in _PERMANENT_STATUSES
