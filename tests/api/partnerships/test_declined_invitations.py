"""What is left of an invitation that a partner declines?"""

from datetime import UTC, datetime

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.organisations import PartnerStatus
from server.models import Organisation
from server.schema.scalars import moment_text
from tests.api.partnerships.invitations import (
    INVITED,
    TEXTS,
    _offer_to_nova,
    answer_invitation,
    complete,
    every_text,
    invite,
    read_managed,
)
from tests.api.refusals import collect_refusals
from tests.api.traces import act, acts, announced_topics, key, row_of
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# Declining


# Rule S1.4
async def test_a_partner_declines(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    before, start = await snapshot(), datetime.now(UTC)

    answer = await answer_invitation(clients, "declineInvitation", id, world.pL, reason=" Too much\nwork. ")

    after, row = await snapshot(), await row_of(id)
    declined = answer.data["declineInvitation"]["partnership"]
    moved = {
        "status": PartnershipStatus.DECLINED,
        "ended_at": row.ended_at,
        "end_reason": "Too much\nwork.",
        "version": 2,
        "updated_at": row.updated_at,
    }
    assert start <= row.ended_at <= datetime.now(UTC)
    assert (declined["status"], declined["endReason"], declined["version"]) == ("DECLINED", "Too much\nwork.", 2)
    assert (declined["activatedAt"], declined["endedAt"]) == (None, moment_text(row.ended_at))
    assert declined["viewerRights"] == [
        "VIEW_ASSIGNMENTS",
        "VIEW_RECEIPTS",
        "VIEW_CUSTOMER_NOTE",
        "MANAGE_CUSTOMER_NOTE",
    ]
    assert after["Partnership"][key(id)] == before["Partnership"][key(id)] | moved
    assert changed_models(before, after) == {"Partnership", "AuditEvent", "OutboxMessage", "Receipt"}
    assert await read_managed(clients, world, world.pL, customer.id) == INVITED


async def test_a_refusal_of_an_offer_leaves_its_traces(world: World, clients: Clients):
    answer = await answer_invitation(clients, "declineInvitation", world.id("invitation"), world.pA)

    offered = {"access_type": "COMPLETE", "payment_mode": "CUSTOMER", "status": "INVITED"}
    assert await acts(answer) == [
        act(
            "partnership.declined",
            world.invitation,
            world.pA,
            world.nova,
            on_behalf_of=world.delta,
            before=offered,
            after=offered | {"status": "DECLINED"},
        )
    ]
    assert await announced_topics(answer) == [("partnership.declined", world.id("invitation"))]


@pytest.mark.parametrize("reason", ["", " \n ", None, "é" * 1_000])
async def test_a_reason_may_be_left_out_and_has_a_thousand_characters(
    world: World, clients: Clients, reason: str | None
):
    answer = await answer_invitation(clients, "declineInvitation", world.id("invitation"), world.pL, reason=reason)

    expected = (reason or "").strip() or None
    assert answer.data["declineInvitation"]["partnership"]["endReason"] == expected
    assert (await row_of(world.id("invitation"))).end_reason == expected


@every_text
async def test_a_reason_that_cannot_be_stored_is_refused(world: World, clients: Clients, what: str):
    reason, why = TEXTS[what]
    input = {"partnershipId": world.id("invitation"), "reason": reason}

    answer = await collect_refusals(clients, "declineInvitation", input, as_=world.pL)

    assert answer == [("VALIDATION_FAILED", why, ["input", "reason"])]


async def test_a_partner_that_declined_is_invited_again_and_accepts(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    await answer_invitation(clients, "declineInvitation", id, world.pL)

    again = await invite(clients, customer.offer(world, complete("PARTNER")), customer.owner)
    accepted = await answer_invitation(
        clients, "acceptInvitation", again.data["invitePartner"]["partnership"]["id"], world.pL
    )

    assert accepted.data["acceptInvitation"]["partnership"]["status"] == "ACTIVE"
    assert (await row_of(id)).status is PartnershipStatus.DECLINED
    assert await read_managed(clients, world, world.pL, customer.id) == (True, ["blog.example", "shop.example"])


# Rules S5.7, E9
async def test_a_suspended_partner_wins_no_new_customer(world, clients):
    await Organisation.filter(id=world.nova.id).update(partner_status=PartnerStatus.SUSPENDED)
    before = await snapshot()

    answer = await clients.change("acceptInvitation", {"partnershipId": world.id("invitation")}, as_=world.pL)

    (refusal,) = answer.data["acceptInvitation"]["userErrors"]
    assert refusal["code"] == "PARTNER_NOT_APPROVED"
    assert await snapshot() == before
