"""Actions that wait for the customer's consent, as tests request them."""

from typing import Any

from server.domain.products.pending_actions import PendingActionStatus
from server.models import (
    PendingAction,
)
from tests.world import World

ACTION = """
    id kind status reason requestedAt expiresAt requestedByName requestedBy { id } decidedBy { id } decidedAt version
    product { id } partnership { id }
"""
ASKED = f"product {{ state version }} pendingAction {{ {ACTION} }} userErrors {{ code message field }}"


def ending(world: World, name: str, **more: Any) -> dict[str, Any]:
    return {"productId": world.id(name), "confirmation": name, **more}


def pending(world: World, **more: Any) -> dict[str, Any]:
    return {"pendingActionId": world.id("pending"), **more}


async def status(world: World) -> PendingActionStatus:
    return (await PendingAction.get(id=world.pending.id)).status
