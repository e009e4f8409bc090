"""Does `explain` say of an operation what will happen to it?"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import DemoServer

EXAMPLES = Path("explorer/examples")
QUERIES = [
    (file.name, name)
    for file in sorted(EXAMPLES.glob("*.graphql"))
    for name in re.findall(r"^query (\w+)", file.read_text(), re.MULTILINE)
]


def explain(server: DemoServer, file: Path, *options: str) -> str:
    command = [sys.executable, "-m", "server", "explain", str(file), *options]
    environment = {"RESELLER_DATABASE_URL": server.database_url, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("file", "name"), QUERIES)
def test_each_example_of_the_explorer_is_one_statement(demo_server: DemoServer, file: str, name: str):
    said = explain(demo_server, EXAMPLES / file, "--as", demo_server.token, "--operation", name)

    assert f"# {name}\nRoad: planned\n" in said
    assert said.count("SQL:") == 1
    assert said.count("Plan:") == 1


def test_the_operation_of_the_readme_is_one_statement(demo_server: DemoServer, tmp_path: Path):
    (document,) = re.findall(r"```graphql\n(.*?)```", Path("README.md").read_text(), re.DOTALL)
    file = tmp_path / "readme.graphql"
    file.write_text(document)

    said = explain(demo_server, file, "--as", demo_server.token)

    assert re.search(r"Road: planned\nCost: \d+ of \d+ rows, \d+ of \d+ fields, depth \d+ of \d+\n", said)
    assert said.count("SQL:") == 1


def test_why_an_operation_takes_the_ordinary_road_is_said(demo_server: DemoServer, tmp_path: Path):
    file = tmp_path / "introspection.graphql"
    file.write_text("{ __schema { queryType { name } } }")

    said = explain(demo_server, file)

    assert "Nobody is signed in" in said
    assert "Road: ordinary (it asks for the schema's own description)" in said


def test_the_marks_of_a_statement_are_shown_and_not_printed(demo_server: DemoServer, tmp_path: Path):
    file = tmp_path / "product.graphql"
    file.write_text('{ product(id: "prd_00000000000000000000000000000000") { viewerRights } }')

    said = explain(demo_server, file, "--as", demo_server.token)

    assert "\\x01" in said
    assert "\x01" not in said
