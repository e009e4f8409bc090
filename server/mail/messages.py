"""MIME messages: an e-mail in the form that goes to the mail server.

Every header value is one line without control characters and means the same however it is decoded, so that no name can
add a header or an address.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from server.domain.errors import Refused
from server.domain.text import single_line
from server.mail.headers import address_header, text_header
from server.mail.rendering import render_email
from server.models import EmailMessage
from server.setting_values import parse_mailbox
from server.settings import Settings

_MAX_HEADER_CHARACTERS: Final = 500
_ENCODED_WORD: Final = "=?"
"""The start of an encoded word (RFC 2047).

Some readers decode one anywhere, even in text they have already decoded, including line ends.
"""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Unwritable(Exception):
    """The text cannot be written into a header, now or later."""


@dataclass(frozen=True)
class Message:
    """An e-mail as the mail server receives it, with its sender and recipient."""

    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 can deliver it (RFC 6531)."""
        return not (self.sender + self.recipient).isascii()


def build_message(email: EmailMessage, settings: Settings, now: datetime) -> Message:
    """The e-mail with its headers, in text and in HTML. Every attempt has the same Message-ID."""
    rendered = render_email(email.template, email.locale, email.name, email.variables, email.zone)
    sender, recipient = parse_mailbox(settings.mail_from), ascii_address(email.address)
    headers = [
        address_header("From", sender.display_name, sender.addr_spec),
        address_header("To", _header_text(email.name) if email.name else "", recipient),
        _reply_to(settings),
        text_header("Subject", _header_text(rendered.subject)),
        f"Date: {format_datetime(now)}\r\n",
        f"Message-ID: <{email.id.hex}@{sender.domain}>\r\n",
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
    ]
    # Quoted-printable text contains no "=_".
    boundary = f"=_{email.id.hex}"
    body = [
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n',
        _build_part(boundary, "plain", rendered.text),
        _build_part(boundary, "html", rendered.html),
        f"--{boundary}--\r\n",
    ]
    return Message(sender.addr_spec, recipient, "".join([*headers, *body]).encode())


def _reply_to(settings: Settings) -> str:
    if not settings.mail_reply_to:
        return ""
    answers = parse_mailbox(settings.mail_reply_to)
    return address_header("Reply-To", answers.display_name, answers.addr_spec)


def _build_part(boundary: str, subtype: str, text: str) -> str:
    lines = _LINE_END.sub("\r\n", text.rstrip("\n") + "\n").encode()
    return (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{b2a_qp(lines).decode()}\r\n"
    )


def ascii_address(stored: str) -> str:
    """The address in ASCII, which every server understands; unchanged if the part before the @ is not ASCII.

    Such an address needs a server with SMTPUTF8 (RFC 6531).
    """
    try:
        checked = validate_email(stored, check_deliverability=False)
    except EmailNotValidError as error:
        raise Unwritable(str(error)) from error
    if _ENCODED_WORD in stored:
        raise Unwritable("an address that is read as an encoded word")
    return checked.ascii_email or checked.normalized


def _header_text(value: str) -> str:
    """The text of a header. What looks like an encoded word gets a blank, so that it is shown as it was written."""
    try:
        return single_line(value, _MAX_HEADER_CHARACTERS, ()).replace(_ENCODED_WORD, "= ?")
    except Refused as error:
        raise Unwritable(f"a header of {len(value)} characters: {error.refusals[0].message}") from error
