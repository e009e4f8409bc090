"""Is a partnership on the path the proof of what it gives below it, and of nothing else?"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from server.domain.rights import Role
from server.domain.viewer import Viewer, ViewerMembership
from server.engine.dispatch import answer_by_plan
from server.engine.explain import explain_operation
from server.resolvers import ids
from server.resolvers.context import Context
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.databases import BACKEND
from tests.world import World

pytestmark = pytest.mark.postgres

PRODUCTS = """query($id: ID!) { organisation(id: $id) { managedCustomers { edges {
    partnership { accessType } node { name products(first: 50) { nodes { serviceName } } }
} } } }"""

TESTED_FIRST = {
    "postgres": [
        """OR "t3"."access_type"='COMPLETE'
           OR EXISTS(SELECT 1 FROM "partnership" AS "e1" WHERE "e1"."customer_id"="t3"."customer_id" """,
        """"p3"."x1"
           OR EXISTS(SELECT 1 FROM "product_access" AS "e1" WHERE "e1"."product_id"="t5"."id"
             AND (("p3"."id"="e1"."partnership_id" AND "p3"."access_type"='LIMITED')
               OR EXISTS(SELECT 1 FROM "partnership" AS "e2" WHERE "e2"."id"="e1"."partnership_id" """,
    ],
    "sqlite": [
        """OR "t3"."access_type"='COMPLETE'
           OR EXISTS(SELECT 1 FROM "w1" AS "e1" WHERE "e1"."customer_id"="t3"."customer_id")) AS "x1" """,
        """"p3"."x1"
           OR EXISTS(SELECT 1 FROM "w3" AS "e1" WHERE "e1"."product_id"="t5"."id"
             AND (("p3"."id"="e1"."partnership_id" AND "p3"."access_type"='LIMITED')
               OR EXISTS(SELECT 1 FROM "w2" AS "e2" WHERE "e2"."id"="e1"."partnership_id"))) """,
    ],
}
"""Whether the partnership on the path gives access to everything, and whether it grants the product."""


async def test_a_partnership_on_the_path_is_tested_before_any_is_looked_for(world: World, settings: Settings) -> None:
    context = _context(settings, *_memberships(world, "pL"))

    said = await explain_operation(new_engine(), PRODUCTS, None, {"id": ids.encode(world.nova)}, context)

    statement = _without_spaces(said.statements[0])
    for part in TESTED_FIRST[BACKEND]:
        assert _without_spaces(part) in statement


async def test_a_right_that_the_partnership_on_the_path_gives_is_not_looked_for(
    world: World, settings: Settings
) -> None:
    context = _context(settings, *_memberships(world, "pL"))

    said = await explain_operation(new_engine(), PRODUCTS, None, {"id": ids.encode(world.nova)}, context)

    # Whether Nova may list its customers is looked at. Whether it may list their products is known by then.
    assert re.findall(r'CASE WHEN ("p\d"."x\d")', said.statements[0]) == ['"p2"."x1"']


async def test_what_another_partnership_grants_is_seen_too(world: World, settings: Settings) -> None:
    found = {
        people: await _customers(world, _context(settings, *_memberships(world, *people)))
        for people in (("pL",), ("pE",), ("pL", "qL"), ("pE", "qL"))
    }

    limited = ["granted.example", "watched.example"]
    of_both = ["granted.example", "rivals.example", "watched.example"]
    borea, corvo = {"Borea COMPLETE": ["borean.example"]}, {"Corvo COMPLETE": ["corvine.example"]}
    assert found == {
        ("pL",): {"Alpina LIMITED": limited} | borea | corvo,
        ("pE",): {"Alpina LIMITED": limited} | borea,
        ("pL", "qL"): {"Alpina LIMITED": of_both} | borea | corvo,
        ("pE", "qL"): {"Alpina LIMITED": of_both} | borea,
    }


def _without_spaces(sql: str) -> str:
    return re.sub(r"\s+", "", sql)


def _memberships(world: World, *names: str) -> list[Any]:
    return [world.people[name].membership for name in names]


def _context(settings: Settings, *memberships: Any) -> Context:
    """One person with all these memberships."""
    places = tuple(ViewerMembership(one.id, one.organisation_id, Role(one.role)) for one in memberships)
    return Context(Viewer(memberships[0].user_id, places), datetime.now(UTC), "test", settings)


async def _customers(world: World, context: Context) -> dict[str, list[str]]:
    """Nova's customers with the products that are visible there."""
    found, trace = await answer_by_plan(new_engine(), PRODUCTS, None, {"id": ids.encode(world.nova)}, context)
    assert found is not None, trace.reason
    edges = orjson.loads(found.data)["organisation"]["managedCustomers"]["edges"]
    return {
        f"{edge['node']['name']} {edge['partnership']['accessType']}": [
            node["serviceName"] for node in edge["node"]["products"]["nodes"]
        ]
        for edge in edges
    }
