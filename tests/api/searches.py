"""What does a search find? The same of every list that can be searched."""

from collections.abc import Awaitable, Callable

NAMES = (
    *("Épicerie Zürich", "50% off", "50 off", "under_score", "underXscore", "O'Neil", 'the "inn"', "back\\slash"),
    *("L’Atelier", "Łódź", "Søren", "Œuvre", "İstanbul", "Müller\u2011Meier", "Mueller AG", "Weiß\xa0& Co"),
)

FOUND = {
    "epicerie zurich": ["Épicerie Zürich"],
    "ÉPICERIE": ["Épicerie Zürich"],
    "ZÜR": ["Épicerie Zürich"],
    "50%": ["50% off"],
    "%": ["50% off"],
    "50": ["50% off", "50 off"],
    "under_score": ["under_score"],
    "_": ["under_score"],
    "UNDERX": ["underXscore"],
    "'": ["O'Neil", "L’Atelier"],
    "L'Atelier": ["L’Atelier"],
    "l’atelier": ["L’Atelier"],
    "o’neil": ["O'Neil"],
    "lodz": ["Łódź"],
    "ŁÓDŹ": ["Łódź"],
    "soren": ["Søren"],
    "soeren": ["Søren"],
    "oeuvre": ["Œuvre"],
    "istanbul": ["İstanbul"],
    "ISTANBUL": ["İstanbul"],
    "Müller-Meier": ["Müller\u2011Meier"],
    "mueller": ["Müller\u2011Meier", "Mueller AG"],
    "MÜLLER": ["Müller\u2011Meier", "Mueller AG"],
    "mu\u0308ller": ["Müller\u2011Meier", "Mueller AG"],
    "muller": ["Müller\u2011Meier"],
    "WEISS  &\u3000CO ": ["Weiß\xa0& Co"],
    "zu\u200brich": ["Épicerie Zürich"],
    "\u200b": [],
    " ": [],
    "meier mueller": [],
    "o'n": ["O'Neil"],
    '"': ['the "inn"'],
    "\\": ["back\\slash"],
    "k\\s": ["back\\slash"],
    "\\%": [],
    "' OR 1=1 --": [],
    "*": [],
    "\u0301": [],
    "\u0300\u20e3": [],
}


async def check_search(found: Callable[[str], Awaitable[list[str]]]) -> None:
    """`found` gives the names that the list has for a search, once its rows bear the NAMES."""
    for text, names in FOUND.items():
        assert sorted(await found(text)) == sorted(names), text
