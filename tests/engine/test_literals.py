"""Are literals that follow each other in a row's text one literal? Each concatenation costs the database time."""

import pytest

from server.engine.planning.statements import Statement
from server.engine.sql_format import _TOKEN
from tests.engine.toy import AS_ADA, PAGE, Toy

pytestmark = pytest.mark.postgres

BOOK = "__typename id title pages copies price printedAt isPublic author { id name } pages"
DOCUMENTS = {
    "columns and keys": f"{{ books(first: 5) {{ nodes {{ {BOOK} }} }} }}",
    "pages within rows": f"{{ books(first: 2) {{ {PAGE} nodes {{ author {{ books(first: 2) {{ {PAGE} }} }} }} }} }}",
    "computed values": "{ books(first: 5) { nodes { author { name shout words letters { place } } } } }",
    "rows of a list": "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Book { id printedAt } ... on Author { id name } } }",
}


def adjacent_literals(sql: str) -> list[str]:
    tokens = _TOKEN.findall(sql)
    return [
        "".join(triple)
        for triple in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if triple[1] == "||" and triple[0][0] == triple[2][0] == "'"
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_no_two_literals_follow_each_other(toy: Toy, name: str) -> None:
    variables = {"ids": [toy.id("ada"), toy.id("book0")]} if "$ids" in DOCUMENTS[name] else {}

    await toy.ask(DOCUMENTS[name], variables, AS_ADA)

    operation = toy.engine.operation(DOCUMENTS[name], None)
    assert operation is not None
    statements = [
        statement.sql
        for plan in operation.plans._newer.values()
        for statement in plan.statements._newer.values()
        if isinstance(statement, Statement)
    ]
    assert statements
    assert [found for sql in statements for found in adjacent_literals(sql)] == []
