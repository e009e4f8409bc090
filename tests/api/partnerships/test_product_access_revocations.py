"""How is the access to a product revoked, and what does the partner lose?"""

from datetime import UTC, datetime

import pytest

from server.domain.rights import ProductRight
from server.models import ProductAccess
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.partnerships.product_accesses import (
    ACCESS,
    NOT_LIMITED,
    audited_terms,
    grant_access,
    lead,
    listed_products,
    offer,
    rights_on_product,
)
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
WITH_PARTNERSHIP = f"""{ACCESS}
    partnership {{ id status version productAccesses {{ nodes {{ id revokedAt }} }} }}
"""


async def revoke_access(clients: Clients, id: str, as_: Person | str) -> Answer:
    """Revokes, which works."""
    answer = await clients.change("revokeProductAccess", {"productAccessId": id}, WITH_PARTNERSHIP, as_=as_)
    assert answer.data["revokeProductAccess"]["userErrors"] == []
    return answer


# Revoking


# Rule S2.3
async def test_a_customer_takes_a_product_back(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await revoke_access(clients, world.id("access"), world.cA)

    after, row = await snapshot(), await row_of(world.id("access"))
    assert start <= row.revoked_at <= datetime.now(UTC)
    accesses = answer.data["revokeProductAccess"]["partnership"].pop("productAccesses")["nodes"]
    assert answer.data["revokeProductAccess"] == {
        "productAccess": {
            "id": world.id("access"),
            "partnership": {"id": world.id("limited")},
            "product": {"id": world.id("granted")},
            "rights": ["TECHNICAL", "STATISTICS"],
            "grantedBy": None,
            "grantedAt": moment_text(row.granted_at),
            "revokedAt": moment_text(row.revoked_at),
            "version": 2,
        },
        "partnership": {"id": world.id("limited"), "status": "ACTIVE", "version": 1},
        "userErrors": [],
    }
    assert {each["id"]: each["revokedAt"] for each in accesses} == {
        world.id("access"): moment_text(row.revoked_at),
        world.id("watching"): None,
    }
    moved = {"revoked_at": row.revoked_at, "version": 2, "updated_at": row.updated_at}
    assert after["ProductAccess"][row.id] == before["ProductAccess"][row.id] | moved
    assert changed_models(before, after) == {"ProductAccess", "AuditEvent", "OutboxMessage", "Receipt"}


async def test_a_product_taken_back_leaves_its_traces(world: World, clients: Clients):
    answer = await revoke_access(clients, world.id("access"), world.tokens["cL"])

    row = await row_of(world.id("access"))
    assert await acts(answer) == [
        act(
            "access.revoked",
            row,
            world.cL,
            world.alpina,
            token=world.token_cL,
            before=audited_terms(row),
            after=audited_terms(row, revoked_at=row.revoked_at.isoformat()),
        )
    ]
    assert await announced_topics(answer) == [("access.product_removed", world.id("access"))]


# Rule S2.3
async def test_a_product_given_back_leaves_its_traces_on_behalf_of_the_customer(world: World, clients: Clients):
    answer = await revoke_access(clients, world.id("access"), world.pA)

    row = await row_of(world.id("access"))
    assert await acts(answer) == [
        act(
            "access.revoked",
            row,
            world.pA,
            world.nova,
            on_behalf_of=world.alpina,
            before=audited_terms(row),
            after=audited_terms(row, revoked_at=row.revoked_at.isoformat()),
        )
    ]
    assert await announced_topics(answer) == [("access.product_removed", world.id("access"))]


async def test_a_leader_of_both_sides_revokes_as_the_customer(world: World, clients: Clients):
    await lead(world.pL, world, "alpina")

    (event,) = await acts(await revoke_access(clients, world.id("access"), world.pL))

    assert (event["acting_organisation_id"], event["on_behalf_of_id"]) == (world.alpina.id, None)


@pytest.mark.parametrize("who", ["cL", "pL"])
async def test_a_revoked_product_is_gone_at_once(world: World, clients: Clients, who: str):
    before = [
        await rights_on_product(clients, world.id("granted"), each) is not None
        for each in (world.pL, world.pA, world.pE)
    ]

    await revoke_access(clients, world.id("access"), world.people[who])

    assert before == [True, True, True]
    for each in (world.pL, world.pA, world.pE):
        assert await rights_on_product(clients, world.id("granted"), each) is None
        assert await listed_products(world, clients, each) == {"watched"}
    assert await rights_on_product(clients, world.id("granted"), world.cL) is not None


# Rule S2.3
async def test_a_customer_without_granted_products_stays_a_customer(world: World, clients: Clients):
    for access in ("access", "watching"):
        await revoke_access(clients, world.id(access), world.cL)

    assert await listed_products(world, clients, world.pL) == set()


@pytest.mark.parametrize("who", ["cL", "pL"])
async def test_a_revoked_product_is_revoked_once(world: World, clients: Clients, who: str):
    first = await revoke_access(clients, world.id("access"), world.people[who])
    before = await snapshot()

    second = await revoke_access(clients, world.id("access"), world.people[who])

    assert second.data == first.data
    assert await snapshot() == before


async def test_the_other_side_revokes_what_is_revoked_without_a_change(world: World, clients: Clients):
    await revoke_access(clients, world.id("access"), world.cL)
    before = await snapshot()

    again = await revoke_access(clients, world.id("access"), world.pL)

    access = again.data["revokeProductAccess"]["productAccess"]
    assert (access["product"], access["version"]) == (None, 2)
    assert await snapshot() == before


async def test_a_revoked_product_may_be_granted_again_and_revoked_again(world: World, clients: Clients):
    await revoke_access(clients, world.id("access"), world.cL)

    again = await grant_access(clients, offer(world, "granted"), world.cL)
    id = again.data["grantProductAccess"]["productAccess"]["id"]
    held = await rights_on_product(clients, world.id("granted"), world.pL)
    await revoke_access(clients, id, world.pL)

    assert id != world.id("access")
    assert held == ["VIEW_PRODUCT", "VIEW_STATISTICS"]
    assert await rights_on_product(clients, world.id("granted"), world.pL) is None
    assert await ProductAccess.filter(product_id=world.granted.id, revoked_at__isnull=True).count() == 0


async def test_a_revoked_product_may_go_to_another_partner(world: World, clients: Clients):
    await revoke_access(clients, world.id("access"), world.cL)

    await grant_access(clients, offer(world, "granted", partnershipId=world.id("at_rival")), world.cL)

    assert await rights_on_product(clients, world.id("granted"), world.pL) is None
    assert await rights_on_product(clients, world.id("granted"), world.qL) is not None


async def test_a_single_product_cannot_be_withdrawn_from_complete_access(world: World, clients: Clients):
    stray = await ProductAccess.create(
        partnership_id=world.complete.id,
        product_id=world.borean.id,
        rights=[ProductRight.TECHNICAL],
        granted_at=world.now,
        revoked_at=world.now,
    )

    answer = await collect_refusals(
        clients, "revokeProductAccess", {"productAccessId": ids.encode(stray)}, as_=world.bL
    )

    assert answer == [("ACCESS_NOT_LIMITED", NOT_LIMITED, None)]


async def test_a_revocation_takes_no_other_id(world: World, clients: Clients):
    input = {"productAccessId": world.id("access")}

    await check_id(clients, "revokeProductAccess", input, "productAccessId", foreign=world.rivals_access, as_=world.pL)
