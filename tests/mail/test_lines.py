"""Are connections to the mail server kept open, and does every e-mail arrive when the server closes one?"""

import asyncio
from typing import Any

import pytest

from server.mail import delivery
from server.mail.delivery import NotDelivered, PermanentlyRefused, SmtpConnection, TimeLimit
from server.mail.messages import build_message
from tests.mail.test_delivery import settings_for
from tests.mail.test_messages import NOW, email
from tests.post import TAKEN, UNKNOWN, PostOffice, post_office


class Counting(PostOffice):
    """It counts the greetings, and closes a connection after so many e-mails, or at a command, if asked to."""

    greetings = 0
    closes_after = 0
    taken = 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802
        self.greetings += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self.taken += 1
        if self.taken == self.closes_after:
            server._loop.call_soon(server.transport.close)
        return answer


class Closing(Counting):
    """It says 421 to the second e-mail of a connection."""

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if getattr(session, "had_one", False):
            return "421 4.4.2 Idle for too long"
        session.had_one = True
        envelope.mail_from = address
        return TAKEN


async def send_each(office: PostOffice, *addresses: str) -> list[type[BaseException] | None]:
    """How it went with an e-mail to each of these, over one line."""
    settings = settings_for(office, smtp_security="none")
    line, found = SmtpConnection(settings, TimeLimit()), list[type[BaseException] | None]()
    for address in addresses:
        try:
            await line.send(build_message(email(address=address), settings, NOW))
        except NotDelivered as error:
            found.append(type(error))
        else:
            found.append(None)
    await line.close()
    return found


ADDRESSES = tuple(f"person{number}@customer.example" for number in range(5))


async def test_one_connection_carries_several_emails():
    async with post_office(Counting()) as office:
        assert await send_each(office, *ADDRESSES) == [None] * 5

    assert (office.greetings, office.recipients) == (1, list(ADDRESSES))


async def test_a_connection_carries_so_many_emails_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delivery, "_MAX_EMAILS", 2)
    async with post_office(Counting()) as office:
        assert await send_each(office, *ADDRESSES) == [None] * 5

    assert (office.greetings, office.recipients) == (3, list(ADDRESSES))


async def test_a_refused_email_leaves_nothing_for_the_next_one():
    async with post_office(Counting()) as office:
        office.answers[ADDRESSES[1]] = UNKNOWN
        assert await send_each(office, *ADDRESSES[:3]) == [None, PermanentlyRefused, None]

    assert (office.greetings, office.recipients) == (1, [ADDRESSES[0], ADDRESSES[2]])


@pytest.mark.parametrize("kind", [Counting, Closing])
async def test_a_connection_that_the_server_closed_is_opened_again_for_the_same_email(kind: type[Counting]):
    async with post_office(kind()) as office:
        office.closes_after = 1 if kind is Counting else 0
        assert await send_each(office, *ADDRESSES[:2]) == [None, None]

    assert (office.greetings, office.recipients) == (2, list(ADDRESSES[:2]))


async def test_an_email_whose_content_may_have_arrived_is_not_sent_again_at_once():
    class Lost(Counting):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            await super().handle_DATA(server, session, envelope)
            server.transport.abort()
            return TAKEN

    async with post_office(Lost()) as office:
        assert await send_each(office, ADDRESSES[0]) == [NotDelivered]

    assert office.recipients == [ADDRESSES[0]]


async def test_a_connection_that_the_server_is_about_to_close_carries_no_other_email():
    class Leaving(Counting):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            answer = await super().handle_DATA(server, session, envelope)
            return "421 4.3.2 Leaving soon" if self.taken == 1 else answer

    async with post_office(Leaving()) as office:
        assert await send_each(office, *ADDRESSES[:2]) == [NotDelivered, None]

    assert office.greetings == 2


async def test_an_accepted_email_is_sent_although_the_servers_goodbye_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
):
    class Sulking(Counting):
        async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802
            await asyncio.Event().wait()
            return "221 Bye"

    monkeypatch.setattr(delivery, "_MAX_EMAILS", 1)
    monkeypatch.setattr(delivery, "MAX_SECONDS", 0.1)
    monkeypatch.setattr(delivery, "_SECONDS_TO_QUIT", 0.2)
    async with post_office(Sulking()) as office:
        assert await send_each(office, ADDRESSES[0]) == [None]

    assert office.recipients == [ADDRESSES[0]]


async def test_a_server_that_turns_everybody_away_is_asked_once():
    class Full(Counting):
        async def handle_MAIL(self, *_: Any) -> str:  # noqa: N802
            return "421 4.3.2 Not now"

    async with post_office(Full()) as office:
        assert await send_each(office, ADDRESSES[0]) == [NotDelivered]

    assert office.greetings == 1
