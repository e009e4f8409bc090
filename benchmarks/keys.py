"""What is a line of a table called?"""

from typing import Final

from benchmarks.recipes import RECIPES, Way

GROWTH_READERS: Final = {"small": "a partner with 23 customers", "large": "the largest partner"}


def way_key(name: str, way: Way, first: Way) -> str:
    """A server does one thing under its name, and in W4 the usual less under another."""
    return name if way is first else f"{name} {way}"


def growth_key(name: str, scale: int, reader: str) -> str:
    return f"{RECIPES[name].label}, scale {scale}, {GROWTH_READERS[reader]}"


def is_peer(key: str) -> bool:
    """A server that others use, with the same duties as ours. The limit is not one: nobody serves an API with it."""
    return key in RECIPES and not RECIPES[key].is_ours and key != "limit"


def label_of(key: str) -> str:
    """The name of a line for people. Keys that name no server are labels already."""
    name, _, way = key.partition(" ")
    if name not in RECIPES or way not in ("", *Way):
        return key
    return f"{RECIPES[name].label}, its usual way" if way else RECIPES[name].label
