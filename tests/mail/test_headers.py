"""Does every name and subject arrive as it is, no matter which program reads the header?

What is written here is read back by both parsers of Python's `email`, neither of which has written it: the one for
all messages of today, and the older one, by which a name is decoded after the addresses are taken apart.
"""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage as Read
from email.policy import default
from email.utils import getaddresses

import pytest
from aiosmtplib import SMTP
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.mail.headers import address_header, text_header
from server.mail.messages import build_message
from tests.long import amount
from tests.mail.test_messages import NOW, SETTINGS, email
from tests.post import post_office

EXAMPLES = amount(150, long=5_000)
ADDRESS = "claire@customer.example"
BOSS = "Boss, other@post.example, " + 54 * "a"

AWKWARD = st.sampled_from(
    [*' ",.;:<>()[]@\\=?_%', "=?utf-8?q?x?=", "é", "ß", "株", "مر", "שלום", "🐦", "👩‍👩‍👧", "e\u0301"]
)
LETTERS = st.characters(exclude_categories=("C", "Zl", "Zp"))
LINES = st.lists(AWKWARD | LETTERS, min_size=1, max_size=80).map("".join)
NAMES = LINES.map(str.strip).filter(bool)


def read_by_both(header: str, name: str) -> tuple[Read, str]:
    """The message that begins with this header, and the header's value as it was before parsers knew better."""
    content = (header + "\r\nText\r\n").encode()
    read = message_from_bytes(content, policy=default)
    assert isinstance(read, Read)
    assert [*read] == [name]
    return read, str(message_from_bytes(content)[name])


def without_spaces(name: str) -> str:
    return "".join(name.split())


def assert_fits(header: str) -> None:
    lines = header.encode().split(b"\r\n")
    assert lines.pop() == b""
    assert all(line.strip() for line in lines)
    assert all(len(line) <= 998 for line in lines)
    assert all(len(line) <= 76 for line in lines if b"=?utf-8?" in line)
    assert all(len(word) <= 75 for line in lines for word in line.split() if word.startswith(b"=?utf-8?"))
    assert all(line.startswith(b" ") for line in lines[1:])
    assert re.search(rb"[\r\n]", b"".join(lines)) is None


@example(BOSS)
@example("Boss <other@post.example>, " + 50 * "é")
@example('a "quoted" \\ name')
@example("two  blanks  between " + 60 * "ß")
@example("x" * 500)
@example('"' * 500)
@pytest.mark.scaled
@settings(max_examples=EXAMPLES, deadline=None)
@given(NAMES)
def test_any_name_is_one_name_of_one_address(name: str):
    header = address_header("To", name, ADDRESS)

    assert_fits(header)
    new, old = read_by_both(header, "To")
    [read] = new["To"].addresses
    assert read.addr_spec == ADDRESS
    # Python 3.11 reads blanks between the encoded words of a name that are none (RFC 2047), and one where two are.
    assert without_spaces(read.display_name) == without_spaces(name)
    [(raw, address)] = getaddresses([old])
    assert address == ADDRESS
    assert str(make_header(decode_header(raw))) == name


@example("two  blanks  between")
@example("é " * 60 + "x")
@example("word " * 40 + "  " + "x" * 300)
@example("x" * 400)
@pytest.mark.scaled
@settings(max_examples=EXAMPLES, deadline=None)
@given(NAMES)
def test_any_subject_arrives_as_it_is(subject: str):
    header = text_header("Subject", subject)

    assert_fits(header)
    new, old = read_by_both(header, "Subject")
    assert new["Subject"] == subject
    unfolded = old.replace("\r\n", "").replace("\n", "")
    assert str(make_header(decode_header(unfolded))) == subject


@pytest.mark.parametrize("name", [BOSS, "Boss, other@post.example, " + 54 * "é", 40 * "株, " + "x"])
async def test_the_mail_server_gets_one_address_with_one_name(name: str):
    variables = {"inviter": "Atelier", "invitee": name, "reason": None, "page": "https://app.example/x"}
    written = build_message(email(name=name, variables=variables), SETTINGS, NOW)
    async with post_office() as office, SMTP(hostname="127.0.0.1", port=office.port, start_tls=False) as client:
        await client.sendmail(written.sender, [written.recipient], written.content)

    arrived = message_from_bytes(office.contents[0])
    [(raw, address)] = getaddresses([str(arrived["To"])])
    assert (office.recipients, address, str(make_header(decode_header(raw)))) == ([ADDRESS], ADDRESS, name)
    assert office.arrived[0]["Subject"] == f"{name} has declined"
