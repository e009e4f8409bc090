"""Which text may people store, and in which form?"""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from server.domain.errors import Refused
from server.domain.text import paragraph, single_line
from tests.domain.refusals import refusals

MAX = 10
FIELD = ("access", "note")
REFUSED = [("VALIDATION_FAILED", "access.note")]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Alpina", "Alpina"),
        ("  Alpina SA \n", "Alpina SA"),
        ("\u00a0Alpina\u3000", "Alpina"),
        ("A  B", "A  B"),
        ("x" * MAX, "x" * MAX),
        (" " * MAX + "x" * MAX + " " * MAX, "x" * MAX),
        ("Zürich", "Zürich"),
        ("日本語", "日本語"),
        ("🏔" * MAX, "🏔" * MAX),
        ("<b>&amp;", "<b>&amp;"),
        ("{most}", "{most}"),
    ],
)
def test_a_line_is_stored_trimmed_and_otherwise_as_written(written, stored):
    assert single_line(written, MAX, FIELD) == stored
    assert paragraph(written, MAX, FIELD) == stored


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
    assert refusals(single_line, written, MAX, FIELD) == REFUSED
    assert paragraph(written, MAX, FIELD) == ""


@pytest.mark.parametrize("written", ["x" * (MAX + 1), "x" * MAX + " x", "🏔" * (MAX + 1), "x" * 1_000_000])
def test_text_that_is_too_long_is_refused(written):
    assert refusals(single_line, written, MAX, FIELD) == REFUSED
    assert refusals(paragraph, written, MAX, FIELD) == REFUSED


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x84", "\x9f"],
)
def test_control_characters_are_refused(character):
    assert refusals(single_line, f"a{character}b", MAX, FIELD) == REFUSED
    assert refusals(paragraph, f"a{character}b", MAX, FIELD) == REFUSED


@pytest.mark.parametrize("number", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_characters_that_turn_the_order_of_others_are_refused(number):
    assert refusals(single_line, f"a{chr(number)}b", MAX, FIELD) == REFUSED
    assert refusals(paragraph, f"a{chr(number)}b", MAX, FIELD) == REFUSED


NEEDED = [
    *("👩\u200d💻", "❤\ufe0f", "🏳\ufe0f\u200d🌈", "1\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e007f", "👩🏽\u200d🚀"),
    *("می\u200cخواهم", "۵\u200cتن", "عربي \u200f(1)", "क्\u200dष", "ශ්\u200dර", "葛\U000e0100", "ก็", "שָׁלוֹם", "q\u0308"),
    *("അവന്\u200d", "বিদ্যুত্\u200d", "क्\u200d", "രാജന്\u200d-സുധ"),  # behind a virama, at the end of a word too
]


@pytest.mark.parametrize("text", NEEDED)
def test_characters_that_a_script_or_an_emoji_needs_stay(text):
    assert single_line(text, MAX, FIELD) == text
    assert paragraph(text, MAX, FIELD) == text


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        *(
            (f"Al{unseen}pina", "Alpina")
            for unseen in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad\u034f\ufe0f\u3164\u061c"
        ),
        *(("\ufeffAlpina", "Alpina"), ("Alpina \u200b", "Alpina"), ("A\u2063\u206f\ufff9B", "AB"), ("\u200d👩", "👩")),
        *(("Al\U000e0061pina\U000e007f", "Alpina"), ("ẳ\u200dẳ", "ẳẳ"), ("e\u200b\u0301", "é"), ("е\u200dж", "еж")),
    ],
)
def test_invisible_characters_without_effect_are_removed(written, stored):
    assert single_line(written, MAX, FIELD) == stored
    assert paragraph(written, MAX, FIELD) == stored


@pytest.mark.parametrize(("written", "stored"), [("e\u0301", "é"), ("Zu\u0308rich", "Zürich"), ("\u212b", "Å")])
def test_text_is_stored_composed(written, stored):
    assert single_line(written, MAX, FIELD) == stored
    assert paragraph(written, MAX, FIELD) == stored


@given(some.text(max_size=40))
@example("\u0628\u200d\ufe00a")
@example("e\u200d\u200b\u0301")
def test_a_stored_text_is_stored_again_unchanged(text):
    for rule in (single_line, paragraph):
        try:
            stored = rule(text, 200, FIELD)
        except Refused:
            continue
        assert rule(stored, 200, FIELD) == stored
        assert unicodedata.is_normalized("NFC", stored)


@pytest.mark.parametrize("character", ["\ud800", "\udbff", "\udc00", "\udfff"])
def test_half_a_character_is_refused(character):
    assert refusals(single_line, f"a{character}b", MAX, FIELD) == REFUSED
    assert refusals(paragraph, f"a{character}b", MAX, FIELD) == REFUSED


@pytest.mark.parametrize("character", ["\n", "\t"])
def test_line_ends_and_tabs_are_for_paragraphs(character):
    assert refusals(single_line, f"a{character}b", MAX, FIELD) == REFUSED
    assert paragraph(f"a{character}b", MAX, FIELD) == f"a{character}b"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_lines_end_in_one_way(end):
    assert refusals(single_line, f"a{end}b", MAX, FIELD) == REFUSED
    assert paragraph(f"a{end}{end}b{end}", MAX, FIELD) == "a\n\nb"


@pytest.mark.parametrize("character", ["\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"])
def test_noncharacters_are_refused(character):
    assert refusals(single_line, f"a{character}b", MAX, FIELD) == REFUSED
    assert refusals(paragraph, f"a{character}b", MAX, FIELD) == REFUSED
