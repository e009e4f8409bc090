"""Are the promises about imports kept that the contracts of import-linter cannot state?"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from grimp import ImportGraph
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server"

PURE = set(
    "__future__ collections contextlib csv dataclasses datetime decimal enum functools hashlib io ipaddress json"
    " re string typing unicodedata uuid zlib".split()
)
"""What the domain takes from the standard library: nothing that reads or writes, and no clock by itself."""
ALSO = {
    "babel": "names of languages",
    "email_validator": "what is an address",
    "secrets": "tokens have to be random",
    "server": "itself; the contracts say which part",
    "stdnum": "what is a VAT number",
}


def test_the_domain_imports_nothing_that_reads_writes_or_has_a_clock():
    found = {name for file in (SERVER / "domain").rglob("*.py") for name in imports(file)}

    assert found - PURE == set(ALSO)


def imports(file: Path) -> Iterator[str]:
    """The top of each package that a module imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(path)):
                yield path.partition(".")[0]
            case _:
                pass


def test_help_imports_nothing_that_a_command_does():
    """So that it appears immediately."""
    script = "import sys, server.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) & {"tortoise", "strawberry", "graphql", "starlette", "uvicorn", "asyncpg"} == set()


EXCLUDED = [
    ("server.resolvers.journal", "server.demo"),
    ("server.schema.people.users", "server.demo.accounts"),
    ("server.app.health", "server.demo"),
    ("server.resolvers.journal", "starlette"),
    ("server.authentication", "starlette"),
    ("server.mail.topics", "uvicorn"),
    ("server.domain.money", "server.models.people.users"),
    ("server.models.base", "strawberry"),
    ("server.engine.engine", "server.domain.money"),
    ("server.resolvers.people.teams", "server.resolvers.support.support_access"),
]
"""Imports that README and the decisions exclude, and that only a contract of import-linter refuses."""


def test_the_contracts_refuse_every_import_that_the_documents_exclude():
    graph = read_graph()
    assert {module for pair in EXCLUDED for module in pair} <= graph.modules
    assert broken_contracts(graph) == []

    missed = list[tuple[str, str]]()
    for importer, imported in EXCLUDED:
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
        if not broken_contracts(graph):
            missed.append((importer, imported))
        graph.remove_import(importer=importer, imported=imported)

    assert missed == []


@cache
def read_options() -> UserOptions:
    configuration.configure()
    options = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(options)
    return options


def read_graph() -> ImportGraph:
    return use_cases._build_graph(
        root_package_names=read_options().session_options["root_packages"],
        include_external_packages=True,
        exclude_type_checking_imports=False,
        verbose=False,
    )


def broken_contracts(graph: ImportGraph) -> list[str]:
    report = use_cases._build_report(
        graph=graph,
        graph_building_duration=0,
        user_options=read_options(),
        limit_to_contracts=(),
        show_timings=False,
        verbose=False,
    )
    return [contract.name for contract, check in report.get_contracts_and_checks() if not check.kept]
