"""How does a partner ask for access, and what may become of a proposal of either side (S1.2, S1.3b, S1.5, S1.7)?"""

import json
from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import ProductRight
from server.models import Organisation, Partnership, ProductAccess, Receipt
from server.resolvers import ids
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.snapshots import changed_models, snapshot
from tests.world import Person, World, grant, partnership, request

pytestmark = pytest.mark.database

STATE = """
    partnership {
      id status accessType paymentMode initiatedBy grantDiffers version expiresAt reviewAt
      requestedAccess { accessType paymentMode } requestedProducts { serviceName rights }
      productAccesses { nodes { product { serviceName } rights revokedAt } }
    }
    userErrors { code message field }
"""
EVERYTHING = {"accessType": "COMPLETE", "paymentMode": "PARTNER"}
AT_CUSTOMER = ["input", "customerId"]
OPEN = "This invitation is no longer open."


def limited_access(*grants: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    return {"limited": {"products": [{"productId": id, "rights": rights, **more} for id, rights in grants]}}


def complete(payment_mode: str = "CUSTOMER") -> dict[str, Any]:
    return {"complete": {"paymentMode": payment_mode}}


async def change_partnership(clients: Clients, mutation: str, input: dict[str, Any], as_: Person | str) -> Any:
    """Does it, which works; gives the partnership."""
    answer = await clients.change(mutation, input, STATE, as_=as_)
    assert answer.data[mutation]["userErrors"] == [], answer.data
    return answer.data[mutation]["partnership"]


async def asked_by_nova(world: World, mode: PaymentMode | None = None) -> Partnership:
    """Nova asks Delta, which has not answered Nova's own invitation either."""
    return await partnership(
        world.delta, world.nova, mode, status=PartnershipStatus.INVITED, now=world.now, initiated_by=Side.PARTNER
    )


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


async def test_a_partner_hears_nothing_of_the_customers_other_partners(world: World, clients: Clients):
    """Borea has a complete partner: Rival may ask, and is not told."""
    await partnership(world.borea, world.rival, status=PartnershipStatus.DECLINED, now=world.now)
    input = {"partnerId": world.id("rival"), "customerId": world.id("borea"), "wanted": EVERYTHING}

    assert (await change_partnership(clients, "requestCustomer", input, world.qL))["status"] == "INVITED"


async def test_nobody_asks_themselves_or_a_stranger_or_without_being_a_partner(world: World, clients: Clients):
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
async def test_what_was_answered_is_answered_once(world: World, clients: Clients, mutation: str):
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
async def test_what_is_too_late_is_neither_answered_nor_withdrawn_nor_sent_again(
    world: World, clients: Clients, mutation: str, proposal: str, who: str
):
    """Whether or not the clock has come round since (E39)."""
    await Partnership.filter(id=world.rows[proposal].id).update(answer_by=world.now - timedelta(seconds=1))
    more = {"access": limited_access((world.id("kept"), ["TECHNICAL"]))} if mutation == "acceptRequest" else {}
    input = {"partnershipId": world.id(proposal), **more}

    answer = await collect_refusals(clients, mutation, input, as_=world.people[who])

    assert answer == [("INVITATION_EXPIRED", "This invitation has expired.", None)]


async def test_what_nobody_answered_in_time_is_in_the_way_of_no_other(world: World, clients: Clients):
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


async def test_who_proposed_does_not_accept(world: World, clients: Clients):
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


# Withdrawing and sending again


@pytest.mark.parametrize(("name", "as_"), [("wooed", "pL"), ("invitation", "dL")])
async def test_what_could_not_be_accepted_is_not_sent_again(world: World, clients: Clients, name: str, as_: str):
    await Organisation.filter(id=world.nova.id).update(partner_status=PartnerStatus.SUSPENDED)
    input = {"partnershipId": world.id(name)}

    assert await collect_refusals(clients, "resendInvitation", input, as_=world.people[as_]) == [
        ("PARTNER_NOT_APPROVED", "This organisation is not an approved partner.", None)
    ]


async def test_who_proposed_withdraws(world: World, clients: Clients):
    answer = await clients.change("cancelInvitation", {"partnershipId": world.id("wooed")}, STATE, as_=world.pL)

    assert answer.data["cancelInvitation"]["partnership"]["status"] == "CANCELLED"
    assert [(one["action"], one["acting_organisation_id"]) for one in await acts(answer)] == [
        ("partnership.cancelled", world.nova.id)
    ]
    assert await announced_topics(answer) == [("partnership.cancelled", world.id("wooed"))]


async def test_a_proposal_is_sent_again_three_times_a_day(world: World, clients: Clients):
    input = {"partnershipId": world.id("wooed")}
    for version in (2, 3, 4):
        assert (await change_partnership(clients, "resendInvitation", input, world.pL))["version"] == version
    often = "This has been sent 3 times within a day. Wait before you send it again."
    assert await collect_refusals(clients, "resendInvitation", input, as_=world.pL) == [
        ("TOO_MANY_ATTEMPTS", often, None)
    ]

    yesterday = world.now - timedelta(hours=25)
    await Partnership.filter(id=world.wooed.id).update(sent_at=yesterday)

    answer = await clients.change("resendInvitation", input, STATE, as_=world.pL)
    row = await Partnership.get(id=world.wooed.id)
    assert row.answer_by > world.now + timedelta(days=29)
    assert (row.sendings, row.version) == (2, 5)
    assert await announced_topics(answer) == [("partnership.requested", world.id("wooed"))]


@pytest.mark.parametrize(
    ("propose", "customer", "partner", "who"),
    [("requestCustomer", "rival", "nova", "pL"), ("invitePartner", "borea", "rival", "bL")],
)
async def test_withdrawing_and_proposing_again_sends_no_more(
    world: World, clients: Clients, propose: str, customer: str, partner: str, who: str
):
    wish = {"wanted": EVERYTHING} if propose == "requestCustomer" else {"access": complete(), "replaceExisting": True}
    input = {"customerId": world.id(customer), "partnerId": world.id(partner), **wish}
    for _ in range(3):
        proposed = await change_partnership(clients, propose, input, world.people[who])
        await change_partnership(clients, "cancelInvitation", {"partnershipId": proposed["id"]}, world.people[who])

    often = "This has been sent 3 times within a day. Wait before you send it again."
    assert await collect_refusals(clients, propose, input, as_=world.people[who]) == [
        ("TOO_MANY_ATTEMPTS", often, None)
    ]
    await Partnership.filter(partner_id=world.rows[partner].id).update(invited_at=world.now - timedelta(hours=25))
    assert (await change_partnership(clients, propose, input, world.people[who]))["status"] == "INVITED"


# Both at once, and what is with another


async def test_the_same_proposal_of_the_other_side_is_accepted_by_making_it(world: World, clients: Clients):
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    found = await change_partnership(clients, "invitePartner", input, world.cL)

    assert (found["id"], found["status"]) == (world.id("asked"), "ACTIVE")
    assert await Partnership.filter(customer_id=world.alpina.id, partner_id=world.third.id).count() == 1


@pytest.mark.parametrize("as_", ["person", "token"])
async def test_asking_for_what_the_customer_has_offered_accepts_it(world: World, clients: Clients, as_: str):
    wanted = {"accessType": "COMPLETE", "paymentMode": "CUSTOMER"}
    input = {"partnerId": world.id("nova"), "customerId": world.id("delta"), "wanted": wanted}

    found = await change_partnership(
        clients, "requestCustomer", input, world.pL if as_ == "person" else world.tokens["pL"]
    )

    assert (found["id"], found["status"], found["grantDiffers"]) == (world.id("invitation"), "ACTIVE", False)
    assert await Partnership.filter(customer_id=world.delta.id, partner_id=world.nova.id).count() == 1


@pytest.mark.parametrize("wanted", [EVERYTHING, {"accessType": "LIMITED"}])
async def test_asking_for_something_else_stands_next_to_the_offer(
    world: World, clients: Clients, wanted: dict[str, Any]
):
    input = {"partnerId": world.id("nova"), "customerId": world.id("delta"), "wanted": wanted}

    found = await change_partnership(clients, "requestCustomer", input, world.pL)

    assert (found["id"] == world.id("invitation"), found["status"]) == (False, "INVITED")
    assert (await row_of(world.id("invitation"))).status is PartnershipStatus.INVITED


@pytest.mark.parametrize("rights", [["STATISTICS"], ["TECHNICAL", "STATISTICS"]])
async def test_another_proposal_stands_next_to_it_until_one_is_accepted(
    world: World, clients: Clients, rights: list[str]
):
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), rights)),
    }

    found = await change_partnership(clients, "invitePartner", input, world.cL)

    assert (found["id"] == world.id("asked"), found["status"], found["initiatedBy"]) == (False, "INVITED", "CUSTOMER")
    await change_partnership(
        clients,
        "acceptRequest",
        {"partnershipId": world.id("asked"), "access": limited_access((world.id("kept"), ["TECHNICAL"]))},
        world.cL,
    )
    assert (await row_of(found["id"])).status is PartnershipStatus.CANCELLED


async def test_a_token_makes_a_proposal_and_accepts_none(world: World, clients: Clients):
    await request(world.asked, world.kept, [ProductRight.TECHNICAL])
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    found = await change_partnership(clients, "invitePartner", input, world.tokens["cL"])

    assert (found["id"] == world.id("asked"), found["status"]) == (False, "INVITED")


async def accepted_by_third(world: World, clients: Clients, access: dict[str, Any], **more: Any) -> Answer:
    """Alpina invites Third, whose partner status is enough; Nova's leader leads Third too."""
    from tests.api.partnerships.test_partnerships import join

    await join(world.pL, world.third)
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": access, **more}
    await Partnership.filter(id=world.asked.id).update(status=PartnershipStatus.DECLINED)
    invited = await change_partnership(clients, "invitePartner", input, world.cL)
    return await clients.change("acceptInvitation", {"partnershipId": invited["id"]}, STATE, as_=world.pL)


async def test_a_product_moves_when_the_customer_says_so_and_its_manager_is_notified(world: World, clients: Clients):
    moving = limited_access((world.id("granted"), ["TECHNICAL"]), moveFromCurrent=True)

    answer = await accepted_by_third(world, clients, moving)

    assert answer.data["acceptInvitation"]["partnership"]["status"] == "ACTIVE"
    live = await ProductAccess.get(product_id=world.granted.id, revoked_at__isnull=True).select_related("partnership")
    assert live.partnership.partner_id == world.third.id
    assert ("access.product_removed", world.id("access")) in await announced_topics(answer)
    revoked = next(one for one in await acts(answer) if one["action"] == "access.revoked")
    assert (revoked["subject_id"], revoked["acting_organisation_id"]) == (world.access.id, world.alpina.id)


async def test_a_product_that_another_manages_is_not_accepted(world: World, clients: Clients):
    answer = await accepted_by_third(world, clients, limited_access((world.id("granted"), ["TECHNICAL"])))

    (error,) = answer.data["acceptInvitation"]["userErrors"]
    assert error["code"] == "PRODUCT_ALREADY_MANAGED"
    assert (await ProductAccess.get(id=world.access.id)).revoked_at is None


async def test_a_new_complete_partner_takes_the_place_of_the_old_at_the_instant_it_accepts(
    world: World, clients: Clients
):
    from tests.api.partnerships.test_partnerships import join

    await join(world.pL, world.third)
    offer = {"customerId": world.id("borea"), "partnerId": world.id("third"), "access": complete("PARTNER")}
    invited = await change_partnership(clients, "invitePartner", offer | {"replaceExisting": True}, world.bL)
    assert (await Partnership.get(id=world.complete.id)).status is PartnershipStatus.ACTIVE

    answer = await clients.change("acceptInvitation", {"partnershipId": invited["id"]}, STATE, as_=world.pL)

    assert answer.data["acceptInvitation"]["partnership"]["accessType"] == AccessType.COMPLETE
    assert (await Partnership.get(id=world.complete.id)).status is PartnershipStatus.TERMINATED
    assert await announced_topics(answer) == [
        ("partnership.terminated", world.id("complete")),
        ("partnership.accepted", invited["id"]),
    ]


async def test_limited_access_replaces_nobody(world: World, clients: Clients):
    offer = {
        "customerId": world.id("borea"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("borean"), ["TECHNICAL"])),
        "replaceExisting": True,
    }

    answer = await collect_refusals(clients, "invitePartner", offer, as_=world.bL)

    assert [code for code, _, _ in answer] == ["COMPLETE_PARTNER_EXISTS"]


async def test_limited_access_that_is_granted_ends_no_partnership(world: World, clients: Clients):
    access = limited_access((world.id("kept"), ["TECHNICAL"]))
    input = {"partnershipId": world.id("asked"), "access": access, "replaceExisting": True}

    assert (await change_partnership(clients, "acceptRequest", input, world.cL))["status"] == "ACTIVE"

    others = await Partnership.filter(id__in=[world.limited.id, world.at_rival.id])
    assert [other.status for other in others] == [PartnershipStatus.ACTIVE] * 2


async def test_limited_access_that_is_offered_ends_no_partnership(world: World, clients: Clients):
    access = limited_access((world.id("kept"), ["TECHNICAL"]))

    answer = await accepted_by_third(world, clients, access, replaceExisting=True)

    assert answer.data["acceptInvitation"]["partnership"]["status"] == "ACTIVE"
    others = await Partnership.filter(id__in=[world.limited.id, world.at_rival.id])
    assert [other.status for other in others] == [PartnershipStatus.ACTIVE] * 2


async def test_an_offer_is_open_no_longer_than_what_it_offers(world: World, clients: Clients):
    ends = world.now + timedelta(days=10)
    offer = {"customerId": world.id("delta"), "partnerId": world.id("third"), "access": complete()}
    invited = await change_partnership(clients, "invitePartner", offer | {"expiresAt": ends.isoformat()}, world.dL)
    assert (await row_of(invited["id"])).answer_by == ends

    await change_partnership(clients, "resendInvitation", {"partnershipId": invited["id"]}, world.dL)

    assert (await row_of(invited["id"])).answer_by == ends


async def test_dates_of_an_offer_are_in_the_future_and_in_order(world: World, clients: Clients):
    offer = {
        "customerId": world.id("delta"),
        "partnerId": world.id("third"),
        "access": complete(),
        "expiresAt": "2001-01-01T00:00:00Z",
        "reviewAt": "2001-01-01T00:00:00Z",
    }

    assert await collect_refusals(clients, "invitePartner", offer, as_=world.dL) == [
        ("VALIDATION_FAILED", "This must be in the future.", ["input", "expiresAt"]),
        ("VALIDATION_FAILED", "This must be in the future.", ["input", "reviewAt"]),
        ("VALIDATION_FAILED", "The review must be before the end.", ["input", "reviewAt"]),
    ]


async def test_a_revoked_access_does_not_keep_a_product_from_being_granted(world: World, clients: Clients):
    old = await grant(world.at_rival, world.kept, [ProductRight.TECHNICAL])
    await ProductAccess.filter(id=old.id).update(revoked_at=world.now)
    input = {"partnershipId": world.id("asked"), "access": limited_access((world.id("kept"), ["TECHNICAL"]))}

    assert (await change_partnership(clients, "acceptRequest", input, world.cL))["status"] == "ACTIVE"
