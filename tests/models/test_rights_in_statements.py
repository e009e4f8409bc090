"""Does a statement give each viewer the rights that the rules give, and many rows alike for the price of one?"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from server.domain.rights import AssignmentRight, ProductRight, Right, Role
from server.domain.viewer import Viewer, ViewerMembership
from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.engine.explain import explain_operation
from server.models import EmployeeAssignment, Organisation, Partnership, Product
from server.models.visibility.policies import visible_queryset
from server.resolvers import ids
from server.resolvers.batch_loading import compute
from server.resolvers.context import Context
from server.resolvers.viewer_rights import RIGHTS_ON_ORGANISATION, RIGHTS_ON_PARTNERSHIP, RIGHTS_ON_PRODUCT
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.databases import rolled_back
from tests.models.stores import store
from tests.models.worlds import RandomWorld, worlds
from tests.rows import grant, organisation, partnership, product
from tests.world import World

pytestmark = pytest.mark.postgres

RIGHTS = """query($ids: [ID!]!) { nodes(ids: $ids) {
    ... on Product { viewerRights } ... on Partnership { viewerRights } ... on Organisation { viewerRights viewerRole }
} }"""
PLACES = re.compile(rb"\x01[^\x03]*\x03")


@hypothesis_settings(
    max_examples=8, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(random_world=worlds())
async def test_a_statement_gives_everybody_the_rights_that_the_rules_give(
    standing_world: Any, settings: Settings, random_world: RandomWorld
) -> None:
    engine = new_engine()
    async with rolled_back():
        await store(random_world)

        for viewer in random_world.viewers():
            context = Context(viewer, datetime.now(UTC), "test", settings)
            rows = [
                row for model in (Organisation, Partnership, Product) for row in await visible_queryset(model, viewer)
            ]
            given_rights = await _ask(engine, rows[:100], context)
            assert given_rights == [await _by_the_rules(context, row) for row in rows[:100]], viewer


async def _ask(engine: Engine, rows: list[Any], context: Context) -> list[Any]:
    found, trace = await answer_by_plan(engine, RIGHTS, None, {"ids": [ids.encode(row) for row in rows]}, context)
    assert found is not None, trace.reason
    return orjson.loads(found.data)["nodes"]


async def _by_the_rules(context: Context, row: Any) -> dict[str, Any]:
    if isinstance(row, Organisation):
        membership = context.signed_in.membership_in(row.id)
        role = membership.role if membership else None
        return {"viewerRights": _sort_rights(await compute(context, RIGHTS_ON_ORGANISATION, row)), "viewerRole": role}
    if isinstance(row, Product):
        return {"viewerRights": _sort_rights(await compute(context, RIGHTS_ON_PRODUCT, row))}
    return {"viewerRights": _sort_rights(await compute(context, RIGHTS_ON_PARTNERSHIP, row))}


def _sort_rights(rights: frozenset[Right]) -> list[Right]:
    return [right for right in Right if right in rights]


@pytest.mark.parametrize(
    ("who", "of"),
    [("pL", "products"), ("pE", "products"), ("cL", "products"), ("pL", "customers"), ("pL", "partnerships")],
)
async def test_rows_of_the_same_reach_share_one_computation(
    world: World, settings: Settings, who: str, of: str
) -> None:
    rows = await _alike(world)
    member = world.people[who].membership
    viewer = Viewer(member.user_id, (ViewerMembership(member.id, member.organisation_id, member.role),))

    given_rights, computed = await _asked_of_each(rows[of], Context(viewer, datetime.now(UTC), "test", settings))

    assert len(given_rights) == 20
    assert given_rights[0] != []
    assert given_rights == [given_rights[0]] * 20
    assert computed == 1


async def test_products_reached_through_another_partner_are_computed_apart(world: World, settings: Settings) -> None:
    rows = [world.rivals, *(await _alike(world))["products"]]
    of_both = (
        ViewerMembership(world.pE.membership.id, world.nova.id, Role.EMPLOYEE),
        ViewerMembership(world.qL.membership.id, world.rival.id, Role.LEGAL_REPRESENTATIVE),
    )
    context = Context(Viewer(world.pE.user.id, of_both), datetime.now(UTC), "test", settings)

    given_rights, computed = await _asked_of_each(rows, context)

    by_assignment = ["VIEW_PRODUCT", "VIEW_STATISTICS"]
    assert given_rights == [["VIEW_PRODUCT", "MANAGE_PRODUCT", "VIEW_STATISTICS"], *[by_assignment] * 20]
    assert computed == 2


async def _asked_of_each(rows: list[Any], context: Context) -> tuple[list[list[str]], int]:
    """The rights on each, and how many different facts they were worked out of."""
    text = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {type(rows[0]).__name__} {{ viewerRights }} }} }}"
    found, trace = await answer_by_plan(new_engine(), text, None, {"ids": [ids.encode(row) for row in rows]}, context)
    assert found is not None, trace.reason
    return [row["viewerRights"] for row in orjson.loads(found.data)["nodes"]], len(
        set(PLACES.findall(trace.answers[0]))
    )


async def _alike(world: World) -> dict[str, list[Any]]:
    """Twenty products of Alpina that Nova was granted, and twenty customers that it manages, with their partnerships."""
    products = [await product(f"one {number}", world.alpina) for number in range(20)]
    for one in products:
        await grant(world.limited, one, list(ProductRight))
    customers = [await organisation(f"Customer {number}") for number in range(20)]
    served = [await partnership(customer, world.nova, now=world.now) for customer in customers]
    for one in served:
        await EmployeeAssignment.create(
            membership_id=world.pE.membership.id,
            partnership_id=one.id,
            rights=[AssignmentRight.VIEW],
            assigned_at=world.now,
        )
    return {"products": products, "customers": customers, "partnerships": served}


@pytest.mark.parametrize(
    ("who", "lists"),
    [
        (
            "pE",
            "managedCustomers { nodes { viewerRights pendingActions(first: 2) { nodes { partnership { viewerRights } } } } }",
        ),
        (
            "pE",
            "managedCustomers { nodes { viewerRights auditLog(first: 2) { nodes { partnership { viewerRights } } } } }",
        ),
        (
            "pL",
            "auditLog { nodes { partnership { viewerRights assignments { nodes { partnership { viewerRights } } } } } }",
        ),
        ("pE", "teams { nodes { organisation { members { nodes { organisation { viewerRights viewerRole } } } } } }"),
    ],
)
async def test_rights_make_no_statement_too_deep_for_sqlite(
    world: World, settings: Settings, who: str, lists: str
) -> None:
    member = world.people[who].membership
    viewer = Viewer(member.user_id, (ViewerMembership(member.id, member.organisation_id, member.role),))
    text = f"query($id: ID!) {{ organisation(id: $id) {{ viewerRights viewerRole {lists} }} }}"
    context = Context(viewer, datetime.now(UTC), "test", settings)

    found, trace = await answer_by_plan(new_engine(), text, None, {"id": ids.encode(world.nova)}, context)

    assert found is not None, trace.reason


@pytest.mark.only_sqlite  # PostgreSQL chooses by how many rows there are
async def test_the_rights_in_a_customer_are_found_by_its_own_partnerships(world: World, settings: Settings):
    document = "query($id: ID!) { organisation(id: $id) { managedCustomers { nodes { viewerRights } } } }"
    member = world.people["pL"].membership
    viewer = Viewer(member.user_id, (ViewerMembership(member.id, member.organisation_id, member.role),))
    context = Context(viewer, datetime.now(UTC), "test", settings)

    said = await explain_operation(new_engine(), document, None, {"id": ids.encode(world.nova)}, context)

    # By their status would be all that are in force, once for each customer.
    assert said.path == "planned"
    assert any("(customer_id=? AND status=?)" in line for line in said.plan)
    assert not any("(status=?)" in line for line in said.plan)
