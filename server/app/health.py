"""Is the process alive, and can it answer?"""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from tortoise.connection import get_connection

_LONGEST_SECONDS = 1.0


def health_routes() -> list[BaseRoute]:
    """/livez never touches the database; /readyz asks it."""
    return [Route("/livez", _alive), Route("/readyz", _ready)]


async def _alive(request: Request) -> Response:
    return PlainTextResponse("alive")


async def _ready(request: Request) -> Response:
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            await get_connection("default").execute_query("SELECT 1")
    except Exception:  # noqa: BLE001 - whatever keeps the database from answering makes the process not ready
        return PlainTextResponse("the database does not answer", 503)
    return PlainTextResponse("ready")
