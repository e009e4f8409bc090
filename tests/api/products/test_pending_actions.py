"""What may a partner not do without consent, and how does such an action end (E34)?"""

from datetime import timedelta

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductState
from server.domain.rights import AssignmentRight
from server.models import (
    EmployeeAssignment,
    Membership,
    OutboxMessage,
    Partnership,
    PendingAction,
    Product,
)
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.products.pending_actions import ASKED, ending, pending
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
ANSWERED = "pendingAction { status version decidedBy { id } } userErrors { code message field }"
CONFIRMED = f"product {{ state }} {ANSWERED}"
CLOSED = [("ACTION_CLOSED", "This is no longer waiting for an answer.", None)]


# Asking


# Rules S15.1, E34
async def test_a_complete_partner_asks_and_nothing_ends(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("terminateProduct", ending(world, "corvine", reason="Moved"), ASKED, as_=world.pA)

    (row,) = await PendingAction.filter(product_id=world.corvine.id)
    assert answer.data["terminateProduct"] == {
        "product": {"state": "ACTIVE", "version": 1},
        "pendingAction": {
            "id": ids.encode(row),
            "kind": "TERMINATE_PRODUCT",
            "status": "PENDING",
            "reason": "Moved",
            "requestedAt": moment_text(row.requested_at),
            "expiresAt": moment_text(row.requested_at + timedelta(days=7)),
            "requestedByName": "pA Nova",
            "requestedBy": {"id": ids.encode(world.pA.user)},
            "decidedBy": None,
            "decidedAt": None,
            "version": 1,
            "product": {"id": world.id("corvine")},
            "partnership": {"id": world.id("partner_pays")},
        },
        "userErrors": [],
    }
    assert changed_models(before, await snapshot()) == {"PendingAction", "AuditEvent", "OutboxMessage"}
    assert await acts(answer) == [
        act(
            "pendingAction.requested",
            row,
            world.pA,
            world.nova,
            on_behalf_of=world.corvo,
            after={
                "kind": "TERMINATE_PRODUCT",
                "product_id": world.corvine.id.hex,
                "reason": "Moved",
                "status": "PENDING",
            },
        )
    ]
    assert await announced_topics(answer) == [("pending_action.requested", ids.encode(row))]


async def test_a_token_may_ask_and_is_kept(world: World, clients: Clients):
    answer = await clients.change("terminateProduct", ending(world, "corvine"), ASKED, as_=world.tokens["pL"])

    assert answer.data["terminateProduct"]["pendingAction"]["status"] == "PENDING"
    (row,) = await PendingAction.filter(product_id=world.corvine.id)
    assert (row.requested_by_id, row.api_token_id) == (world.pL.user.id, world.token_pL.id)


async def test_an_employee_asks_who_manages_the_customers_products(world: World, clients: Clients):
    await PendingAction.all().delete()
    assigned = EmployeeAssignment.filter(id=world.complete_assignment.id)

    answer = await clients.change("terminateProduct", ending(world, "borean"), ASKED, as_=world.pE)
    await PendingAction.all().delete()
    await assigned.update(rights=[AssignmentRight.VIEW, AssignmentRight.ORDER])
    viewing = await catch_denial(clients, "terminateProduct", ending(world, "borean"), as_=world.pE)

    assert answer.data["terminateProduct"]["pendingAction"]["status"] == "PENDING"
    assert viewing == missing("TERMINATE_PRODUCT")


async def test_the_customer_is_asked_once_at_a_time(world: World, clients: Clients):
    again = [("ACTION_PENDING", "The customer has already been asked for this. Wait for the answer.", None)]

    assert await collect_refusals(clients, "terminateProduct", ending(world, "borean"), as_=world.pL) == again
    await clients.change("refusePendingAction", pending(world), ANSWERED, as_=world.bL)
    answer = await clients.change("terminateProduct", ending(world, "borean"), ASKED, as_=world.pL)

    assert answer.data["terminateProduct"]["pendingAction"]["status"] == "PENDING"


# Answering


# Rule S15.2
async def test_a_confirmed_action_is_the_act_of_the_person_who_asked(world: World, clients: Clients):
    answer = await clients.change("confirmPendingAction", pending(world), CONFIRMED, as_=world.bL)

    assert answer.data["confirmPendingAction"] == {
        "pendingAction": {"status": "CONFIRMED", "version": 2, "decidedBy": {"id": ids.encode(world.bL.user)}},
        "product": {"state": "TERMINATED"},
        "userErrors": [],
    }
    assert await acts(answer) == [
        act(
            "pendingAction.confirmed",
            world.pending,
            world.bL,
            world.borea,
            before={"status": "PENDING"},
            after={"status": "CONFIRMED"},
        ),
        act(
            "product.terminated",
            world.borean,
            world.pE,
            world.nova,
            on_behalf_of=world.borea,
            before={"state": "ACTIVE", "auto_renew": True},
            after={
                "state": "TERMINATED",
                "auto_renew": False,
                "reason": "Nobody uses it.",
                "pending_action_id": world.pending.id.hex,
            },
        ),
    ]
    assert await announced_topics(answer) == [
        ("pending_action.confirmed", world.id("pending")),
        ("product.terminated", world.id("borean")),
    ]
    assert await collect_refusals(clients, "confirmPendingAction", pending(world), as_=world.bL) == CLOSED


# Rule S15.3
async def test_a_refused_action_does_nothing(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("refusePendingAction", pending(world), ANSWERED, as_=world.bL)

    assert answer.data["refusePendingAction"]["pendingAction"]["status"] == "REFUSED"
    assert changed_models(before, await snapshot()) == {"PendingAction", "AuditEvent", "OutboxMessage"}
    assert await announced_topics(answer) == [("pending_action.refused", world.id("pending"))]


# Rule S15.4
async def test_the_person_who_asked_and_the_partners_leaders_withdraw_it(world: World, clients: Clients):
    for who in (world.pE, world.pA):
        await PendingAction.filter(id=world.pending.id).update(status=PendingActionStatus.PENDING)
        answer = await clients.change("withdrawPendingAction", pending(world), ANSWERED, as_=who)
        assert answer.data["withdrawPendingAction"]["pendingAction"]["status"] == "WITHDRAWN"
        assert [(one["action"], one["on_behalf_of_id"]) for one in await acts(answer)] == [
            ("pendingAction.withdrawn", world.borea.id)
        ]
        await OutboxMessage.all().delete()


async def test_an_employee_neither_sees_nor_withdraws_what_another_asked(world: World, clients: Clients):
    await PendingAction.filter(id=world.pending.id).update(requested_by_id=world.pL.user.id)

    assert await catch_denial(clients, "withdrawPendingAction", pending(world), as_=world.pE) == not_found(
        "input", "pendingActionId"
    )


async def test_only_people_give_consent(world: World, clients: Clients):
    for mutation in ("confirmPendingAction", "refusePendingAction"):
        found = await catch_denial(clients, mutation, pending(world), as_=world.tokens["cL"])
        assert found == missing("ANSWER_PENDING_ACTION")


@pytest.mark.parametrize("mutation", ["confirmPendingAction", "refusePendingAction", "withdrawPendingAction"])
async def test_an_action_that_has_changed_or_ended_is_not_decided(world: World, clients: Clients, mutation: str):
    who = world.pL if mutation == "withdrawPendingAction" else world.bL
    stale = ("STALE_VERSION", "Someone has changed this since you last read it. Read it again, then decide.")

    found = await collect_refusals(clients, mutation, pending(world, expectedVersion=9), as_=who)
    await PendingAction.filter(id=world.pending.id).update(expires_at=world.now)

    assert found == [(*stale, ["input", "expectedVersion"])]
    assert await collect_refusals(clients, mutation, pending(world), as_=who) == CLOSED


async def test_an_action_that_is_no_longer_allowed_is_not_confirmed(world: World, clients: Clients):
    async def refusal_codes() -> list[str]:
        return [
            code for code, _, _ in await collect_refusals(clients, "confirmPendingAction", pending(world), as_=world.bL)
        ]

    await Product.filter(id=world.borean.id).update(is_locked=True)
    assert await refusal_codes() == ["PRODUCT_LOCKED"]
    await Product.filter(id=world.borean.id).update(is_locked=False, state=ProductState.TERMINATED)
    assert await refusal_codes() == ["PRODUCT_ENDED"]
    await Membership.filter(id=world.pE.membership.id).update(status=MembershipStatus.REMOVED)
    assert await refusal_codes() == ["ASKER_NOT_ENTITLED"]
    await Partnership.filter(id=world.complete.id).update(status=PartnershipStatus.SUSPENDED)
    assert await refusal_codes() == ["PARTNERSHIP_NOT_ACTIVE"]
