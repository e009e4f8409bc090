"""Folding of names: under which key is a text searched, ordered and compared, the same on every database?

Łódź is found as lodz, Søren as soren, Œuvre as oeuvre, Müller-Meier as muller-meier, and as mueller-meier in its second
spelling; and a quotation mark, a hyphen or a blank as a keyboard has it.
"""

import unicodedata
from typing import Final

LONGEST_KEY: Final = 240
"""How much of a text is searched and ordered by: one character can become many."""

_MAX_READ: Final = 2 * LONGEST_KEY
"""How much of a text is looked at: some characters become eighteen, and nobody waits for what no key has."""

BETWEEN_SPELLINGS: Final = "\n"
"""Stands in a stored key between the two spellings of a name. It is less than all that a folded text has in it: names
are ordered by the first spelling alone, and no search goes from one into the other."""

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
"""Letters that Unicode does not take apart. Those in capitals are small ones by then."""

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
    """The text without what people leave out, or write in another way, when they look for it.

    Case, accents, ligatures, strokes, the kind of quotation mark, hyphen or blank, and what cannot be seen.
    """
    # Folding can make what decomposes, and decomposing what folds: the second time finds the end of it, or the third.
    before, text = None, text[:_MAX_READ]
    while text != before:
        before, text = text, _step(text)[:_MAX_READ]
    return text[:LONGEST_KEY].rstrip()


def name_key(name: str) -> str:
    """What is stored to search and order a name by: its spellings, the second one only where it is another."""
    return BETWEEN_SPELLINGS.join(dict.fromkeys(spellings(name)))[:LONGEST_KEY].rstrip()


def spellings(text: str) -> tuple[str, str]:
    """The text folded, with umlauts as single letters and as `ae`, `oe`, `ue`. Two that share one are found."""
    composed = unicodedata.normalize("NFC", text[:_MAX_READ])
    spelled_out = composed.translate(_SPELLED_OUT)
    plain = fold(text)
    return plain, plain if spelled_out == composed else fold(spelled_out)


def is_same_name(typed: str, name: str) -> bool:
    """Whether somebody typed this name, to say that they mean what it names."""
    same = set(spellings(typed)) & set(spellings(name)) - {""}
    return bool(same) or typed.strip() == name


def _step(text: str) -> str:
    if text.isascii():
        return _join_blanks(text.lower().replace("`", "'"))
    canonical = unicodedata.normalize("NFD", text.casefold()).translate(_PLAIN)
    decomposed = unicodedata.normalize("NFKD", canonical).translate(_PLAIN)
    return _join_blanks("".join(filter(_stays, decomposed)).casefold())


def _stays(character: str) -> bool:
    """Blanks stay, those that are control characters among them: they are joined afterwards."""
    if character.isspace():
        return True
    return not unicodedata.combining(character) and unicodedata.category(character) not in _UNSEEN


def _join_blanks(text: str) -> str:
    joined = " ".join(text.split())
    return joined if joined.isprintable() else "".join(filter(_stays, joined))
