"""What do people of the world see, and at what price? `test_random_worlds.py` compares the policies with the rules."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any
from uuid import UUID

import pytest
from tortoise.connection import get_connection
from tortoise.models import Model

from server import resolvers
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.domain.viewer import Viewer, ViewerMembership
from server.models import (
    ApiToken,
    EmployeeAssignment,
    Membership,
    Organisation,
    RequestedProduct,
    TeamMember,
)
from server.models.database import dialect
from server.models.visibility.clauses import NO_ROW
from server.models.visibility.policies import POLICIES, visible_queryset
from server.resolvers.listings import Listing
from server.resolvers.partnerships.managed_customers import MANAGED_CUSTOMERS

pytestmark = pytest.mark.postgres

RESOLVERS = [import_module(found.name) for found in walk_packages(resolvers.__path__, f"{resolvers.__name__}.")]


def test_a_list_that_leaves_out_the_policy_is_one_of_those_tested_here() -> None:
    values = [value for module in RESOLVERS for value in vars(module).values()]
    listings = {id(value): value for value in values if isinstance(value, Listing)}

    assert [listing for listing in listings.values() if listing.is_stricter] == [MANAGED_CUSTOMERS]


WITHOUT_ROWS = (RequestedProduct, TeamMember)
"""The models of which the world has no row."""


async def _keys(model: type[Model], viewer: Viewer) -> set[UUID]:
    return {row.pk for row in await visible_queryset(model, viewer)}


async def test_a_removed_member_sees_nothing_of_the_organisation(world: Any) -> None:
    stranger = Viewer(world.pE.user.id)

    seen = {model.__name__: await _keys(model, stranger) for model in POLICIES if model is not Organisation}

    assert seen.pop("User") == {world.pE.user.id}
    assert seen.pop("ApiToken") == {world.token_pE.id}
    assert seen.pop("CatalogueItem")
    assert not any(seen.values())


async def test_an_employee_sees_only_their_own_membership_and_assignments(world: Any) -> None:
    employee = Viewer(world.pE.user.id, (ViewerMembership(world.pE.membership.id, world.nova.id, Role.EMPLOYEE),))

    assert await _keys(Membership, employee) == {world.pE.membership.id}
    assert await _keys(EmployeeAssignment, employee) == {world.assignment.id, world.complete_assignment.id}


async def test_people_see_their_own_tokens_and_those_of_organisations_they_lead(world: Any) -> None:
    leader = Viewer(world.pA.user.id, (ViewerMembership(world.pA.membership.id, world.nova.id, Role.ADMINISTRATOR),))
    employee = Viewer(world.pE.user.id, (ViewerMembership(world.pE.membership.id, world.nova.id, Role.EMPLOYEE),))

    of_nova = {world.rows[f"token_{name}"].id for name in ("pL", "pE", "reader", "products", "only_borea")}
    assert await _keys(ApiToken, leader) == of_nova
    assert await _keys(ApiToken, employee) == {world.token_pE.id}


async def test_a_visitor_sees_only_partners_and_the_catalogue() -> None:
    for model, (public, _, _) in POLICIES.items():
        sees_something = model.__name__ in ("Organisation", "CatalogueItem")
        assert (public is not NO_ROW) is sees_something, model


async def test_a_model_without_a_policy_does_not_load() -> None:
    class Secret(Model):
        class Meta:
            abstract = True

    with pytest.raises(KeyError):
        visible_queryset(Secret, None)


@pytest.mark.parametrize("model", [model for model in POLICIES if model not in WITHOUT_ROWS])
async def test_one_row_is_found_without_a_scan_of_all_that_a_viewer_may_see(world: Any, model: type[Model]) -> None:
    viewer = Viewer(
        world.pE.user.id,
        (
            ViewerMembership(world.pE.membership.id, world.nova.id, Role.EMPLOYEE),
            ViewerMembership(world.cL.membership.id, world.alpina.id, Role.LEGAL_REPRESENTATIVE),
        ),
    )
    row = await model.first()
    assert row is not None

    plan = await _plan(visible_queryset(model, viewer).filter(id=row.pk))

    assert scans(plan) == [], plan


async def test_the_memberships_of_a_person_are_found_without_a_scan_of_all_members(world: Any) -> None:
    plan = await _plan(Membership.filter(user_id=world.pE.user.id, status=MembershipStatus.ACTIVE).order_by("id"))

    assert scans(plan) == [], plan


def scans(plan: list[str]) -> list[str]:
    """The steps that read all rows of a table."""
    steps = [line for line in plan if "Seq Scan" in line or line.startswith("SCAN ")]
    return [step for step in steps if "json_each" not in step]


async def _plan(queryset: Any) -> list[str]:
    """The database's plan for a statement; PostgreSQL is kept from scanning tables that are small in the tests."""
    queryset._choose_db_if_not_chosen()
    queryset._make_query()
    sql, values = queryset.query.get_parameterized_sql()
    connection = get_connection("default")
    if dialect() == "sqlite":
        rows: Any = (await connection.execute_query(f"EXPLAIN QUERY PLAN {sql}", values))[1]
        return [row["detail"] for row in rows]
    await connection.execute_query("SET LOCAL enable_seqscan = off")
    rows = (await connection.execute_query(f"EXPLAIN {sql}", values))[1]
    return [row["QUERY PLAN"] for row in rows]
