"""What may a partner not do alone, and how does it end (E34)?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductState
from server.domain.rights import AssignmentRight
from server.jobs import DEADLINES, system_context
from server.models import (
    AccessChangeRequest,
    AuditEvent,
    EmployeeAssignment,
    Membership,
    OutboxMessage,
    Partnership,
    PendingAction,
    Product,
)
from server.resolvers import ids
from server.schema.scalars import moment_text
from server.settings import Settings
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World, pending_action

pytestmark = pytest.mark.database

ACTION = """
    id kind status reason requestedAt expiresAt requestedByName requestedBy { id } decidedBy { id } decidedAt version
    product { id } partnership { id }
"""
ASKED = f"product {{ state version }} pendingAction {{ {ACTION} }} userErrors {{ code message field }}"
ANSWERED = "pendingAction { status version decidedBy { id } } userErrors { code message field }"
CONFIRMED = f"product {{ state }} {ANSWERED}"
CLOSED = [("ACTION_CLOSED", "This is no longer waiting for an answer.", None)]


def ending(world: World, name: str, **more: Any) -> dict[str, Any]:
    return {"productId": world.id(name), "confirmation": name, **more}


def pending(world: World, **more: Any) -> dict[str, Any]:
    return {"pendingActionId": world.id("pending"), **more}


async def status(world: World) -> PendingActionStatus:
    return (await PendingAction.get(id=world.pending.id)).status


# Asking


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
    again = [("ACTION_PENDING", "The customer has already been asked for this.", None)]

    assert await collect_refusals(clients, "terminateProduct", ending(world, "borean"), as_=world.pL) == again
    await clients.change("refusePendingAction", pending(world), ANSWERED, as_=world.bL)
    answer = await clients.change("terminateProduct", ending(world, "borean"), ASKED, as_=world.pL)

    assert answer.data["terminateProduct"]["pendingAction"]["status"] == "PENDING"


# Answering


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


async def test_refused_nothing_is_done(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("refusePendingAction", pending(world), ANSWERED, as_=world.bL)

    assert answer.data["refusePendingAction"]["pendingAction"]["status"] == "REFUSED"
    assert changed_models(before, await snapshot()) == {"PendingAction", "AuditEvent", "OutboxMessage"}
    assert await announced_topics(answer) == [("pending_action.refused", world.id("pending"))]


async def test_who_asked_and_who_leads_the_partner_withdraw_it(world: World, clients: Clients):
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


async def test_consent_is_given_by_people_only(world: World, clients: Clients):
    for mutation in ("confirmPendingAction", "refusePendingAction"):
        found = await catch_denial(clients, mutation, pending(world), as_=world.tokens["cL"])
        assert found == missing("ANSWER_PENDING_ACTION")


@pytest.mark.parametrize("mutation", ["confirmPendingAction", "refusePendingAction", "withdrawPendingAction"])
async def test_what_changed_or_is_over_is_not_decided(world: World, clients: Clients, mutation: str):
    who = world.pL if mutation == "withdrawPendingAction" else world.bL
    stale = ("STALE_VERSION", "Someone has changed this since you last read it. Read it again, then decide.")

    found = await collect_refusals(clients, mutation, pending(world, expectedVersion=9), as_=who)
    await PendingAction.filter(id=world.pending.id).update(expires_at=world.now)

    assert found == [(*stale, ["input", "expectedVersion"])]
    assert await collect_refusals(clients, mutation, pending(world), as_=who) == CLOSED


async def test_what_the_world_no_longer_allows_is_not_confirmed(world: World, clients: Clients):
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


# Ends that nobody decided


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
async def test_it_ends_with_the_right_to_ask(world: World, clients: Clients, who: str, mutation: str, input: Any):
    answer = await clients.change(mutation, input(world), as_=world.people[who])

    assert answer.data[mutation]["userErrors"] == []
    row = await PendingAction.get(id=world.pending.id)
    assert (row.status, row.version, row.decided_by_id) == (PendingActionStatus.WITHDRAWN, 2, None)
    assert row.decided_at is not None
    assert (await Product.get(id=world.borean.id)).state is ProductState.ACTIVE


async def test_what_keeps_the_right_to_ask_ends_nothing(world: World, clients: Clients):
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


async def test_without_an_answer_it_expires_and_the_person_who_asked_is_notified(world: World, settings: Settings):
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


async def test_what_is_over_before_the_clock_came_is_requested_again_and_not_confirmed(world: World, clients: Clients):
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


# Reading


@pytest.mark.parametrize(("model", "name"), [(PendingAction, "pending"), (AccessChangeRequest, "change")])
async def test_what_ran_out_of_time_has_expired_before_the_clock_says_so(
    world: World, clients: Clients, model: Any, name: str
):
    status = "{ ... on PendingAction { status } ... on AccessChangeRequest { asked: status } }"
    query = f"query($id: ID!) {{ node(id: $id) {status} }}"
    asked = {"id": world.id(name)}

    before = await clients.ask(query, asked, as_=world.pL)
    await model.filter(id=world.rows[name].id).update(expires_at=world.now)
    after = await clients.ask(query, asked, as_=world.pL)

    assert list(before.data["node"].values()) == ["PENDING"]
    assert list(after.data["node"].values()) == ["EXPIRED"]
    assert (await model.get(id=world.rows[name].id)).status == "PENDING"


async def test_the_status_that_is_filtered_by_is_the_one_that_is_shown(world: World, clients: Clients):
    query = """query($id: ID!, $status: PendingActionStatus!) { organisation(id: $id) {
        pendingActions(filter: {status: $status}) { totalCount nodes { id status } } } }"""

    async def find_actions(status: str) -> list[str]:
        answer = await clients.ask(query, {"id": world.id("borea"), "status": status}, as_=world.bL)
        page = answer.data["organisation"]["pendingActions"]
        assert page["totalCount"] == len(page["nodes"])
        assert all(node["status"] == status for node in page["nodes"])
        return [node["id"] for node in page["nodes"]]

    before = [await find_actions(status) for status in ("PENDING", "EXPIRED", "REFUSED")]
    await PendingAction.filter(id=world.pending.id).update(expires_at=world.now)
    after = [await find_actions(status) for status in ("PENDING", "EXPIRED", "REFUSED")]

    assert before == [[world.id("pending")], [], []]
    assert after == [[], [world.id("pending")], []]


async def test_each_side_lists_what_is_its_own(world: World, clients: Clients):
    other = await pending_action(world.partner_pays, world.corvine, world.pL.user, now=world.now + timedelta(hours=1))
    latest, first = ids.encode(other), world.id("pending")

    async def listed_ids(field: str, at: str, who: str) -> list[str]:
        query = f"query($id: ID!) {{ organisation(id: $id) {{ {field} {{ nodes {{ id }} }} }} }}"
        answer = await clients.ask(query, {"id": world.id(at)}, as_=world.people[who])
        return [node["id"] for node in answer.data["organisation"][field]["nodes"]]

    assert await listed_ids("pendingActions", "borea", "bL") == [first]
    assert await listed_ids("pendingActions", "borea", "pE") == [first]
    assert await listed_ids("pendingActions", "corvo", "kL") == [latest]
    assert await listed_ids("requestedActions", "nova", "pL") == [latest, first]
    assert await listed_ids("requestedActions", "nova", "pE") == [first]
    assert await listed_ids("requestedActions", "nova", "pU") == []


async def test_a_token_that_reads_products_alone_lists_what_it_may_look_at(world: World, clients: Clients):
    one = "query($id: ID!) { node(id: $id) { id } }"
    all_ = "query($id: ID!) { organisation(id: $id) { requestedActions { nodes { id } } } }"

    seen = await clients.ask(one, {"id": world.id("pending")}, as_=world.tokens["products"])
    listed = await clients.ask(all_, {"id": world.id("nova")}, as_=world.tokens["products"])

    assert seen.data["node"] == {"id": world.id("pending")}
    assert listed.data["organisation"]["requestedActions"]["nodes"] == [seen.data["node"]]


async def test_the_customer_reads_by_name_who_asked(world: World, clients: Clients):
    query = "query($id: ID!) { node(id: $id) { ... on PendingAction { requestedByName requestedBy { id } } } }"

    answer = await clients.ask(query, {"id": world.id("pending")}, as_=world.bL)

    assert answer.data["node"] == {"requestedByName": "pE Nova", "requestedBy": None}


async def test_a_list_is_narrowed_by_status(world: World, clients: Clients):
    query = """query($id: ID!, $status: PendingActionStatus) {
        organisation(id: $id) { pendingActions(filter: {status: $status}) { totalCount } }
    }"""
    counts = {
        status: (await clients.ask(query, {"id": world.id("borea"), "status": status}, as_=world.bL)).data
        for status in ("PENDING", "REFUSED", None)
    }

    found = {status: data["organisation"]["pendingActions"]["totalCount"] for status, data in counts.items()}
    assert found == {"PENDING": 1, "REFUSED": 0, None: 1}
