"""How is the plain schema served? By Strawberry's own ASGI view in a Starlette application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from benchmarks.plain.authentication import authenticate
from benchmarks.plain.context import IS_BARE, Context
from benchmarks.plain.schema import schema
from server.models.database import open_database
from server.settings import Settings


class View(GraphQL[Any, Any]):
    """Strawberry's view, with the caller in the context."""

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        return Context(None if IS_BARE else await authenticate(request.headers.get("authorization", "")))


@asynccontextmanager
async def _database(app: Starlette) -> AsyncGenerator[None]:
    async with open_database(Settings()):
        yield


def create_app() -> Starlette:
    return Starlette(routes=[Route("/graphql", View(schema, graphql_ide=None))], lifespan=_database)
