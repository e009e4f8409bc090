"""Are addresses and passwords the same, however they are typed?"""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.people.users import email_address, forms_of_password, normal_email, normal_password
from tests.domain.refusals import refusals

FIELD = ("email",)
SPELLINGS = [
    "rené@exämple.ch",
    "rene\u0301@exa\u0308mple.ch",
    "RENÉ@EXÄMPLE.CH",
    " Rene\u0301@xn--exmple-cua.ch\t",
    "rené@XN--EXMPLE-CUA.ch",
    "rené@exämple。ch",
    "rené@ｅｘämple.ch",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_address_is_stored_and_looked_up_in_one_form(spelling):
    assert email_address(spelling, FIELD) == normal_email(spelling) == "rené@exämple.ch"


@pytest.mark.parametrize(
    ("one", "other"),
    [("strasse@example.ch", "straße@example.ch"), ("a@strasse.ch", "a@straße.ch"), ("rene@x.ch", "rené@x.ch")],
)
def test_addresses_of_different_mailboxes_stay_different(one, other):
    assert email_address(one, FIELD) != email_address(other, FIELD)


@given(
    st.emails()
    | st.text(max_size=300)
    | st.text(st.characters(categories=["L", "M"]), max_size=30).map("{}@x.ch".format)
)
def test_the_form_of_an_address_is_its_own_form(typed):
    normal = normal_email(typed)

    assert normal_email(normal) == normal
    assert normal == normal.lower()
    assert unicodedata.is_normalized("NFC", normal)


@pytest.mark.parametrize("typed", ["Claire@Host.LOCAL", "CLAIRE@host.local ", "claire@host.local"])
def test_a_refused_address_has_one_form_too(typed):
    assert refusals(email_address, typed, FIELD) == [("VALIDATION_FAILED", "email")]
    assert normal_email(typed) == "claire@host.local"


@pytest.mark.parametrize(
    "typed",
    ["", "@", "claire", "a@b", "a b@x.ch", "x" * 300 + "@x.ch", "İ" * 128 + "@" + "x" * 60 + ".ch", "a@x.ch\nb@x.ch"],
)
def test_a_text_that_is_not_an_address_is_not_stored(typed):
    assert refusals(email_address, typed, FIELD) == [("VALIDATION_FAILED", "email")]


@pytest.mark.parametrize("typed", ["a" * 60 + "\u0301\u0316" * 5_000 + "@x.ch", "a@" + "x." * 5_000, "@" * 10_000])
def test_a_long_text_for_an_address_takes_no_time(typed):
    started = time.process_time()

    normal_email(typed)

    assert time.process_time() - started < 0.1


COMPOSED = "pässwörter für René"
SAME = [
    COMPOSED,
    unicodedata.normalize("NFD", COMPOSED),
    COMPOSED.replace(" ", "\u00a0"),
    unicodedata.normalize("NFD", COMPOSED).replace(" ", "\u3000"),
]


@pytest.mark.parametrize("typed", SAME)
def test_a_password_is_hashed_in_one_form(typed):
    assert normal_password(typed, FIELD) == COMPOSED
    assert forms_of_password(typed)[0] == COMPOSED


@pytest.mark.parametrize("typed", SAME[1:])
def test_a_password_is_tried_as_it_was_typed_too(typed):
    assert forms_of_password(typed) == (COMPOSED, typed)


@pytest.mark.parametrize("typed", ["correct horse", "ｗｉｄｅ", "UPPER lower", "ﬁ", " around "])
def test_case_width_and_spaces_of_a_password_matter(typed):
    assert forms_of_password(typed) == (typed,)


@pytest.mark.parametrize(
    ("typed", "is_allowed"),
    [
        ("x" * 11, False),
        ("x" * 12, True),
        ("x" * 256, True),
        ("x" * 257, False),
        ("e\u0301" * 11, False),
        ("e\u0301" * 12, True),
        ("e\u0301" * 256, True),
        ("e\u0301" * 257, False),
        ("각" * 256, True),
        (unicodedata.normalize("NFD", "각" * 256), True),
        ("🔑" * 256, True),
        ("\u0344" * 200, False),  # it is two characters when it is composed
        ("", False),
        ("\u0301\u0316" * 5_000, False),
    ],
)
def test_the_length_of_a_password_counts_in_that_form(typed, is_allowed):
    assert refusals(normal_password, typed, ("password",)) == (
        [] if is_allowed else [("VALIDATION_FAILED", "password")]
    )
    assert not is_allowed or forms_of_password(typed)


@pytest.mark.parametrize("character", ["\0", "\t", "\n", "\x1b", "\x7f", "\u0085", "\u2028", "\u2029", "\ud800"])
def test_a_password_with_control_characters_is_not_set(character):
    assert refusals(normal_password, f"correct horse{character}battery", ("new_person", "password")) == [
        ("VALIDATION_FAILED", "new_person.password")
    ]


def test_a_password_of_emoji_that_are_joined_is_set():
    family = "👨\u200d👩\u200d👧 lives here"

    assert normal_password(family, FIELD) == family


@pytest.mark.parametrize("typed", ["", "x" * 1_025, "🔑" * 257, "é" * 513, "secret\ud800secret"])
def test_a_text_that_cannot_be_a_password_has_no_normal_form(typed):
    assert forms_of_password(typed) == ()


@pytest.mark.parametrize("typed", ["short", "with\ta tab", "\x1b[A", " "])
def test_a_password_older_than_the_rules_is_tried(typed):
    assert forms_of_password(typed)[0] == typed
