"""The ASGI application: routes, middleware and start-up. Only this room reads HTTP."""

import gc
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from server.app import answers
from server.app.connections import Connections
from server.app.explorer import explorer_routes
from server.app.exports import exports_route
from server.app.fast_path import FastPath
from server.app.graphql import GraphQLEndpoint
from server.app.health import health_routes
from server.app.mailbox import mailbox_routes
from server.app.receipts import receipts_route
from server.app.requests import BODY_TOO_LARGE, RequestLog
from server.engine.engine import Engine
from server.engine.running.connections import PostgresReader, SqliteReader
from server.logs import set_up_logs
from server.models.database import open_database, postgres_pool, settings_of_transactions
from server.schema import sdl
from server.schema.engine_host import new_engine
from server.settings import Settings
from server.worker import run_worker_alongside

_SECONDS_BETWEEN_THREADS: Final = 0.001
"""How long a thread may keep the interpreter while the event loop waits for it: a fifth of Python's default."""


def create_app(settings: Settings | None = None) -> Starlette:
    """The ASGI application, by default with the settings of the environment."""
    chosen = settings or Settings()
    set_up_logs(chosen.log_level)
    engine = new_engine() if chosen.engine else None
    endpoint = GraphQLEndpoint(chosen, engine)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with (
            open_database(chosen),
            engine_connections(engine, chosen),
            endpoint.viewer_cache.cache_while_open(chosen),
            run_worker_alongside(chosen),
        ):
            freeze_startup_objects()
            sys.setswitchinterval(_SECONDS_BETWEEN_THREADS)
            yield

    app = Application(
        routes=_build_routes(chosen, endpoint),
        # Inside the log, so that a body that turns out to be too large is refused and logged like everything else.
        middleware=[
            Middleware(RequestLog, settings=chosen),
            Middleware(RequestBodyLimitMiddleware, max_body_size=chosen.max_body_bytes),
        ],
        exception_handlers={HTTPException: _render_http_error},
        lifespan=lifespan,
    )
    # No redirects for other spellings of a path: they would repeat the Host header, which the caller chooses.
    app.router.redirect_slashes = False
    app.fast_path = FastPath(app.full_path, endpoint)
    app.connections = Connections(chosen, endpoint.client_address)
    return app


class Application(Starlette):
    """Starlette behind the fast path, and limits on the connections that lead to it."""

    fast_path: FastPath
    connections: Connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.fast_path(scope, receive, send)

    async def full_path(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)


@asynccontextmanager
async def engine_connections(engine: Engine | None, settings: Settings) -> AsyncGenerator[None]:
    """The engine, with its own database connections while the application runs."""
    if engine is None:
        yield
        return
    if settings.is_sqlite:
        engine.reader = SqliteReader(str(settings.sqlite_file), settings.statement_milliseconds)
    else:
        engine.reader = PostgresReader(await postgres_pool(), settings_of_transactions(settings))
    try:
        yield
    finally:
        await engine.close()


def freeze_startup_objects() -> None:
    """Freeze start-up objects, so that the garbage collector does not scan them again after every request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _build_routes(settings: Settings, endpoint: GraphQLEndpoint) -> list[BaseRoute]:
    schema_text = sdl()

    async def schema_file(request: Request) -> Response:
        return PlainTextResponse(schema_text)

    routes: list[BaseRoute] = [
        Route("/graphql", endpoint.answer, methods=["GET", "POST"]),
        Route("/schema.graphql", schema_file),
        receipts_route(endpoint.settings, endpoint.viewer_cache),
        exports_route(endpoint.settings, endpoint.viewer_cache),
        *health_routes(),
    ]
    if settings.demo:
        routes += mailbox_routes()
    return routes + explorer_routes(demo=settings.demo) if settings.explorer else routes


async def _render_http_error(request: Request, error: Exception) -> Response:
    """Errors of HTTP itself (unknown path, wrong method, body too large), in the form of a GraphQL error."""
    assert isinstance(error, HTTPException)
    code = "NOT_FOUND" if error.status_code == HTTPStatus.NOT_FOUND else "BAD_USER_INPUT"
    message = BODY_TOO_LARGE if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else str(error.detail)
    content = answers.problem_body(message, request.state.request_id, code)
    headers = {"Content-Type": f"{answers.JSON}; charset=utf-8"} | dict(error.headers or {})
    return Response(content, status_code=error.status_code, headers=headers)
