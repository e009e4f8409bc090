"""Which receipts do both sides of a partnership get?"""

import json
from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.partnerships.receipts import FIRST_PREVIOUS_HASH
from server.domain.rights import ProductRight, Role
from server.jobs import DEADLINES, system_context
from server.models import Membership, Partnership, Receipt
from server.resolvers import ids
from server.resolvers.paging import moment_text
from server.resolvers.partnerships.receipt_backfill import backfill_receipts
from server.settings import Settings
from tests.api.partnerships.receipts import chains, list_receipts, newer
from tests.api.traces import key
from tests.clients import Clients
from tests.rows import request
from tests.snapshots import snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


async def test_a_partnership_leaves_a_chain_from_its_invitation_on(world: World, clients: Clients):
    offer = {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}}
    inviting = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offer}
    invited = await clients.change("invitePartner", inviting, "partnership { id }", as_=world.cL)
    id = invited.data["invitePartner"]["partnership"]["id"]
    key = ids.decode_any(id)[1]

    receipts = await list_receipts(clients, id, world.cA)

    (row,) = await Receipt.filter(partnership_id=key)
    (receipt,) = receipts
    body = json.loads(receipt.pop("body"))
    assert receipt == {
        "id": ids.encode(row),
        "sequence": 1,
        "what": "partnership.invited",
        "hash": row.hash,
        "writtenAt": moment_text(row.created_at),
    }
    assert moment_text(row.created_at) >= body.pop("at")
    assert body == {
        "sequence": 1,
        "previous": FIRST_PREVIOUS_HASH,
        "what": "partnership.invited",
        "partnership": id,
        "customer": {"id": world.id("alpina"), "name": "Alpina"},
        "partner": {"id": world.id("third"), "name": "Third"},
        "actor": {"side": "CUSTOMER", "role": "LEGAL_REPRESENTATIVE"},
        "before": None,
        "after": {
            "access_type": "LIMITED",
            "payment_mode": None,
            "status": "INVITED",
            "products": [{"product": world.id("kept"), "rights": ["TECHNICAL"]}],
        },
    }


async def test_grants_and_ends_go_on_with_the_chain(world: World, clients: Clients):
    granting = {"partnershipId": world.id("limited"), "productId": world.id("kept"), "rights": ["STATISTICS"]}
    await clients.change("grantProductAccess", granting, as_=world.cA)
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.pL)

    receipts = await list_receipts(clients, world.id("limited"), world.pL)

    bodies = [json.loads(receipt["body"]) for receipt in receipts]
    assert [receipt["what"] for receipt in receipts] == ["partnership.invited", "access.granted", "access.revoked"]
    assert [body["previous"] for body in bodies] == [FIRST_PREVIOUS_HASH, receipts[0]["hash"], receipts[1]["hash"]]
    assert [body["sequence"] for body in bodies] == [1, 2, 3]
    assert bodies[1]["after"] == {"product": world.id("kept"), "rights": ["STATISTICS"]}
    assert bodies[2]["before"] == {"product": world.id("granted"), "rights": ["TECHNICAL", "STATISTICS"]}
    assert bodies[2]["actor"] == {"side": "PARTNER", "role": "LEGAL_REPRESENTATIVE"}


@pytest.mark.parametrize("mutation", ["acceptInvitation", "declineInvitation"])
async def test_an_answer_is_receipted(world: World, clients: Clients, mutation: str):
    await clients.change(mutation, {"partnershipId": world.id("invitation")}, as_=world.pA)

    (receipt,) = await list_receipts(clients, world.id("invitation"), world.dL)

    body = json.loads(receipt["body"])
    terms: dict[str, Any] = {"access_type": "COMPLETE", "payment_mode": "CUSTOMER", "products": []}
    status = {"acceptInvitation": "ACTIVE", "declineInvitation": "DECLINED"}[mutation]
    assert body["actor"] == {"side": "PARTNER", "role": "ADMINISTRATOR"}
    assert (body["before"], body["after"]) == (terms | {"status": "INVITED"}, terms | {"status": status})


async def test_a_refused_change_leaves_no_receipt(world: World, clients: Clients):
    before = await snapshot()

    granting = {"partnershipId": world.id("limited"), "productId": world.id("rivals"), "rights": ["STATISTICS"]}
    await clients.change("grantProductAccess", granting, as_=world.cA)

    assert await snapshot() == before


async def test_somebody_who_is_replaced_and_loses_a_product_gets_a_receipt(world: World, clients: Clients):
    access = {
        "limited": {"products": [{"productId": world.id("rivals"), "rights": ["TECHNICAL"], "moveFromCurrent": True}]}
    }
    moving = {"partnershipId": world.id("asked"), "access": access}
    before = await chains()
    moved = await clients.change("acceptRequest", moving, as_=world.cL)
    assert moved.data["acceptRequest"]["userErrors"] == []
    after = await chains()

    assert newer(before, after) == {world.asked.id: ["partnership.accepted"], world.at_rival.id: ["access.revoked"]}
    body = json.loads((await Receipt.filter(partnership_id=world.asked.id).get()).body)
    assert body["before"]["products"] == []
    assert body["after"]["products"] == [{"product": world.id("rivals"), "rights": ["TECHNICAL"]}]

    others = [world.id("limited"), world.id("at_rival")]
    changing = {
        "partnershipId": world.id("asked"),
        "access": {"complete": {"paymentMode": "CUSTOMER"}},
        "endOtherPartnerships": others,
    }
    changed = await clients.change("changeAccessType", changing, as_=world.cL)

    assert changed.data["changeAccessType"]["userErrors"] == []
    assert newer(after, await chains()) == {
        world.asked.id: ["partnership.accessTypeChanged"],
        world.limited.id: ["partnership.terminated"],
        world.at_rival.id: ["partnership.terminated"],
    }
    last = await Receipt.filter(partnership_id=world.limited.id).order_by("-sequence").first()
    assert last is not None
    ended = json.loads(last.body)
    assert [one["product"] for one in ended["before"]["products"]] == [world.id("granted"), world.id("watched")]
    assert (ended["after"]["status"], ended["after"]["products"]) == ("TERMINATED", [])
    assert ended["actor"] == {"side": "CUSTOMER", "role": "LEGAL_REPRESENTATIVE"}


async def test_the_other_sides_proposal_is_withdrawn_with_a_receipt(world: World, clients: Clients):
    access = {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}}
    inviting = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": access}
    invited = await clients.change("invitePartner", inviting, "partnership { id }", as_=world.cL)
    invitation = key(invited.data["invitePartner"]["partnership"]["id"])
    before = await chains()

    await clients.change("acceptRequest", {"partnershipId": world.id("asked"), "access": access}, as_=world.cL)

    assert newer(before, await chains()) == {
        invitation: ["partnership.cancelled"],
        world.asked.id: ["partnership.accepted"],
    }


async def test_a_scheduled_job_writes_receipts_in_nobodys_name(world: World, settings: Settings):
    await Partnership.filter(id=world.limited.id).update(expires_at=world.now + timedelta(days=40))
    before = await chains()

    for do in DEADLINES.values():
        await do(system_context(settings, world.now + timedelta(days=40)))

    assert newer(before, await chains()) == {
        world.limited.id: ["partnership.terminated"],
        **{world.rows[name].id: ["partnership.expired"] for name in ("asked", "invitation", "wooed")},
    }
    for receipt in await Receipt.filter(what__in=("partnership.terminated", "partnership.expired")):
        assert json.loads(receipt.body)["actor"] is None


PROPOSED = {"access_type": "LIMITED", "payment_mode": None, "status": "INVITED"}


@pytest.mark.parametrize(
    ("mutation", "what", "status"),
    [
        ("declineInvitation", "partnership.declined", "DECLINED"),
        ("cancelInvitation", "partnership.cancelled", "CANCELLED"),
        (None, "partnership.expired", "EXPIRED"),
    ],
)
async def test_a_proposal_that_failed_keeps_what_it_proposed(
    world: World, clients: Clients, settings: Settings, mutation: str | None, what: str, status: str
):
    offer = {"limited": {"products": [{"productId": world.id("kept"), "rights": ["STATISTICS"]}]}}
    inviting = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offer}
    invited = await clients.change("invitePartner", inviting, "partnership { id }", as_=world.cL)
    id = invited.data["invitePartner"]["partnership"]["id"]
    await Membership.create(
        user_id=world.qL.user.id, organisation_id=world.third.id, role=Role.ADMINISTRATOR, joined_at=world.now
    )

    if mutation is None:
        await DEADLINES["expire proposals"](system_context(settings, world.now + timedelta(days=31)))
    else:
        who = world.cL if mutation == "cancelInvitation" else world.qL
        await clients.change(mutation, {"partnershipId": id}, as_=who)

    last = json.loads((await list_receipts(clients, id, world.cL))[-1]["body"])
    named = [{"product": world.id("kept"), "rights": ["STATISTICS"]}]
    assert last["what"] == what
    assert last["before"] == PROPOSED | {"products": named}
    assert last["after"] == PROPOSED | {"status": status, "products": []}


async def test_a_request_says_what_was_asked(world: World, clients: Clients):
    wanted = {"accessType": "COMPLETE", "paymentMode": "PARTNER"}
    asking = {"partnerId": world.id("nova"), "customerId": world.id("rival"), "wanted": wanted}
    asked = await clients.change("requestCustomer", asking, "partnership { id }", as_=world.pL)

    (receipt,) = await list_receipts(clients, asked.data["requestCustomer"]["partnership"]["id"], world.pL)

    body = json.loads(receipt["body"])
    terms = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "status": "INVITED", "products": []}
    assert (body["before"], body["after"]) == (None, terms)


async def test_partnerships_without_receipts_get_a_first_one_that_states_what_is_in_force(
    world: World, clients: Clients, settings: Settings
):
    await Partnership.filter(id=world.at_rival.id).update(status=PartnershipStatus.TERMINATED)
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])
    before = await chains()
    clock = system_context(settings, world.now)

    written = [await backfill_receipts(clock), await backfill_receipts(clock)]

    live = ("complete", "partner_pays", "invitation", "asked", "wooed")
    assert written == [5, 0]
    assert newer(before, await chains()) == {world.rows[name].id: ["partnership.stated"] for name in live}
    bodies = [
        json.loads((await Receipt.get(partnership_id=world.rows[name].id)).body) for name in ("complete", "asked")
    ]
    always = {"expires_at": None, "review_at": None}
    assert [(body["actor"], body["before"], body["at"]) for body in bodies] == [
        (None, None, moment_text(world.now))
    ] * 2
    assert [body["after"] for body in bodies] == [
        {"access_type": "COMPLETE", "payment_mode": "CUSTOMER", "status": "ACTIVE", "products": [], **always},
        PROPOSED | always | {"products": [{"product": world.id("kept"), "rights": ["TECHNICAL"]}]},
    ]


async def test_a_first_receipt_names_the_products_that_are_managed(world: World, settings: Settings):
    await backfill_receipts(system_context(settings, world.now))

    body = json.loads((await Receipt.get(partnership_id=world.at_rival.id)).body)

    assert body["after"]["products"] == [{"product": world.id("rivals"), "rights": ["TECHNICAL", "STATISTICS"]}]
