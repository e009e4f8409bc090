"""How does a partnership end, what ends with it, and what would (S4)?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Scope
from server.jobs import DEADLINES, system_context
from server.models import (
    AccessChangeRequest,
    ApiTokenCustomer,
    EmployeeAssignment,
    OutboxMessage,
    Partnership,
    Product,
    ProductAccess,
)
from server.schema.scalars import moment_text
from server.settings import Settings
from tests.api.people.members import stale
from tests.api.refusals import catch_denial, collect_refusals
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.rows import Person, token
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

ENDED = """
    partnership { status endedBy terminationReason endReason endedAt version viewerRights }
    productsWithoutPayer { serviceName expiresAt }
    userErrors { code message field }
"""
PREVIEW = """
    query($id: ID!) {
      previewTermination(partnershipId: $id) {
        confirmation productAccesses employees restrictedTokens openRequests pendingActions
        productsWithoutPayer { serviceName expiresAt }
      }
    }
"""


def ending(world: World, name: str = "limited", customer: str = "Alpina", **more: Any) -> dict[str, Any]:
    return {"partnershipId": world.id(name), "confirmation": customer, "reason": "NO_LONGER_NEEDED", **more}


async def may_reach_alpina(clients: Clients, world: World, who: Person) -> bool:
    """Whether this person of Nova reaches anything of Alpina's."""
    query = "query($id: ID!) { organisation(id: $id) { products { nodes { id } } } }"
    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=who)
    assert not answer.errors or answer.code in ("NOT_FOUND", "FORBIDDEN")
    return not answer.errors and bool(answer.data["organisation"]["products"]["nodes"])


# Rule S1.9
async def test_the_customer_ends_it_and_the_partner_reaches_nothing(world: World, clients: Clients):
    assert [await may_reach_alpina(clients, world, who) for who in (world.pL, world.pE)] == [True, True]

    answer = await clients.change("terminatePartnership", ending(world, note=" Thank you. "), ENDED, as_=world.cL)

    found = answer.data["terminatePartnership"]
    row = await Partnership.get(id=world.limited.id)
    assert found == {
        "partnership": {
            "status": "TERMINATED",
            "endedBy": "CUSTOMER",
            "terminationReason": "NO_LONGER_NEEDED",
            "endReason": "Thank you.",
            "endedAt": moment_text(row.ended_at),
            "version": 2,
            "viewerRights": ["VIEW_RECEIPTS"],
        },
        "productsWithoutPayer": [],
        "userErrors": [],
    }
    assert [await may_reach_alpina(clients, world, who) for who in (world.pL, world.pE)] == [False, False]
    before = {"access_type": "LIMITED", "payment_mode": None, "status": "ACTIVE"}
    assert await acts(answer) == [
        act(
            "partnership.terminated",
            world.limited,
            world.cL,
            world.alpina,
            before=before,
            after=before | {"status": "TERMINATED"},
        )
    ]
    assert await announced_topics(answer) == [("partnership.terminated", world.id("limited"))]
    message = await OutboxMessage.get(topic="partnership.terminated")
    assert message.payload | {"requestId": ""} == {
        "subject": world.id("limited"),
        "requestId": "",
        "ended_by": "CUSTOMER",
        "reason": "NO_LONGER_NEEDED",
        "words": "Thank you.",
    }


# Rule S4.1
async def test_everything_that_depends_on_a_partnership_ends_with_it(world: World, clients: Clients):
    restricted, customer = world.token_only_borea, world.alpina
    await ApiTokenCustomer.create(api_token_id=restricted.id, customer_id=customer.id)
    before = await snapshot()

    await clients.change("terminatePartnership", ending(world), ENDED, as_=world.pL)

    assert changed_models(before, await snapshot()) == {
        "AccessChangeRequest",
        "ApiTokenCustomer",
        "AuditEvent",
        "EmployeeAssignment",
        "OutboxMessage",
        "Partnership",
        "ProductAccess",
        "Receipt",
    }
    assert await ProductAccess.filter(partnership_id=world.limited.id, revoked_at__isnull=True).count() == 0
    assert (await EmployeeAssignment.get(id=world.assignment.id)).ended_at is not None
    assert (await AccessChangeRequest.get(id=world.change.id)).status is AccessChangeStatus.EXPIRED
    assert [row.customer_id for row in await ApiTokenCustomer.filter(api_token_id=restricted.id)] == [world.borea.id]
    assert (await ProductAccess.get(id=world.rivals_access.id)).revoked_at is None
    assert (await EmployeeAssignment.get(id=world.complete_assignment.id)).ended_at is None


# Rule S4.1
async def test_the_tokens_of_another_partner_keep_the_customer(world: World, clients: Clients):
    others, _ = await token(world.qL, [Scope.PRODUCTS_READ], [world.alpina], now=world.now)

    await clients.change("terminatePartnership", ending(world), as_=world.cL)

    assert [row.customer_id for row in await ApiTokenCustomer.filter(api_token_id=others.id)] == [world.alpina.id]


# Rule S4.1
async def test_a_product_that_the_partner_paid_for_waits_for_another_payer(world: World, clients: Clients):
    expires = world.now + timedelta(days=40)
    await Product.filter(id=world.corvine.id).update(payer_id=world.nova.id, expires_at=expires)
    expected = [{"serviceName": "corvine.example", "expiresAt": moment_text(expires)}]
    preview = await clients.ask(PREVIEW, {"id": world.id("partner_pays")}, as_=world.kL)
    assert preview.data["previewTermination"]["productsWithoutPayer"] == expected

    answer = await clients.change("terminatePartnership", ending(world, "partner_pays", "corvo"), ENDED, as_=world.kL)

    assert answer.data["terminatePartnership"]["productsWithoutPayer"] == expected
    row = await Product.get(id=world.corvine.id)
    assert (row.payer_id, row.auto_renew, row.expires_at) == (None, False, expires)
    assert await announced_topics(answer) == [
        ("partnership.terminated", world.id("partner_pays")),
        ("partnership.products_without_payer", world.id("partner_pays")),
    ]


# Rule D5
async def test_a_preview_says_what_would_end_and_changes_nothing(world: World, clients: Clients):
    before = await snapshot()

    for who in (world.cL, world.pL):
        answer = await clients.ask(PREVIEW, {"id": world.id("limited")}, as_=who)
        assert answer.data["previewTermination"] == {
            "confirmation": "Alpina",
            "productAccesses": 2,
            "employees": 1,
            "restrictedTokens": 0,
            "openRequests": 1,
            "pendingActions": 0,
            "productsWithoutPayer": [],
        }

    assert await snapshot() == before


async def test_the_partner_ends_it_on_behalf_of_the_customer(world: World, clients: Clients):
    answer = await clients.change("terminatePartnership", ending(world, reason="OTHER"), ENDED, as_=world.pL)

    assert answer.data["terminatePartnership"]["partnership"]["endedBy"] == "PARTNER"
    assert [(one["acting_organisation_id"], one["on_behalf_of_id"]) for one in await acts(answer)] == [
        (world.nova.id, world.alpina.id)
    ]


# Rules S4.1, D10
@pytest.mark.parametrize("confirmation", ["", "Alpin", "Alpina Ltd", "Nova", "x" * 9_000])
async def test_the_end_is_confirmed_by_the_customers_name(world: World, clients: Clients, confirmation: str):
    input = ending(world, customer=confirmation, reason="PROGRAMME_EXIT")

    assert await collect_refusals(clients, "terminatePartnership", input, as_=world.cL) == [
        (
            "CONFIRMATION_MISSING",
            "Type the customer's name to confirm that the partnership should end.",
            ["input", "confirmation"],
        ),
        ("VALIDATION_FAILED", "Only the programme itself can give this reason.", ["input", "reason"]),
    ]


# Rule S4.1
async def test_the_end_needs_a_password_typed_recently(world: World, clients: Clients):
    await stale(world.cL, world)

    found = await catch_denial(clients, "terminatePartnership", ending(world), as_=world.cL)

    assert found == {"code": "SUDO_REQUIRED"}


async def test_a_suspended_partnership_can_be_ended_and_no_other(world: World, clients: Clients):
    await Partnership.filter(id=world.limited.id).update(status=PartnershipStatus.SUSPENDED)
    answer = await clients.change("terminatePartnership", ending(world), ENDED, as_=world.cL)
    assert answer.data["terminatePartnership"]["partnership"]["status"] == "TERMINATED"
    inactive = [("PARTNERSHIP_NOT_ACTIVE", "This partnership is not active.", None)]

    assert await collect_refusals(clients, "terminatePartnership", ending(world), as_=world.cL) == inactive
    assert await collect_refusals(clients, "terminatePartnership", ending(world, "asked"), as_=world.cL) == inactive


@pytest.mark.parametrize("status", [PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED])
async def test_a_partnership_in_force_ends_on_its_last_day(world: World, settings: Settings, status: PartnershipStatus):
    await Partnership.filter(id=world.limited.id).update(status=status, expires_at=world.now)

    assert await DEADLINES["end partnerships"](system_context(settings, world.now)) == 1

    assert (await Partnership.get(id=world.limited.id)).status is PartnershipStatus.TERMINATED


async def test_after_the_end_the_partner_may_be_invited_again(world: World, clients: Clients):
    await clients.change("terminatePartnership", ending(world), ENDED, as_=world.cL)
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("nova"),
        "access": {"limited": {"products": [{"productId": world.id("granted"), "rights": ["TECHNICAL"]}]}},
    }

    answer = await clients.change("invitePartner", input, "partnership { status } userErrors { code }", as_=world.cL)

    assert answer.data["invitePartner"] == {"partnership": {"status": "INVITED"}, "userErrors": []}
