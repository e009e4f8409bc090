"""Is what README.md, docs/glossary.md and the docstring of the domain claim about the product true?"""

import ast
import re
from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, build_schema

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
    measured = RESULTS.partition("| ours, against |")[2].partition("\n\n")[0]
    rows = {cells[1].strip(): cells[2:-1:2] for line in measured.splitlines()[2:] if (cells := line.split("|"))}
    ratios = {server: [float(cell) for cell in cells] for server, cells in rows.items()}
    reads = {server: values[:3] for server, values in ratios.items()}
    peers = [server for server in ratios if server not in ("limit", "ours, engine off")]

    assert "reaches two thirds of hand-written SQL without GraphQL, and 1 to 80 times the other GraphQL servers" in (
        " ".join(README.split())
    )
    assert all(0.64 <= ratio < 0.7 for ratio in reads["limit"])
    assert (round(min(min(reads[peer]) for peer in peers)), round(max(max(reads[peer]) for peer in peers))) == (1, 80)
    assert [peer for peer in peers if ratios[peer][3] > 1] == ["Strawberry + Tortoise"]


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
