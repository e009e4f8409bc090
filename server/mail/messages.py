"""How does an e-mail look on the wire?

Everything that goes into a header is one line without control characters, and says the same to whoever decodes it:
nobody's name adds a header.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage as Message
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from server.domain.errors import Refused
from server.domain.text import line
from server.mail.letters import written
from server.models import EmailMessage
from server.settings import Settings, mailbox

_MOST_HEADER_CHARACTERS: Final = 500
_ENCODED_WORD: Final = "=?"
"""What begins an encoded word (RFC 2047). Python's `email` reads one wherever it stands, in addresses too, and writes
what it stands for, line ends and all.
"""


class Unwritable(Exception):
    """It can be put into no header, today or later."""


def message(email: EmailMessage, settings: Settings, now: datetime) -> Message:
    """The e-mail with its headers, in text and in HTML. Its Message-ID is the same each time it is tried."""
    letter = written(email.template, email.locale, email.name, email.variables)
    sender = mailbox(settings.mail_from)
    built = Message(policy=SMTP)
    built["From"] = sender
    built["To"] = Address(_header(email.name) if email.name else "", *address(email.address).rsplit("@", 1))
    if settings.mail_reply_to:
        built["Reply-To"] = mailbox(settings.mail_reply_to)
    built["Subject"] = _header(letter.subject)
    built["Date"] = format_datetime(now)
    built["Message-ID"] = f"<{email.id.hex}@{sender.domain}>"
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(letter.text)
    built.add_alternative(letter.html, subtype="html")
    return built


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
    """The text of a header. What would be read as an encoded word is shown as it was written, with a blank in it."""
    try:
        return line(value, _MOST_HEADER_CHARACTERS, ()).replace(_ENCODED_WORD, "= ?")
    except Refused as error:
        raise Unwritable(f"a header of {len(value)} characters: {error.refusals[0].message}") from error
