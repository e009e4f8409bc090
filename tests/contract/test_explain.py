"""Does `explain` say of an operation what will happen to it?"""

import re
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast

from server.cli import main
from server.engine.sql_format import WIDTH
from tests.contract.command_line import closed_pipe, no_settings, output_to, run_command, run_here
from tests.servers import DemoServer

__all__ = ["no_settings", "run_here"]
EXAMPLES = Path("explorer/examples")
FILES = sorted(EXAMPLES.glob("*.graphql"))
MARKED = 'query Marked { product(id: "prd_00000000000000000000000000000000") { viewerRights } }'


@pytest.fixture(scope="module")
def of_each(demo_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The explanation of each operation, by its name, when they all stand in one file."""
    texts = [*(file.read_text() for file in FILES), readme(), MARKED]
    operations: dict[str, Any] = {node.name.value: node for text in texts for node in parse(text).definitions}
    folder = tmp_path_factory.mktemp("explain")
    (folder / "operations.graphql").write_text("\n".join(map(print_ast, operations.values())))
    answer = run_command(
        folder, "explain", "operations.graphql", "--as", demo_server.token, database_url=demo_server.database_url
    )
    assert (answer.exit_code, answer.err) == (0, "")
    return dict(part.split("\n", 1) for part in answer.out.split("\n# ")[1:])


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


@pytest.fixture
def introspection(demo_server: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A file to explain in this process, on the database of the demo."""
    monkeypatch.setenv("RESELLER_DATABASE_URL", demo_server.database_url)
    file = tmp_path / "introspection.graphql"
    file.write_text("{ __schema { queryType { name } } }")
    return str(file)


def test_explain_says_why_an_operation_takes_the_resolver_path(run_here: Any, introspection: str):
    answer = run_here("explain", introspection)

    assert answer.out.startswith("Nobody is signed in. ")
    assert "Path: resolvers (it asks for the schema's own description)" in answer.out


def test_an_explanation_that_nobody_reads_ends_like_other_tools(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], introspection: str
):
    with output_to(closed_pipe(), monkeypatch):
        exit_code = Context().run(main, ["explain", introspection])

    assert (exit_code, capsys.readouterr().err) == (141, "")


def test_the_marks_of_a_statement_are_shown_and_not_printed(of_each: dict[str, str]):
    said = of_each["Marked"]

    assert "\\x01" in said
    assert "\x01" not in said


def test_the_statement_stands_on_several_lines(of_each: dict[str, str]):
    sql = of_each["Marked"].split("SQL:\n")[1].split("\nPlan:")[0].strip("\n").split("\n")

    assert sql[-1] == "    || '}'"
    assert max(len(line.strip()) for line in sql) <= WIDTH
