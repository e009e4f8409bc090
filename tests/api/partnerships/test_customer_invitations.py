"""How does a partner ask somebody of whom it knows only an e-mail address, and who may answer (S1.2, E24 to E26)?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people import email_links
from server.domain.people.organisations import PartnerStatus
from server.models import CustomerInvitation, Organisation, OutboxMessage, Partnership, User
from server.resolvers import ids
from tests.api.partnerships.proposals import limited_access
from tests.api.refusals import catch_denial, collect_refusals, not_found
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Clients
from tests.rows import customer_invitation
from tests.world import World

pytestmark = pytest.mark.postgres

INVITATION = """
    customerInvitation { id email accessType paymentMode message status version partner { name } partnership { id } }
    userErrors { code message field }
"""
BOTH = f"{INVITATION} partnership {{ id status initiatedBy grantDiffers accessType requestedAccess {{ accessType }} }}"


def asking(world: World, email: str = "new@example.com", **more: Any) -> dict[str, Any]:
    return {"partnerId": world.id("nova"), "email": email, "wanted": {"accessType": "LIMITED"}, **more}


async def secret_of(id: str) -> str:
    """The secret in the last message about this request."""
    message = await OutboxMessage.filter(topic="partnership.requested").order_by("-id").first()
    assert message is not None
    assert message.payload["subject"] == id
    return message.payload["secret"]


# Rule S1.2
async def test_a_partner_asks_by_email(world: World, clients: Clients):
    input = asking(world, " New@Example.com ", message=" Hello ", locale="fr_FR")

    answer = await clients.change("requestCustomerByEmail", input, INVITATION, as_=world.pL)

    found = answer.data["requestCustomerByEmail"]["customerInvitation"]
    row = await row_of(found["id"])
    assert found | {"id": ""} == {
        "id": "",
        "email": "new@example.com",
        "accessType": "LIMITED",
        "paymentMode": None,
        "message": "Hello",
        "status": "INVITED",
        "version": 1,
        "partner": {"name": "Nova"},
        "partnership": None,
    }
    secret = await secret_of(found["id"])
    assert (row.secret_digest, row.locale) == (email_links.link_digest(secret), "fr_FR")
    assert len(secret) >= 43  # 256 bits
    assert row.answer_by == row.invited_at + timedelta(days=30)
    assert await announced_topics(answer) == [("partnership.requested", found["id"])]
    assert secret not in answer.response.text


# Rule E25
async def test_the_answer_does_not_reveal_whether_the_address_has_an_account(world: World, clients: Clients):
    known = await clients.change("requestCustomerByEmail", asking(world, world.kL.user.email), INVITATION, as_=world.pL)
    unknown = await clients.change(
        "requestCustomerByEmail", asking(world, "kx@corvo.example"), INVITATION, as_=world.pL
    )

    def bare(answer: Any) -> Any:
        return answer.data["requestCustomerByEmail"] | {
            "customerInvitation": answer.data["requestCustomerByEmail"]["customerInvitation"] | {"id": "", "email": ""}
        }

    assert bare(known) == bare(unknown)


async def test_everything_wrong_is_reported_at_once(world: World, clients: Clients):
    wrong = asking(world, "no address", message="x" * 1_001, locale="xx", wanted={"accessType": "COMPLETE"})

    answer = await collect_refusals(clients, "requestCustomerByEmail", wrong, as_=world.pL)

    assert [(code, field) for code, _, field in answer] == [
        ("VALIDATION_FAILED", ["input", "email"]),
        ("PAYMENT_MODE_NOT_APPLICABLE", ["input", "wanted", "paymentMode"]),
        ("VALIDATION_FAILED", ["input", "message"]),
        ("VALIDATION_FAILED", ["input", "locale"]),
    ]


async def test_an_address_is_asked_once_and_not_too_many(world: World, clients: Clients):
    await customer_invitation(world.nova, "once@example.com", "once", now=world.now)
    assert await collect_refusals(
        clients, "requestCustomerByEmail", asking(world, "ONCE@example.com"), as_=world.pL
    ) == [("PARTNERSHIP_EXISTS", "There is already an open request to this address.", ["input", "email"])]
    for number in range(49):
        await customer_invitation(world.nova, f"{number}@example.com", f"secret {number}", now=world.now)
    many = "A partner can ask at most 50 people by e-mail within 24 hours."

    assert await collect_refusals(clients, "requestCustomerByEmail", asking(world), as_=world.pL) == [
        ("TOO_MANY_ATTEMPTS", many, None)
    ]


async def test_anyone_with_the_address_sees_the_request_and_nobody_else(world: World, clients: Clients):
    query = "query($token: String!) { customerInvitation(token: $token) { email partner { name } } }"
    answer = await clients.ask(query, {"token": world.secret}, as_=world.bL)
    assert answer.data["customerInvitation"] == {"email": world.bL.user.email, "partner": {"name": "Rival"}}
    by_id = await clients.ask("query($id: ID!) { node(id: $id) { id } }", {"id": world.id("by_email")}, as_=world.bL)
    assert by_id.data["node"] == {"id": world.id("by_email")}

    for token, who in ((world.secret, world.kL), (world.secret, world.pL), ("another", world.bL), ("", world.bL)):
        assert (await clients.ask(query, {"token": token}, as_=who)).code == "NOT_FOUND"


# Rules E26, S1.3b, R11, D3
async def test_its_addressee_accepts_for_an_organisation_they_represent(world: World, clients: Clients):
    input = {
        "customerId": world.id("borea"),
        "token": world.secret,
        "access": {"complete": {"paymentMode": "CUSTOMER"}},
        "replaceExisting": True,
    }

    answer = await clients.change("acceptCustomerInvitation", input, BOTH, as_=world.bL)

    found = answer.data["acceptCustomerInvitation"]
    partnership = await row_of(found["partnership"]["id"])
    assert found["partnership"] | {"id": ""} == {
        "id": "",
        "status": "ACTIVE",
        "initiatedBy": "PARTNER",
        "grantDiffers": True,
        "accessType": "COMPLETE",
        "requestedAccess": {"accessType": "LIMITED"},
    }
    assert (partnership.customer_id, partnership.partner_id) == (world.borea.id, world.rival.id)
    assert found["customerInvitation"]["status"] == "ACTIVE"
    assert found["customerInvitation"]["partnership"] == {"id": found["partnership"]["id"]}
    assert (await Partnership.get(id=world.complete.id)).status is PartnershipStatus.TERMINATED
    assert [topic for topic, _ in await announced_topics(answer)] == [
        "partnership.terminated",
        "partnership.accepted",
        "partnership.granted_differs",
    ]
    again = await collect_refusals(clients, "acceptCustomerInvitation", input, as_=world.bL)
    assert [code for code, _, _ in again] == ["INVITATION_USED"]


# Rule E24
async def test_the_link_on_its_own_grants_nothing(world: World, clients: Clients):
    """A forwarded link is dead for anyone who has another address, whatever they represent (E24)."""
    input = {
        "customerId": world.id("delta"),
        "token": world.secret,
        "access": limited_access((world.id("deltaic"), ["TECHNICAL"])),
    }

    assert await catch_denial(clients, "acceptCustomerInvitation", input, as_=world.dL) == not_found("input", "token")
    other = input | {"customerId": world.id("borea")}
    assert (await catch_denial(clients, "acceptCustomerInvitation", other, as_=world.pL))["code"] == "FORBIDDEN"


async def test_an_expired_proposal_is_neither_answered_nor_withdrawn_nor_sent_again(world: World, clients: Clients):
    await CustomerInvitation.filter(id=world.by_email.id).update(answer_by=world.now - timedelta(seconds=1))
    input = {
        "customerId": world.id("borea"),
        "token": world.secret,
        "access": {"complete": {"paymentMode": "CUSTOMER"}},
    }

    by_link, own = {"token": world.secret}, {"customerInvitationId": world.id("by_email")}

    for mutation, given, who in [
        ("acceptCustomerInvitation", input, world.bL),
        ("declineCustomerInvitation", by_link, world.bL),
        ("cancelCustomerInvitation", own, world.qL),
        ("resendCustomerInvitation", own, world.qL),
    ]:
        answer = await collect_refusals(clients, mutation, given, as_=who)
        assert answer == [("INVITATION_EXPIRED", "This invitation has expired. Ask for a new one.", None)], mutation


# Rule E39
async def test_a_request_that_has_ended_does_not_block_another(world: World, clients: Clients):
    await CustomerInvitation.filter(id=world.by_email.id).update(answer_by=world.now - timedelta(seconds=1))
    input = asking(world, world.bL.user.email, partnerId=world.id("rival"))

    answer = await clients.change("requestCustomerByEmail", input, INVITATION, as_=world.qL)

    payload = answer.data["requestCustomerByEmail"]
    assert payload["userErrors"] == []
    again = await row_of(payload["customerInvitation"]["id"])
    was = {"access_type": "LIMITED", "payment_mode": None, "status": "INVITED"}
    terms = was | {"email": again.email}
    assert await acts(answer) == [
        act(
            "customer.requestExpired",
            world.by_email,
            None,
            None,
            on_behalf_of=world.rival,
            before=was,
            after=was | {"status": "EXPIRED"},
        ),
        act("customer.requested", again, world.qL, world.rival, after=terms),
    ]
    assert await announced_topics(answer) == [
        ("partnership.expired", world.id("by_email")),
        ("partnership.requested", ids.encode(again)),
    ]


async def test_a_former_partner_sends_nothing_again(world: World, clients: Clients):
    await Organisation.filter(id=world.rival.id).update(partner_status=PartnerStatus.SUSPENDED)
    input = {"customerInvitationId": world.id("by_email")}

    assert await collect_refusals(clients, "resendCustomerInvitation", input, as_=world.qL) == [
        ("PARTNER_NOT_APPROVED", "This organisation is not an approved partner.", None)
    ]


async def test_a_former_partner_is_not_let_in(world: World, clients: Clients):
    await Organisation.filter(id=world.rival.id).update(partner_status=PartnerStatus.SUSPENDED)
    access = {"complete": {"paymentMode": "CUSTOMER"}}
    input = {"customerId": world.id("borea"), "token": world.secret, "access": access, "replaceExisting": True}

    assert await collect_refusals(clients, "acceptCustomerInvitation", input, as_=world.bL) == [
        ("PARTNER_NOT_APPROVED", "This organisation is not an approved partner.", None)
    ]


async def test_a_partner_that_serves_the_customer_already_is_not_let_in_twice(world: World, clients: Clients):
    await User.filter(id=world.cL.user.id).update(email="cl@example.com")
    row = await customer_invitation(world.nova, "cl@example.com", "for cL", now=world.now)
    input = {
        "customerId": world.id("alpina"),
        "token": "for cL",
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    answer = await collect_refusals(clients, "acceptCustomerInvitation", input, as_=world.cL)

    assert [(code, field) for code, _, field in answer] == [("PARTNERSHIP_EXISTS", ["input", "customerId"])]
    assert (await CustomerInvitation.get(id=row.id)).status is PartnershipStatus.INVITED


# Rule S1.4
async def test_its_addressee_declines(world: World, clients: Clients):
    answer = await clients.change("declineCustomerInvitation", {"token": world.secret}, INVITATION, as_=world.bL)

    assert answer.data["declineCustomerInvitation"]["customerInvitation"]["status"] == "DECLINED"
    assert await announced_topics(answer) == [("partnership.declined", world.id("by_email"))]
    assert [one["acting_organisation_id"] for one in await acts(answer)] == [None]
    again = await collect_refusals(clients, "declineCustomerInvitation", {"token": world.secret}, as_=world.bL)
    assert [code for code, _, _ in again] == ["INVITATION_USED"]


# Rule S1.7
async def test_sending_a_request_again_disables_the_old_link(world: World, clients: Clients):
    id = world.id("by_email")

    await clients.change("resendCustomerInvitation", {"customerInvitationId": id}, INVITATION, as_=world.qL)

    query = "query($token: String!) { customerInvitation(token: $token) { id } }"
    assert (await clients.ask(query, {"token": world.secret}, as_=world.bL)).code == "NOT_FOUND"
    found = await clients.ask(query, {"token": await secret_of(id)}, as_=world.bL)
    assert found.data["customerInvitation"] == {"id": id}


async def test_withdrawing_a_request_disables_its_link(world: World, clients: Clients):
    id = ids.encode(world.by_email)

    withdrawn = await clients.change("cancelCustomerInvitation", {"customerInvitationId": id}, INVITATION, as_=world.qL)

    assert await announced_topics(withdrawn) == [("partnership.cancelled", id)]
    answer = await collect_refusals(clients, "declineCustomerInvitation", {"token": world.secret}, as_=world.bL)
    assert [code for code, _, _ in answer] == ["INVITATION_USED"]
