"""Proposals of partnerships from either side, as tests send and answer them."""

from typing import Any

from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode, Side
from server.models import Partnership
from tests.clients import Clients
from tests.rows import Person, partnership
from tests.world import World

STATE = """
    partnership {
      id status accessType paymentMode initiatedBy grantDiffers version expiresAt reviewAt
      requestedAccess { accessType paymentMode } requestedProducts { serviceName rights }
      productAccesses { nodes { product { serviceName } rights revokedAt } }
    }
    userErrors { code message field }
"""
EVERYTHING = {"accessType": "COMPLETE", "paymentMode": "PARTNER"}


def limited_access(*grants: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    return {"limited": {"products": [{"productId": id, "rights": rights, **more} for id, rights in grants]}}


def complete(payment_mode: str = "CUSTOMER") -> dict[str, Any]:
    return {"complete": {"paymentMode": payment_mode}}


async def change_partnership(clients: Clients, mutation: str, input: dict[str, Any], as_: Person | str) -> Any:
    """Does it, which works; gives the partnership."""
    answer = await clients.change(mutation, input, STATE, as_=as_)
    assert answer.data[mutation]["userErrors"] == [], answer.data
    return answer.data[mutation]["partnership"]


async def asked_by_nova(world: World, mode: PaymentMode | None = None) -> Partnership:
    """Nova asks Delta, which has not answered Nova's own invitation either."""
    return await partnership(
        world.delta, world.nova, mode, status=PartnershipStatus.INVITED, now=world.now, initiated_by=Side.PARTNER
    )
