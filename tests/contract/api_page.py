"""The tables of docs/api.md, as tests read them."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def table(heading: str, number: int = 0) -> list[list[str]]:
    """The cells of a table below this heading, without its own two lines; `number` counts the tables there."""
    section = re.split(r"^#+ ", PAGE.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    tables = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in tables[number].splitlines()[2:]]


def limits(heading: str, number: int = 0) -> dict[str, list[int]]:
    """The numbers of each row of such a table, by what the row is about."""
    return {what: [read_number(cell) for cell in cells] for what, *cells in table(heading, number)}


def read_number(cell: str) -> int:
    """A number as the page writes it: `2,000`, `8 KiB`."""
    number, _, unit = cell.replace(",", "").partition(" ")
    return int(number) * {"": 1, "KiB": 2**10, "MiB": 2**20}[unit]
