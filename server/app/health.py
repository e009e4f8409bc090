"""Health checks: is the process alive (`/livez`), and can it answer (`/readyz`)?"""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from tortoise.connection import get_connection

from server.models.backlog import read_backlog
from server.models.migration_records import ObsoleteDatabase, check_migrations

_LONGEST_SECONDS = 1.0
_OBSOLETE = "the database was created before the first release: start afresh with an empty one"


def health_routes() -> list[BaseRoute]:
    """`/livez` never touches the database; `/readyz` asks it, and reports what waits in the outbox."""
    return [Route("/livez", _answer_livez), Route("/readyz", _answer_readyz)]


async def _answer_livez(request: Request) -> Response:
    return PlainTextResponse("alive")


async def _answer_readyz(request: Request) -> Response:
    """Readiness. A backlog does not count, because everything else works without the mail server."""
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            await check_migrations(get_connection("default"))
            backlog = await read_backlog(datetime.now(UTC))
    except ObsoleteDatabase:
        return JSONResponse({"status": _OBSOLETE}, HTTPStatus.SERVICE_UNAVAILABLE)
    except Exception:  # noqa: BLE001 - whatever keeps the database from answering makes the process not ready
        return JSONResponse({"status": "the database does not answer"}, HTTPStatus.SERVICE_UNAVAILABLE)
    waiting = {"events": backlog.events, "emails": backlog.emails, "oldestSeconds": round(backlog.seconds, 1)}
    return JSONResponse({"status": "ready", "outbox": waiting})
