"""Which text may people store?"""

import unicodedata

from server.domain.errors import N_, ErrorCode, Refusal, Refused

LONGEST_KEY = 240
"""How much of a text is searched and ordered by: one character can become many."""

_ALLOWED_CONTROLS = frozenset("\n\t")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})  # the last two end a line, as some programs read it
_BIDIRECTIONAL_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""They show a text in another order than it is stored in, and reach beyond it: a name that reads as another."""

_ONLY_WITH_OTHERS = frozenset({"Cf", "Mn", "Mc", "Me"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def line(value: str, most: int, field: tuple[str, ...]) -> str:
    """One line of text, trimmed, with something to see in it, of at most `most` characters."""
    trimmed = _trimmed(value)
    if not trimmed:
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("This must not be empty."), field))
    return _checked(trimmed, most, field, allowed=frozenset())


def paragraph(value: str, most: int, field: tuple[str, ...]) -> str:
    """Text of several lines, trimmed, possibly empty, of at most `most` characters."""
    return _checked(_trimmed(value), most, field, allowed=_ALLOWED_CONTROLS)


def sort_key(value: str) -> str:
    """The text as it is searched and ordered: without case and accents, the same on every database."""
    # Folding can make what decomposes, and decomposing what folds: once more finds the end of it.
    for _ in range(2):
        decomposed = unicodedata.normalize("NFKD", value.casefold())
        value = "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
    return value[:LONGEST_KEY]


def is_same_name(typed: str, name: str) -> bool:
    """Whether somebody typed this name, to say that they mean what it names: case and accents do not matter."""
    return sort_key(typed.strip()) == sort_key(name)


def _trimmed(value: str) -> str:
    """The text without the blanks around it; empty where nothing in it can be seen."""
    return value.strip() if any(map(_is_visible, value)) else ""


def _is_visible(character: str) -> bool:
    """Whether it shows by itself. Control characters count: they are refused as such, not taken for nothing."""
    return not (
        character.isspace() or character in _BLANK_LETTERS or unicodedata.category(character) in _ONLY_WITH_OTHERS
    )


def _checked(value: str, most: int, field: tuple[str, ...], allowed: frozenset[str]) -> str:
    if len(value) > most:
        raise Refused(
            Refusal(
                ErrorCode.VALIDATION_FAILED,
                N_("This must not be longer than {most} characters."),
                field,
                {"most": most},
            )
        )
    for character in value:
        is_control = unicodedata.category(character) in _REFUSED_CATEGORIES or character in _BIDIRECTIONAL_CONTROLS
        if is_control and character not in allowed:
            raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("This must not contain control characters."), field))
    return value
