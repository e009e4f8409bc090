"""The list of faults: what each changes, and what would go wrong.

The text files next to this one have the faults, one file a room. A fault looks like this:

    # A reader who has left still sees the drafts.
    @ models/visibility/books.py in _drafts on postgres
    - own & Among("shelf_id", viewer.shelf_ids)
    + own
    ? tests/models/test_visibility.py

The first line says what is wrong then. The second names the file in `server/`, if needed the function or class in which
to look, and `on postgres` for what only PostgreSQL can show. The lines with `-` occur there exactly once, and those with
`+` take their place. Lines with `?` name tests that come before the nearest ones.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
ROOMS = ("domain", "visibility", "resolvers", "engine", "app", "mail")
"""The lists, in the order in which they are tried."""

_PLACE = re.compile(r"(?P<file>\S+)(?: in (?P<within>\w+))?(?P<postgres> on postgres)?")


class Misfit(Exception):
    """A fault that does not fit its file: the code has changed, and the list has to follow."""


@dataclass
class Fault:
    """One deliberate fault. `name` is its list and its place there, such as `engine/7`."""

    name: str
    sentence: str
    file: str = ""
    within: str | None = None
    is_on_postgres: bool = False
    before: list[str] = field(default_factory=list[str])
    after: list[str] = field(default_factory=list[str])
    tests: list[str] = field(default_factory=list[str])

    @property
    def room(self) -> str:
        return self.name.partition("/")[0]

    @property
    def diff(self) -> str:
        lines = [*(f"- {line}" for line in self.before), *(f"+ {line}" for line in self.after)]
        return "\n".join([f"{self.name}  {self.sentence}", f"  {self.file}", *(f"  {line}" for line in lines)])

    def apply(self, text: str) -> str:
        """The file with the fault in it. Raises Misfit if the place is not found exactly once."""
        begins, ends = _section(text, self.within) if self.within else (0, len(text))
        sought, section = "\n".join(self.before), text[begins:ends]
        if (found := section.count(sought)) != 1:
            raise Misfit(f"{self.name}: `{sought}` occurs {found} times in {self.file}")
        return text[:begins] + section.replace(sought, "\n".join(self.after)) + text[ends:]


def _section(text: str, name: str) -> tuple[int, int]:
    """Where the function or class of this name begins and ends."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds) and node.name == name]
    if len(found) != 1:
        raise Misfit(f"there are {len(found)} functions or classes {name}")
    lines = text.splitlines(keepends=True)
    begins = sum(map(len, lines[: found[0].lineno - 1]))
    return begins, sum(map(len, lines[: found[0].end_lineno]))


def all_faults() -> list[Fault]:
    return [fault for room in ROOMS for fault in _faults_of(room)]


def _faults_of(room: str) -> Iterator[Fault]:
    blocks = (FOLDER / f"{room}.txt").read_text("utf-8").strip().split("\n\n")
    for number, block in enumerate(blocks, 1):
        yield _read(f"{room}/{number}", block.splitlines())


def _read(name: str, lines: list[str]) -> Fault:
    fault = Fault(name, "")
    for line in lines:
        sign, text = line[:1], line[2:]
        match sign:
            case "#":
                fault.sentence = text
            case "@":
                _read_place(fault, text)
            case "-":
                fault.before.append(text)
            case "+":
                fault.after.append(text)
            case "?":
                fault.tests += text.split()
            case _:
                raise Misfit(f"{name}: what is `{line}`?")
    return fault


def _read_place(fault: Fault, text: str) -> None:
    place = _PLACE.fullmatch(text)
    if place is None:
        raise Misfit(f"{fault.name}: what is `@ {text}`?")
    fault.file = f"server/{place['file']}"
    fault.within = place["within"]
    fault.is_on_postgres = place["postgres"] is not None
