"""The fast path: a POST by a program, with as little as possible between it and the engine.

It takes a POST of JSON with a cached API token and a planned operation. Everything else takes the full path, which
gives the same bytes, status and headers.
"""

import logging
import os
import time
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.app import answers
from server.app.bodies import LARGE_BODY_BYTES, LONGEST_DOCUMENT, GraphQLRequest
from server.app.cookies import session_cookies
from server.app.graphql import GraphQLEndpoint
from server.app.requests import MAX_HEADER_BYTES, WELL_FORMED, log_request, standing_headers
from server.authentication import token_key
from server.domain.errors import Unavailable
from server.domain.people import tokens
from server.languages import preferred_language
from server.resolvers.context import Context
from server.schema.documents import is_cached
from server.schema.variable_limits import variable_excess

_BEARER: Final = b"Bearer "
_LOG: Final = logging.getLogger("server.http")
_CONTENT_TYPES: Final = {
    type_: (b"content-type", f"{type_}; charset=utf-8".encode()) for type_ in (answers.JSON, answers.GRAPHQL_JSON)
}
_RETRY_AFTER: Final = [(name.lower().encode(), value.encode()) for name, value in answers.RETRY_AFTER.items()]


class FastPath:
    """The fast path in front of `app`, the full path."""

    def __init__(self, app: ASGIApp, endpoint: GraphQLEndpoint) -> None:
        self.app = app
        self.endpoint = endpoint
        always = standing_headers(endpoint.settings).items()
        self.always = [(name.lower().encode(), value.encode()) for name, value in always]
        self.max_bytes = min(LARGE_BODY_BYTES, endpoint.settings.max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/graphql" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if not self._is_ordinary(scope, headers):
            await self.app(scope, receive, send)
            return
        first = await receive()
        body = first.get("body", b"")
        # The viewer is looked up once the body is complete, so that a credential revoked in the meantime is refused.
        context, accepted = self._build_context(scope, headers)
        is_whole = first["type"] == "http.request" and not first.get("more_body") and len(body) <= self.max_bytes
        status = HTTPStatus.OK
        try:
            content = await self._answer(scope, body, context) if context is not None and is_whole else None
        except Unavailable as error:
            assert context is not None
            status, content = (
                HTTPStatus.SERVICE_UNAVAILABLE,
                answers.problem_body(error.message, context.request_id, error.code),
            )
        if context is None or content is None:
            await self.app(scope, _replay(first, receive), send)
            return
        more = session_cookies(context, self.endpoint.settings) if status == HTTPStatus.OK else _RETRY_AFTER
        await _send_answer(send, status, content, accepted, context.request_id, [*self.always, *more])
        if _LOG.isEnabledFor(logging.INFO):
            with structlog.contextvars.bound_contextvars(request_id=context.request_id):
                log_request(scope, status, started)

    def _is_ordinary(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """Whether the headers are those of a program's POST and contain nothing to refuse."""
        length = headers.get(b"content-length", b"0")
        return (
            headers.get(b"content-type") == b"application/json"
            and b"content-encoding" not in headers
            and headers.get(b"authorization", b"")[:7] == _BEARER
            and len(headers) == len(scope["headers"])
            and sum(map(len, headers)) + sum(map(len, headers.values())) <= MAX_HEADER_BYTES
            and not scope["query_string"]
            and length.isdigit()
            and int(length[:10]) <= self.max_bytes
        )

    def _build_context(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[Context | None, str]:
        """The context of a cached viewer. None if the viewer has to be looked up."""
        accepted, language = _negotiate(
            headers.get(b"accept", b"")[: answers.LONGEST_ACCEPT],
            headers.get(b"accept-language", b"")[: answers.LONGEST_ACCEPT],
        )
        now = datetime.now(UTC)
        digest = tokens.token_digest(headers[b"authorization"][7:].decode("latin-1"))
        viewer = self.endpoint.viewer_cache.find(token_key(digest), now)
        if accepted is None or viewer is None:
            return None, ""
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        return Context(
            viewer=viewer,
            now=now,
            request_id=given if given and WELL_FORMED.fullmatch(given) else os.urandom(16).hex(),
            settings=self.endpoint.settings,
            language=language,
            address=self.endpoint.client_address(scope),
        ), accepted

    async def _answer(self, scope: Scope, body: bytes, context: Context) -> bytes | None:
        """The answer. None if the full path has to give it; nothing has been done yet."""
        try:
            given: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if not _is_plain(given):
            return None
        asked = GraphQLRequest(given["query"], given.get("variables") or {}, given.get("operationName") or None)
        if not is_cached(asked.query) or variable_excess(asked.variables, self.endpoint.bounds):
            return None
        return await self.endpoint.answer_by_engine(asked, context, scope.setdefault("state", {}))


@lru_cache(256)
def _negotiate(accept: bytes, accept_language: bytes) -> tuple[str | None, str]:
    """The media type and language of the answer."""
    return answers.media_type(accept.decode("latin-1")), preferred_language(accept_language.decode("latin-1"))


def _is_plain(given: Any) -> bool:
    """Whether the body contains nothing to refuse. The full path gives the reasons."""
    if not isinstance(given, dict):
        return False
    members = cast("dict[str, Any]", given)
    query, name = members.get("query"), members.get("operationName")
    return (
        members.keys() <= {"query", "variables", "operationName"}
        and isinstance(query, str)
        and 0 < len(query) <= LONGEST_DOCUMENT
        and isinstance(name, (str, type(None)))
        and isinstance(members.get("variables"), (dict, type(None)))
    )


def _replay(first: Message, receive: Receive) -> Receive:
    """Receive what has been read already, then the rest."""
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


async def _send_answer(
    send: Send, status: int, content: bytes, accepted: str, request_id: str, more: list[tuple[bytes, bytes]]
) -> None:
    headers = [
        _CONTENT_TYPES[accepted],
        (b"content-length", b"%d" % len(content)),
        (b"x-request-id", request_id.encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
