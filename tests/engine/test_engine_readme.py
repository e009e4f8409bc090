"""Is the page about the engine true: the statement of its example, its answer, and its table of declarations?"""

import inspect
import re
from pathlib import Path

import pytest

from server.cli.explanation import readable_sql
from server.engine import declarations
from server.engine.explain import explain_operation
from server.engine.planning.writers import WRITERS
from tests.databases import BACKEND
from tests.engine.both import Both
from tests.world import World

README = Path("server/engine/README.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)\n```", README, re.DOTALL)
    return found


def rows_of_the_tables() -> dict[str, str]:
    """What stands in the last column, by the declaration in the first."""
    return dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", README, re.MULTILINE))


@pytest.mark.skipif(BACKEND != "sqlite", reason="the page shows the statement for SQLite")
async def test_the_example_has_the_statement_that_explain_prints(both: Both, world: World):
    variables = {"id": world.id("granted")}

    explanation = await explain_operation(both.engine, block("graphql"), None, variables, both.context("cL"))

    assert readable_sql(explanation.statements[0]) == block("sql")


async def test_the_example_has_the_answer_that_the_page_shows(both: Both, world: World):
    result, _ = await both.by_engine(block("graphql"), {"id": world.id("granted")}, "cL")

    assert result is not None
    assert result.data.decode() == block("json")


def test_every_declaration_has_a_row_with_the_function_that_writes_it():
    written = {
        kind.__name__: f"`{write.__module__.split('.')[-1]}.{write.__name__}`" for kind, write in WRITERS.items()
    }

    rows = rows_of_the_tables()

    assert {name: rows.get(name) for name in written} == written


def test_every_class_of_the_declarations_has_a_row():
    classes = {
        name
        for name, value in vars(declarations).items()
        if inspect.isclass(value) and value.__module__ == declarations.__name__
    }

    assert set(rows_of_the_tables()) == classes
