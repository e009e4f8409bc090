"""What does a search find? The same of every list that can be searched."""

from collections.abc import Awaitable, Callable

NAMES = ("Épicerie Zürich", "50% off", "50 off", "under_score", "underXscore", "O'Neil", 'the "inn"', "back\\slash")

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
    "'": ["O'Neil"],
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
