"""How does a partner ask for more access, and how does the customer answer?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import AccessChangeRequest, Partnership, ProductAccess
from server.resolvers import ids
from tests.api.partnerships.access_types import may_see_product, payload
from tests.api.partnerships.proposals import change_partnership, complete, limited_access
from tests.api.refusals import collect_refusals
from tests.api.traces import acts, announced_topics, row_of
from tests.clients import Clients
from tests.rows import change_request, partnership
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
REQUEST = (
    "accessChangeRequest { id status accessType paymentMode message answer version } userErrors { code message field }"
)


# What a partner asks for


# Rule S2.6
async def test_a_partner_asks_for_more(world: World, clients: Clients):
    input = {
        "partnershipId": world.id("limited"),
        "wanted": {"accessType": "COMPLETE", "paymentMode": "PARTNER"},
        "message": " Everything, please. ",
    }

    answer = await clients.change("requestAccessChange", input, REQUEST, as_=world.pA)

    found = answer.data["requestAccessChange"]["accessChangeRequest"]
    row = await row_of(found.pop("id"))
    assert found == {
        "status": "PENDING",
        "accessType": "COMPLETE",
        "paymentMode": "PARTNER",
        "message": "Everything, please.",
        "answer": None,
        "version": 1,
    }
    assert row.expires_at == row.requested_at + timedelta(days=30)
    assert await announced_topics(answer) == [("access.change_requested", ids.encode(row))]
    assert (await payload("access.change_requested"))["customer"] == world.id("alpina")
    assert [(one["acting_organisation_id"], one["on_behalf_of_id"]) for one in await acts(answer)] == [
        (world.nova.id, world.alpina.id)
    ]


@pytest.mark.parametrize("wanted", [{"accessType": "COMPLETE"}, {"accessType": "LIMITED", "paymentMode": "PARTNER"}])
async def test_a_request_has_a_payment_mode_exactly_if_it_is_for_complete_access(
    world: World, clients: Clients, wanted: dict[str, Any]
):
    input = {"partnershipId": world.id("limited"), "wanted": wanted}

    answer = await collect_refusals(clients, "requestAccessChange", input, as_=world.pL)

    assert [(code, field) for code, _, field in answer] == [
        ("PAYMENT_MODE_NOT_APPLICABLE", ["input", "wanted", "paymentMode"])
    ]


async def test_a_partner_has_twenty_open_requests_at_most(world: World, clients: Clients):
    for _ in range(19):
        await change_request(world.limited, now=world.now)
    input = {"partnershipId": world.id("limited"), "wanted": {"accessType": "LIMITED"}}

    answer = await collect_refusals(clients, "requestAccessChange", input, as_=world.pL)

    assert answer == [
        ("TOO_MANY_ATTEMPTS", "There are already 20 open requests. Wait for an answer.", None),
    ]


# Rule S2.7
async def test_granting_adds_the_products_that_the_customer_names(world: World, clients: Clients):
    input = {"accessChangeRequestId": world.id("change"), "access": limited_access((world.id("kept"), ["TECHNICAL"]))}

    answer = await clients.change("grantAccessChange", input, REQUEST, as_=world.cA)

    found = answer.data["grantAccessChange"]["accessChangeRequest"]
    assert (found["status"], found["version"]) == ("GRANTED", 2)
    access = await ProductAccess.get(product_id=world.kept.id)
    assert (access.partnership_id, access.granted_by_id) == (world.limited.id, world.cA.user.id)
    assert await may_see_product(clients, world, world.pL, "kept") is True
    assert await announced_topics(answer) == [
        ("access.product_added", ids.encode(access)),
        ("access.change_answered", world.id("change")),
    ]
    assert (await payload("access.change_answered"))["verdict"] == "GRANTED"


# Rule S2.7
async def test_complete_access_is_granted_by_a_legal_representative(world: World, clients: Clients):
    await Partnership.filter(id=world.at_rival.id).update(status=PartnershipStatus.TERMINATED)
    row = await change_request(world.limited, now=world.now)
    input = {"accessChangeRequestId": ids.encode(row), "access": complete("CUSTOMER")}

    assert await collect_refusals(clients, "grantAccessChange", input, as_=world.cA) == [
        ("LEGAL_REPRESENTATIVE_ONLY", "Only a legal representative can change the access type.", None)
    ]
    await clients.change("grantAccessChange", input, REQUEST, as_=world.cL)

    changed_ = await Partnership.get(id=world.limited.id)
    assert (changed_.access_type, changed_.payment_mode) == ("COMPLETE", "CUSTOMER")


async def test_complete_access_is_not_granted_next_to_others_as_it_was_requested(world: World, clients: Clients):
    input = {"accessChangeRequestId": world.id("change"), "access": complete("CUSTOMER")}

    assert await collect_refusals(clients, "grantAccessChange", input, as_=world.cL) == [
        (
            "LIMITED_PARTNER_EXISTS",
            "This customer has partners with limited access. End those partnerships before granting complete access.",
            ["input", "access"],
        )
    ]


@pytest.mark.parametrize(
    ("products", "code", "field"),
    [
        ([], "VALIDATION_FAILED", []),
        (["granted"], "ALREADY_GRANTED", ["0", "productId"]),
        (["kept", "granted"], "ALREADY_GRANTED", ["1", "productId"]),
        (["kept", "rivals"], "PRODUCT_ALREADY_MANAGED", ["1", "productId"]),
    ],
)
async def test_a_request_cannot_be_granted_with_access_that_the_partner_already_has(
    world: World, clients: Clients, products: list[str], code: str, field: list[str]
):
    access = limited_access(*((world.id(name), ["TECHNICAL"]) for name in products))
    input = {"accessChangeRequestId": world.id("change"), "access": access}

    answer = await collect_refusals(clients, "grantAccessChange", input, as_=world.cL)

    assert [(code, field) for code, _, field in answer] == [(code, ["input", "access", "limited", "products", *field])]


async def test_a_partner_with_complete_access_asks_for_no_more(world: World, clients: Clients):
    input = {"partnershipId": world.id("complete"), "wanted": {"accessType": "COMPLETE", "paymentMode": "PARTNER"}}

    assert await collect_refusals(clients, "requestAccessChange", input, as_=world.pL) == [
        ("ACCESS_TYPE_UNCHANGED", "The partner already has this access type.", ["input", "wanted", "accessType"])
    ]


# Rule S2.7
async def test_refusing_changes_nothing_but_the_request(world: World, clients: Clients):
    before = await snapshot()
    input = {"accessChangeRequestId": world.id("change"), "reason": "Not yet."}

    answer = await clients.change("refuseAccessChange", input, REQUEST, as_=world.cL)

    found = answer.data["refuseAccessChange"]["accessChangeRequest"]
    assert (found["status"], found["answer"]) == ("REFUSED", "Not yet.")
    assert changed_models(before, await snapshot()) == {"AccessChangeRequest", "AuditEvent", "OutboxMessage"}


@pytest.mark.parametrize("mutation", ["grantAccessChange", "refuseAccessChange"])
async def test_a_request_is_answered_once_and_in_time(world: World, clients: Clients, mutation: str):
    more = {"access": limited_access((world.id("kept"), ["TECHNICAL"]))} if mutation == "grantAccessChange" else {}
    input = {"accessChangeRequestId": world.id("change"), **more}
    closed = [("INVITATION_USED", "This request is no longer open.", None)]

    for columns in ({"status": AccessChangeStatus.REFUSED}, {"expires_at": world.now - timedelta(seconds=1)}):
        await AccessChangeRequest.filter(id=world.change.id).update(
            **({"status": AccessChangeStatus.PENDING, "expires_at": world.now} | columns)
        )
        assert await collect_refusals(clients, mutation, input, as_=world.cL) == closed


async def test_a_limited_partner_next_to_others_is_invited_again_after_its_end(world: World, clients: Clients):
    await Partnership.filter(id=world.at_rival.id).update(status=PartnershipStatus.TERMINATED)
    again = await partnership(world.alpina, world.rival, status=PartnershipStatus.INVITED, now=world.now)

    assert (await change_partnership(clients, "acceptInvitation", {"partnershipId": ids.encode(again)}, world.qL))[
        "status"
    ] == "ACTIVE"


async def test_answered_requests_and_those_of_other_partnerships_do_not_count(world: World, engine_clients: Clients):
    for through, status in ((world.limited, AccessChangeStatus.REFUSED), (world.at_rival, AccessChangeStatus.PENDING)):
        for _ in range(20):
            row = await change_request(through, now=world.now)
            await AccessChangeRequest.filter(id=row.id).update(status=status)
    input = {"partnershipId": world.id("limited"), "wanted": {"accessType": "LIMITED"}}

    answer = await engine_clients.change("requestAccessChange", input, as_=world.pL)

    assert answer.data["requestAccessChange"]["userErrors"] == []
