"""Resolvers as the schema calls them, whose permissions are checked around the call."""

from typing import Any

from server.resolvers.authorisation import Authorisation
from server.resolvers.context import Context
from server.schema import operations


async def begin(context: Context, resolver: Any, **arguments: Any) -> None:
    """Check what is checked before a resolver runs. What is checked on locked rows is left to the resolver."""
    permissions = operations._bound_permissions(resolver, operations._hints(resolver), ("input",))
    await Authorisation(permissions).begin(context, arguments)
