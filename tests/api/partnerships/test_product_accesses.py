"""How is access to single products granted to a limited partner, and when is that refused?"""

from datetime import UTC, datetime

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import Partnership
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.partnerships.product_accesses import (
    NOT_LIMITED,
    audited_terms,
    grant_access,
    lead,
    listed_products,
    offer,
    rights_on_product,
)
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, row_of, stored_columns
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# Granting


# Rule S2.1
async def test_a_customer_grants_one_more_product(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await grant_access(clients, offer(world, rights=("STATISTICS", "TECHNICAL", "STATISTICS")), world.cA)

    after = await snapshot()
    access = answer.data["grantProductAccess"]["productAccess"]
    row = await row_of(access["id"])
    assert start <= row.granted_at <= datetime.now(UTC)
    assert access == {
        "id": ids.encode(row),
        "partnership": {"id": world.id("limited")},
        "product": {"id": world.id("kept")},
        "rights": ["TECHNICAL", "STATISTICS"],
        "grantedBy": {"id": ids.encode(world.cA.user)},
        "grantedAt": moment_text(row.granted_at),
        "revokedAt": None,
        "version": 1,
    }
    assert await stored_columns(access["id"]) == {
        "partnership_id": world.limited.id,
        "product_id": world.kept.id,
        "rights": ["TECHNICAL", "STATISTICS"],
        "granted_by_id": world.cA.user.id,
        "granted_at": row.granted_at,
        "revoked_at": None,
        "version": 1,
    }
    assert changed_models(before, after) == {"ProductAccess", "AuditEvent", "OutboxMessage", "Receipt"}


async def test_a_grant_leaves_its_traces(world: World, clients: Clients):
    answer = await grant_access(clients, offer(world), world.cL)

    row = await row_of(answer.data["grantProductAccess"]["productAccess"]["id"])
    assert await acts(answer) == [act("access.granted", row, world.cL, world.alpina, after=audited_terms(row))]
    assert await announced_topics(answer) == [("access.product_added", ids.encode(row))]


async def test_a_grant_by_a_token_names_the_token(world: World, clients: Clients):
    answer = await grant_access(clients, offer(world), world.tokens["cL"])

    row = await row_of(answer.data["grantProductAccess"]["productAccess"]["id"])
    assert row.granted_by_id == world.cL.user.id
    assert await acts(answer) == [
        act("access.granted", row, world.cL, world.alpina, token=world.token_cL, after=audited_terms(row))
    ]


@pytest.mark.parametrize(
    ("right", "leader", "employee"),
    [
        ("TECHNICAL", ["VIEW_PRODUCT", "MANAGE_PRODUCT"], ["VIEW_PRODUCT"]),
        ("STATISTICS", ["VIEW_PRODUCT", "VIEW_STATISTICS"], ["VIEW_PRODUCT", "VIEW_STATISTICS"]),
    ],
)
async def test_a_granted_product_is_there_at_once(
    world: World, clients: Clients, right: str, leader: list[str], employee: list[str]
):
    before = [await rights_on_product(clients, world.id("kept"), who) for who in (world.pL, world.pE)]

    await grant_access(clients, offer(world, rights=(right,)), world.cL)

    assert before == [None, None]
    assert await rights_on_product(clients, world.id("kept"), world.pL) == leader
    assert await rights_on_product(clients, world.id("kept"), world.pE) == employee
    assert await listed_products(world, clients, world.pL) == {"granted", "watched", "kept"}
    for stranger in (world.pU, world.qL, world.cE):
        assert await rights_on_product(clients, world.id("kept"), stranger) is None


async def test_a_product_is_granted_once(world: World, clients: Clients):
    answer = await collect_refusals(clients, "grantProductAccess", offer(world, "granted"), as_=world.cL)

    assert answer == [("ALREADY_GRANTED", "This partner already manages this product.", ["input", "productId"])]


# Rule C3
async def test_a_product_is_granted_to_one_partner(world: World, clients: Clients):
    answer = await collect_refusals(clients, "grantProductAccess", offer(world, "rivals"), as_=world.cL)

    assert answer == [
        ("PRODUCT_ALREADY_MANAGED", "Another partner already manages this product.", ["input", "productId"])
    ]


async def test_a_leader_of_two_customers_grants_a_product_of_the_right_one(world: World, clients: Clients):
    await lead(world.cL, world, "borea")

    answer = await collect_refusals(clients, "grantProductAccess", offer(world, "borean"), as_=world.cL)

    assert answer == [("PRODUCT_NOT_OWNED", "This product does not belong to the customer.", ["input", "productId"])]


async def test_a_grant_says_what_the_partner_may_do(world: World, clients: Clients):
    answer = await collect_refusals(clients, "grantProductAccess", offer(world, rights=()), as_=world.cL)

    assert answer == [("VALIDATION_FAILED", "Choose at least one right.", ["input", "rights"])]


NOT_ACTIVE = "This partnership is not active."


async def test_a_complete_partner_is_granted_no_single_product(world: World, clients: Clients):
    input = offer(world, "borean", partnershipId=world.id("complete"))

    answer = await collect_refusals(clients, "grantProductAccess", input, as_=world.bL)

    assert answer == [("ACCESS_NOT_LIMITED", NOT_LIMITED, None)]


INACTIVE = [status for status in PartnershipStatus if status is not PartnershipStatus.ACTIVE]


@pytest.mark.parametrize("status", INACTIVE)
async def test_nothing_is_granted_or_revoked_where_no_partnership_is_active(
    world: World, clients: Clients, status: PartnershipStatus
):
    await Partnership.filter(id=world.limited.id).update(status=status)
    revoking = {"productAccessId": world.id("access")}

    expected = [("PARTNERSHIP_NOT_ACTIVE", NOT_ACTIVE, None)]
    assert await collect_refusals(clients, "grantProductAccess", offer(world), as_=world.cL) == expected
    assert await collect_refusals(clients, "revokeProductAccess", revoking, as_=world.cL) == expected
    assert await collect_refusals(clients, "revokeProductAccess", revoking, as_=world.pL) == expected


async def test_a_grant_takes_no_other_ids(world: World, clients: Clients):
    check = (clients, "grantProductAccess", offer(world))

    await check_id(*check, "partnershipId", foreign=world.complete, as_=world.cL)
    await check_id(*check, "productId", foreign=world.borean, as_=world.cL)
