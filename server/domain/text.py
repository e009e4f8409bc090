"""Text rules: the text that people may store, and its normal form.

All stored text passes through `single_line` or `paragraph`. Both compose it (NFC) and remove what is invisible and has
no meaning, so that texts that look the same are the same:

    zero-width blanks, soft hyphens, fillers       removed
    joiners, direction marks, variation selectors  kept if a script or an emoji needs them
    control characters, bidirectional controls     refused, as are surrogates and noncharacters
"""

import unicodedata
from typing import Final

from server.domain.errors import N_, CommonCode, Refusal, Refused

_LONGEST_IN_PARTS: Final = 4
"""A character may consist of several code points: a letter and its marks."""
_ALLOWED_CONTROLS: Final = frozenset("\n\t")
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # the last two end a line in some programs
_BIDIRECTIONAL_CONTROLS: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Controls that change the order in which a text is displayed, even beyond it, so that a name looks like another."""

_NONCHARACTERS: Final = frozenset(
    map(
        chr,
        (*range(0xFDD0, 0xFDF0), *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))),
    )
)
_LINE_ENDS: Final = ("\r\n", "\r", "\x85", "\u2028", "\u2029")
_ONLY_WITH_OTHERS: Final = frozenset({"Cf", "Mn", "Mc", "Me"})
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")

_NEVER_SEEN: Final = frozenset("\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u3164\ufeff\uffa0") | frozenset(
    map(chr, (*range(0x2061, 0x2066), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC)))
)
_JOINERS: Final = frozenset("\u200c\u200d")
_DIRECTION_MARKS: Final = frozenset("\u200e\u200f\u061c")
_SELECTORS: Final = frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_TAGS: Final = frozenset(map(chr, range(0xE0000, 0xE0080)))
_FLAG: Final = "\U0001f3f4"
_VIRAMA: Final = 9
"""The combining class of a virama. RFC 5892 allows joiners after it (ContextJ)."""

_KEYCAPS: Final = frozenset("0123456789#*")
_SCRIPTS_THAT_JOIN_NOTHING: Final = ("LATIN", "GREEK", "CYRILLIC", "FULLWIDTH")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def single_line(value: str, most: int, field: tuple[str, ...]) -> str:
    """One line of text: trimmed, with something visible, of at most `most` characters."""
    trimmed = _trim(value, most, field)
    if not trimmed:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("This must not be empty."), field))
    return _check_characters(trimmed, most, field, allowed=frozenset())


def paragraph(value: str, most: int, field: tuple[str, ...]) -> str:
    """Text of several lines: trimmed, possibly empty, of at most `most` characters, with uniform line ends."""
    for end in _LINE_ENDS:
        value = value.replace(end, "\n")
    return _check_characters(_trim(value, most, field), most, field, allowed=_ALLOWED_CONTROLS)


def _trim(value: str, most: int, field: tuple[str, ...]) -> str:
    """The text as it is stored, without surrounding blanks. Empty if nothing in it is visible."""
    text = value.strip()
    if len(text) > _LONGEST_IN_PARTS * most:
        raise _too_long(most, field)  # first, because checking every character takes time
    if not text.isascii():
        text = _without_unseen(unicodedata.normalize("NFC", text)).strip()
    return text if any(map(_is_visible, text)) else ""


def _is_visible(character: str) -> bool:
    """Whether a character is visible on its own. Control characters count: they are refused and not ignored."""
    return not (
        character.isspace() or character in _BLANK_LETTERS or unicodedata.category(character) in _ONLY_WITH_OTHERS
    )


def _without_unseen(text: str) -> str:
    """The text without invisible characters that have no effect on their neighbours."""
    before = None
    while text != before and not all(map(_is_seen, text)):
        before, text = text, _remove_unneeded(text)
    return text


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _ONLY_WITH_OTHERS and character not in _NEVER_SEEN


def _remove_unneeded(text: str) -> str:
    letters = (character for character in text if character not in _DIRECTION_MARKS)
    is_right_to_left = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in letters)
    kept = list[str]()
    for place, character in enumerate(text):
        before, after = kept[-1] if kept else "", text[place + 1 : place + 2]
        if _is_needed(character, before, after, is_right_to_left=is_right_to_left):
            kept.append(character)
    # Characters that an invisible one separated may now compose.
    return unicodedata.normalize("NFC", "".join(kept))


def _is_needed(character: str, before: str, after: str, *, is_right_to_left: bool) -> bool:
    if character in _NEVER_SEEN:
        return False
    if character in _JOINERS:
        return _takes_joiners(before) and (_is_virama(before) or _takes_joiners(after))
    if character in _DIRECTION_MARKS:
        return is_right_to_left
    if character in _SELECTORS:
        return before in _KEYCAPS or (_takes_joiners(before) and before not in _SELECTORS)
    if character in _TAGS:
        return before == _FLAG or before in _TAGS
    return True


def _is_virama(character: str) -> bool:
    """Whether the character removes an Indic letter's vowel. A joiner after it decides how it is written."""
    return unicodedata.combining(character) == _VIRAMA


def _takes_joiners(character: str) -> bool:
    """Whether joiners have an effect next to it: a letter of a joining script, or a pictograph."""
    if character in _SELECTORS:
        return True
    is_joining = character >= "\u0600" and unicodedata.category(character)[0] in "LMNS"
    return is_joining and not unicodedata.name(character, "").startswith(_SCRIPTS_THAT_JOIN_NOTHING)


def _check_characters(value: str, most: int, field: tuple[str, ...], allowed: frozenset[str]) -> str:
    if len(value) > most:
        raise _too_long(most, field)
    if any(_is_refused(character) and character not in allowed for character in value):
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("This must not contain control characters."), field))
    return value


def _too_long(most: int, field: tuple[str, ...]) -> Refused:
    message = N_("This must not be longer than {most} characters.")
    return Refused(Refusal(CommonCode.VALIDATION_FAILED, message, field, {"most": most}))


def _is_refused(character: str) -> bool:
    return (
        unicodedata.category(character) in _REFUSED_CATEGORIES
        or character in _BIDIRECTIONAL_CONTROLS
        or character in _NONCHARACTERS
    )
