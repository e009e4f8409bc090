"""Invitations of partners by customers, as tests send and answer them."""

from dataclasses import dataclass
from typing import Any

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import Membership, Organisation, Product
from server.resolvers import ids
from tests.clients import Answer, Clients
from tests.rows import Person, organisation, person, product
from tests.world import World

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


INVITED = (False, "FORBIDDEN")


async def join(who: Person, at: Organisation, role: Role = Role.LEGAL_REPRESENTATIVE) -> Membership:
    """From now on this person is a member there too."""
    return await Membership.create(
        user_id=who.user.id, organisation_id=at.id, role=role, status=MembershipStatus.ACTIVE
    )


COMPLETE_EXISTS = "This customer already has a partner with complete access."
LIMITED_EXISTS = (
    "This customer has partners with limited access. End those partnerships before granting complete access."
)
OWNED = "This product does not belong to the customer."
ELSEWHERE = "Another partner already manages this product."
TEXTS = {
    "too long": ("x" * 1_001, "This must not be longer than 1000 characters."),
    "an escape": ("red \x1b[31m", "This must not contain control characters."),
    "a control character beyond ASCII": ("a\x84b", "This must not contain control characters."),
}
every_text = pytest.mark.parametrize("what", TEXTS)


# Accepting


async def _offer_to_nova(world: World, clients: Clients, access: dict[str, Any] | None = None) -> tuple[Newcomer, str]:
    """A newcomer, and the id of its invitation to Nova: for the shop unless said otherwise."""
    customer = await newcomer(world)
    offered = access or limited_access((customer.shop_id, ["TECHNICAL"]))
    answer = await invite(clients, customer.offer(world, offered), customer.owner)
    return customer, answer.data["invitePartner"]["partnership"]["id"]
