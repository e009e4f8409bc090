"""Which text may people store, and under which key is it found again?"""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from server.domain.text import LONGEST_KEY, line, paragraph, sort_key
from tests.domain.refusals import refusals

MOST = 10
FIELD = ("access", "note")
REFUSED = [("VALIDATION_FAILED", "access.note")]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Alpina", "Alpina"),
        ("  Alpina SA \n", "Alpina SA"),
        ("\u00a0Alpina\u3000", "Alpina"),
        ("A  B", "A  B"),
        ("x" * MOST, "x" * MOST),
        (" " * MOST + "x" * MOST + " " * MOST, "x" * MOST),
        ("Zürich", "Zürich"),
        ("日本語", "日本語"),
        ("🏔" * MOST, "🏔" * MOST),
        ("<b>&amp;", "<b>&amp;"),
        ("{most}", "{most}"),
    ],
)
def test_a_line_is_stored_trimmed_and_otherwise_as_written(written, stored):
    assert line(written, MOST, FIELD) == stored
    assert paragraph(written, MOST, FIELD) == stored


INVISIBLE = [
    "\u200b",
    "\ufeff",
    "\u0301",
    "\u2800",
    "\u3164",
    "\u00ad",
    "\u200e",
    "\ufe0f",
    " \u200b \u0301 ",
    "\u202e",
]


@pytest.mark.parametrize("written", ["", " ", "\n", "\t \n", "\u00a0", "\u2003\u2028", *INVISIBLE])
def test_a_line_is_never_empty_and_a_paragraph_may_be(written):
    assert refusals(line, written, MOST, FIELD) == REFUSED
    assert paragraph(written, MOST, FIELD) == ""


@pytest.mark.parametrize("written", ["x" * (MOST + 1), "x" * MOST + " x", "🏔" * (MOST + 1), "x" * 1_000_000])
def test_text_that_is_too_long_is_refused(written):
    assert refusals(line, written, MOST, FIELD) == REFUSED
    assert refusals(paragraph, written, MOST, FIELD) == REFUSED


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x85", "\x9f"],
)
def test_control_characters_are_refused(character):
    assert refusals(line, f"a{character}b", MOST, FIELD) == REFUSED
    assert refusals(paragraph, f"a{character}b", MOST, FIELD) == REFUSED


@pytest.mark.parametrize("number", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_characters_that_turn_the_order_of_others_are_refused(number):
    assert refusals(line, f"a{chr(number)}b", MOST, FIELD) == REFUSED
    assert refusals(paragraph, f"a{chr(number)}b", MOST, FIELD) == REFUSED


@pytest.mark.parametrize("text", ["a\u200b", "👩\u200d💻", "e\u0301", "می\u200cخواهم", "عربي \u200f(1)", "ก็"])
def test_what_is_invisible_alone_may_stand_with_what_is_seen(text):
    assert line(text, MOST, FIELD) == text
    assert paragraph(text, MOST, FIELD) == text


@pytest.mark.parametrize("character", ["\ud800", "\udbff", "\udc00", "\udfff"])
def test_half_a_character_is_refused(character):
    assert refusals(line, f"a{character}b", MOST, FIELD) == REFUSED
    assert refusals(paragraph, f"a{character}b", MOST, FIELD) == REFUSED


@pytest.mark.parametrize("character", ["\n", "\t"])
def test_line_ends_and_tabs_are_for_paragraphs(character):
    assert refusals(line, f"a{character}b", MOST, FIELD) == REFUSED
    assert paragraph(f"a{character}b", MOST, FIELD) == f"a{character}b"


@pytest.mark.parametrize("character", ["\u2028", "\u2029"])
def test_other_line_ends_are_refused(character):
    assert refusals(line, f"a{character}b", MOST, FIELD) == REFUSED
    assert refusals(paragraph, f"a{character}b", MOST, FIELD) == REFUSED


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", ""),
        ("Alpina", "alpina"),
        ("ÉCLAIR", "eclair"),
        ("Zürich", "zurich"),
        ("Ångström", "angstrom"),
        ("Señor", "senor"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
        ("Kilo²", "kilo2"),
        ("Øre", "øre"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("Σίσυφος", "σισυφοσ"),
        ("日本語", "日本語"),
        ("a_b%c", "a_b%c"),
    ],
)
def test_the_key_is_without_case_and_accents(text, key):
    assert sort_key(text) == key


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["Café Zürich", "Ångström", "Señor Ñandú"])
def test_the_key_does_not_depend_on_how_accents_are_composed(text, form):
    assert sort_key(unicodedata.normalize(form, text)) == sort_key(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("x" * 239, 239),
        ("x" * 240, 240),
        ("x" * 241, 240),
        ("É" * 1_000, 240),
        ("ß" * 120, 240),
        ("ß" * 121, 240),
        ("ﷺ" * 13, 234),
        ("ﷺ" * 14, 240),
    ],
    ids=lambda value: value[:1] if isinstance(value, str) else None,
)
def test_the_key_is_cut_off_where_its_column_ends(text, length):
    assert LONGEST_KEY == 240
    assert len(sort_key(text)) == length


@settings(deadline=None)
@given(some.text())
@example("Cloud™")
@example("№ 5")
def test_the_key_of_a_key_is_itself(text):
    assert sort_key(sort_key(text)) == sort_key(text)
