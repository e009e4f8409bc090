"""Has everybody the same bytes from a shared statement as from one of their own? For random documents, new ones each run.

100 documents; 20,000 in `make test-long`. Each is asked by several actors; all who run the same statement share it.
"""

from asyncio import gather
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import orjson
import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from server.domain.viewer import Viewer
from server.engine.running.connections import PostgresReader
from server.engine.running.shared_statements import Bounds, shared_sql
from server.models import Product
from server.models.database import postgres_pool
from server.resolvers import ids
from tests.engine.both import Both, render_planned, render_resolved
from tests.engine.stored_values import stored_values
from tests.engine.test_random_documents import documents
from tests.long import amount
from tests.permissions.matrix import ACTORS
from tests.seeds import SEED
from tests.sharing import Asked, Shareable, groups, read_alone, read_shared

pytestmark = pytest.mark.only_postgres

DOCUMENTS = amount(100, long=20_000)
ACTORS_EACH = 6


@pytest.mark.scaled
async def test_a_shared_statement_answers_random_documents_as_its_readers_own_would(both: Both) -> None:
    random, sizes = Random(SEED), Counter[int]()

    for number, (text, variables) in enumerate(documents(random, await stored_values(random), DOCUMENTS)):
        actors = random.choices(ACTORS, k=ACTORS_EACH)  # some of them twice
        for (sql, kinds), group in (await _groups(both, text, variables, actors)).items():
            alone = [await read_alone(sql, values) for _, values in group]
            shared = await read_shared(sql, kinds, [values for _, values in group])
            who = [actor for actor, _ in group]
            assert shared == alone, f"\nSEED={SEED} document {number} as {who}: {variables}\n{text}\n"
            sizes[len(group)] += 1

    assert sizes.total() > DOCUMENTS / 2, sizes
    assert sum(times for size, times in sizes.items() if size > 1) > DOCUMENTS / 5, sizes


async def _groups(
    both: Both, text: str, variables: Mapping[str, Any], actors: Sequence[str]
) -> dict[Shareable, list[Asked]]:
    return await groups(both.engine, text, [(actor, both.context(actor), variables) for actor in actors])


# Plans


@pytest.mark.scaled
async def test_a_shared_statement_finds_its_rows_as_its_readers_own_would(both: Both) -> None:
    """By the same indexes, as PostgreSQL plans them if it can choose any index that fits."""
    random = Random(SEED)
    async with in_transaction() as connection:
        await connection.execute_script("SET LOCAL enable_seqscan = off")
        for number, (text, variables) in enumerate(documents(random, await stored_values(random), DOCUMENTS)):
            actor = random.choice(ACTORS)
            for sql, kinds in await _groups(both, text, variables, [actor]):
                own, shared = await _scans(sql, len(kinds)), await _scans(shared_sql(sql, kinds), len(kinds))
                about = f"\nSEED={SEED} document {number} as {actor}: {variables}\n{text}\n"
                assert shared == own, about


async def _scans(sql: str, parameters: int) -> Counter[tuple[str, Any, Any]]:
    """How a statement looks at tables: the kind of each scan, its table and its index. `g` are the values themselves."""
    connection = get_connection("default")
    await connection.execute_script(f"PREPARE asked AS {sql}")
    values = ", ".join(["NULL"] * parameters)
    _, rows = await connection.execute_query(f"EXPLAIN (FORMAT JSON) EXECUTE asked({values})")
    await connection.execute_script("DEALLOCATE asked")
    found, nodes = Counter[tuple[str, Any, Any]](), [orjson.loads(rows[0][0])[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if "Scan" in node["Node Type"] and node.get("Alias") != "g":
            about = node.get("Relation Name", node.get("Function Name"))
            found[node["Node Type"], about, node.get("Index Name")] += 1
    return found


# All at once


PRODUCT = "query($id: ID!) { product(id: $id) { id serviceName viewerRights organisation { id name viewerRole } } }"


async def test_everybody_who_asks_at_once_has_their_own_answer(both: Both) -> None:
    """Viewers of all shapes ask for products that they see and for others."""
    members = [one for actor in ("cL", "pE", "kL") for one in both.viewers[actor].memberships]
    both.viewers["everywhere"] = Viewer(both.viewers["cL"].user_id, tuple(members))
    products = [ids.encode(row) for row in await Product.all().limit(4)]
    asked = [(PRODUCT, {"id": product}, actor) for actor in both.viewers if actor != "AN" for product in products]
    ordinary = [render_resolved(await both.by_resolvers(*each)) for each in asked]
    reader = both.engine.reader = PostgresReader(await postgres_pool(), bounds=Bounds(quick=5, together=20))

    for _ in range(6):  # at first it is only learned how quick the statements are
        found = await gather(*(both.by_engine(*each) for each in asked))

        assert [result and render_planned(result) for result, _ in found] == ordinary
    known = [reader._shared._statements.get(sql) for sql in reader._shared._statements._newer]
    assert sum(one is not None and one.is_known for one in known) >= 5
