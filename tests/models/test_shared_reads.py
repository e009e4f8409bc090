"""Has everybody in random worlds the same bytes from a shared statement as from one of their own?"""

from collections import Counter
from random import Random
from typing import Any

import pytest

from server.engine.engine import Engine
from server.models import Organisation, Partnership, Product
from server.resolvers import ids
from server.resolvers.context import Context
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.databases import Databases
from tests.long import amount
from tests.models.series import database_for_worlds, random_worlds, while_stored
from tests.models.worlds import NOW, RandomWorld
from tests.seeds import SEED
from tests.sharing import groups, read_alone, read_shared

pytestmark = [pytest.mark.only_postgres, pytest.mark.scaled]

WORLDS = amount(12, long=500)
ROWS_EACH = 2
DOCUMENTS = {
    Product: "query($id: ID!) { product(id: $id) { id serviceName viewerRights organisation { id name viewerRole } } }",
    Partnership: """query($id: ID!) { partnership(id: $id) { id status viewerRights customer { name viewerRights }
        partner { name } productAccesses(first: 3) { nodes { id product { id } } } } }""",
    Organisation: """query($id: ID!) { organisation(id: $id) { id viewerRights products(first: 2) { totalCount nodes { id } }
        partnerships(first: 2) { nodes { id } } members(first: 2) { nodes { id } } } }""",
}


async def test_everybody_is_answered_in_company_as_on_their_own(all_databases: Databases, settings: Settings) -> None:
    engine, sizes = new_engine(), Counter[int]()
    async with database_for_worlds(all_databases):
        for about, world in random_worlds(WORLDS):
            async with while_stored(world):
                for model, text in DOCUMENTS.items():
                    sizes += await _compare(engine, settings, world, model, text, about)

    print(sorted(sizes.items()))  # noqa: T201 - shown with -s
    assert max(sizes) > 5


async def _compare(
    engine: Engine, settings: Settings, world: RandomWorld, model: Any, text: str, about: str
) -> Counter[int]:
    """Ask for some rows as everybody, and tell how large the groups were."""
    random, rows = Random(f"{SEED} {about} {model.__name__}"), await model.all()
    asked = [
        (viewer, Context(viewer, NOW, "test", settings), {"id": ids.encode(row)})
        for viewer in world.viewers
        for row in random.sample(rows, min(ROWS_EACH, len(rows)))
    ]
    random.shuffle(asked)
    sizes = Counter[int]()
    for (sql, kinds), group in (await groups(engine, text, asked)).items():
        alone = [await read_alone(sql, values) for _, values in group]
        shared = await read_shared(sql, kinds, [values for _, values in group])
        for (viewer, values), own, found in zip(group, alone, shared, strict=True):
            assert found == own, (about, text, viewer, values)
        sizes[len(group)] += 1
    return sizes
