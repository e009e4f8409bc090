"""How does an e-mail look on the wire?

Everything that goes into a header is one line without control characters: nobody's name adds a header.
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


class Unwritable(Exception):
    """It can be put into no header, today or later."""


def message(email: EmailMessage, settings: Settings, now: datetime) -> Message:
    """The e-mail with its headers, in text and in HTML. Its Message-ID is the same each time it is tried."""
    letter = written(email.template, email.locale, email.name, email.variables)
    sender = mailbox(settings.mail_from)
    built = Message(policy=SMTP)
    built["From"] = sender
    built["To"] = Address(_header(email.name) if email.name else "", addr_spec=address(email.address))
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
    """The address in ASCII, as every server knows it. A letter with an accent before the @ has no such form."""
    try:
        checked = validate_email(stored, check_deliverability=False)
    except EmailNotValidError as error:
        raise Unwritable(str(error)) from error
    if checked.ascii_email is None:
        raise Unwritable(f"{stored} has no form in ASCII")
    return checked.ascii_email


def _header(value: str) -> str:
    try:
        return line(value, _MOST_HEADER_CHARACTERS, ())
    except Refused as error:
        raise Unwritable(f"a header of {len(value)} characters: {error.refusals[0].message}") from error
