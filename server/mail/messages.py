"""How does an e-mail look on the wire?

Everything that goes into a header is one line without control characters, and says the same to whoever decodes it:
nobody's name adds a header or an address.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from server.domain.errors import Refused
from server.domain.text import line
from server.mail.headers import address_header, text_header
from server.mail.letters import written
from server.models import EmailMessage
from server.settings import Settings, mailbox

_MAX_HEADER_CHARACTERS: Final = 500
_ENCODED_WORD: Final = "=?"
"""What begins an encoded word (RFC 2047). Some readers decode one wherever it stands, also what they have decoded
already, line ends and all.
"""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Unwritable(Exception):
    """It can be put into no header, today or later."""


@dataclass(frozen=True)
class Message:
    """An e-mail as the mail server gets it, with whom it is from and whom it is for."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server that offers SMTPUTF8 can deliver it (RFC 6531)."""
        return not (self.sender + self.recipient).isascii()


def message(email: EmailMessage, settings: Settings, now: datetime) -> Message:
    """The e-mail with its headers, in text and in HTML. Its Message-ID is the same each time it is tried."""
    letter = written(email.template, email.locale, email.name, email.variables, email.zone)
    sender, recipient = mailbox(settings.mail_from), address(email.address)
    headers = [
        address_header("From", sender.display_name, sender.addr_spec),
        address_header("To", _header(email.name) if email.name else "", recipient),
        _reply_to(settings),
        text_header("Subject", _header(letter.subject)),
        f"Date: {format_datetime(now)}\r\n",
        f"Message-ID: <{email.id.hex}@{sender.domain}>\r\n",
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
    ]
    # What is quoted-printable holds no "=_".
    boundary = f"=_{email.id.hex}"
    body = [
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n',
        _part(boundary, "plain", letter.text),
        _part(boundary, "html", letter.html),
        f"--{boundary}--\r\n",
    ]
    return Message(sender.addr_spec, recipient, "".join([*headers, *body]).encode())


def _reply_to(settings: Settings) -> str:
    if not settings.mail_reply_to:
        return ""
    answers = mailbox(settings.mail_reply_to)
    return address_header("Reply-To", answers.display_name, answers.addr_spec)


def _part(boundary: str, subtype: str, text: str) -> str:
    lines = _LINE_END.sub("\r\n", text.rstrip("\n") + "\n").encode()
    return (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{b2a_qp(lines).decode()}\r\n"
    )


def address(stored: str) -> str:
    """The address in ASCII, as every server knows it; with a letter before the @ that ASCII has not, as it is.

    Such an address is for servers that offer SMTPUTF8 (RFC 6531).
    """
    try:
        checked = validate_email(stored, check_deliverability=False)
    except EmailNotValidError as error:
        raise Unwritable(str(error)) from error
    if _ENCODED_WORD in stored:
        raise Unwritable("an address that is read as an encoded word")
    return checked.ascii_email or checked.normalized


def _header(value: str) -> str:
    """The text of a header. What some would read as an encoded word is shown as it was written, with a blank in it."""
    try:
        return line(value, _MAX_HEADER_CHARACTERS, ()).replace(_ENCODED_WORD, "= ?")
    except Refused as error:
        raise Unwritable(f"a header of {len(value)} characters: {error.refusals[0].message}") from error
