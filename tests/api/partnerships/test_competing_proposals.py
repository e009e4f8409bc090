"""What happens to proposals of both sides, and next to other partnerships?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.rights import ProductRight
from server.models import Partnership, ProductAccess
from tests.api.partnerships.invitations import join
from tests.api.partnerships.proposals import EVERYTHING, STATE, change_partnership, complete, limited_access
from tests.api.refusals import collect_refusals
from tests.api.traces import acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.rows import grant, partnership, request
from tests.world import World

pytestmark = pytest.mark.postgres


# Both at once, and what is with another


# Rule E4
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
async def test_a_request_for_something_else_stays_open_next_to_the_offer(
    world: World, clients: Clients, wanted: dict[str, Any]
):
    input = {"partnerId": world.id("nova"), "customerId": world.id("delta"), "wanted": wanted}

    found = await change_partnership(clients, "requestCustomer", input, world.pL)

    assert (found["id"] == world.id("invitation"), found["status"]) == (False, "INVITED")
    assert (await row_of(world.id("invitation"))).status is PartnershipStatus.INVITED


# Rule E4
@pytest.mark.parametrize("rights", [["STATISTICS"], ["TECHNICAL", "STATISTICS"]])
async def test_another_proposal_stays_open_until_one_is_accepted(world: World, clients: Clients, rights: list[str]):
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
    await join(world.pL, world.third)
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": access, **more}
    await Partnership.filter(id=world.asked.id).update(status=PartnershipStatus.DECLINED)
    invited = await change_partnership(clients, "invitePartner", input, world.cL)
    return await clients.change("acceptInvitation", {"partnershipId": invited["id"]}, STATE, as_=world.pL)


# Rule E2
async def test_a_product_moves_when_the_customer_says_so_and_its_manager_is_notified(world: World, clients: Clients):
    moving = limited_access((world.id("granted"), ["TECHNICAL"]), moveFromCurrent=True)

    answer = await accepted_by_third(world, clients, moving)

    assert answer.data["acceptInvitation"]["partnership"]["status"] == "ACTIVE"
    live = await ProductAccess.get(product_id=world.granted.id, revoked_at__isnull=True).select_related("partnership")
    assert live.partnership.partner_id == world.third.id
    assert ("access.product_removed", world.id("access")) in await announced_topics(answer)
    revoked = next(one for one in await acts(answer) if one["action"] == "access.revoked")
    assert (revoked["subject_id"], revoked["acting_organisation_id"]) == (world.access.id, world.alpina.id)


# Rule E2
async def test_a_product_that_another_manages_is_not_accepted(world: World, clients: Clients):
    answer = await accepted_by_third(world, clients, limited_access((world.id("granted"), ["TECHNICAL"])))

    (error,) = answer.data["acceptInvitation"]["userErrors"]
    assert error["code"] == "PRODUCT_ALREADY_MANAGED"
    assert (await ProductAccess.get(id=world.access.id)).revoked_at is None


# Rules E1, D10
async def test_a_new_complete_partner_takes_the_place_of_the_old_at_the_instant_it_accepts(
    world: World, clients: Clients
):
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


# Rule E4
async def test_a_request_does_not_answer_what_another_partner_was_offered(world: World, clients: Clients):
    mode, status = PaymentMode.PARTNER, PartnershipStatus.INVITED
    others = await partnership(world.rival, world.third, mode, status=status, now=world.now)
    input = {"partnerId": world.id("nova"), "customerId": world.id("rival"), "wanted": EVERYTHING}

    asked = await change_partnership(clients, "requestCustomer", input, world.pL)

    row = await row_of(asked["id"])
    assert (asked["status"], row.partner_id) == ("INVITED", world.nova.id)
    assert await Partnership.get(id=others.id).values("status", "version") == {"status": status, "version": 1}
