"""Do the conditions for rows on which a viewer has a right give the rows on which the rules give it? In the fixed world."""

from collections.abc import Callable, Hashable, Iterable
from uuid import UUID

import pytest
from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.access import partnership_rights, reach, serves_customer
from server.domain.gates import Serving
from server.domain.partnerships.partnerships import Side, required_proposer
from server.domain.rights import CUSTOMER_SIDE, MANAGED_CUSTOMER, OWN_ORGANISATION, PARTNER_SIDE, Right
from server.domain.viewer import Viewer
from server.models import Organisation, Partnership
from server.models.visibility.right_filters import where_right_on_organisation, where_right_on_partnership
from tests.databases import Databases
from tests.models.fixed_world import fixed_viewers, fixed_world
from tests.models.series import database_for_worlds, while_stored
from tests.models.worlds import RandomWorld

pytestmark = pytest.mark.postgres

WHO = ("lea", "emp", "boss", "eve", "max", "Alp", "not", "t:e")


# Rule D1
async def test_the_rows_with_a_right_are_those_on_which_the_rules_give_it(all_databases: Databases) -> None:
    world, keys = fixed_world()
    viewers = fixed_viewers(world, keys)
    people = {name: viewer for name in WHO if (viewer := viewers[name])}
    wrong = list[str]()

    async with database_for_worlds(all_databases), while_stored(world):
        for name, viewer in people.items():
            for right in distinct_rights(organisation_roles):
                found = await _keys(Organisation, where_right_on_organisation, viewer, right)
                wrong += compare(found, organisations_with(world, viewer, right), f"{name}, {right} on organisations")
            for right in distinct_rights(partnership_roles):
                found = await _keys(Partnership, where_right_on_partnership, viewer, right)
                wrong += compare(found, partnerships_with(world, viewer, right), f"{name}, {right} on partnerships")

    assert wrong == []


async def _keys(model: type[Model], where: Callable[[Viewer, Right], Q], viewer: Viewer, right: Right) -> set[UUID]:
    return {row.pk for row in await model.filter(where(viewer, right))}


def compare(found: set[UUID], expected: set[UUID], of: str) -> list[str]:
    return [] if found == expected else [f"{of}: {len(found - expected)} too many, {len(expected - found)} missing"]


def distinct_rights(by: Callable[[Right], Hashable]) -> Iterable[Right]:
    """One right of all that the same roles hold."""
    return {by(right): right for right in Right}.values()


def organisation_roles(right: Right) -> Hashable:
    return frozenset(role for role, rights in OWN_ORGANISATION.items() if right in rights), right in MANAGED_CUSTOMER


def partnership_roles(right: Right) -> Hashable:
    tables = (CUSTOMER_SIDE, PARTNER_SIDE)
    holders = [frozenset(role for role, rights in table.items() if right in rights) for table in tables]
    return (*holders, *(required_proposer(right, side) for side in Side))


def organisations_with(world: RandomWorld, viewer: Viewer, right: Right) -> set[UUID]:
    return {
        key
        for key in world.organisations
        if right
        in reach(
            viewer,
            key,
            [
                Serving(complete=False, product_rights={})
                for link in world.links
                if link.customer_id == key and serves_customer(viewer, link, link.assigned)
            ],
        ).rights_on_organisation()
    }


def partnerships_with(world: RandomWorld, viewer: Viewer, right: Right) -> set[UUID]:
    return {link.id for link in world.links if right in partnership_rights(viewer, link)}
