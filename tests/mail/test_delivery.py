"""How is the mail server spoken to: encrypted, with a certificate that holds, and to addresses of every script?"""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.mail import delivery
from server.mail.delivery import Interrupted, NotDelivered, NotReached, PermanentlyRefused, SmtpConnection, TimeLimit
from server.mail.messages import build_message
from server.settings import Settings
from tests.mail.test_messages import NOW, email
from tests.post import PostOffice, post_office

ACCENTED = "jörg@customer.example"
SIGNING_IN = {"smtp_user": "reseller", "smtp_password": "hush"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of its own for this machine, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("a certificate is made with openssl")
    made = tmp_path_factory.mktemp("certificate") / "own.pem"
    for_this_machine = ("-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    new = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    command = ["openssl", "req", *new, *for_this_machine, "-keyout", made, "-out", made.with_suffix(".crt")]
    subprocess.run(command, check=True, capture_output=True)
    made.write_text(made.read_text() + made.with_suffix(".crt").read_text())
    return made


@asynccontextmanager
async def secure_office(certificate: Path, security: str) -> AsyncIterator[PostOffice]:
    """A mail server that speaks TLS from the start, or once it is asked to."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with post_office(**({"tls": context} if security == "tls" else {"tls_context": context})) as office:
        yield office


async def deliver(office: PostOffice, address: str = "claire@customer.example", **settings: Any) -> None:
    chosen = settings_for(office, **settings)
    line = SmtpConnection(chosen, TimeLimit())
    try:
        await line.send(build_message(email(address=address), chosen, NOW))
    finally:
        await line.close()


def settings_for(office: PostOffice, **settings: Any) -> Settings:
    chosen = {"smtp_host": "127.0.0.1", "smtp_port": office.port, "mail_from": "no-reply@hosting.example"}
    return Settings(_env_file=None, **(chosen | settings))


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_email_is_encrypted_to_a_server_whose_certificate_holds(certificate: Path, security: str):
    async with secure_office(certificate, security) as office:
        await deliver(office, smtp_security=security, smtp_ca_file=str(certificate))

    assert (office.recipients, office.encrypted) == (["claire@customer.example"], [True])


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(certificate: Path, security: str):
    async with secure_office(certificate, security) as office:
        with pytest.raises(NotReached, match="certificate verify failed"):
            await deliver(office, smtp_security=security)

    assert office.arrived == []


async def test_a_certificate_for_another_name_does_not_hold(certificate: Path):
    async with secure_office(certificate, "starttls") as office:
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            await deliver(office, smtp_host="localhost", smtp_ca_file=str(certificate))

    assert office.arrived == []


async def test_a_server_without_starttls_gets_neither_the_email_nor_the_password():
    async with post_office(auth_require_tls=False) as office:
        with pytest.raises(NotDelivered, match="STARTTLS extension not supported"):
            await deliver(office, **SIGNING_IN)
        before = (list(office.arrived), list(office.passwords))
        await deliver(office, **SIGNING_IN, smtp_security="none")

    assert before == ([], [])
    assert (office.encrypted, office.passwords) == ([False], [b"hush"])


async def test_an_address_of_another_script_is_written_as_it_is_where_the_server_knows_how():
    async with post_office(enable_SMTPUTF8=True) as office:
        await deliver(office, ACCENTED, smtp_security="none")

    assert (office.recipients, office.arrived[0]["To"]) == ([ACCENTED], f"Claire Rochat <{ACCENTED}>")


async def test_an_address_that_the_server_cannot_write_down_is_refused_permanently():
    async with post_office() as office:
        with pytest.raises(PermanentlyRefused, match="SMTPUTF8 is not supported"):
            await deliver(office, ACCENTED, smtp_security="none")

    assert office.arrived == []


async def test_an_accepted_email_is_delivered_although_the_server_does_not_say_goodbye(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delivery, "_SECONDS_TO_QUIT", 0.05)

    class Sulking(PostOffice):
        async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
            await asyncio.Event().wait()
            return "221 Bye"

    async with post_office(Sulking()) as office:
        await deliver(office, smtp_security="none")

    assert office.recipients == ["claire@customer.example"]


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[PostOffice, asyncio.Event]]:
    """It takes the connection and says nothing; the event says that somebody came."""
    came, over = asyncio.Event(), asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        await over.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        yield PostOffice(port=server.sockets[0].getsockname()[1]), came
        over.set()


async def test_a_sender_that_has_to_end_waits_no_longer_for_a_silent_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delivery, "SECONDS_TO_END", 0.05)
    time_limit = TimeLimit()
    async with silent_server() as (office, came), asyncio.timeout(5):
        settings = settings_for(office)
        line, written = SmtpConnection(settings, time_limit), build_message(email(), settings, NOW)
        sending = asyncio.create_task(line.send(written))
        await came.wait()
        time_limit.end()

        with pytest.raises(Interrupted):
            await sending
        with pytest.raises(Interrupted):
            await line.send(written)


def test_a_file_that_holds_no_certificates_is_reported_at_the_start(tmp_path: Path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")

    for file in (empty, tmp_path / "missing.pem"):
        with pytest.raises(ValueError, match=r"cannot be read as PEM certificates"):
            Settings(_env_file=None, smtp_ca_file=str(file))
