"""Whom does a mail server's refusal concern, in a conversation with a real one?"""

import pytest

from server.mail.delivery import NotDelivered, PermanentlyRefused, SenderRefused, SmtpConnection, TimeLimit
from server.mail.messages import build_message
from server.mail.refusals import Command, is_permanent
from tests.mail.test_delivery import settings_for
from tests.mail.test_messages import NOW, email
from tests.post import PostOffice, post_office

ADDRESS = "claire@customer.example"

OF_THE_RECIPIENT = [
    "550 5.1.1 Nobody of this name",
    "550 5.1.2 No such domain",
    "553 5.1.3 No such address",
    "551 5.1.6 Moved away",
    "556 5.1.10 Recipient address has a null MX",
    "550 5.2.1 Disabled",
    "552 5.2.2 Full",
    "550 5.7.17 Not this person any more",
    "550 No such user",
    "551 Not here",
    "553 No such mailbox",
    "556 No mail",
]
OF_THE_HOUSE = [
    "554 5.7.1 Relay access denied",
    "550 5.7.1 Relaying denied",
    "550 5.7.23 SPF validation failed",
    "550 5.7.26 Unauthenticated",
    "553 5.1.8 Sender's domain is unknown",
    "553 5.1.7 Sender's address",
    "530 5.7.0 Sign in first",
    "550 5.4.1 No answer",
    "552 5.3.4 Too large for this system",
    "554 5.3.2 Not taking messages",
    "501 5.5.4 Syntax",
    "554 No relaying here",
    "552 Too much",
    "503 Bad sequence",
    "521 No mail here",
]
LATER = ["450 4.2.1 Greylisted", "451 4.7.1 Try again later", "452 4.2.2 Full", "421 4.3.2 Closing", "450 Busy"]


async def catch_refusal(office: PostOffice) -> NotDelivered:
    settings = settings_for(office, smtp_security="none")
    line = SmtpConnection(settings, TimeLimit())
    try:
        with pytest.raises(NotDelivered) as raised:
            await line.send(build_message(email(), settings, NOW))
    finally:
        await line.close()
    return raised.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        *((answer, PermanentlyRefused) for answer in OF_THE_RECIPIENT),
        *((answer, SenderRefused) for answer in OF_THE_HOUSE),
        *((answer, NotDelivered) for answer in LATER),
    ],
)
async def test_a_refusal_of_a_recipient_is_permanent_and_one_of_the_sender_is_not(
    answer: str, kind: type[NotDelivered]
):
    async with post_office() as office:
        office.answers[ADDRESS] = answer
        failure = await catch_refusal(office)

    assert type(failure) is kind
    assert answer[:3] in str(failure)
    assert office.arrived == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("554 5.6.0 Not this", PermanentlyRefused),
        ("550 5.1.1 Nobody of this name", PermanentlyRefused),
        ("554 5.7.1 Looks like spam", SenderRefused),
        ("550 5.7.509 Fails the sender's DMARC policy", SenderRefused),
        ("550 Not wanted", SenderRefused),
        ("554 Transaction failed", SenderRefused),
        ("552 Too large", SenderRefused),
        ("451 4.3.0 Later", NotDelivered),
    ],
)
async def test_content_is_refused_permanently_where_the_status_says_so(answer: str, kind: type[NotDelivered]):
    async with post_office() as office:
        office.to_content = answer
        failure = await catch_refusal(office)

    assert type(failure) is kind


@pytest.mark.parametrize("answer", ["550 5.1.1 Unknown", "553 5.1.8 No such domain", "550 Not you"])
async def test_a_refusal_of_the_sender_is_never_permanent(answer: str):
    class Choosy(PostOffice):
        async def handle_MAIL(self, server, session, envelope, address, options) -> str:  # noqa: N802 - aiosmtpd's name
            return answer

    async with post_office(Choosy()) as office:
        failure = await catch_refusal(office)

    assert type(failure) is SenderRefused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.1.1\nNobody", True),
        ("  5.1.1 Nobody", True),
        ("4.1.1 Nobody", False),
        ("5.1.11 x", False),
        ("5.10.1 x", False),
        ("5.01.001 x", True),
        ("5.1.1000 x", True),
        ("see 5.7.1", True),
    ],
)
def test_a_status_is_read_where_it_stands_and_nowhere_else(text: str, expected: bool):
    assert is_permanent(Command.RCPT, 550, text) is expected
