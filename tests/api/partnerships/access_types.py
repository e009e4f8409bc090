"""Requests for another access type, as tests send them."""

from typing import Any

from server.models import OutboxMessage
from tests.clients import Clients
from tests.rows import Person
from tests.world import World


async def may_see_product(clients: Clients, world: World, who: Person, product: str) -> bool:
    answer = await clients.ask("query($id: ID!) { product(id: $id) { id } }", {"id": world.id(product)}, as_=who)
    return not answer.errors


async def payload(topic: str) -> dict[str, Any]:
    """What the last message about this says."""
    message = await OutboxMessage.filter(topic=topic).order_by("-id").first()
    assert message is not None
    return {name: value for name, value in message.payload.items() if name not in ("subject", "requestId")}
