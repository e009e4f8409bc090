"""Grants of an organisation's own products, as tests create them."""

from typing import Any

from server.models import OwnProductGrant
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.world import World

GRANT = """
    ownProductGrant {
        id organisation { name } member { id } team { id } product { customerName } category includeFutureProducts
        rights grantedBy { email } grantedAt revokedAt version
    }
    userErrors { code message field }
"""


def gift(world: World, to: str = "cE", product: str = "kept", *rights: str, **other: Any) -> dict[str, Any]:
    """The input that opens a product of Alpina to a member."""
    return {
        "organisationId": world.id("alpina"),
        "to": {"membershipId": world.id(to)},
        "of": {"productId": world.id(product)},
        "rights": list(rights) or ["TECHNICAL"],
        **other,
    }


async def grant_products(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Opens products, which works."""
    answer = await clients.change("grantOwnProducts", input, GRANT, as_=as_)
    assert answer.data["grantOwnProducts"]["userErrors"] == []
    return answer


async def sight(world: World, clients: Clients, as_: Person) -> dict[str, list[str]]:
    """What somebody sees of Alpina's products and may do with them: in the list, and one by one."""
    query = "query($id: ID!) { organisation(id: $id) { products { nodes { id customerName viewerRights } } } }"
    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=as_)
    listed = answer.data["organisation"]["products"]["nodes"]
    for row in listed:
        one = await clients.ask("query($id: ID!) { product(id: $id) { viewerRights } }", {"id": row["id"]}, as_=as_)
        assert one.data["product"]["viewerRights"] == row["viewerRights"]
    return {row["customerName"]: row["viewerRights"] for row in listed}


TECHNICAL = ["VIEW_PRODUCT", "MANAGE_PRODUCT"]


def audited_terms(grant: OwnProductGrant, **other: Any) -> dict[str, Any]:
    """What an audit event writes down of a grant."""
    keys = {name: getattr(grant, name) for name in ("membership_id", "team_id", "product_id")}
    terms = {
        **{name: key.hex if key else None for name, key in keys.items()},
        "category": grant.category.value if grant.category else None,
        "covers_until": grant.covers_until.isoformat(),
        "rights": list(grant.rights),
        "revoked_at": None,
    }
    return terms | other
