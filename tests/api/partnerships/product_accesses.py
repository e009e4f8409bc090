"""Accesses to single products, as tests grant and revoke them."""

from typing import Any

from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import Membership, ProductAccess
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.world import World

ACCESS = """
    productAccess {
      id partnership { id } product { id } rights grantedBy { id } grantedAt revokedAt version
    }
    userErrors { code message field }
"""


def offer(world: World, product: str = "kept", rights: tuple[str, ...] = ("STATISTICS",), **other: Any) -> Any:
    """The input that grants one of Alpina's products to Nova."""
    return {"partnershipId": world.id("limited"), "productId": world.id(product), "rights": list(rights), **other}


async def grant_access(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Grants, which works."""
    answer = await clients.change("grantProductAccess", input, ACCESS, as_=as_)
    assert answer.data["grantProductAccess"]["userErrors"] == []
    return answer


async def rights_on_product(clients: Clients, id: str, as_: Person) -> list[str] | None:
    """What this person may do with the product; None if it does not exist for them."""
    answer = await clients.ask("query($id: ID!) { product(id: $id) { viewerRights } }", {"id": id}, as_=as_)
    if answer.errors:
        assert answer.code == "NOT_FOUND"
        return None
    return answer.data["product"]["viewerRights"]


async def listed_products(world: World, clients: Clients, as_: Person) -> set[str]:
    """Alpina's products that this person has in the list."""
    query = "query($id: ID!) { organisation(id: $id) { products { nodes { customerName } } } }"
    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=as_)
    return {node["customerName"] for node in answer.data["organisation"]["products"]["nodes"]}


async def lead(who: Person, world: World, *names: str) -> None:
    """From now on this person leads these organisations too."""
    for name in names:
        await Membership.create(
            user_id=who.user.id,
            organisation_id=world.rows[name].id,
            role=Role.LEGAL_REPRESENTATIVE,
            status=MembershipStatus.ACTIVE,
        )


def audited_terms(access: ProductAccess, **other: Any) -> dict[str, Any]:
    """What an audit event writes down of an access."""
    terms = {
        "partnership_id": access.partnership_id.hex,
        "product_id": access.product_id.hex,
        "rights": list(access.rights),
        "revoked_at": None,
    }
    return terms | other


NOT_LIMITED = "This partner has complete access, so you cannot grant or revoke single products."
