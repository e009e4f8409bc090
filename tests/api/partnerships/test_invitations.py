"""Whom may a customer invite, to what, and what does the invitation say?"""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.models import RequestedProduct
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.partnerships.invitations import complete, invite, limited_access, newcomer
from tests.api.traces import act, acts, announced_topics, row_of, stored_columns
from tests.clients import Clients
from tests.rows import partnership, product
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# Inviting


# Rule S1.1
async def test_a_customer_invites_a_partner_for_some_products(world: World, clients: Clients):
    customer, before, start = await newcomer(world), await snapshot(), datetime.now(UTC)
    offered = limited_access((customer.shop_id, ["STATISTICS", "TECHNICAL"]), (customer.blog_id, ["STATISTICS"]))

    answer = await invite(clients, customer.offer(world, offered, message="  Hello,\n\tNova \n"), customer.owner)

    after = await snapshot()
    invitation = answer.data["invitePartner"]["partnership"]
    row = await row_of(invitation["id"])
    assert start <= row.invited_at <= datetime.now(UTC)
    requested = invitation.pop("requestedProducts")
    assert invitation == {
        "id": ids.encode(row),
        "customer": {"name": "Echo"},
        "partner": {"name": "Nova"},
        "accessType": "LIMITED",
        "paymentMode": None,
        "status": "INVITED",
        "initiatedBy": "CUSTOMER",
        "message": "Hello,\n\tNova",
        "version": 1,
        "invitedAt": moment_text(row.invited_at),
        "activatedAt": None,
        "endedAt": None,
        "endReason": None,
        "viewerRights": ["MANAGE_INVITATION", "VIEW_RECEIPTS"],
        "productAccesses": {"nodes": []},
    }
    assert sorted(requested, key=lambda each: each["serviceName"]) == [
        {"serviceName": "blog.example", "product": {"id": customer.blog_id}, "rights": ["STATISTICS"]},
        {"serviceName": "shop.example", "product": {"id": customer.shop_id}, "rights": ["TECHNICAL", "STATISTICS"]},
    ]
    assert await stored_columns(invitation["id"]) == {
        "customer_id": customer.row.id,
        "partner_id": world.nova.id,
        "customer_name_key": "echo",
        "access_type": AccessType.LIMITED,
        "payment_mode": None,
        "status": PartnershipStatus.INVITED,
        "initiated_by": Side.CUSTOMER,
        "message": "Hello,\n\tNova",
        "invited_at": row.invited_at,
        "activated_at": None,
        "ended_at": None,
        "end_reason": None,
        "ended_by": None,
        "termination_reason": None,
        "requested_access_type": AccessType.LIMITED,
        "requested_payment_mode": None,
        "grant_differs": False,
        "replaces_others": False,
        "answer_by": row.invited_at + timedelta(days=30),
        "sent_at": row.invited_at,
        "sendings": 1,
        "notices": 0,
        "review_notices": 0,
        "expires_at": None,
        "review_at": None,
        "undeliverable_at": None,
        "version": 1,
    }
    assert await RequestedProduct.filter(partnership_id=row.id).order_by("service_name").values(
        "product_id", "service_name", "rights"
    ) == [
        {"product_id": customer.blog.id, "service_name": "blog.example", "rights": ["STATISTICS"]},
        {"product_id": customer.shop.id, "service_name": "shop.example", "rights": ["TECHNICAL", "STATISTICS"]},
    ]
    assert changed_models(before, after) == {
        "Partnership",
        "RequestedProduct",
        "AuditEvent",
        "OutboxMessage",
        "Receipt",
    }


# Rule S1.1
@pytest.mark.parametrize("mode", ["CUSTOMER", "PARTNER"])
async def test_a_customer_invites_a_partner_for_everything(world: World, clients: Clients, mode: str):
    customer, before = await newcomer(world), await snapshot()

    answer = await invite(clients, customer.offer(world, complete(mode)), customer.owner)

    after = await snapshot()
    invitation = answer.data["invitePartner"]["partnership"]
    row = await row_of(invitation["id"])
    assert (invitation["accessType"], invitation["paymentMode"]) == ("COMPLETE", mode)
    assert (invitation["message"], invitation["requestedProducts"]) == (None, [])
    assert (row.access_type, row.payment_mode, row.status) == ("COMPLETE", mode, "INVITED")
    assert changed_models(before, after) == {"Partnership", "AuditEvent", "OutboxMessage", "Receipt"}


async def test_an_invitation_leaves_its_traces(world: World, clients: Clients):
    customer = await newcomer(world)

    answer = await invite(clients, customer.offer(world, complete("PARTNER")), customer.owner)

    row = await row_of(answer.data["invitePartner"]["partnership"]["id"])
    terms = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "status": "INVITED"}
    assert await acts(answer) == [act("partnership.invited", row, customer.owner, customer.row, after=terms)]
    assert await announced_topics(answer) == [("partnership.invited", ids.encode(row))]


async def test_an_invitation_by_a_token_names_the_token(world: World, clients: Clients):
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    answer = await invite(clients, input, world.tokens["cL"])

    row = await row_of(answer.data["invitePartner"]["partnership"]["id"])
    terms = {"access_type": "LIMITED", "payment_mode": None, "status": "INVITED"}
    assert await acts(answer) == [
        act("partnership.invited", row, world.cL, world.alpina, token=world.token_cL, after=terms)
    ]
    assert await announced_topics(answer) == [("partnership.invited", ids.encode(row))]


@pytest.mark.parametrize("message", ["", " \n\t ", None])
async def test_an_empty_message_is_none(world: World, clients: Clients, message: str | None):
    customer = await newcomer(world)

    answer = await invite(clients, customer.offer(world, complete(), message=message), customer.owner)

    invitation = answer.data["invitePartner"]["partnership"]
    assert invitation["message"] is None
    assert (await row_of(invitation["id"])).message is None


async def test_a_message_has_a_thousand_characters_and_a_hundred_products(world: World, clients: Clients):
    customer = await newcomer(world)
    rows = [await product(f"p{number}", customer.row) for number in range(100)]
    offered = limited_access(*((ids.encode(row), ["TECHNICAL"]) for row in rows))

    answer = await invite(clients, customer.offer(world, offered, message="é" * 1_000), customer.owner)

    invitation = answer.data["invitePartner"]["partnership"]
    assert invitation["message"] == "é" * 1_000
    assert {each["product"]["id"] for each in invitation["requestedProducts"]} == {ids.encode(row) for row in rows}


# Rule R7
async def test_a_customer_may_have_several_limited_partners_and_open_invitations(world: World, clients: Clients):
    customer = await newcomer(world)
    await partnership(customer.row, world.third, now=world.now)

    to_nova = await invite(
        clients, customer.offer(world, limited_access((customer.shop_id, ["TECHNICAL"]))), customer.owner
    )
    to_rival = await invite(
        clients, customer.offer(world, limited_access((customer.shop_id, ["TECHNICAL"])), "rival"), customer.owner
    )

    assert to_nova.data["invitePartner"]["partnership"]["status"] == "INVITED"
    assert to_rival.data["invitePartner"]["partnership"]["status"] == "INVITED"
