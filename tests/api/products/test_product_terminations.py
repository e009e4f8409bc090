"""How does a product end, and what ends with it (E34)?"""

from typing import Any

import pytest

from server.domain.products.own_product_grants import FOREVER
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductState
from server.domain.rights import ProductRight
from server.models import OutboxMessage, OwnProductGrant, PendingAction, Product, ProductAccess, Receipt
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.rows import request
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

ENDED = """
    product { state autoRenew version }
    pendingAction { id }
    userErrors { code message field }
"""


def ending(world: World, name: str, **more: Any) -> dict[str, Any]:
    return {"productId": world.id(name), "confirmation": name, **more}


# Rule E34
async def test_the_owner_ends_it_at_once_with_every_access_to_it(world: World, clients: Clients):
    gift = await OwnProductGrant.create(
        organisation_id=world.alpina.id,
        membership_id=world.cE.membership.id,
        product_id=world.granted.id,
        covers_until=FOREVER,
        rights=[ProductRight.TECHNICAL],
        granted_by_id=world.cL.user.id,
        granted_at=world.now,
    )
    await Product.filter(id=world.granted.id).update(payer_id=world.nova.id)
    before = await snapshot()

    input = ending(world, "granted", reason=" Nobody uses it. ")
    answer = await clients.change("terminateProduct", input, ENDED, as_=world.cA)

    assert answer.data["terminateProduct"] == {
        "product": {"state": "TERMINATED", "autoRenew": False, "version": 2},
        "pendingAction": None,
        "userErrors": [],
    }
    assert changed_models(before, await snapshot()) == {
        *("Product", "ProductAccess", "OwnProductGrant"),
        *("AuditEvent", "OutboxMessage", "Receipt"),
    }
    assert (await Product.get(id=world.granted.id)).payer_id is None
    assert (await ProductAccess.get(id=world.access.id)).revoked_at is not None
    assert (await ProductAccess.get(id=world.watching.id)).revoked_at is None
    assert (await OwnProductGrant.get(id=gift.id)).revoked_at is not None
    assert (await OwnProductGrant.get(id=world.own_grant.id)).revoked_at is None
    receipts = await Receipt.filter(partnership_id=world.limited.id, sequence=2)
    assert [receipt.what for receipt in receipts] == ["access.revoked"]
    *ends, event = await acts(answer)
    assert [(one["action"], one["acting_organisation_id"]) for one in ends] == [
        ("access.revoked", world.alpina.id),
        ("own_products.revoked", world.alpina.id),
    ]
    assert event == act(
        "product.terminated",
        world.granted,
        world.cA,
        world.alpina,
        before={"state": "ACTIVE", "auto_renew": True},
        after={"state": "TERMINATED", "auto_renew": False, "reason": "Nobody uses it."},
    )
    assert await announced_topics(answer) == [
        ("access.product_ended", world.id("access")),
        ("own_products.revoked", f"own_{gift.id.hex}"),
        ("product.terminated", world.id("granted")),
    ]
    message = await OutboxMessage.get(topic="product.terminated")
    assert message.payload["customer"] == world.id("alpina")


async def test_a_token_of_the_owners_ends_it_too(world: World, clients: Clients):
    answer = await clients.change("terminateProduct", ending(world, "kept"), ENDED, as_=world.tokens["cL"])

    assert answer.data["terminateProduct"]["product"]["state"] == "TERMINATED"


# Rule S15.2
async def test_a_partner_that_waits_for_this_end_is_notified(world: World, clients: Clients):
    answer = await clients.change("terminateProduct", ending(world, "borean"), ENDED, as_=world.bL)

    assert answer.data["terminateProduct"]["product"]["state"] == "TERMINATED"
    row = await PendingAction.get(id=world.pending.id)
    assert (row.status, row.decided_by_id) == (PendingActionStatus.CONFIRMED, world.bL.user.id)
    assert await announced_topics(answer) == [
        ("pending_action.confirmed", world.id("pending")),
        ("product.terminated", world.id("borean")),
    ]
    assert [(one["action"], one["acting_organisation_id"]) for one in await acts(answer)] == [
        ("pendingAction.confirmed", world.borea.id),
        ("product.terminated", world.borea.id),
    ]


async def test_everything_wrong_is_reported_at_once(world: World, clients: Clients):
    await Product.filter(id=world.kept.id).update(is_locked=True)
    input = ending(world, "kept", reason="x" * 501) | {"confirmation": "kep"}

    assert await collect_refusals(clients, "terminateProduct", input, as_=world.cL) == [
        ("VALIDATION_FAILED", "This must not be longer than 500 characters.", ["input", "reason"]),
        ("PRODUCT_LOCKED", "This product is locked.", ["input", "productId"]),
        ("CONFIRMATION_MISSING", "Type the product's name to confirm that it should end.", ["input", "confirmation"]),
    ]


async def test_a_product_ends_once(world: World, clients: Clients):
    await Product.filter(id=world.borean.id).update(state=ProductState.TERMINATED)
    ended = [("PRODUCT_ENDED", "This product has ended.", ["input", "productId"])]

    for who in (world.bL, world.pL):
        assert await collect_refusals(clients, "terminateProduct", ending(world, "borean"), as_=who) == ended


async def test_ended_access_is_given_to_nobody(world: World, clients: Clients):
    await Product.filter(id__in=[world.kept.id, world.deltaic.id]).update(state=ProductState.TERMINATED)
    await request(world.invitation, world.deltaic, [ProductRight.TECHNICAL])
    product = {"productId": world.id("kept"), "rights": ["TECHNICAL"]}
    offered = {"access": {"limited": {"products": [product]}}}
    holder = {"to": {"membershipId": world.id("cE")}, "of": {"productId": world.id("kept")}}

    async def refused_fields(mutation: str, who: str, **input: Any) -> list[tuple[str, list[str] | None]]:
        found = await collect_refusals(clients, mutation, input, as_=world.people[who])
        return [(code, field) for code, _, field in found]

    assert await refused_fields("grantProductAccess", "cL", partnershipId=world.id("limited"), **product) == [
        ("PRODUCT_ENDED", ["input", "productId"])
    ]
    for mutation, about in (
        ("invitePartner", {"customerId": world.id("alpina"), "partnerId": world.id("third")}),
        ("acceptRequest", {"partnershipId": world.id("asked")}),
    ):
        assert await refused_fields(mutation, "cL", **about, **offered) == [
            ("PRODUCT_ENDED", ["input", "access", "limited", "products", "0", "productId"])
        ]
    assert await refused_fields(
        "grantOwnProducts", "cL", organisationId=world.id("alpina"), rights=["TECHNICAL"], **holder
    ) == [("PRODUCT_ENDED", ["input", "of", "productId"])]
    assert await refused_fields("acceptInvitation", "pL", partnershipId=world.id("invitation")) == [
        ("PRODUCT_ENDED", None)
    ]


async def test_a_change_by_somebody_else_in_between_is_noticed(world: World, clients: Clients):
    stale = ("STALE_VERSION", "Someone has changed this since you last read it. Read it again, then decide.")

    found = await collect_refusals(clients, "terminateProduct", ending(world, "kept", expectedVersion=2), as_=world.cL)

    assert found == [(*stale, ["input", "expectedVersion"])]


# Rule E34
@pytest.mark.parametrize(("who", "name"), [("pL", "granted"), ("pE", "granted"), ("qL", "rivals")])
async def test_limited_access_is_not_enough_to_ask(world: World, clients: Clients, who: str, name: str):
    found = await catch_denial(clients, "terminateProduct", ending(world, name), as_=world.people[who])

    assert found == missing("TERMINATE_PRODUCT")


async def test_an_employee_cannot_end_a_product_that_was_granted_to_them(world: World, clients: Clients):
    await OwnProductGrant.filter(id=world.own_grant.id).update(team_id=None, membership_id=world.cE.membership.id)

    assert await catch_denial(clients, "terminateProduct", ending(world, "kept"), as_=world.cE) == missing(
        "TERMINATE_PRODUCT"
    )
    assert await catch_denial(clients, "terminateProduct", ending(world, "kept"), as_=world.cX) == not_found(
        "input", "productId"
    )
