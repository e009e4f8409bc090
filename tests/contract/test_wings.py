"""Which wing uses a higher one in another room?

The contracts of import-linter say so for each room on its own, and see nothing of what comes through `server.models`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from server import models

SERVER = Path(__file__).parents[2] / "server"
LOWEST_FIRST = "people partnerships oversight products commerce programme tenders support".split()
ROOMS = ("domain", "models", "resolvers", "schema")

UPWARDS = {
    "models/partnerships/partnerships.py": {"products": "a foreign key, for the type checker only"},
    "resolvers/oversight/explanations.py": {"products": "rights on products are explained"},
    "resolvers/partnerships/export_sheets.py": {
        "oversight": "the kind of export under which the wing brings its sheet"
    },
    "resolvers/partnerships/assignments.py": {"products": "open actions end with the right to propose them"},
    "resolvers/partnerships/offers.py": {"products": "products are offered"},
    "resolvers/partnerships/product_accesses.py": {"products": "products are granted"},
    "resolvers/partnerships/receipts.py": {"products": "products are named"},
    "resolvers/partnerships/terminations.py": {"products": "products lose their payer, and open actions end"},
    "resolvers/people/offboarding.py": {
        "partnerships": "assignments end with a membership",
        "products": "grants and open actions end with a membership",
    },
    "resolvers/people/signing_up.py": {"partnerships": "people sign up by the link of a partner's request"},
    "resolvers/people/teams.py": {"products": "grants end with a team"},
    "resolvers/people/tokens.py": {"partnerships": "a token can be limited to customers"},
    "schema/partnerships/partnerships.py": {"products": "the products of a partnership point to the rows of products"},
    "schema/people/memberships.py": {"products": "members list what they were granted"},
    "schema/people/teams.py": {"products": "teams list what they were granted"},
}
"""The files that use a higher wing, and what for. Where it can be turned round, the higher wing brings its part."""


def test_no_other_file_uses_a_higher_wing():
    found: dict[str, set[str]] = {}
    for file, higher in uses_of_higher_wings():
        found.setdefault(file, set()).add(higher)

    assert found == {file: set(wings) for file, wings in UPWARDS.items()}


def uses_of_higher_wings() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for wing in LOWEST_FIRST:
            for file in sorted((SERVER / room / wing).glob("**/*.py")):
                higher = LOWEST_FIRST[LOWEST_FIRST.index(wing) + 1 :]
                used = wings_used(ast.parse(file.read_text("utf-8")))
                yield from ((str(file.relative_to(SERVER)), other) for other in used if other in higher)


def wings_used(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(module=str(path), names=names) if path.startswith("server."):
                used = [model_path(name.name) if path == models.__name__ else f"{path}.{name.name}" for name in names]
            case ast.Import(names=names):
                used = [name.name for name in names if name.name.startswith("server.")]
            case ast.Attribute(value=ast.Name(id="models"), attr=name):
                used = [model_path(name)]
            case _:
                used = []
        yield from (part for path in used for part in path.split(".")[1:3] if part in LOWEST_FIRST)


def model_path(name: str) -> str:
    return getattr(getattr(models, name, None), "__module__", "")
