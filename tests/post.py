"""A mail server on loopback that tests look into: it takes, puts off and refuses as tests ask it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"
FULL = "452 4.2.2 The mailbox is full"
UNKNOWN = "550 5.1.1 Nobody of this name"
UNWANTED = "554 5.6.0 Not this"


@dataclass
class PostOffice:
    """What arrived, and what is answered: to a recipient by address, to content, otherwise that it is taken."""

    port: int = 0
    arrived: list[EmailMessage] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    to_content: str = TAKEN
    encrypted: list[bool] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.answers.get(address, TAKEN)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.to_content == TAKEN:
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.arrived.append(message)
            self.contents.append(envelope.content)
            self.recipients.extend(envelope.rcpt_tos)
            assert server.transport is not None
            self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return self.to_content

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.passwords.append(given.password)
        return AuthResult(success=True)

    def forget(self) -> None:
        self.arrived.clear()
        self.contents.clear()
        self.recipients.clear()
        self.answers.clear()
        self.encrypted.clear()
        self.to_content = TAKEN


@asynccontextmanager
async def post_office(
    office: PostOffice | None = None, *, tls: ssl.SSLContext | None = None, **how: Any
) -> AsyncIterator[PostOffice]:
    """Open, on a port of its own: behind TLS with `tls`, and otherwise as `how` tells the server."""
    office = office or PostOffice()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(office, authenticator=office.authenticate, **how), "127.0.0.1", 0, ssl=tls
    )
    async with server:
        office.port = server.sockets[0].getsockname()[1]
        yield office


def parts(message: EmailMessage) -> tuple[str, str]:
    """The text and the HTML of a message."""
    texts = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = [body.get_content().replace("\r\n", "\n") for body in texts if isinstance(body, EmailMessage)]
    return text, html
