"""How does the access of an active partnership change: its type, who pays, its dates, what a partner requests?"""

from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import Partnership, Product
from tests.api.partnerships.access_types import may_see_product, payload
from tests.api.partnerships.proposals import STATE, change_partnership, complete, limited_access
from tests.api.refusals import catch_denial, collect_refusals, not_found
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
UNCHANGED = "The partner already has this access type."


# Limited to complete, and back


# Rule S2.4
async def test_limited_becomes_complete_and_ends_the_others_that_are_named(world: World, clients: Clients):
    input = {
        "partnershipId": world.id("limited"),
        "access": complete("PARTNER"),
        "endOtherPartnerships": [world.id("at_rival")],
        "expectedVersion": 1,
    }
    assert await may_see_product(clients, world, world.pL, "kept") is False

    answer = await clients.change("changeAccessType", input, STATE, as_=world.cL)

    found = answer.data["changeAccessType"]["partnership"]
    assert (found["accessType"], found["paymentMode"], found["version"]) == ("COMPLETE", "PARTNER", 2)
    assert all(node["revokedAt"] for node in found["productAccesses"]["nodes"])
    assert await may_see_product(clients, world, world.pL, "kept") is True
    assert await may_see_product(clients, world, world.pE, "kept") is True  # assigned before, and still
    assert await may_see_product(clients, world, world.qL, "rivals") is False
    assert (await Partnership.get(id=world.at_rival.id)).status is PartnershipStatus.TERMINATED
    before = {"access_type": "LIMITED", "payment_mode": None, "status": "ACTIVE"}
    after = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "status": "ACTIVE"}
    changed_ = act("partnership.accessTypeChanged", world.limited, world.cL, world.alpina, before=before, after=after)
    assert changed_ in await acts(answer)
    assert await announced_topics(answer) == [
        ("partnership.terminated", world.id("at_rival")),
        ("access.type_changed", world.id("limited")),
    ]
    told = await payload("access.type_changed")
    assert sorted(product["service_name"] for product in told["before"]["products"]) == [
        "granted.example",
        "watched.example",
    ]
    assert told["after"] == {"access_type": "COMPLETE", "payment_mode": "PARTNER", "products": []}


# Rule S2.4
async def test_complete_access_names_every_other_partner(world: World, clients: Clients):
    input = {"partnershipId": world.id("limited"), "access": complete()}
    others = "This customer has other partners. List each partner whose partnership should end."

    answer = await collect_refusals(clients, "changeAccessType", input, as_=world.cL)

    assert answer == [("LIMITED_PARTNER_EXISTS", others, ["input", "endOtherPartnerships"])]
    for other in ("complete", "limited", "asked"):
        wrong = input | {"endOtherPartnerships": [world.id("at_rival"), world.id(other)]}
        assert await catch_denial(clients, "changeAccessType", wrong, as_=world.cL) == not_found(
            "input", "endOtherPartnerships", "1"
        )


# Rule S2.5
async def test_complete_becomes_limited_to_some_products_or_none(world: World, clients: Clients):
    input = {"partnershipId": world.id("partner_pays"), "access": limited_access((world.id("corvine"), ["STATISTICS"]))}
    await Product.filter(id=world.corvine.id).update(payer_id=world.nova.id)

    answer = await clients.change("changeAccessType", input, STATE, as_=world.kL)

    found = answer.data["changeAccessType"]["partnership"]
    assert (found["accessType"], found["paymentMode"]) == ("LIMITED", None)
    assert found["productAccesses"]["nodes"] == [
        {"product": {"serviceName": "corvine.example"}, "rights": ["STATISTICS"], "revokedAt": None}
    ]
    row = await Product.get(id=world.corvine.id)
    assert (row.payer_id, row.auto_renew, row.version) == (None, False, 2)
    assert [topic for topic, _ in await announced_topics(answer)] == [
        "partnership.products_without_payer",
        "access.type_changed",
    ]
    nothing = await change_partnership(
        clients, "changeAccessType", {"partnershipId": world.id("complete"), "access": limited_access()}, world.bL
    )
    assert (nothing["status"], nothing["productAccesses"]["nodes"]) == ("ACTIVE", [])
    assert await may_see_product(clients, world, world.pL, "borean") is False


async def test_the_same_type_changes_nothing(world: World, clients: Clients):
    for name, access, who in (
        ("limited", limited_access((world.id("kept"), ["TECHNICAL"])), world.cL),
        ("complete", complete("PARTNER"), world.bL),
    ):
        input = {"partnershipId": world.id(name), "access": access}
        assert await collect_refusals(clients, "changeAccessType", input, as_=who) == [
            ("ACCESS_TYPE_UNCHANGED", UNCHANGED, ["input", "access"])
        ]


async def test_only_an_active_partnership_changes(world: World, clients: Clients):
    inactive = [("PARTNERSHIP_NOT_ACTIVE", "This partnership is not active.", None)]
    await Partnership.filter(id__in=[world.limited.id, world.complete.id]).update(status=PartnershipStatus.SUSPENDED)
    for mutation, name, more, who in (
        ("changeAccessType", "limited", {"access": complete()}, world.cL),
        ("changePaymentMode", "complete", {"paymentMode": "PARTNER"}, world.bL),
        ("setPartnershipDates", "limited", {"reviewAt": "2999-01-01T00:00:00Z"}, world.cL),
        ("requestAccessChange", "limited", {"wanted": {"accessType": "LIMITED"}}, world.pL),
    ):
        input = {"partnershipId": world.id(name), **more}
        assert await collect_refusals(clients, mutation, input, as_=who) == inactive, mutation
    input = {"accessChangeRequestId": world.id("change"), "access": limited_access((world.id("kept"), ["TECHNICAL"]))}
    assert await collect_refusals(clients, "grantAccessChange", input, as_=world.cL) == inactive


@pytest.mark.parametrize(
    ("mutation", "more"),
    [
        ("changeAccessType", {"access": {"complete": {"paymentMode": "CUSTOMER"}}}),
        ("setPartnershipDates", {}),
        ("terminatePartnership", {"confirmation": "Alpina", "reason": "OTHER"}),
    ],
)
async def test_a_partnership_that_somebody_else_changed_is_not_changed(
    world: World, clients: Clients, mutation: str, more: dict[str, Any]
):
    input = {"partnershipId": world.id("limited"), "expectedVersion": 7, **more}

    answer = await collect_refusals(clients, mutation, input, as_=world.cL)

    assert [(code, field) for code, _, field in answer] == [("STALE_VERSION", ["input", "expectedVersion"])]


# Who pays


# Rules S3.1, R9, D2
async def test_the_customer_decides_who_pays_and_the_partner_is_notified(world: World, clients: Clients):
    input = {"partnershipId": world.id("complete"), "paymentMode": "PARTNER"}

    answer = await clients.change("changePaymentMode", input, STATE, as_=world.bL)

    found = answer.data["changePaymentMode"]["partnership"]
    assert (found["paymentMode"], found["requestedAccess"]["paymentMode"]) == ("PARTNER", "CUSTOMER")
    assert await announced_topics(answer) == [("payment_mode.changed", world.id("complete"))]
    assert await payload("payment_mode.changed") == {"before": "CUSTOMER", "after": "PARTNER"}


# Rule S3.2
async def test_setting_the_current_payment_mode_succeeds_and_notifies_nobody(world: World, clients: Clients):
    before = await snapshot()

    found = await change_partnership(
        clients, "changePaymentMode", {"partnershipId": world.id("complete"), "paymentMode": "CUSTOMER"}, world.bL
    )

    assert (found["paymentMode"], found["version"]) == ("CUSTOMER", 1)
    assert changed_models(before, await snapshot()) == set()


async def test_limited_access_has_no_payment_mode(world: World, clients: Clients):
    input = {"partnershipId": world.id("limited"), "paymentMode": "PARTNER"}

    answer = await collect_refusals(clients, "changePaymentMode", input, as_=world.cA)

    assert answer == [
        (
            "PAYMENT_MODE_NOT_APPLICABLE",
            "Only a partner with complete access can have a payment mode.",
            ["input", "paymentMode"],
        )
    ]


# Dates


# Rule D4
async def test_a_partnership_may_have_an_end_and_a_review_and_lose_them(world: World, clients: Clients):
    input = {
        "partnershipId": world.id("limited"),
        "expiresAt": "2999-12-31T00:00:00Z",
        "reviewAt": "2999-06-30T00:00:00Z",
    }

    found = await change_partnership(clients, "setPartnershipDates", input, world.cL)
    assert (found["expiresAt"], found["reviewAt"]) == ("2999-12-31T00:00:00.000000Z", "2999-06-30T00:00:00.000000Z")

    assert await payload("partnership.dates_set") == {
        "expires_at": "2999-12-31T00:00:00+00:00",
        "review_at": "2999-06-30T00:00:00+00:00",
    }

    found = await change_partnership(clients, "setPartnershipDates", {"partnershipId": world.id("limited")}, world.cL)
    assert (found["expiresAt"], found["reviewAt"]) == (None, None)
