"""Which text may people store?"""

import unicodedata

from server.domain.errors import N_, ErrorCode, Refusal, Refused

LONGEST_KEY = 240
"""How much of a text is searched and ordered by: one character can become many."""

_ALLOWED_CONTROLS = frozenset("\n\t")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})  # the last two end a line, as some programs read it


def line(value: str, most: int, field: tuple[str, ...]) -> str:
    """One line of text, trimmed, not empty, of at most `most` characters."""
    trimmed = value.strip()
    if not trimmed:
        raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("This must not be empty."), field))
    return _checked(trimmed, most, field, allowed=frozenset())


def paragraph(value: str, most: int, field: tuple[str, ...]) -> str:
    """Text of several lines, trimmed, possibly empty, of at most `most` characters."""
    return _checked(value.strip(), most, field, allowed=_ALLOWED_CONTROLS)


def sort_key(value: str) -> str:
    """The text as it is searched and ordered: without case and accents, the same on every database."""
    # Folding can make what decomposes, and decomposing what folds: once more finds the end of it.
    for _ in range(2):
        decomposed = unicodedata.normalize("NFKD", value.casefold())
        value = "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
    return value[:LONGEST_KEY]


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
        if unicodedata.category(character) in _REFUSED_CATEGORIES and character not in allowed:
            raise Refused(Refusal(ErrorCode.VALIDATION_FAILED, N_("This must not contain control characters."), field))
    return value
