"""Folding of names: the key by which a text is searched, ordered and compared, the same on every database.

Łódź is found as lodz, Søren as soren, Œuvre as oeuvre, Müller-Meier as muller-meier, and as mueller-meier in its second
spelling. Quotation marks, hyphens and blanks are found as typed on a keyboard.
"""

import unicodedata
from typing import Final

LONGEST_KEY: Final = 240
"""The longest key by which a text is searched and ordered. One character can become many."""

_MAX_READ: Final = 2 * LONGEST_KEY
"""The part of a text that is folded. Some characters become eighteen, and the rest would not fit into the key."""

BETWEEN_SPELLINGS: Final = "\n"
"""Separates the two spellings of a name in a stored key.

It sorts before every character of a folded text, so that names are ordered only by the first spelling and no search
spans both.
"""

_MARKS: Final = {
    "'": "\u2019\u2018\u201a\u201b\xb4\x60\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2032\u2035\u2039\u203a\u05f3",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u02ba\u2033\u2036\u301d\u301e\u301f\u05f4",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7\u05be\u2e3a\u2e3b\ufe58\ufe63\uff0d",
    "/": "\u2044\u2215",
    ".": "\xb7\u0387\u2022\u2027\u2219\u22c5",
    " ": "\u2800",
}
_LETTERS: Final = (
    dict.fromkeys("ðđ", "d")
    | dict(zip("øłħŧƶǥɨʉƀȼɍɏ", "olhtzgiubcry", strict=True))
    | {"\u0131": "i", "ŋ": "n", "ĸ": "k", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)
"""Letters that Unicode does not decompose. Capitals are lower case by then."""

_BLANK_LETTERS: Final = "\u115f\u1160\u3164\uffa0"
_SELECTORS: Final = (0x034F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_PLAIN: Final = str.maketrans(
    {mark: plain for plain, marks in _MARKS.items() for mark in marks}
    | _LETTERS
    | dict.fromkeys(map(ord, _BLANK_LETTERS))
    | dict.fromkeys(_SELECTORS)
)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Me"})
_SPELLED_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ø": "oe", "Ø": "OE", "å": "aa", "Å": "AA"}
)


def fold(text: str) -> str:
    """The text without everything that people omit or write differently when they search.

    That is case, accents, ligatures, strokes, the kind of quotation mark, hyphen or blank, and invisible characters.
    """
    # Folding can produce what decomposes, and decomposing what folds: repeat until nothing changes, two or three times.
    before, text = None, text[:_MAX_READ]
    while text != before:
        before, text = text, _fold_once(text)[:_MAX_READ]
    return text[:LONGEST_KEY].rstrip()


def name_key(name: str) -> str:
    """The stored key of a name: its spellings, the second one only if it differs."""
    return BETWEEN_SPELLINGS.join(dict.fromkeys(spellings(name)))[:LONGEST_KEY].rstrip()


def spellings(text: str) -> tuple[str, str]:
    """The folded text, with umlauts as single letters and as `ae`, `oe`, `ue`. Texts that share one match."""
    composed = unicodedata.normalize("NFC", text[:_MAX_READ])
    spelled_out = composed.translate(_SPELLED_OUT)
    plain = fold(text)
    return plain, plain if spelled_out == composed else fold(spelled_out)


def is_same_name(typed: str, name: str) -> bool:
    """Whether the typed text is this name, as a confirmation."""
    same = set(spellings(typed)) & set(spellings(name)) - {""}
    return bool(same) or typed.strip() == name


def _fold_once(text: str) -> str:
    if text.isascii():
        return _join_blanks(text.lower().replace("`", "'"))
    canonical = unicodedata.normalize("NFD", text.casefold()).translate(_PLAIN)
    decomposed = unicodedata.normalize("NFKD", canonical).translate(_PLAIN)
    return _join_blanks("".join(filter(_is_kept, decomposed)).casefold())


def _is_kept(character: str) -> bool:
    """Whether a character stays. Blanks stay, including control characters; they are joined afterwards."""
    if character.isspace():
        return True
    return not unicodedata.combining(character) and unicodedata.category(character) not in _UNSEEN


def _join_blanks(text: str) -> str:
    joined = " ".join(text.split())
    return joined if joined.isprintable() else "".join(filter(_is_kept, joined))
