"""What is in an e-mail's headers and parts, no matter what people are called?"""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage as Message
from email.policy import default

import pytest

from server.mail.messages import Unwritable, ascii_address, build_message
from server.mail.rendering import render_email
from server.mail.template_values import LocaleFormat
from server.models import EmailMessage
from server.models.base import new_id
from server.settings import Settings
from tests.post import parts

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SETTINGS = Settings(_env_file=None, mail_from="Partner programme <no-reply@hosting.example>")
NASTY = "<script>alert('x')</script> & \"Co\" {{ 7 * 7 }} {% raw %} <mj-text>"


def email(**columns: object) -> EmailMessage:
    return EmailMessage(
        **{
            "id": new_id(),
            "template": "partnership.declined",
            "address": "claire@customer.example",
            "name": "Claire Rochat",
            "locale": "en_GB",
            "variables": {"inviter": "Atelier", "invitee": "Nova", "reason": None, "page": "https://app.example/x"},
        }
        | columns
    )


def read_message(row: EmailMessage, settings: Settings = SETTINGS) -> Message:
    """The message as a mail program reads it."""
    read = message_from_bytes(build_message(row, settings, NOW).content, policy=default)
    assert isinstance(read, Message)
    return read


def test_a_message_says_whom_it_is_from_and_that_a_machine_wrote_it():
    row = email()

    read = read_message(row, SETTINGS.model_copy(update={"mail_reply_to": "Help <help@hosting.example>"}))

    assert dict(read.items()) | {"Content-Type": "multipart/alternative"} == {
        "From": "Partner programme <no-reply@hosting.example>",
        "To": "Claire Rochat <claire@customer.example>",
        "Reply-To": "Help <help@hosting.example>",
        "Subject": "Nova has declined",
        "Date": "Sun, 01 Mar 2026 09:30:00 +0000",
        "Message-ID": f"<{row.id.hex}@hosting.example>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": "multipart/alternative",
    }
    text, html = parts(read)
    assert text == (
        "Hello Claire Rochat,\n\nNova has declined to work with Atelier. Nothing was shared, and you can send another "
        "invitation.\n\nSee the partnership: https://app.example/x\n\n"
        "-- \nThis message was sent automatically by the partner programme.\n"
    )
    assert html.startswith("<!doctype html>")


def test_every_script_arrives_as_it_was_written():
    names = {"inviter": "Épicerie Zoë", "invitee": "株式会社 ñandú 🐦", "page": "https://app.example/x"}

    read = read_message(email(name="Zoë Łukasz", variables=names, locale="es_ES"))

    assert read["To"] == "Zoë Łukasz <claire@customer.example>"
    assert read["Subject"] == "株式会社 ñandú 🐦 ha rechazado"
    assert all("株式会社 ñandú 🐦 ha rechazado colaborar con Épicerie Zoë." in part for part in parts(read))


def test_peoples_words_are_text_in_the_html_and_never_code():
    variables = {"inviter": NASTY, "invitee": NASTY, "reason": NASTY, "page": 'https://app.example/"onclick="x'}

    letter = render_email("partnership.declined", "en_GB", NASTY, variables)

    assert "<script" not in letter.html
    assert "<mj-text" not in letter.html
    assert '"onclick' not in letter.html
    assert letter.html.count("{{ 7 * 7 }}") == letter.html.count("&lt;script&gt;") == letter.html.count("&amp;") == 7
    assert f"Hello {NASTY}," in letter.text
    assert "49" not in letter.text


@pytest.mark.parametrize("ending", ["\r\nBcc: all@victims.example", "\nX: y", "\r", "\x00", "\x85", "\u2028", "\u202e"])
@pytest.mark.parametrize("place", ["name", "subject"])
def test_no_name_adds_a_header(place: str, ending: str):
    bad = f"Nova{ending}!"
    row = email(name=bad) if place == "name" else email(variables={"invitee": bad, "inviter": "Atelier"})

    with pytest.raises(Unwritable):
        build_message(row, SETTINGS, NOW)


@pytest.mark.parametrize(
    "stored",
    ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "A <a@b.example>", "nobody", ""],
)
def test_no_address_is_two(stored: str):
    with pytest.raises(Unwritable):
        build_message(email(address=stored), SETTINGS, NOW)


ENCODED = [
    "=?utf-8?q?=0D=0ABcc=3Aall@victims.example?=",
    "=?utf-8?b?DQpCY2M6IHhAeS56DQoNCjxoMT4=?=",
    "a ==?utf-8?q?=0A?= b",
]


@pytest.mark.parametrize("written", ENCODED)
@pytest.mark.parametrize("place", ["name", "subject"])
def test_a_name_that_is_written_as_a_header_is_encoded_is_shown_as_it_is(place: str, written: str):
    variables = {"inviter": "Atelier", "invitee": written, "reason": None, "page": "https://app.example/x"}
    row = email(name=written) if place == "name" else email(variables=variables)

    read = read_message(row)

    assert list(read) == list(read_message(email()))
    shown = written.replace("=?", "= ?")
    if place == "name":
        assert [one.display_name for one in read["To"].addresses] == [shown]
    else:
        assert read["Subject"] == f"{shown} has declined"


def test_no_address_is_written_as_a_header_is_encoded():
    with pytest.raises(Unwritable):
        build_message(email(address="=?utf-8?q?=0ABcc=3Ax?=@customer.example"), SETTINGS, NOW)


def test_a_domain_with_accents_has_a_form_that_every_server_knows():
    assert ascii_address("claire@exämple.example") == "claire@xn--exmple-cua.example"
    assert ascii_address("jörg@exämple.example") == "jörg@exämple.example"


def test_a_missing_variable_leaves_no_hole_in_the_words():
    with pytest.raises(KeyError, match="inviter"):
        render_email("partnership.declined", "de_DE", "", {"invitee": "Nova", "inviter": None})


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en_GB", "4 March 2027, 00:59 (Central European Standard Time)"),
        ("fr_FR", "4 mars 2027, 00:59 (heure normale d’Europe centrale)"),
        ("de_DE", "4. März 2027, 00:59 (Mitteleuropäische Normalzeit)"),
        ("it_IT", "4 marzo 2027, 00:59 (Ora standard dell’Europa centrale)"),
        ("es_ES", "4 de marzo de 2027, 0:59 (hora estándar de Europa central)"),
    ],
)
def test_a_timestamp_is_written_as_the_recipient_writes_it_in_their_zone(locale: str, told: str):
    assert LocaleFormat(locale, "Europe/Zurich").format_moment("2027-03-03T23:59:59+00:00") == told


def test_a_day_without_a_time_is_the_same_everywhere():
    assert LocaleFormat("en_GB", "Europe/Zurich").format_moment("2027-03-03") == "3 March 2027"


def test_terms_before_and_after_a_change_stand_under_their_headings():
    before = {"access_type": "LIMITED", "products": [{"service_name": "a.example", "rights": ["TECHNICAL"]}]}
    after = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "products": []}

    letter = render_email(
        "access.type_changed",
        "en_GB",
        "",
        {"customer": "Alpina", "partner": "Nova", "before": before, "after": after, "page": "https://app.example/x"},
    )

    assert letter.text == (
        "Hello,\n\nThe access that Nova has to what Alpina owns has changed.\n\n"
        "Before\nAccess: Limited access\nProducts: a.example: Technical management\n\n"
        "After\nAccess: Complete access\nPayment: The partner pays\n\n"
        "See the partnership: https://app.example/x\n\n"
        "-- \nThis message was sent automatically by the partner programme."
    )


@pytest.mark.parametrize("value", ["nobody", "Company <>", "a b"])
def test_a_sender_is_an_address(value: str):
    with pytest.raises(ValueError, match="write it as `no-reply@company.example`"):
        Settings(_env_file=None, mail_from=value)


def test_a_mail_server_needs_a_sender():
    with pytest.raises(ValueError, match="mail_from"):
        Settings(_env_file=None, smtp_host="127.0.0.1")
