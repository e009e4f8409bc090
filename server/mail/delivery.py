"""SMTP delivery: connections to the mail server, and the exceptions when it does not accept an e-mail.

NotDelivered            it may work later: the server is busy or went away
├── NotReached          the server could not be reached: it is unavailable, or its settings are wrong
├── SenderRefused       the server refuses the sender, not this e-mail: the operator has to fix it
└── PermanentlyRefused  it will never work: this message or this recipient is refused
Interrupted             there was no answer, because the sender has to stop
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final
from zlib import crc32

import aiosmtplib

from server.mail.messages import Message
from server.mail.refusals import Command, is_permanent, is_refusal
from server.settings import Settings

MAX_SECONDS: Final = 60
"""The most time that one e-mail may take."""
SECONDS_TO_END: Final = 5
"""The most time that it may still take once its sender has to stop."""
_SECONDS_TO_QUIT: Final = 2
_MAX_EMAILS: Final = 100
"""The number of e-mails on one connection. Some servers accept no more, and a new one may reach another server."""
_CLOSING_CODE: Final = 421
_ACCEPTED_CODES: Final = frozenset({250, 251})
"""The replies that accept an address, perhaps to forward it."""
_FAILURES: Final = (aiosmtplib.SMTPException, OSError, TimeoutError)


class NotDelivered(Exception):
    """The mail server did not accept the e-mail this time."""


class NotReached(NotDelivered):
    """The mail server could not be reached."""


class SenderRefused(NotDelivered):
    """The mail server refuses the sender, not this e-mail."""


class PermanentlyRefused(NotDelivered):
    """The e-mail is permanently refused."""


class Interrupted(Exception):
    """The e-mail was not accepted in the time that was left."""


class _Closed(Exception):
    """The server closed the connection before it received the content."""


class TimeLimit:
    """How long to wait for a mail server."""

    def __init__(self) -> None:
        self._limits = set[asyncio.Timeout]()
        self.is_ending = False

    def end(self) -> None:
        """Leave only a few seconds from now on, also for the e-mails being sent."""
        self.is_ending = True
        soon = asyncio.get_running_loop().time() + SECONDS_TO_END if self._limits else 0
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(min(soon, limit.when() or soon))

    @asynccontextmanager
    async def enforce(self) -> AsyncGenerator[None]:
        """Raises TimeoutError for what takes too long, and Interrupted if its sender has to stop."""
        limit = asyncio.timeout(SECONDS_TO_END if self.is_ending else MAX_SECONDS)
        try:
            async with limit:
                self._limits.add(limit)
                yield
        except TimeoutError:
            if self.is_ending:
                raise Interrupted from None
            raise
        finally:
            self._limits.discard(limit)


class SmtpConnection:
    """A connection to the mail server, opened for the first e-mail and kept for the next ones."""

    def __init__(self, settings: Settings, time_limit: TimeLimit) -> None:
        self._settings = settings
        self._time_limit = time_limit
        self._client: aiosmtplib.SMTP | None = None
        self._sent_count = 0

    async def send(self, message: Message) -> None:
        """Send the e-mail. Returns once the server has accepted it."""
        try:
            async with self._time_limit.enforce():
                await self._send(message)
        except NotDelivered:
            raise
        except (_Closed, *_FAILURES) as error:
            self._drop()
            raise NotDelivered(_describe_error(error)) from error
        except BaseException:
            self._drop()
            raise
        # The server has accepted the e-mail, however long the goodbye takes.
        if self._sent_count >= _MAX_EMAILS:
            await self.close()

    async def _send(self, message: Message) -> None:
        """Send; if the server has closed the kept connection in the meantime, open it once more."""
        if self._client is not None:
            with suppress(_Closed):
                await self._transmit(self._client, message)
                return
        await self._transmit(await self._connect(), message)

    async def _connect(self) -> aiosmtplib.SMTP:
        self._drop()
        self._client, self._sent_count = _build_client(self._settings), 0
        try:
            await self._client.connect()
            await self._client._ehlo_or_helo_if_needed()  # the server's extensions are known from here on
        except _FAILURES as error:
            self._drop()
            raise NotReached(_describe_error(error)) from error
        return self._client

    async def _transmit(self, client: aiosmtplib.SMTP, message: Message) -> None:
        """Send the envelope and then the content. After a refusal the connection is still usable."""
        if message.needs_utf8 and not client.supports_extension("smtputf8"):  # RFC 6531
            raise PermanentlyRefused("SMTPUTF8 is not supported by this server, and the address needs it")
        # aiosmtplib's own `mail` and `rcpt` parse the addresses again, which costs more than all the rest.
        await self._execute(client, Command.MAIL, f"FROM:<{message.sender}>", *_mail_options(client, message))
        await self._execute(client, Command.RCPT, f"TO:<{message.recipient}>")
        try:
            await client.data(message.content)
        except aiosmtplib.SMTPResponseException as error:
            if error.code == _CLOSING_CODE:
                self._drop()  # otherwise the next e-mail would be cut off, perhaps after its content arrived
            else:
                await self._reset(client)
            raise _failure_of_reply(Command.DATA, error.code, error.message) from error
        self._sent_count += 1

    async def _execute(self, client: aiosmtplib.SMTP, command: Command, *words: str) -> None:
        """Send a command before the content. Raises _Closed if the server goes away: it has received nothing yet."""
        try:
            answer = await client.execute_command(command.encode(), *(word.encode() for word in words))
        except aiosmtplib.SMTPServerDisconnected as error:
            raise _Closed(_describe_error(error)) from error
        if answer.code == _CLOSING_CODE:
            raise _Closed(f"{command}: {answer.code} {answer.message}")
        if answer.code not in _ACCEPTED_CODES:
            await self._reset(client)
            raise _failure_of_reply(command, answer.code, answer.message)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        """Clear the refused e-mail before the next one. A connection on which that fails is dropped."""
        try:
            await client.rset()
        except _FAILURES:
            self._drop()

    def _drop(self) -> None:
        """Close the connection without saying goodbye."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def close(self) -> None:
        """Say goodbye, without waiting long for the answer."""
        client = self._client
        if client is not None:
            with suppress(*_FAILURES):
                await client.quit(timeout=_SECONDS_TO_QUIT)
        self._drop()


class SmtpConnections:
    """A few connections. All e-mails to one address use the same one, in the given order."""

    def __init__(self, settings: Settings, time_limit: TimeLimit) -> None:
        self._lines = [SmtpConnection(settings, time_limit) for _ in range(settings.smtp_connections)]

    def __getitem__(self, place: int) -> SmtpConnection:
        return self._lines[place]

    def index_of(self, address: str) -> int:
        """The connection that an address belongs to."""
        return crc32(address.encode()) % len(self._lines)

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines))


def _build_client(settings: Settings) -> aiosmtplib.SMTP:
    """A client that encrypts before the first command, if configured, and verifies the server's certificate."""
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        cert_bundle=settings.smtp_ca_file or None,
        timeout=MAX_SECONDS,
    )


def _mail_options(client: aiosmtplib.SMTP, message: Message) -> Sequence[str]:
    size = [f"SIZE={len(message.content)}"] if client.supports_extension("size") else []
    return [*size, "SMTPUTF8", "BODY=8BITMIME"] if message.needs_utf8 else size


def _failure_of_reply(command: Command, code: int, text: str) -> NotDelivered:
    """The exception for a failure. Only a refusal of the recipient or the content is permanent."""
    told = f"{command}: {code} {text}"
    if is_permanent(command, code, text):
        return PermanentlyRefused(told)
    return SenderRefused(told) if is_refusal(code) else NotDelivered(told)


def _describe_error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
