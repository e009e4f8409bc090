"""Is what README.md, docs/glossary.md and the docstring of the domain claim about the product true?"""

import ast
import re
from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, build_schema

from benchmarks.recipes import RECIPES
from benchmarks.summary import MARKS, summary
from tests.contract.programme import NOT_YET, NUMBER, statuses

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MISSING = README.partition("\n## Not there yet\n")[2].partition("\n## ")[0]
RESULTS = (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")


def test_what_the_readme_calls_missing_is_not_in_force():
    named = re.findall(NUMBER, MISSING)

    assert [number for number in named if {status for rule, status in of(number).items()} != {NOT_YET}] == []


def test_the_readme_names_every_process_and_table_of_the_programme_that_is_missing():
    whole = {rule.partition(".")[0] if "." in rule else rule[0] for rule in statuses()}
    missing = {name for name in whole if set(of(name).values()) == {NOT_YET}}

    assert missing == {"S6", "S7", "S8", "S9", "S10", "S12", "S14", "W"}
    assert missing - set(re.findall(NUMBER, MISSING)) == {"W"}
    assert "W1 to W9" in MISSING


def of(number: str) -> dict[str, str]:
    """The status of a rule, of each transition of a state machine, or of each rule of a series."""
    pattern = re.compile(rf"{re.escape(number)}(\.\w+)?" if number[1:] else rf"{number}\d+")
    return {rule: status for rule, status in statuses().items() if pattern.fullmatch(rule)}


def test_the_readme_says_of_the_benchmark_what_its_results_say():
    written = README.partition(MARKS[0])[2].partition(MARKS[1])[0]

    assert written == summary(RESULTS)


def test_the_summary_of_a_full_run_names_its_ratios():
    values = "| 1.50 | 0.6 | 0.80 | 0.7 | 0.90 | 0.8 | 0.50 | 2.0 |"
    lines = [f"| {recipe.label} {values}" for name, recipe in RECIPES.items() if name != "ours"]
    lines.append("| Mercurius + jit, its usual way | | | | | | | 0.20 | 9.0 |")
    results = "\n".join(["| ours, against | W1 | … |", "|---|---:|", *lines, "", "| goal |"])

    assert " ".join(summary(results).split()) == (
        "On the same PostgreSQL and with the same row filter, the server answers 0.8 to 1.5 times as many reads a second "
        "as hand-written SQL without GraphQL, 0.8 to 1.5 times as many as the other GraphQL servers, and 0.5 times as "
        "many writes as they do with the same duties. "
        "![Requests a second of each server, as multiples of ours](benchmarks/ratios.png)"
    )
    assert "not been measured" in summary(results.replace(lines[-2], ""))


def test_every_name_of_the_glossary_is_in_the_schema():
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| \*\*.*$", glossary, re.MULTILINE)

    assert len(rows) == len("ten words:")
    assert {name for row in rows for name in re.findall(r"`([\w.]+)`", row)} - schema_names() == set()


def schema_names() -> set[str]:
    """The names of types, fields, arguments and values: `Partnership`, `customer`, `Partnership.customer`, `LIMITED`."""
    found = set[str]()
    for kind in build_schema((ROOT / "schema.graphql").read_text("utf-8")).type_map.values():
        found.add(kind.name)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            found |= {name for field in kind.fields for name in (field, f"{kind.name}.{field}")}
        elif isinstance(kind, GraphQLEnumType):
            found |= set(kind.values)
    return found


def test_the_domain_reads_no_clock_and_opens_no_file():
    calls = [
        f"{file.name}: {ast.unparse(node.func)}"
        for file in (ROOT / "server" / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]

    assert [call for call in calls if re.search(r"\b(now|utcnow|today|fromtimestamp|open|print|input)$", call)] == []
