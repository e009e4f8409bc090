"""How is a proposal withdrawn or sent again?"""

from datetime import timedelta

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus, Side
from server.domain.people.organisations import PartnerStatus
from server.models import Organisation, Partnership
from tests.api.partnerships.proposals import EVERYTHING, STATE, change_partnership, complete
from tests.api.refusals import collect_refusals
from tests.api.traces import acts, announced_topics
from tests.clients import Clients
from tests.rows import partnership
from tests.world import World

pytestmark = pytest.mark.postgres


# Withdrawing and sending again


@pytest.mark.parametrize(("name", "as_"), [("wooed", "pL"), ("invitation", "dL")])
async def test_a_proposal_that_could_not_be_accepted_is_not_sent_again(
    world: World, clients: Clients, name: str, as_: str
):
    await Organisation.filter(id=world.nova.id).update(partner_status=PartnerStatus.SUSPENDED)
    input = {"partnershipId": world.id(name)}

    assert await collect_refusals(clients, "resendInvitation", input, as_=world.people[as_]) == [
        ("PARTNER_NOT_APPROVED", "This organisation is not an approved partner.", None)
    ]


# Rule S1.5
async def test_the_proposing_side_withdraws(world: World, clients: Clients):
    answer = await clients.change("cancelInvitation", {"partnershipId": world.id("wooed")}, STATE, as_=world.pL)

    assert answer.data["cancelInvitation"]["partnership"]["status"] == "CANCELLED"
    assert [(one["action"], one["acting_organisation_id"]) for one in await acts(answer)] == [
        ("partnership.cancelled", world.nova.id)
    ]
    assert await announced_topics(answer) == [("partnership.cancelled", world.id("wooed"))]


# Rule S1.7
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


# Rule S1.7
async def test_what_the_other_side_proposed_does_not_count(world: World, clients: Clients):
    status, now = PartnershipStatus.CANCELLED, world.now
    for _ in range(3):
        await partnership(world.borea, world.rival, status=status, now=now, initiated_by=Side.PARTNER)
    offer = {"customerId": world.id("borea"), "partnerId": world.id("rival"), "access": complete()}

    invited = await change_partnership(clients, "invitePartner", offer | {"replaceExisting": True}, world.bL)

    assert invited["status"] == "INVITED"
