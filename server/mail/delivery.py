"""How does an e-mail leave the house, and what does it mean when it does not?

NotDelivered        it may work later: the server is busy, or went away
├── NotReached      the server was not even spoken to: it is away, or is spoken to wrongly
├── HouseRefused    the server refuses who sends, not this e-mail: somebody has to mend it
└── RefusedForGood  it never will: this message, or this recipient, is refused
Interrupted         nobody said anything: its sender has to end
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final
from zlib import crc32

import aiosmtplib

from server.mail.messages import Message
from server.mail.refusals import Command, is_for_good, is_refusal
from server.settings import Settings

MAX_SECONDS: Final = 60
"""How long one e-mail may take, all in all."""
SECONDS_TO_END: Final = 5
"""How long it may still take once its sender has to end."""
_SECONDS_TO_PART: Final = 2
_MAX_EMAILS: Final = 100
"""How many e-mails one connection carries: some servers take no more, and a new one may reach another server."""
_CLOSING: Final = 421
_TAKEN: Final = frozenset({250, 251})
"""An address that was taken, perhaps to be forwarded."""
_FAILURES: Final = (aiosmtplib.SMTPException, OSError, TimeoutError)


class NotDelivered(Exception):
    """The mail server did not take it this time."""


class NotReached(NotDelivered):
    """There was nobody to take it."""


class HouseRefused(NotDelivered):
    """The mail server takes nothing of the kind from here."""


class RefusedForGood(NotDelivered):
    """Trying again would change nothing."""


class Interrupted(Exception):
    """It was not taken in the time that was left."""


class _Closed(Exception):
    """The server closed the connection before it got the content."""


class Patience:
    """How long a mail server is waited for."""

    def __init__(self) -> None:
        self._limits = set[asyncio.Timeout]()
        self.is_ending = False

    def end(self) -> None:
        """From now on there are a few seconds left, for the e-mails in hand too."""
        self.is_ending = True
        soon = asyncio.get_running_loop().time() + SECONDS_TO_END if self._limits else 0
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(min(soon, limit.when() or soon))

    @asynccontextmanager
    async def lasting(self) -> AsyncGenerator[None]:
        """Raises TimeoutError for what takes too long, and Interrupted where its sender has to end."""
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


class Line:
    """A connection to the mail server, kept between e-mails, and opened when there is one to send."""

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self._settings = settings
        self._patience = patience
        self._client: aiosmtplib.SMTP | None = None
        self._carried = 0

    async def send(self, message: Message) -> None:
        """Hand the e-mail to the mail server. Returns once the server has taken it over."""
        try:
            async with self._patience.lasting():
                await self._send(message)
        except NotDelivered:
            raise
        except (_Closed, *_FAILURES) as error:
            self._drop()
            raise NotDelivered(_told(error)) from error
        except BaseException:
            self._drop()
            raise
        # Once the e-mail is out of hand: the server took it, however long it takes to say goodbye.
        if self._carried >= _MAX_EMAILS:
            await self.close()

    async def _send(self, message: Message) -> None:
        """A kept connection that the server has closed meanwhile is opened once more."""
        if self._client is not None:
            with suppress(_Closed):
                await self._hand_over(self._client, message)
                return
        await self._hand_over(await self._opened(), message)

    async def _opened(self) -> aiosmtplib.SMTP:
        self._drop()
        self._client, self._carried = _client(self._settings), 0
        try:
            await self._client.connect()
            await self._client._ehlo_or_helo_if_needed()  # what the server offers is known from then on
        except _FAILURES as error:
            self._drop()
            raise NotReached(_told(error)) from error
        return self._client

    async def _hand_over(self, client: aiosmtplib.SMTP, message: Message) -> None:
        """Say whom it is from and whom it is for, then the content. What is refused leaves the connection usable."""
        if message.needs_utf8 and not client.supports_extension("smtputf8"):  # RFC 6531
            raise RefusedForGood("SMTPUTF8 is not supported by this server, and the address needs it")
        # aiosmtplib's own `mail` and `rcpt` take addresses apart once more, which costs more than all the rest.
        await self._say(client, Command.MAIL, f"FROM:<{message.sender}>", *_options(client, message))
        await self._say(client, Command.RCPT, f"TO:<{message.recipient}>")
        try:
            await client.data(message.content)
        except aiosmtplib.SMTPResponseException as error:
            if error.code == _CLOSING:
                self._drop()  # or the next e-mail would be cut off with it, perhaps after its content arrived
            else:
                await self._reset(client)
            raise _meaning(Command.DATA, error.code, error.message) from error
        self._carried += 1

    async def _say(self, client: aiosmtplib.SMTP, command: Command, *words: str) -> None:
        """Say what comes before the content. Raises _Closed where the server goes away: it has got nothing yet."""
        try:
            answer = await client.execute_command(command.encode(), *(word.encode() for word in words))
        except aiosmtplib.SMTPServerDisconnected as error:
            raise _Closed(_told(error)) from error
        if answer.code == _CLOSING:
            raise _Closed(f"{command}: {answer.code} {answer.message}")
        if answer.code not in _TAKEN:
            await self._reset(client)
            raise _meaning(command, answer.code, answer.message)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        """Nothing of the refused e-mail is left for the next one; a connection that cannot say so is given up."""
        try:
            await client.rset()
        except _FAILURES:
            self._drop()

    def _drop(self) -> None:
        """Close the connection without a word."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def close(self) -> None:
        """Say goodbye, without waiting long for the answer."""
        client = self._client
        if client is not None:
            with suppress(*_FAILURES):
                await client.quit(timeout=_SECONDS_TO_PART)
        self._drop()


class Lines:
    """A few connections. All that goes to one address takes the same one, in the order in which it is given."""

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self._lines = [Line(settings, patience) for _ in range(settings.smtp_connections)]

    def __getitem__(self, place: int) -> Line:
        return self._lines[place]

    def place(self, address: str) -> int:
        """Which line an address belongs to."""
        return crc32(address.encode()) % len(self._lines)

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines))


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
        timeout=MAX_SECONDS,
    )


def _options(client: aiosmtplib.SMTP, message: Message) -> Sequence[str]:
    size = [f"SIZE={len(message.content)}"] if client.supports_extension("size") else []
    return [*size, "SMTPUTF8", "BODY=8BITMIME"] if message.needs_utf8 else size


def _meaning(command: Command, code: int, text: str) -> NotDelivered:
    """Only what is said of the recipient or the content is for good: what else fails, somebody can mend."""
    told = f"{command}: {code} {text}"
    if is_for_good(command, code, text):
        return RefusedForGood(told)
    return HouseRefused(told) if is_refusal(code) else NotDelivered(told)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
