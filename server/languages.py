"""In which language are people told what went wrong?

English messages are gettext ids; catalogues, in `translations/` unless in another folder, are compiled in memory
when first used.
"""

import gettext
from collections.abc import Mapping
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "fr", "de", "it", "es")
_FOLDER: Final = Path(__file__).with_name("translations")
_LONGEST_HEADER: Final = 200


def translated(message: str, language: str, values: Mapping[str, object], catalogues: Path = _FOLDER) -> str:
    """The English message in this language, with its values filled in."""
    return _catalogue(catalogues, language).gettext(message).format_map(dict(values))


def preferred(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header; English for everything else."""
    return _preferred(accept_language[:_LONGEST_HEADER])


@lru_cache(256)
def _preferred(accept_language: str) -> str:
    wanted = sorted(_weighted(accept_language), reverse=True)
    return next((language for _, _, language in wanted), LANGUAGES[0])


def _weighted(header: str) -> list[tuple[float, int, str]]:
    """Weight, place (earlier is higher) and language of each acceptable entry."""
    weighted = list[tuple[float, int, str]]()
    for place, entry in enumerate(header.split(",")):
        tag, _, weight = "".join(entry.split()).lower().partition(";q=")
        try:
            language = Locale.parse(tag.strip(), sep="-").language
            value = float(weight or 1)
        except (UnknownLocaleError, ValueError):
            continue
        if language in LANGUAGES and 0 < value <= 1:
            weighted.append((value, -place, language))
    return weighted


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
