"""Does a statement give each viewer the rights that the rules give, and many rows alike for the price of one?"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.rights import AssignmentRight, ProductRight, Role
from server.domain.viewer import Viewer, ViewerMembership
from server.engine.dispatch import answer_by_plan
from server.engine.explain import explain_operation
from server.models import EmployeeAssignment, OwnProductGrant, Partnership
from server.resolvers import ids
from server.resolvers.context import Context
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.rows import grant, organisation, partnership, product
from tests.world import World

pytestmark = pytest.mark.postgres

PLACES = re.compile(rb"\x01[^\x03]*\x03")


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


async def test_a_partnership_through_which_the_viewer_serves_nobody_gives_no_rights(
    world: World, settings: Settings
) -> None:
    of_both = (
        ViewerMembership(world.cX.membership.id, world.alpina.id, Role.EXTERNAL),
        ViewerMembership(world.pL.membership.id, world.nova.id, Role.LEGAL_REPRESENTATIVE),
    )
    await OwnProductGrant.create(
        organisation_id=world.alpina.id,
        membership_id=world.cX.membership.id,
        product_id=world.granted.id,
        rights=[ProductRight.STATISTICS],
        covers_until=FOREVER,
        granted_by_id=world.cL.user.id,
        granted_at=world.now,
    )
    found = dict[PartnershipStatus, list[str]]()

    for status in (PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED):
        await Partnership.filter(id=world.limited.id).update(status=status)
        viewer = Viewer(world.cX.user.id, of_both)
        context = Context(viewer, datetime.now(UTC), "test", settings)
        ((found[status],), _) = await _asked_of_each([world.granted], context)

    assert found == {
        PartnershipStatus.ACTIVE: ["VIEW_PRODUCT", "MANAGE_PRODUCT", "VIEW_STATISTICS"],
        PartnershipStatus.SUSPENDED: ["VIEW_PRODUCT", "VIEW_STATISTICS"],
    }


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
