"""How does a partnership begin: what do an invitation and its answer change, and when are they refused?"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import ProductRight, Role
from server.models import Membership, Organisation, Partnership, Product, RequestedProduct
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.refusals import catch_denial, check_id, collect_refusals, not_found
from tests.api.traces import act, acts, announced_topics, key, row_of, stored_columns
from tests.clients import Answer, Clients
from tests.snapshots import changed_models, snapshot
from tests.world import Person, World, grant, organisation, partnership, person, product, request

pytestmark = pytest.mark.database

PARTNERSHIP = """
    partnership {
      id customer { name } partner { name } accessType paymentMode status initiatedBy message version
      invitedAt activatedAt endedAt endReason viewerRights
      requestedProducts { serviceName product { id } rights }
      productAccesses { nodes { product { id } rights grantedBy { id } grantedAt revokedAt version } }
    }
    userErrors { code message field }
"""


@dataclass
class Newcomer:
    """A customer that no partner serves yet, with two products."""

    owner: Person
    row: Organisation
    shop: Product
    blog: Product

    @property
    def id(self) -> str:
        return ids.encode(self.row)

    @property
    def shop_id(self) -> str:
        return ids.encode(self.shop)

    @property
    def blog_id(self) -> str:
        return ids.encode(self.blog)

    def offer(self, world: World, access: dict[str, Any], partner: str = "nova", **more: Any) -> dict[str, Any]:
        """The input that invites a partner of the world."""
        return {"customerId": self.id, "partnerId": world.id(partner), "access": access, **more}


async def newcomer(world: World) -> Newcomer:
    row = await organisation("Echo")
    owner = await person("eL", row, Role.LEGAL_REPRESENTATIVE, world.now)
    return Newcomer(owner, row, await product("shop", row), await product("blog", row))


def limited_access(*grants: tuple[str, list[str]]) -> dict[str, Any]:
    return {"limited": {"products": [{"productId": id, "rights": rights} for id, rights in grants]}}


def complete(payment_mode: str = "CUSTOMER") -> dict[str, Any]:
    return {"complete": {"paymentMode": payment_mode}}


async def invite(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Invites, which works."""
    answer = await clients.change("invitePartner", input, PARTNERSHIP, as_=as_)
    assert answer.data["invitePartner"]["userErrors"] == []
    return answer


async def answer_invitation(clients: Clients, mutation: str, id: str, as_: Person | str, **more: Any) -> Answer:
    """Accepts or declines, which works."""
    answer = await clients.change(mutation, {"partnershipId": id, **more}, PARTNERSHIP, as_=as_)
    assert answer.data[mutation]["userErrors"] == []
    return answer


async def read_managed(clients: Clients, world: World, who: Person, customer: str) -> tuple[bool, list[str] | str]:
    """Whether the customer is among those whom Nova manages for this person, and the products they see there.

    For somebody who may not see those, the code of the error.
    """
    query = """
        query($partner: ID!, $customer: ID!) {
          organisation(id: $partner) { managedCustomers { nodes { id } } }
          node(id: $customer) { ... on Organisation { products { nodes { serviceName } } } }
        }
    """
    variables = {"partner": world.id("nova"), "customer": customer}
    answer = await clients.ask(query, variables, as_=who)
    data = answer.json["data"]
    is_managed = customer in {node["id"] for node in data["organisation"]["managedCustomers"]["nodes"]}
    if answer.errors:
        return is_managed, answer.code
    return is_managed, sorted(node["serviceName"] for node in data["node"]["products"]["nodes"])


STRANGER = (False, "NOT_FOUND")
INVITED = (False, "FORBIDDEN")


async def join(who: Person, at: Organisation, role: Role = Role.LEGAL_REPRESENTATIVE) -> None:
    """From now on this person is a member there too."""
    await Membership.create(user_id=who.user.id, organisation_id=at.id, role=role, status=MembershipStatus.ACTIVE)


# Inviting


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


TWICE = "There is already a partnership or an open invitation with this partner."
SELF = "An organisation cannot be its own partner."
NOT_APPROVED = "This organisation is not an approved partner."
COMPLETE_EXISTS = "This customer already has a partner with complete access."
LIMITED_EXISTS = (
    "This customer has partners with limited access. End those partnerships before granting complete access."
)
USED = "This invitation is no longer open."
OWNED = "This product does not belong to the customer."
ELSEWHERE = "Another partner already manages this product."
AT_PARTNER = ["input", "partnerId"]
AT_ACCESS = ["input", "access"]
AT_PRODUCTS = ["input", "access", "limited", "products"]


async def test_an_organisation_does_not_invite_itself(world: World, clients: Clients):
    customer = await newcomer(world)
    oneself = customer.offer(world, complete()) | {"partnerId": customer.id}
    partner = {"customerId": world.id("nova"), "partnerId": world.id("nova"), "access": complete()}

    expected = [("SELF_PARTNERSHIP", SELF, AT_PARTNER)]
    assert await collect_refusals(clients, "invitePartner", oneself, as_=customer.owner) == expected
    assert await collect_refusals(clients, "invitePartner", partner, as_=world.pL) == expected


async def test_a_refusal_speaks_french(world: World, clients: Clients):
    oneself = {"customerId": world.id("nova"), "partnerId": world.id("nova"), "access": complete()}
    before = await snapshot()

    answer = await clients.change(
        "invitePartner", oneself, as_=world.pL, headers={"Accept-Language": "fr-CH, en;q=0.5"}
    )

    (error,) = answer.data["invitePartner"]["userErrors"]
    message = "Une organisation ne peut pas être son propre partenaire."
    assert error == {"code": "SELF_PARTNERSHIP", "message": message, "field": AT_PARTNER}
    assert await snapshot() == before


async def test_an_organisation_that_is_not_a_partner_is_not_invited(world: World, clients: Clients):
    customer = await newcomer(world)
    await join(customer.owner, world.borea)

    answer = await collect_refusals(
        clients, "invitePartner", customer.offer(world, complete(), "borea"), as_=customer.owner
    )

    assert answer == [("PARTNER_NOT_APPROVED", NOT_APPROVED, AT_PARTNER)]


@pytest.mark.parametrize("status", [PartnerStatus.SUSPENDED, PartnerStatus.REVOKED, PartnerStatus.LEFT])
async def test_a_partner_that_wins_no_new_customers_is_not_invited(
    world: World, clients: Clients, status: PartnerStatus
):
    customer = await newcomer(world)
    await partnership(customer.row, world.rival, status=PartnershipStatus.TERMINATED, now=world.now)
    await Organisation.filter(id=world.rival.id).update(partner_status=status)

    known = await collect_refusals(
        clients, "invitePartner", customer.offer(world, complete(), "rival"), as_=customer.owner
    )
    await Partnership.filter(customer_id=customer.row.id).delete()
    unknown = await catch_denial(
        clients, "invitePartner", customer.offer(world, complete(), "rival"), as_=customer.owner
    )

    assert known == [("PARTNER_NOT_APPROVED", NOT_APPROVED, AT_PARTNER)]
    assert unknown == not_found("input", "partnerId")


async def test_a_partner_is_invited_once(world: World, clients: Clients):
    customer = await newcomer(world)
    offered = customer.offer(world, limited_access((customer.shop_id, ["TECHNICAL"])))
    await invite(clients, offered, customer.owner)

    for again in (offered, customer.offer(world, complete())):
        answer = await collect_refusals(clients, "invitePartner", again, as_=customer.owner)

        assert answer == [("PARTNERSHIP_EXISTS", TWICE, AT_PARTNER)]


@pytest.mark.parametrize("status", [PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED])
async def test_a_partner_that_manages_already_is_not_invited(world: World, clients: Clients, status: PartnershipStatus):
    await Partnership.filter(id=world.limited.id).update(status=status)
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("nova"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    answer = await collect_refusals(clients, "invitePartner", input, as_=world.cL)

    assert answer == [("PARTNERSHIP_EXISTS", TWICE, AT_PARTNER)]


PAST = ("DECLINED", "CANCELLED", "EXPIRED", "TERMINATED")


@pytest.mark.parametrize("status", PAST)
async def test_a_past_partner_may_be_invited_again(world: World, clients: Clients, status: str):
    customer = await newcomer(world)
    await partnership(customer.row, world.nova, PaymentMode.PARTNER, status=PartnershipStatus(status), now=world.now)

    answer = await invite(clients, customer.offer(world, complete()), customer.owner)

    assert answer.data["invitePartner"]["partnership"]["status"] == "INVITED"


async def test_nobody_is_invited_next_to_a_complete_partner(world: World, clients: Clients):
    offers = (complete(), limited_access((world.id("borean"), ["TECHNICAL"])))
    for access in offers:
        input = {"customerId": world.id("borea"), "partnerId": world.id("rival"), "access": access}

        answer = await collect_refusals(clients, "invitePartner", input, as_=world.bL)

        assert answer == [("COMPLETE_PARTNER_EXISTS", COMPLETE_EXISTS, AT_ACCESS)]


async def test_next_to_limited_partners_nobody_is_invited_for_everything(world: World, clients: Clients):
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": complete()}

    answer = await collect_refusals(clients, "invitePartner", input, as_=world.cL)

    assert answer == [("LIMITED_PARTNER_EXISTS", LIMITED_EXISTS, AT_ACCESS)]


async def test_everything_wrong_is_reported_at_once(world: World, clients: Clients):
    existing = {"customerId": world.id("alpina"), "partnerId": world.id("nova"), "access": complete()}
    oneself = {"customerId": world.id("borea"), "partnerId": world.id("borea"), "access": complete()}

    assert await collect_refusals(clients, "invitePartner", existing, as_=world.cL) == [
        ("PARTNERSHIP_EXISTS", TWICE, AT_PARTNER),
        ("LIMITED_PARTNER_EXISTS", LIMITED_EXISTS, AT_ACCESS),
    ]
    assert await collect_refusals(clients, "invitePartner", oneself, as_=world.bL) == [
        ("SELF_PARTNERSHIP", SELF, AT_PARTNER),
        ("COMPLETE_PARTNER_EXISTS", COMPLETE_EXISTS, AT_ACCESS),
    ]


async def test_a_wrong_partner_wrong_products_and_a_wrong_message_are_reported_at_once(world: World, clients: Clients):
    customer = await newcomer(world)
    oneself = customer.offer(world, limited_access(), message="x" * 1_001) | {"partnerId": customer.id}

    assert await collect_refusals(clients, "invitePartner", oneself, as_=customer.owner) == [
        ("SELF_PARTNERSHIP", SELF, AT_PARTNER),
        ("VALIDATION_FAILED", "Choose 1 to 100 products.", AT_PRODUCTS),
        ("VALIDATION_FAILED", "This must not be longer than 1000 characters.", ["input", "message"]),
    ]


async def test_each_product_that_cannot_be_offered_is_named_at_its_place(world: World, clients: Clients):
    await join(world.cL, world.borea)
    both_wrong, kept = (world.id("granted"), []), (world.id("kept"), ["TECHNICAL"])
    foreign, again = (world.id("borean"), ["TECHNICAL"]), (world.id("granted"), ["STATISTICS"])
    offered = limited_access(both_wrong, kept, foreign, again)
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offered}

    assert await collect_refusals(clients, "invitePartner", input, as_=world.cL) == [
        ("VALIDATION_FAILED", "List each product only once.", AT_PRODUCTS),
        ("VALIDATION_FAILED", "Choose at least one right.", [*AT_PRODUCTS, "0", "rights"]),
        ("PRODUCT_NOT_OWNED", OWNED, [*AT_PRODUCTS, "2", "productId"]),
    ]


async def test_nobody_offers_what_belongs_to_somebody_else(world: World, clients: Clients):
    customer = await newcomer(world)
    await join(customer.owner, world.borea)
    offered = limited_access((customer.shop_id, ["TECHNICAL"]), (world.id("borean"), ["TECHNICAL"]))

    answer = await collect_refusals(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == [("PRODUCT_NOT_OWNED", OWNED, [*AT_PRODUCTS, "1", "productId"])]


async def test_a_managed_product_is_offered_to_another_with_a_warning(world: World, clients: Clients):
    offered = limited_access((world.id("kept"), ["TECHNICAL"]), (world.id("granted"), ["STATISTICS"]))
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offered}
    warned = "partnership { status } warnings { code message field } userErrors { code }"

    answer = await clients.change("invitePartner", input, warned, as_=world.cL)

    assert answer.data["invitePartner"] == {
        "partnership": {"status": "INVITED"},
        "warnings": [
            {"code": "PRODUCT_ALREADY_MANAGED", "message": ELSEWHERE, "field": [*AT_PRODUCTS, "1", "productId"]}
        ],
        "userErrors": [],
    }


async def test_a_product_taken_back_may_be_offered_again(world: World, clients: Clients):
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.cL)
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("granted"), ["TECHNICAL"])),
    }

    answer = await invite(clients, input, world.cL)

    (requested,) = answer.data["invitePartner"]["partnership"]["requestedProducts"]
    assert requested["product"] == {"id": world.id("granted")}


async def test_an_offer_names_each_of_its_products_once(world: World, clients: Clients):
    customer = await newcomer(world)
    shop, blog = (customer.shop_id, ["TECHNICAL"]), (customer.blog_id, ["TECHNICAL"])
    offered = limited_access(shop, blog, (customer.shop_id, ["STATISTICS"]))

    answer = await collect_refusals(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == [("VALIDATION_FAILED", "List each product only once.", AT_PRODUCTS)]


async def test_an_offer_has_at_least_one_product(world: World, clients: Clients):
    customer = await newcomer(world)

    answer = await collect_refusals(
        clients, "invitePartner", customer.offer(world, limited_access()), as_=customer.owner
    )

    assert answer == [("VALIDATION_FAILED", "Choose 1 to 100 products.", AT_PRODUCTS)]


async def test_an_offer_has_at_most_a_hundred_products(world: World, clients: Clients):
    customer = await newcomer(world)
    offered = limited_access(*[(customer.shop_id, ["TECHNICAL"])] * 101)

    answer = await catch_denial(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == {"code": "BAD_USER_INPUT", "field": AT_PRODUCTS}


async def test_an_offer_says_what_the_partner_may_do(world: World, clients: Clients):
    customer = await newcomer(world)
    offered = limited_access((customer.shop_id, ["TECHNICAL"]), (customer.blog_id, []))

    answer = await collect_refusals(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == [("VALIDATION_FAILED", "Choose at least one right.", [*AT_PRODUCTS, "1", "rights"])]


TEXTS = {
    "too long": ("x" * 1_001, "This must not be longer than 1000 characters."),
    "an escape": ("red \x1b[31m", "This must not contain control characters."),
    "a control character beyond ASCII": ("a\x84b", "This must not contain control characters."),
}
every_text = pytest.mark.parametrize("what", TEXTS)


@every_text
async def test_a_message_that_cannot_be_stored_is_refused(world: World, clients: Clients, what: str):
    customer = await newcomer(world)
    message, why = TEXTS[what]

    answer = await collect_refusals(
        clients, "invitePartner", customer.offer(world, complete(), message=message), as_=customer.owner
    )

    assert answer == [("VALIDATION_FAILED", why, ["input", "message"])]


async def test_an_invitation_takes_no_other_ids(world: World, clients: Clients):
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }
    product_path = ("access", "limited", "products", "0", "productId")

    await check_id(clients, "invitePartner", input, "customerId", foreign=world.borea, as_=world.cL)
    await check_id(clients, "invitePartner", input, "partnerId", foreign=world.borea, as_=world.cL)
    await check_id(clients, "invitePartner", input, *product_path, foreign=world.borean, as_=world.cL)


# Accepting


async def _offer_to_nova(world: World, clients: Clients, access: dict[str, Any] | None = None) -> tuple[Newcomer, str]:
    """A newcomer, and the id of its invitation to Nova: for the shop unless said otherwise."""
    customer = await newcomer(world)
    offered = access or limited_access((customer.shop_id, ["TECHNICAL"]))
    answer = await invite(clients, customer.offer(world, offered), customer.owner)
    return customer, answer.data["invitePartner"]["partnership"]["id"]


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


# Declining


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


async def test_who_declined_is_invited_again_and_accepts(world: World, clients: Clients):
    customer, id = await _offer_to_nova(world, clients)
    await answer_invitation(clients, "declineInvitation", id, world.pL)

    again = await invite(clients, customer.offer(world, complete("PARTNER")), customer.owner)
    accepted = await answer_invitation(
        clients, "acceptInvitation", again.data["invitePartner"]["partnership"]["id"], world.pL
    )

    assert accepted.data["acceptInvitation"]["partnership"]["status"] == "ACTIVE"
    assert (await row_of(id)).status is PartnershipStatus.DECLINED
    assert await read_managed(clients, world, world.pL, customer.id) == (True, ["blog.example", "shop.example"])


async def test_a_suspended_partner_wins_no_new_customer(world, clients):
    await Organisation.filter(id=world.nova.id).update(partner_status=PartnerStatus.SUSPENDED)
    before = await snapshot()

    answer = await clients.change("acceptInvitation", {"partnershipId": world.id("invitation")}, as_=world.pL)

    (refusal,) = answer.data["acceptInvitation"]["userErrors"]
    assert refusal["code"] == "PARTNER_NOT_APPROVED"
    assert await snapshot() == before
