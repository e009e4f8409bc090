"""Do versions keep one change from overwriting another (optimistic locking)?"""

from typing import Any

import pytest

from tests.clients import Clients
from tests.snapshots import snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

MUTATIONS: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "acceptInvitation": ("pL", {"partnershipId": "invitation"}, {}),
    "declineInvitation": ("pL", {"partnershipId": "invitation"}, {}),
    "grantProductAccess": ("cL", {"partnershipId": "limited", "productId": "kept"}, {"rights": ["TECHNICAL"]}),
    "revokeProductAccess": ("cL", {"productAccessId": "access"}, {}),
    "assignEmployee": ("pL", {"partnershipId": "limited", "membershipId": "pE"}, {"rights": ["ORDER"]}),
    "setFutureCustomers": ("pL", {"membershipId": "pE"}, {"includeFutureCustomers": True}),
    "unassignEmployee": ("pL", {"assignmentId": "assignment"}, {}),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_stale_version_changes_nothing(world: World, clients: Clients, mutation: str) -> None:
    who, named, given = MUTATIONS[mutation]
    input_ = {field: world.id(name) for field, name in named.items()} | given
    before = await snapshot()

    stale = await clients.change(mutation, input_ | {"expectedVersion": 7}, as_=world.people[who])

    (refusal,) = stale.data[mutation]["userErrors"]
    assert (refusal["code"], refusal["field"]) == ("STALE_VERSION", ["input", "expectedVersion"])
    assert await snapshot() == before


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_the_version_that_was_seen_is_changed(world: World, clients: Clients, mutation: str) -> None:
    who, named, given = MUTATIONS[mutation]
    input_ = {field: world.id(name) for field, name in named.items()} | given

    changed = await clients.change(mutation, input_ | {"expectedVersion": 1}, as_=world.people[who])

    assert changed.data[mutation]["userErrors"] == []
