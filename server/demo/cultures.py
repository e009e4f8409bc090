"""Cultures: names of people, places and companies in each country."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.domain.folding import fold

_FILE: Final = Path(__file__).with_name("names.toml")
_TRANSCRIPTION: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})

Words = tuple[str, ...]


@dataclass(frozen=True)
class Culture:
    """The words of one language in one country. `places` are postcode, city and region."""

    country: str
    locale: str
    address: str
    first_names: Words
    last_names: Words
    legal_forms: Words
    streets: Words
    places: tuple[tuple[str, str, str], ...]
    vocabulary: Mapping[str, Words]
    """The words that depend only on the language, by subject: trades, sites, messages and so on."""

    def street(self, street: str, number: int) -> str:
        return self.address.format(street=street, number=number)


@cache
def cultures() -> Mapping[str, Culture]:
    """Every culture of `names.toml`, by its name, such as `fr_CH`."""
    listed = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        name: _read_culture(words, listed["language"][words["language"]]) for name, words in listed["culture"].items()
    }


def _read_culture(words: dict[str, Any], language: dict[str, list[str]]) -> Culture:
    return Culture(
        country=words["country"],
        locale=words["locale"],
        address=words["address"],
        first_names=tuple(language["first_names"]),
        last_names=tuple(words["last_names"]),
        legal_forms=tuple(words["legal_forms"]),
        streets=tuple(words["streets"]),
        places=tuple((postcode, city, region) for postcode, city, region in words["places"]),
        vocabulary={subject: tuple(listed) for subject, listed in language.items()},
    )


def address_word(text: str) -> str:
    """The text as part of a domain name or an e-mail address: `Bäckerei Wyss` becomes `baeckerei-wyss`."""
    plain = fold(text.translate(_TRANSCRIPTION))
    spelled = "".join(character if character.isascii() and character.isalnum() else " " for character in plain)
    return "-".join(spelled.split())
