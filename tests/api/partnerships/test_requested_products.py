"""How does a partner request access, and what happens to a proposal of either side (S1.2, S1.3b, S1.5, S1.7)?"""

import json
from datetime import timedelta

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import ProductRight
from server.models import Organisation, Partnership, ProductAccess, Receipt
from server.resolvers import ids
from tests.api.partnerships.proposals import (
    EVERYTHING,
    STATE,
    asked_by_nova,
    change_partnership,
    complete,
    limited_access,
)
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Clients
from tests.rows import partnership, request
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
AT_CUSTOMER = ["input", "customerId"]
OPEN = "This invitation is no longer open."


# Asking


async def test_a_partner_asks_an_organisation_it_knows(world: World, clients: Clients):
    before = await snapshot()
    input = {"partnerId": world.id("nova"), "customerId": world.id("rival"), "wanted": EVERYTHING}

    answer = await clients.change("requestCustomer", input | {"message": " Hello "}, STATE, as_=world.pL)

    asked = answer.data["requestCustomer"]["partnership"]
    row = await row_of(asked.pop("id"))
    assert asked == {
        "status": "INVITED",
        "accessType": "COMPLETE",
        "paymentMode": "PARTNER",
        "initiatedBy": "PARTNER",
        "grantDiffers": False,
        "version": 1,
        "expiresAt": None,
        "reviewAt": None,
        "requestedAccess": {"accessType": "COMPLETE", "paymentMode": "PARTNER"},
        "requestedProducts": [],
        "productAccesses": {"nodes": []},
    }
    assert (row.message, row.answer_by) == ("Hello", row.invited_at + timedelta(days=30))
    assert changed_models(before, await snapshot()) == {"Partnership", "AuditEvent", "OutboxMessage", "Receipt"}
    terms = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "status": "INVITED"}
    assert await acts(answer) == [
        act("partnership.requested", row, world.pL, world.nova, on_behalf_of=world.rival, after=terms)
    ]
    assert await announced_topics(answer) == [("partnership.requested", ids.encode(row))]


async def test_a_partner_asks_once_and_nobody_that_it_serves(world: World, clients: Clients):
    exists = "There is already a partnership or an open request with this customer."
    for customer in ("third", "alpina"):
        input = {"partnerId": world.id("nova"), "customerId": world.id(customer), "wanted": EVERYTHING}
        assert await collect_refusals(clients, "requestCustomer", input, as_=world.pL) == [
            ("PARTNERSHIP_EXISTS", exists, AT_CUSTOMER)
        ]


async def test_a_partner_learns_nothing_of_the_customers_other_partners(world: World, clients: Clients):
    """Borea has a complete partner: Rival may ask, and does not learn it."""
    await partnership(world.borea, world.rival, status=PartnershipStatus.DECLINED, now=world.now)
    input = {"partnerId": world.id("rival"), "customerId": world.id("borea"), "wanted": EVERYTHING}

    assert (await change_partnership(clients, "requestCustomer", input, world.qL))["status"] == "INVITED"


async def test_only_a_partner_asks_and_only_an_organisation_it_sees_other_than_itself(world: World, clients: Clients):
    oneself = {"partnerId": world.id("nova"), "customerId": world.id("nova"), "wanted": EVERYTHING}
    assert await collect_refusals(clients, "requestCustomer", oneself, as_=world.pL) == [
        ("SELF_PARTNERSHIP", "An organisation cannot be its own partner.", AT_CUSTOMER)
    ]
    stranger = oneself | {"partnerId": world.id("rival"), "customerId": world.id("corvo")}
    assert await catch_denial(clients, "requestCustomer", stranger, as_=world.qL) == not_found("input", "customerId")
    no_partner = {"partnerId": world.id("alpina"), "customerId": world.id("third"), "wanted": EVERYTHING}
    assert await collect_refusals(clients, "requestCustomer", no_partner, as_=world.cL) == [
        ("PARTNER_NOT_APPROVED", "This organisation is not an approved partner.", ["input", "partnerId"])
    ]


# Answering


async def test_a_customer_grants_what_was_asked(world: World, clients: Clients):
    input = {"partnershipId": world.id("asked"), "access": limited_access((world.id("kept"), ["TECHNICAL"]))}
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])

    answer = await clients.change("acceptRequest", input, STATE, as_=world.cL)

    found = answer.data["acceptRequest"]["partnership"]
    assert (found["status"], found["grantDiffers"], found["version"]) == ("ACTIVE", False, 2)
    assert found["productAccesses"]["nodes"] == [
        {"product": {"serviceName": "kept.example"}, "rights": ["TECHNICAL"], "revokedAt": None}
    ]
    access = await ProductAccess.get(partnership_id=world.asked.id)
    assert access.granted_by_id == world.cL.user.id
    terms = {"access_type": "LIMITED", "payment_mode": None, "status": "INVITED"}
    assert await acts(answer) == [
        act(
            "partnership.accepted",
            world.asked,
            world.cL,
            world.alpina,
            before=terms,
            after=terms | {"status": "ACTIVE"},
        )
    ]
    assert await announced_topics(answer) == [("partnership.accepted", world.id("asked"))]


async def test_a_customer_grants_something_else_and_the_partner_sees_the_difference(world: World, clients: Clients):
    row = await asked_by_nova(world, PaymentMode.PARTNER)
    input = {
        "partnershipId": ids.encode(row),
        "access": limited_access((world.id("deltaic"), ["STATISTICS"])),
        "expiresAt": "2999-12-31T00:00:00Z",
        "reviewAt": "2999-06-30T00:00:00Z",
    }

    answer = await clients.change("acceptRequest", input, STATE, as_=world.dL)

    query = f'{{ partnership(id: "{ids.encode(row)}") {{ {STATE.partition("userErrors")[0].strip()[13:-1]} }} }}'
    seen = (await clients.ask(query, as_=world.pL)).data["partnership"]
    assert seen == {
        "id": ids.encode(row),
        "status": "ACTIVE",
        "accessType": "LIMITED",
        "paymentMode": None,
        "initiatedBy": "PARTNER",
        "grantDiffers": True,
        "version": 2,
        "expiresAt": "2999-12-31T00:00:00.000000Z",
        "reviewAt": "2999-06-30T00:00:00.000000Z",
        "requestedAccess": {"accessType": "COMPLETE", "paymentMode": "PARTNER"},
        "requestedProducts": [],
        "productAccesses": {
            "nodes": [{"product": {"serviceName": "deltaic.example"}, "rights": ["STATISTICS"], "revokedAt": None}]
        },
    }
    assert [topic for topic, _ in await announced_topics(answer)] == [
        "partnership.accepted",
        "partnership.granted_differs",
    ]
    assert (await Partnership.get(id=world.invitation.id)).status is PartnershipStatus.CANCELLED


async def test_other_rights_on_the_same_product_are_a_difference(world: World, clients: Clients):
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])
    input = {"partnershipId": world.id("asked"), "access": limited_access((world.id("kept"), ["STATISTICS"]))}

    assert (await change_partnership(clients, "acceptRequest", input, world.cL))["grantDiffers"] is True


async def test_complete_access_next_to_limited_partners_ends_them_or_is_refused(world: World, clients: Clients):
    input = {"partnershipId": world.id("asked"), "access": complete()}
    exists = "This customer has partners with limited access. End those partnerships before granting complete access."
    assert await collect_refusals(clients, "acceptRequest", input, as_=world.cL) == [
        ("LIMITED_PARTNER_EXISTS", exists, None)
    ]

    found = await change_partnership(clients, "acceptRequest", input | {"replaceExisting": True}, world.cL)

    assert (found["status"], found["accessType"], found["grantDiffers"]) == ("ACTIVE", "COMPLETE", True)
    for name in ("limited", "at_rival"):
        ended = await Partnership.get(id=world.rows[name].id)
        assert (ended.status, ended.termination_reason, ended.ended_by) == (
            "TERMINATED",
            "CHANGE_OF_PARTNER",
            "CUSTOMER",
        )
    assert await ProductAccess.filter(revoked_at__isnull=True).count() == 0


@pytest.mark.parametrize("mutation", ["acceptRequest", "declineRequest", "cancelInvitation", "resendInvitation"])
async def test_a_proposal_is_answered_only_once(world: World, clients: Clients, mutation: str):
    """As the customer of `asked`, or as the partner that woos."""
    own, who = ("asked", world.cL) if mutation.endswith("Request") else ("wooed", world.pL)
    await Partnership.filter(id=world.rows[own].id).update(status=PartnershipStatus.DECLINED)
    more = {"access": limited_access((world.id("kept"), ["TECHNICAL"]))} if mutation == "acceptRequest" else {}

    answer = await collect_refusals(clients, mutation, {"partnershipId": world.id(own), **more}, as_=who)

    assert answer == [("INVITATION_USED", OPEN, None)]


@pytest.mark.parametrize(
    ("mutation", "proposal", "who"),
    [
        ("acceptRequest", "asked", "cL"),
        ("declineRequest", "asked", "cL"),
        ("acceptInvitation", "invitation", "pL"),
        ("declineInvitation", "invitation", "pL"),
        ("cancelInvitation", "wooed", "pL"),
        ("resendInvitation", "wooed", "pL"),
    ],
)
async def test_an_expired_proposal_is_neither_answered_nor_withdrawn_nor_sent_again(
    world: World, clients: Clients, mutation: str, proposal: str, who: str
):
    """Whether or not the clock has come round since (E39)."""
    await Partnership.filter(id=world.rows[proposal].id).update(answer_by=world.now - timedelta(seconds=1))
    more = {"access": limited_access((world.id("kept"), ["TECHNICAL"]))} if mutation == "acceptRequest" else {}
    input = {"partnershipId": world.id(proposal), **more}

    answer = await collect_refusals(clients, mutation, input, as_=world.people[who])

    assert answer == [("INVITATION_EXPIRED", "This invitation has expired. Ask for a new one.", None)]


async def test_an_expired_request_does_not_block_another(world: World, clients: Clients):
    """Nova's late request ends as by the clock, nobody's act, before Nova asks again."""
    late = world.wooed
    await Partnership.filter(id=late.id).update(answer_by=world.now - timedelta(seconds=1))
    input = {"partnerId": world.id("nova"), "customerId": world.id("third"), "wanted": EVERYTHING}

    answer = await clients.change("requestCustomer", input, STATE, as_=world.pL)

    again = await row_of(answer.data["requestCustomer"]["partnership"]["id"])
    was = {"access_type": "LIMITED", "payment_mode": None, "status": "INVITED"}
    terms = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "status": "INVITED"}
    assert await acts(answer) == [
        act(
            "partnership.expired",
            late,
            None,
            None,
            on_behalf_of=world.third,
            before=was,
            after=was | {"status": "EXPIRED"},
        ),
        act("partnership.requested", again, world.pL, world.nova, on_behalf_of=world.third, after=terms),
    ]
    assert await announced_topics(answer) == [
        ("partnership.expired", world.id("wooed")),
        ("partnership.requested", ids.encode(again)),
    ]
    bodies = [json.loads(receipt.body) for receipt in await Receipt.filter(partnership_id=late.id)]
    assert [(body["what"], body["actor"]) for body in bodies] == [("partnership.expired", None)]


async def test_a_late_request_of_the_partner_is_not_what_an_invitation_accepts(world: World, clients: Clients):
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])
    await Partnership.filter(id=world.asked.id).update(answer_by=world.now - timedelta(seconds=1))
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    invitation = await change_partnership(clients, "invitePartner", input, world.cL)

    assert (invitation["status"], invitation["initiatedBy"]) == ("INVITED", "CUSTOMER")
    assert (await Partnership.get(id=world.asked.id)).status is PartnershipStatus.EXPIRED


async def test_the_proposing_side_does_not_accept(world: World, clients: Clients):
    assert await catch_denial(
        clients, "acceptInvitation", {"partnershipId": world.id("wooed")}, as_=world.pL
    ) == missing("ACCEPT_INVITATION")
    assert await catch_denial(
        clients, "declineInvitation", {"partnershipId": world.id("wooed")}, as_=world.pL
    ) == missing("DECLINE_INVITATION")
    assert await catch_denial(
        clients, "declineRequest", {"partnershipId": world.id("invitation")}, as_=world.dL
    ) == missing("DECLINE_REQUEST")


async def test_a_customer_declines(world: World, clients: Clients):
    input = {"partnershipId": world.id("asked"), "reason": " We manage on our own. "}

    answer = await clients.change("declineRequest", input, STATE, as_=world.cL)

    row = await Partnership.get(id=world.asked.id)
    assert (row.status, row.end_reason, row.ended_by) == ("DECLINED", "We manage on our own.", None)
    assert await announced_topics(answer) == [("partnership.declined", world.id("asked"))]


@pytest.mark.parametrize("status", [PartnerStatus.SUSPENDED, PartnerStatus.LEFT])
async def test_a_former_partner_is_not_let_in(world: World, clients: Clients, status: PartnerStatus):
    await Organisation.filter(id=world.third.id).update(partner_status=status)
    input = {"partnershipId": world.id("asked"), "access": limited_access((world.id("kept"), ["TECHNICAL"]))}

    answer = await collect_refusals(clients, "acceptRequest", input, as_=world.cL)

    assert answer == [("PARTNER_NOT_APPROVED", "This organisation is not an approved partner.", None)]
