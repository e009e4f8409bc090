"""How does an e-mail leave the house, and what does it mean when it does not?

NotDelivered        it may work later: the server is away, busy or set up wrongly
└── RefusedForGood  it never will: this message, or this recipient, is refused
"""

import asyncio
from datetime import datetime
from typing import Final

import aiosmtplib

from server.mail.messages import Unwritable, message
from server.models import EmailMessage
from server.settings import Settings

MOST_SECONDS: Final = 60
"""How long one e-mail may take, all in all."""
_PERMANENT: Final = 500


class NotDelivered(Exception):
    """The mail server did not take it this time."""


class RefusedForGood(NotDelivered):
    """Trying again would change nothing."""


async def deliver(email: EmailMessage, settings: Settings, now: datetime) -> None:
    """Hand the e-mail to the mail server. Returns once the server has taken it over."""
    try:
        built = message(email, settings, now)
        async with asyncio.timeout(MOST_SECONDS):
            await aiosmtplib.send(
                built,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password or None,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                timeout=MOST_SECONDS,
            )
    except Unwritable as error:
        raise RefusedForGood(str(error)) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise _meaning(error)(_told(error)) from error


def _meaning(error: Exception) -> type[NotDelivered]:
    """Only what is said of the recipient or the content is for good: what else fails, the house can mend."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            codes = [refused.code for refused in error.recipients]
        case aiosmtplib.SMTPDataError():
            codes = [error.code]
        case _:
            codes = []
    return RefusedForGood if codes and min(codes) >= _PERMANENT else NotDelivered


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
