"""Languages: translation of messages, and the choice by Accept-Language.

English messages are gettext ids. Catalogues, by default in `translations/`, are compiled in memory on first use.
"""

import gettext
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "fr", "de", "it", "es")
_FOLDER: Final = Path(__file__).with_name("translations")
_LONGEST_HEADER: Final = 200
_ENTRY: Final = re.compile(
    r"\s*([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)\s*(?:;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII
)
"""A language range (RFC 4647) and its weight (RFC 9110)."""
_IN_TWO_LETTERS: Final[Mapping[str, str]] = get_global("language_aliases")


def translate(message: str, language: str, values: Mapping[str, object], catalogues: Path = _FOLDER) -> str:
    """The English message in this language, with its values filled in."""
    return _catalogue(catalogues, language).gettext(message).format_map(dict(values))


def preferred_language(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header, by the look-up of RFC 4647.

    A tag gives its language, no matter which country, script or extension follows: `de-LU-u-co-phonebk` is German. If
    none is ours: English, or the first of ours that is not refused (`q=0`).
    """
    if len(accept_language) > _LONGEST_HEADER:
        # A cut entry would mean something else: `en;q=0.9` would end as `en;q=0`.
        accept_language = accept_language[:_LONGEST_HEADER].rpartition(",")[0]
    return _negotiate_language(accept_language)


@lru_cache(256)
def _negotiate_language(accept_language: str) -> str:
    entries = [entry for entry in map(_parse_entry, accept_language.split(",")) if entry]
    refused = {tag for tag, weight in entries if not weight}
    # Sorting keeps the order of equal weights.
    for tag, _ in sorted(entries, key=_weight, reverse=True):
        language = _language(tag)
        if language in LANGUAGES and not refused & {tag, language}:
            return language
    return next((language for language in LANGUAGES if language not in refused), LANGUAGES[0])


def _parse_entry(text: str) -> tuple[str, float] | None:
    """Tag and weight. None if malformed."""
    match = _ENTRY.fullmatch(text.lower())
    return (match[1], float(match[2] or 1)) if match else None


def _weight(entry: tuple[str, float]) -> float:
    return entry[1]


def _language(tag: str) -> str:
    """The language of a tag, in two letters if it has such a code."""
    language = tag.partition("-")[0]
    return _IN_TWO_LETTERS.get(language, language)


@cache
def _catalogue(folder: Path, language: str) -> gettext.NullTranslations:
    file = folder / f"{language}.po"
    if not file.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
