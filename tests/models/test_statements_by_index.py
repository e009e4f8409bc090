"""Does every statement of a change look its rows up by an index, so that it takes no longer where there are many?"""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from tortoise.transactions import in_transaction

from tests.clients import Clients
from tests.databases import rolled_back
from tests.permissions.matrix import OPERATIONS
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.only_postgres

IN_THEIR_ORDER = {"pending_action"}
"""Tables with an index for it that PostgreSQL, without statistics of them, reads in the order in which they are locked."""
MUTATIONS = [one for one in OPERATIONS.values() if one.document.startswith("mutation")]


@pytest.mark.usefixtures("cheap_passwords")
async def test_no_question_of_a_change_looks_at_rows_that_it_does_not_want(world: World, clients: Clients):
    asked = set[str]()
    for mutation in MUTATIONS:
        for who in ("cL", "pE"):
            async with rolled_back():
                with collect_statements() as statements:
                    await clients.ask(mutation.document, mutation.variables(world), as_=world.people[who])
            asked |= {statement for statement in statements if statement.startswith("SELECT ARRAY")}

    assert len(asked) > 20
    assert {statement: found for statement in asked if (found := await _scans_without_index(statement))} == {}


async def _scans_without_index(statement: str) -> list[str]:
    """The tables that a statement looks through, as PostgreSQL plans it if it can use any index."""
    values = ", ".join(["NULL"] * max(map(int, re.findall(r"\$(\d+)", statement))))
    async with in_transaction() as connection:
        await connection.execute_script(f"SET LOCAL enable_seqscan = off; PREPARE asked AS {statement}")
        _, rows = await connection.execute_query(f"EXPLAIN (FORMAT JSON) EXECUTE asked({values})")
        await connection.execute_script("DEALLOCATE asked")
    return [
        f"{node['Node Type']} {node['Relation Name']}"
        for node in _nodes(orjson.loads(rows[0][0])[0]["Plan"])
        if "Relation Name" in node
        and node["Relation Name"] not in IN_THEIR_ORDER
        and "Index Cond" not in node
        and node["Node Type"] != "Bitmap Heap Scan"
    ]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)
