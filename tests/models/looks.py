"""Looks into random worlds: what a viewer sees there, and what a few of them may do, found in each way that there is."""

from asyncio import gather
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
import pytest

from server.domain.errors import NotFound
from server.domain.gates import Way
from server.domain.oversight.explanations import explain_ways
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.models import CatalogueItem, Organisation, Partnership, Product
from server.models.base import new_id
from server.models.visibility.lookups import visible_rows
from server.resolvers import ids
from server.resolvers.batch_loading import compute
from server.resolvers.context import Context
from server.resolvers.oversight.explanations import explain_right, ways_to
from server.resolvers.viewer_rights import RIGHTS_ON_ORGANISATION, RIGHTS_ON_PARTNERSHIP, RIGHTS_ON_PRODUCT
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.databases import Databases
from tests.models.series import database_for_worlds, random_worlds, while_stored
from tests.models.sight import Sight, sight
from tests.models.worlds import NOW, RandomWorld

RIGHTS_ON = {
    Organisation: RIGHTS_ON_ORGANISATION,
    Partnership: RIGHTS_ON_PARTNERSHIP,
    Product: RIGHTS_ON_PRODUCT,
}
RIGHTS = """query($ids: [ID!]!) { nodes(ids: $ids) {
    ... on Product { viewerRights } ... on Partnership { viewerRights } ... on Organisation { viewerRights viewerRole }
} }"""
MAX_NODES = 100


@dataclass(frozen=True)
class Finding:
    """A viewer's rights on a row they see."""

    row: Any
    by_the_rules: frozenset[Right]
    explained: frozenset[Right]
    answered: dict[str, Any]
    """What a statement gives."""


@dataclass(frozen=True)
class Look:
    """What a viewer sees in a world, and what else was found for one of the few of whom it was asked."""

    about: str
    world: RandomWorld
    viewer: Viewer
    seen: Sight
    findings: list[Finding] = field(default_factory=list[Finding])
    refusals: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    """Of the request to explain a right on something that is not there, and on something that the viewer does not see."""


@dataclass(frozen=True)
class Looks:
    """The looks of everybody into all worlds, and those of a few."""

    everybody: list[Look] = field(default_factory=list[Look])
    few: list[Look] = field(default_factory=list[Look])


async def look_into_worlds(all_databases: Databases, settings: Settings, number: int) -> Looks:
    looks, engine = Looks(), new_engine()
    async with database_for_worlds(all_databases):
        standing = {row.pk for row in await CatalogueItem.all()}
        for about, world in random_worlds(number):
            async with while_stored(world):
                for viewer in world.viewers:
                    seen = await sight(viewer)
                    seen["CatalogueItem"] -= standing
                    looks.everybody.append(Look(about, world, viewer, seen))
                for viewer in world.few_viewers():
                    look = Look(about, world, viewer, await sight(viewer))
                    await _find_rights(engine, Context(viewer, NOW, "test", settings), look)
                    looks.few.append(look)
    return looks


async def _find_rights(engine: Engine, context: Context, look: Look) -> None:
    look.findings.extend(await _find(engine, context, look))
    look.refusals.extend(await _refusals(context, look))


async def _find(engine: Engine, context: Context, look: Look) -> list[Finding]:
    rows = [row for model in RIGHTS_ON for row in await visible_rows(model, look.viewer, [*look.seen[model.__name__]])]
    by_the_rules = await gather(*(compute(context, RIGHTS_ON[type(row)], row) for row in rows))
    ways = await gather(*(ways_to(context, row) for row in rows))
    answered = [
        answer
        for start in range(0, len(rows), MAX_NODES)
        for answer in await _ask(engine, rows[start : start + MAX_NODES], context)
    ]
    explained = [_explainable_rights(tuple(each)) for each in ways]
    return [Finding(*found) for found in zip(rows, by_the_rules, explained, answered, strict=True)]


@cache
def _explainable_rights(ways: tuple[Way, ...]) -> frozenset[Right]:
    return frozenset(right for right in Right if explain_ways(right, ways).is_granted)


async def _ask(engine: Engine, rows: list[Any], context: Context) -> list[dict[str, Any]]:
    found, trace = await answer_by_plan(engine, RIGHTS, None, {"ids": [ids.encode(row) for row in rows]}, context)
    assert found is not None, trace.reason
    return orjson.loads(found.data)["nodes"]


async def _refusals(context: Context, look: Look) -> list[tuple[Any, ...]]:
    hidden = next(key for key in look.world.products if key not in look.seen["Product"])
    return [await _refusal(context, f"prd_{key.hex}") for key in (new_id(), hidden)]


async def _refusal(context: Context, id: str) -> tuple[Any, ...]:
    with pytest.raises(NotFound) as refused:
        await explain_right(context, Right.VIEW_PRODUCT, id)
    return refused.value.message, refused.value.field, refused.value.extensions
