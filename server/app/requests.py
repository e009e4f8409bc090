"""Middleware for every request: an id, limits on its headers and body, and a line in the log."""

import re
import time
from collections.abc import Mapping
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.app import answers
from server.domain.errors import Unavailable
from server.engine.running.traces import Trace
from server.languages import preferred_language
from server.settings import Settings

WELL_FORMED: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
MAX_HEADER_BYTES: Final = 32_768
LONGEST_ADDRESS: Final = 32_768
BODY_TOO_LARGE: Final = "The body is too large."
_LONGEST_PATH_LOGGED: Final = 200
_STANDING_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""Only for this host: `includeSubDomains` would speak for hosts that do not belong to this server."""
_log = structlog.get_logger("server.http")


def standing_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer, unless it sets its own."""
    return _STANDING_HEADERS | (_HTTPS_ONLY if settings.is_https else {})


def accepted_language(request: Request) -> str:
    """The language of the answer. Several lines of the header form one list."""
    return preferred_language(",".join(request.headers.getlist("accept-language")))


class RequestLog:
    """Gives each request an id, in its answer and in all its lines of the log. Logs the path, never the query."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.max_body_bytes = settings.max_body_bytes
        self.always = standing_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if WELL_FORMED.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        await self._answer_and_log(scope, receive, send, request_id)

    async def _answer_and_log(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in self.always.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            if too_large := self._too_large(scope):
                await _send_problem(send_with_id, *too_large, "BAD_USER_INPUT", request_id)
            else:
                await self.app(scope, receive, send_with_id)
        except ClientDisconnect:
            _log.info("abandoned")
        except Unavailable as error:
            if status is None:
                await _send_problem(send_with_id, 503, error.message, error.code, request_id, answers.RETRY_AFTER)
        except Exception:  # noqa: BLE001 - the last place that can still answer
            _log.exception("failed")
            if status is None:
                await _send_problem(send_with_id, 500, answers.INTERNAL_ERROR_MESSAGE, "INTERNAL", request_id)
        finally:
            log_request(scope, status, started)

    def _too_large(self, scope: Scope) -> tuple[int, str] | None:
        """The status and message for a request that announces that it is too large."""
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return 414, "The address is too long."
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return 431, "The headers are too large."
        if _announced_length(scope) > self.max_body_bytes:
            return 413, BODY_TOO_LARGE
        return None


def log_request(scope: Scope, status: int | None, started: float) -> None:
    """Log a request: how it was answered, and how long that took in total and in the database."""
    trace: Trace | None = scope["state"].get("trace")
    _log.info(
        "answered",
        method=scope["method"],
        path=scope["path"][:_LONGEST_PATH_LOGGED],
        status=status,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
        **(trace.log_fields if trace else {}),
    )


def _announced_length(scope: Scope) -> int:
    """The length in Content-Length. A body without it is counted as it arrives."""
    try:
        return int(Headers(scope=scope).get("content-length", "0"))
    except ValueError:
        return 0


async def _send_problem(
    send: Send, status: int, message: str, code: str, request_id: str, headers: Mapping[str, str] | None = None
) -> None:
    content = answers.problem_body(message, request_id, code)
    own = {"Content-Type": f"{answers.JSON}; charset=utf-8", "Content-Length": str(len(content))} | dict(headers or {})
    headers_sent = [(name.lower().encode(), value.encode()) for name, value in own.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers_sent})
    await send({"type": "http.response.body", "body": content})
