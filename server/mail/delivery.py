"""How does an e-mail leave the house, and what does it mean when it does not?

NotDelivered        it may work later: the server is away, busy or set up wrongly
└── RefusedForGood  it never will: this message, or this recipient, is refused
Interrupted         nobody said anything: whoever sends it is to end
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from email.message import EmailMessage as Message
from typing import Final

import aiosmtplib

from server.mail.messages import Unwritable, message
from server.models import EmailMessage
from server.settings import Settings

MOST_SECONDS: Final = 60
"""How long one e-mail may take, all in all."""
SECONDS_TO_END: Final = 5
"""How long it may still take once its sender was told to end."""
_SECONDS_TO_PART: Final = 2
_PERMANENT: Final = 500


class NotDelivered(Exception):
    """The mail server did not take it this time."""


class RefusedForGood(NotDelivered):
    """Trying again would change nothing."""


class Interrupted(Exception):
    """It was not taken in the time that was left."""


class Patience:
    """How long a mail server is waited for."""

    def __init__(self) -> None:
        self._is_ending = False
        self._limit: asyncio.Timeout | None = None

    def end(self) -> None:
        """From now on there are a few seconds left, for the e-mail in hand too."""
        self._is_ending = True
        if self._limit is not None and not self._limit.expired():
            soon = asyncio.get_running_loop().time() + SECONDS_TO_END
            self._limit.reschedule(min(soon, self._limit.when() or soon))

    @asynccontextmanager
    async def lasting(self) -> AsyncGenerator[None]:
        """Raises TimeoutError for what takes too long, and Interrupted where its sender is to end."""
        try:
            async with asyncio.timeout(SECONDS_TO_END if self._is_ending else MOST_SECONDS) as self._limit:
                yield
        except TimeoutError:
            if self._is_ending:
                raise Interrupted from None
            raise
        finally:
            self._limit = None


async def deliver(email: EmailMessage, settings: Settings, now: datetime, patience: Patience) -> None:
    """Hand the e-mail to the mail server. Returns once the server has taken it over."""
    client = _client(settings)
    try:
        built = message(email, settings, now)
        async with patience.lasting():
            await client.connect()
            await _hand_over(client, built)
        with suppress(aiosmtplib.SMTPException):
            await client.quit(timeout=_SECONDS_TO_PART)
    except Unwritable as error:
        raise RefusedForGood(str(error)) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise _meaning(error)(_told(error)) from error
    finally:
        client.close()


def _client(settings: Settings) -> aiosmtplib.SMTP:
    """Encrypted, where that is asked for, before anything is said; the server's certificate has to hold."""
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        cert_bundle=settings.smtp_ca_file or None,
        timeout=MOST_SECONDS,
    )


async def _hand_over(client: aiosmtplib.SMTP, built: Message) -> None:
    try:
        await client.send_message(built)
    except aiosmtplib.SMTPNotSupported as error:  # an address that this server cannot write down (RFC 6531)
        raise RefusedForGood(_told(error)) from error


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
