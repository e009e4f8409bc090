"""Does `explain` say of an operation what will happen to it?"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast

from server.engine.sql_format import WIDTH
from tests.servers import DemoServer

EXAMPLES = Path("explorer/examples")
FILES = sorted(EXAMPLES.glob("*.graphql"))
MARKED = 'query Marked { product(id: "prd_00000000000000000000000000000000") { viewerRights } }'


def explain(server: DemoServer, file: Path, *options: str) -> str:
    command = [sys.executable, "-m", "server", "explain", str(file), *options]
    environment = {"RESELLER_DATABASE_URL": server.database_url, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def of_each(demo_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The explanation of each operation, by its name, when they all stand in one file."""
    texts = [*(file.read_text() for file in FILES), readme(), MARKED]
    operations: dict[str, Any] = {node.name.value: node for text in texts for node in parse(text).definitions}
    file = tmp_path_factory.mktemp("explain") / "operations.graphql"
    file.write_text("\n".join(map(print_ast, operations.values())))
    said = explain(demo_server, file, "--as", demo_server.token)
    return dict(part.split("\n", 1) for part in said.split("\n# ")[1:])


def readme() -> str:
    (document,) = re.findall(r"```graphql\n(.*?)```", Path("README.md").read_text(), re.DOTALL)
    return f"query Readme {document}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_example_of_the_explorer_is_one_statement(of_each: dict[str, str], file: Path):
    queries = re.findall(r"^query (\w+)", file.read_text(), re.MULTILINE)

    assert queries
    for query in queries:
        assert of_each[query].startswith("Path: planned\n"), query
        assert of_each[query].count("SQL:") == 1, query
        assert of_each[query].count("Plan:") == 1, query


def test_the_operation_of_the_readme_is_one_statement(of_each: dict[str, str]):
    said = of_each["Readme"]

    assert re.match(r"Path: planned\nCost: \d+ of \d+ rows, \d+ of \d+ fields, depth \d+ of \d+\n", said)
    assert said.count("SQL:") == 1


def test_explain_says_why_an_operation_takes_the_resolver_path(demo_server: DemoServer, tmp_path: Path):
    file = tmp_path / "introspection.graphql"
    file.write_text("{ __schema { queryType { name } } }")

    said = explain(demo_server, file)

    assert "Nobody is signed in" in said
    assert "Path: resolvers (it asks for the schema's own description)" in said


def test_the_marks_of_a_statement_are_shown_and_not_printed(of_each: dict[str, str]):
    said = of_each["Marked"]

    assert "\\x01" in said
    assert "\x01" not in said


def test_the_statement_stands_on_several_lines(of_each: dict[str, str]):
    sql = of_each["Marked"].split("SQL:\n")[1].split("\nPlan:")[0].strip("\n").split("\n")

    assert sql[-1] == "    || '}'"
    assert max(len(line.strip()) for line in sql) <= WIDTH
