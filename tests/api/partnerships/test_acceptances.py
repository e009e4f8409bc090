"""What does a partner get when it accepts an invitation, and when is it too late?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode
from server.domain.rights import ProductRight
from server.models import Partnership, Product
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.partnerships.invitations import (
    COMPLETE_EXISTS,
    ELSEWHERE,
    INVITED,
    LIMITED_EXISTS,
    OWNED,
    _offer_to_nova,
    answer_invitation,
    complete,
    read_managed,
)
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, key, row_of
from tests.clients import Clients
from tests.rows import grant, partnership, request
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
STRANGER = (False, "NOT_FOUND")
USED = "This invitation is no longer open."


# Rule S1.3a
async def test_a_partner_accepts_what_it_was_offered(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    invitation, before, start = await row_of(id), await snapshot(), datetime.now(UTC)

    answer = await answer_invitation(clients, "acceptInvitation", id, world.pA)

    after, row = await snapshot(), await row_of(id)
    assert start <= row.activated_at <= datetime.now(UTC)
    assert answer.data["acceptInvitation"]["partnership"] == {
        "id": id,
        "customer": {"name": "Echo"},
        "partner": {"name": "Nova"},
        "accessType": "LIMITED",
        "paymentMode": None,
        "status": "ACTIVE",
        "initiatedBy": "CUSTOMER",
        "message": None,
        "version": 2,
        "invitedAt": moment_text(invitation.invited_at),
        "activatedAt": moment_text(row.activated_at),
        "endedAt": None,
        "endReason": None,
        "viewerRights": [
            "REVOKE_PRODUCT_ACCESS",
            "REQUEST_ACCESS_CHANGE",
            "VIEW_ASSIGNMENTS",
            "ASSIGN_EMPLOYEES",
            "VIEW_RECEIPTS",
            "VIEW_CUSTOMER_NOTE",
            "MANAGE_CUSTOMER_NOTE",
        ],
        "requestedProducts": [
            {"serviceName": "shop.example", "product": {"id": customer.shop_id}, "rights": ["TECHNICAL"]}
        ],
        "productAccesses": {
            "nodes": [
                {
                    "product": {"id": customer.shop_id},
                    "rights": ["TECHNICAL"],
                    "grantedBy": None,
                    "grantedAt": moment_text(row.activated_at),
                    "revokedAt": None,
                    "version": 1,
                }
            ]
        },
    }
    moved = {"status": PartnershipStatus.ACTIVE, "activated_at": row.activated_at, "version": 2}
    (access,) = [row for row in after["ProductAccess"].values() if row["partnership_id"] == key(id)]
    assert after["Partnership"][key(id)] == before["Partnership"][key(id)] | moved | {"updated_at": row.updated_at}
    assert (access["product_id"], access["rights"], access["granted_by_id"], access["revoked_at"]) == (
        customer.shop.id,
        ["TECHNICAL"],
        None,
        None,
    )
    assert changed_models(before, after) == {"Partnership", "ProductAccess", "AuditEvent", "OutboxMessage", "Receipt"}


async def test_an_acceptance_leaves_its_traces(world: World, clients: Clients):
    answer = await answer_invitation(clients, "acceptInvitation", world.id("invitation"), world.pL)

    offered = {"access_type": "COMPLETE", "payment_mode": "CUSTOMER", "status": "INVITED"}
    assert await acts(answer) == [
        act(
            "partnership.accepted",
            world.invitation,
            world.pL,
            world.nova,
            on_behalf_of=world.delta,
            before=offered,
            after=offered | {"status": "ACTIVE"},
        )
    ]
    assert await announced_topics(answer) == [("partnership.accepted", world.id("invitation"))]


@pytest.mark.parametrize(
    ("mutation", "action", "status"),
    [
        ("acceptInvitation", "partnership.accepted", "ACTIVE"),
        ("declineInvitation", "partnership.declined", "DECLINED"),
    ],
)
async def test_an_answer_by_a_token_names_the_token(
    world: World, clients: Clients, mutation: str, action: str, status: str
):
    answer = await answer_invitation(clients, mutation, world.id("invitation"), world.tokens["pL"])

    (event,) = await acts(answer)
    assert (event["action"], event["actor_id"], event["api_token_id"]) == (
        action,
        world.pL.user.id,
        world.token_pL.id,
    )
    assert (event["acting_organisation_id"], event["on_behalf_of_id"]) == (world.nova.id, world.delta.id)
    assert event["after"]["status"] == status


async def test_an_invitation_shows_nothing_until_it_is_accepted_and_then_what_was_offered(
    world: World, clients: Clients
):
    customer, id = await _offer_to_nova(world, clients)
    shop_query = f'{{ product(id: "{customer.shop_id}") {{ serviceName viewerRights }} }}'

    invited = await read_managed(clients, world, world.pL, customer.id)
    invited_shop = await clients.ask(shop_query, as_=world.pL)
    await answer_invitation(clients, "acceptInvitation", id, world.pL)

    assert invited == INVITED
    assert invited_shop.code == "NOT_FOUND"
    assert await read_managed(clients, world, world.pL, customer.id) == (True, ["shop.example"])
    assert await read_managed(clients, world, world.pA, customer.id) == (True, ["shop.example"])
    assert await read_managed(clients, world, world.pE, customer.id) == STRANGER
    shop = await clients.ask(shop_query, as_=world.pL)
    assert shop.data["product"] == {"serviceName": "shop.example", "viewerRights": ["VIEW_PRODUCT", "MANAGE_PRODUCT"]}


async def test_an_employee_sees_the_customer_from_the_assignment_to_its_end(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    await answer_invitation(clients, "acceptInvitation", id, world.pL)
    before = await read_managed(clients, world, world.pU, customer.id)
    assigning = {"partnershipId": id, "membershipId": world.id("pU"), "rights": ["VIEW"]}

    assigned = await clients.change("assignEmployee", assigning, "assignment { id }", as_=world.pL)
    served = await read_managed(clients, world, world.pU, customer.id)
    ending = {"assignmentId": assigned.data["assignEmployee"]["assignment"]["id"]}
    ended = await clients.change("unassignEmployee", ending, as_=world.pL)

    assert before == STRANGER
    assert served == (True, ["shop.example"])
    assert ended.data["unassignEmployee"]["userErrors"] == []
    assert await read_managed(clients, world, world.pU, customer.id) == STRANGER


async def test_with_complete_access_leader_and_assigned_employee_see_everything(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients, complete())

    accepted = await answer_invitation(clients, "acceptInvitation", id, world.pL)
    before = await read_managed(clients, world, world.pU, customer.id)
    assigning = {"partnershipId": id, "membershipId": world.id("pU"), "rights": []}
    await clients.change("assignEmployee", assigning, as_=world.pL)

    active = accepted.data["acceptInvitation"]["partnership"]
    assert (active["accessType"], active["paymentMode"], active["status"]) == ("COMPLETE", "CUSTOMER", "ACTIVE")
    assert active["viewerRights"] == [
        "REQUEST_ACCESS_CHANGE",
        "TERMINATE_PARTNERSHIP",
        "VIEW_ASSIGNMENTS",
        "ASSIGN_EMPLOYEES",
        "VIEW_RECEIPTS",
        "VIEW_CUSTOMER_NOTE",
        "MANAGE_CUSTOMER_NOTE",
    ]
    assert active["productAccesses"] == {"nodes": []}
    assert before == STRANGER
    for who in (world.pL, world.pU):
        assert await read_managed(clients, world, who, customer.id) == (True, ["blog.example", "shop.example"])


ANSWERS = ("acceptInvitation", "declineInvitation")


@pytest.mark.parametrize("first", ANSWERS)
@pytest.mark.parametrize("second", ANSWERS)
async def test_an_invitation_is_answered_once(world: World, clients: Clients, first: str, second: str):
    await answer_invitation(clients, first, world.id("invitation"), world.pL)

    answer = await collect_refusals(clients, second, {"partnershipId": world.id("invitation")}, as_=world.pA)

    assert answer == [("INVITATION_USED", USED, None)]


@pytest.mark.parametrize("status", ["SUSPENDED", "CANCELLED", "EXPIRED", "TERMINATED"])
@pytest.mark.parametrize("mutation", ANSWERS)
async def test_an_invitation_that_is_not_open_is_not_answered(
    world: World, clients: Clients, mutation: str, status: str
):
    await Partnership.filter(id=world.invitation.id).update(status=PartnershipStatus(status))

    answer = await collect_refusals(clients, mutation, {"partnershipId": world.id("invitation")}, as_=world.pL)

    assert answer == [("INVITATION_USED", USED, None)]


@pytest.mark.parametrize(
    ("other", "offer", "expected"),
    [
        (PaymentMode.PARTNER, complete(), ("COMPLETE_PARTNER_EXISTS", COMPLETE_EXISTS, None)),
        (PaymentMode.PARTNER, None, ("COMPLETE_PARTNER_EXISTS", COMPLETE_EXISTS, None)),
        (None, complete(), ("LIMITED_PARTNER_EXISTS", LIMITED_EXISTS, None)),
    ],
    ids=["complete beside complete", "limited beside complete", "complete beside limited"],
)
async def test_another_partner_may_have_come_in_meanwhile(
    world: World,
    clients: Clients,
    other: PaymentMode | None,
    offer: dict[str, Any] | None,
    expected: tuple[str, str, None],
):
    customer, id = await _offer_to_nova(world, clients, offer)
    await partnership(customer.row, world.rival, other, now=world.now)

    answer = await collect_refusals(clients, "acceptInvitation", {"partnershipId": id}, as_=world.pL)

    assert answer == [expected]


async def test_a_limited_partner_comes_in_next_to_another(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    await partnership(customer.row, world.rival, now=world.now)

    answer = await answer_invitation(clients, "acceptInvitation", id, world.pL)

    assert answer.data["acceptInvitation"]["partnership"]["status"] == "ACTIVE"


async def test_an_offered_product_may_have_been_given_to_another_meanwhile(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    await request(await row_of(id), customer.blog, [ProductRight.STATISTICS])
    elsewhere = await partnership(customer.row, world.rival, now=world.now)
    taken = await grant(elsewhere, customer.blog, [ProductRight.TECHNICAL])

    answer = await collect_refusals(clients, "acceptInvitation", {"partnershipId": id}, as_=world.pL)
    await clients.change("revokeProductAccess", {"productAccessId": ids.encode(taken)}, as_=customer.owner)
    await answer_invitation(clients, "acceptInvitation", id, world.pL)

    assert answer == [("PRODUCT_ALREADY_MANAGED", ELSEWHERE, None)]
    assert await read_managed(clients, world, world.pL, customer.id) == (True, ["blog.example", "shop.example"])


async def test_an_offered_product_may_have_been_sold_meanwhile(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    await Product.filter(id=customer.shop.id).update(organisation_id=world.alpina.id)

    answer = await collect_refusals(clients, "acceptInvitation", {"partnershipId": id}, as_=world.pL)

    assert answer == [("PRODUCT_NOT_OWNED", OWNED, None)]


@pytest.mark.parametrize("mutation", ANSWERS)
async def test_an_answer_takes_no_other_id(world: World, clients: Clients, mutation: str):
    input = {"partnershipId": world.id("invitation")}

    await check_id(clients, mutation, input, "partnershipId", foreign=world.at_rival, as_=world.pL)
