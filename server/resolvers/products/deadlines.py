"""Deadlines of pending actions: the work of every minute, by name."""

from typing import Final

from server.resolvers.products.pending_actions import expire_pending_actions

DEADLINES: Final = {
    "expire pending actions": expire_pending_actions,
}
