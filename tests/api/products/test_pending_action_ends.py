"""How does a pending action end without a decision?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductState
from server.jobs import DEADLINES, system_context
from server.models import (
    AuditEvent,
    OutboxMessage,
    PendingAction,
    Product,
)
from server.settings import Settings
from tests.api.products.pending_actions import ASKED, ending, status
from tests.clients import Clients
from tests.world import World

pytestmark = pytest.mark.postgres


# Ends that nobody decided


# Rule S15.5
@pytest.mark.parametrize(
    ("who", "mutation", "input"),
    [
        (
            "bL",
            "terminatePartnership",
            lambda world: {
                "partnershipId": world.id("complete"),
                "confirmation": "Borea",
                "reason": "NO_LONGER_NEEDED",
            },
        ),
        (
            "bL",
            "changeAccessType",
            lambda world: {"partnershipId": world.id("complete"), "access": {"limited": {"products": []}}},
        ),
        ("pL", "unassignEmployee", lambda world: {"assignmentId": world.id("complete_assignment")}),
        (
            "pL",
            "assignEmployee",
            lambda world: {
                "partnershipId": world.id("complete"),
                "membershipId": world.id("pE"),
                "rights": ["ORDER"],
            },
        ),
        ("pL", "removeMember", lambda world: {"membershipId": world.id("pE")}),
        ("pL", "changeMemberRole", lambda world: {"membershipId": world.id("pE"), "role": "EXTERNAL"}),
    ],
)
async def test_a_pending_action_ends_with_the_right_to_request_it(
    world: World, clients: Clients, who: str, mutation: str, input: Any
):
    answer = await clients.change(mutation, input(world), as_=world.people[who])

    assert answer.data[mutation]["userErrors"] == []
    row = await PendingAction.get(id=world.pending.id)
    assert (row.status, row.version, row.decided_by_id) == (PendingActionStatus.WITHDRAWN, 2, None)
    assert row.decided_at is not None
    assert (await Product.get(id=world.borean.id)).state is ProductState.ACTIVE


async def test_a_change_that_keeps_the_right_to_request_ends_no_pending_action(world: World, clients: Clients):
    more = {"membershipId": world.id("pE"), "rights": ["MANAGE_PRODUCTS", "ORDER"]}
    other = {"membershipId": world.id("pU"), "rights": ["VIEW"]}

    for input in (more, other):
        answer = await clients.change("assignEmployee", {"partnershipId": world.id("complete"), **input}, as_=world.pL)
        assert answer.data["assignEmployee"]["userErrors"] == []
    await clients.change("changeMemberRole", {"membershipId": world.id("pE"), "role": "ADMINISTRATOR"}, as_=world.pL)

    assert await status(world) is PendingActionStatus.PENDING


async def test_a_preview_counts_what_would_be_withdrawn(world: World, clients: Clients):
    query = "query($id: ID!) { previewTermination(partnershipId: $id) { pendingActions } }"

    answer = await clients.ask(query, {"id": world.id("complete")}, as_=world.bL)

    assert answer.data["previewTermination"] == {"pendingActions": 1}


# Rule S15.6
async def test_a_pending_action_without_an_answer_expires_and_the_person_who_asked_is_notified(
    world: World, settings: Settings
):
    expire = DEADLINES["expire pending actions"]
    expires = world.now + timedelta(days=7)
    early = system_context(settings, expires - timedelta(microseconds=1))
    due = system_context(settings, expires)

    assert [await expire(early), await expire(due), await expire(due)] == [0, 1, 0]

    row = await PendingAction.get(id=world.pending.id)
    assert (row.status, row.version, row.decided_at) == (PendingActionStatus.EXPIRED, 2, due.now)
    event = await AuditEvent.get(action="pendingAction.expired")
    assert (event.actor_id, event.before, event.after) == (None, {"status": "PENDING"}, {"status": "EXPIRED"})
    message = await OutboxMessage.get(topic="pending_action.expired")
    assert message.payload["subject"] == world.id("pending")


async def test_an_action_past_its_deadline_can_be_requested_again_but_not_confirmed(world: World, clients: Clients):
    await PendingAction.filter(id=world.pending.id).update(expires_at=world.now)

    answer = await clients.change("terminateProduct", ending(world, "borean"), ASKED, as_=world.pL)

    assert answer.data["terminateProduct"]["pendingAction"]["status"] == "PENDING"
    assert await status(world) is PendingActionStatus.EXPIRED
    event = await AuditEvent.get(action="pendingAction.expired")
    assert (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id) == (None, None, world.borea.id)
    assert await OutboxMessage.filter(topic="pending_action.expired").count() == 1


async def test_an_owner_who_ends_the_product_later_has_confirmed_nothing(world: World, clients: Clients):
    await PendingAction.filter(id=world.pending.id).update(expires_at=world.now)

    await clients.change("terminateProduct", ending(world, "borean"), ASKED, as_=world.bL)

    assert await status(world) is PendingActionStatus.PENDING


async def test_fewer_rights_at_one_customer_end_nothing_at_another(world: World, engine_clients: Clients):
    less = {"partnershipId": world.id("limited"), "membershipId": world.id("pE"), "rights": ["ORDER"]}

    answer = await engine_clients.change("assignEmployee", less | {"expectedVersion": 1}, as_=world.pL)

    assert answer.data["assignEmployee"]["userErrors"] == []
    assert await status(world) is PendingActionStatus.PENDING
