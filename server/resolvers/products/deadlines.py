"""Deadlines of pending actions: what is done every minute, by name."""

from typing import Final

from server.resolvers.products.pending_actions import expire_pending_actions

DEADLINES: Final = {
    "expire pending actions": expire_pending_actions,
}
