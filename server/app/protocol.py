"""The HTTP/1.1 protocol of a connection, with limits on size and time before the application sees a request.

uvicorn's protocol, and the parser beneath it, read a head of any length for any time. This one answers 400, 408, 413,
414, 431 or 503 in the form of the API if an answer is still possible, and then closes. It ignores `Upgrade`, as RFC
9110 (7.8) allows: such a request is answered as plain HTTP.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final, Literal, cast
from uuid import uuid4

import structlog
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn._types import HTTPScope
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from server.app import answers
from server.app.bounds import (
    MAX_CHUNKS,
    MAX_HEAD_BYTES,
    MAX_HEADERS,
    MAX_LINE_BYTES,
    MAX_PIPELINED,
    OutOfBounds,
    check_headers,
    too_large,
)
from server.app.connections import NEVER, Connections, Source
from server.app.requests import BODY_TOO_LARGE, LONGEST_ADDRESS, WELL_FORMED

SECONDS_TO_READ_ON: Final = 2.0
"""How long the server keeps reading after a refusal. Closing immediately could lose the answer before it is read."""
_MAX_BYTES_READ_ON: Final = 262_144
_LEAST_BYTES_TAKEN: Final = 65_536
"""The least part of a long answer that the caller has to take within `answer_seconds`."""
_TOO_LATE: Final = "The request did not arrive in time."
_log = structlog.get_logger("server.http")

Stage = Literal["between", "head", "body", "deaf", "closing"]
"""States: no request has begun; its head is arriving; its body is arriving; input is discarded; closed."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection. Its limits are in the application's `connections`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.bounds = cast("Connections", cast("Any", config.loaded_app).connections)
        self.source: Source | None = None
        self.due_at = self.take_by = NEVER
        self.stage: Stage = "between"
        self.piece = self.pieces = self.chunks = self.received = self.untaken = 0

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        if self.bounds.admit(self, self.client[0] if self.client else "", self.loop):
            self.due_at = self.bounds.now + self.bounds.head_seconds
        else:
            self._write_refusal(OutOfBounds(503, "The server has too many connections. Try again.", "UNAVAILABLE"))
            self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stage = "closing"
        self.bounds.remove(self)
        super().connection_lost(exc)

    @property
    def is_half_sent(self) -> bool:
        return self.stage == "body"

    def abort(self) -> None:
        self.stage = "closing"
        self.transport.abort()

    def pause_writing(self) -> None:
        self._restart_progress_timer()
        super().pause_writing()

    def resume_writing(self) -> None:
        if self.stage != "closing":
            self.take_by = NEVER
        super().resume_writing()

    # What comes

    def data_received(self, data: bytes) -> None:
        if self.stage in ("deaf", "closing"):
            self._discard(data)
            return
        self.piece, upgraded_at = len(data), None
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            upgraded_at = int(upgrade.args[0])
        except HttpParserError as error:
            why = error.__context__
            self._refuse(why if isinstance(why, OutOfBounds) else OutOfBounds(400, "This is not an HTTP/1.1 request."))
        else:
            self.pieces += 1
            self.received += self.piece
            if self.received > MAX_HEAD_BYTES:
                self._check_received()
        if upgraded_at is not None:
            self._parse_without_upgrade(data[upgraded_at:])

    def _check_received(self) -> None:
        """Count what reaches no callback: an unfinished line of a head, and the framing of chunks."""
        if self.stage == "body":
            # Chunks of a few bytes double a body; no client's are smaller.
            if self.received > 2 * self.bounds.max_body_bytes:
                self._refuse(OutOfBounds(413, BODY_TOO_LARGE))
        else:
            self._refuse(too_large(self.url if self.stage == "head" and not self.headers else b""))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.stage = "head"
        self.due_at = self.bounds.now + self.bounds.head_seconds
        self.pieces = self.chunks = 0
        self.received = -self.piece

    def on_url(self, url: bytes) -> None:
        self.url += url
        if len(self.url) > LONGEST_ADDRESS:
            raise too_large(self.url)

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        if len(self.headers) >= MAX_HEADERS:
            raise OutOfBounds(431, f"A request can have at most {MAX_HEADERS} headers.")
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        if self.piece > MAX_LINE_BYTES or self.pieces:
            check_headers(self.headers)
        if len(self.pipeline) >= MAX_PIPELINED:
            raise OutOfBounds(400, "Too many requests are waiting on this connection.")
        if len(self.tasks) > self.bounds.most:
            raise OutOfBounds(503, "The server is busy. Try again.", "UNAVAILABLE")
        super().on_headers_complete()
        self.headers = []  # those after a body are counted, and change nothing
        self.stage = "body"
        self.due_at = self.bounds.now + self.bounds.body_seconds
        if self.source is not None:
            self.source.mark_busy(self)

    def on_body(self, body: bytes) -> None:
        self.chunks += 1
        # Pieces of the network are not counted: only many small chunks cost more than their bytes.
        if self.chunks - self.pieces > MAX_CHUNKS:
            raise OutOfBounds(413, f"A body can have at most {MAX_CHUNKS} chunks.")
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self.stage = "between"
        self.received = -self.piece
        if self.cycle.response_complete:
            self._start_idling()
        else:
            self.due_at = NEVER

    def _parse_without_upgrade(self, rest: bytes) -> None:
        """Parse the head again without its `Upgrade`, and then what followed it."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(OutOfBounds(400, "This server is not a proxy."))
            return
        head = [b"%b %b HTTP/%b\r\n" % (method, self.url, self.parser.get_http_version().encode())]
        head += [b"%b: %b\r\n" % header for header in self.headers if header[0] not in (b"upgrade", b"connection")]
        self.parser = HttpRequestParser(self)
        self.data_received(b"".join(head) + b"connection: close\r\n\r\n" + rest)

    # What is answered

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._close()
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.stage == "body":
            # Answered early. The rest of a nearly complete body may still arrive; otherwise the connection ends.
            self.due_at = min(self.due_at, self.bounds.now + SECONDS_TO_READ_ON)
        else:
            self._start_idling()

    def _start_idling(self) -> None:
        """No answer is pending."""
        if self.stage == "between":
            self.due_at = self.bounds.now + self.bounds.idle_seconds
        if self.source is not None:
            self.source.idle[self] = None

    def time_out(self) -> None:
        """The client missed its deadline for sending."""
        if self.stage in ("between", "deaf", "closing"):
            self._close()
        else:
            self._refuse(OutOfBounds(408, _TOO_LATE))

    def _refuse(self, bound: OutOfBounds) -> None:
        """Answer with a refusal, unless another answer is being sent, and read no more requests."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        answering = None if cycle is None or cycle.response_complete else cycle
        is_its_body = self.stage == "body"
        self.stage = "deaf"
        self.received = 0
        if answering and (not is_its_body or answering.response_started):
            answering.keep_alive = False
            self.due_at = NEVER
        elif answering and self.pipeline:
            self._close()
        else:
            if answering:
                answering.disconnected = True
                answering.message_event.set()
            if answering or not is_its_body:
                self._write_refusal(bound)
            self._close_after_reading()

    def _write_refusal(self, bound: OutOfBounds) -> None:
        sent = cast("HTTPScope | None", self.scope)
        given = dict(sent["headers"] if sent else ()).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if WELL_FORMED.fullmatch(given) else uuid4().hex
        content = answers.problem_body(bound.message, request_id, bound.code)
        headers = (
            self.bounds.headers
            | {
                "Content-Type": f"{answers.JSON}; charset=utf-8",
                "Content-Length": str(len(content)),
                "X-Request-Id": request_id,
                "Connection": "close",
            }
            | (answers.RETRY_AFTER if bound.status == HTTPStatus.SERVICE_UNAVAILABLE else {})
        )
        head = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        head += [f"{name.lower()}: {value}\r\n".encode() for name, value in headers.items()]
        self.transport.write(b"".join([STATUS_LINE[bound.status], *head, b"\r\n", content]))
        if self.source is not None:  # connections that are not admitted are logged once, not each
            _log.info("refused", request_id=request_id, status=bound.status, why=bound.message)

    def _close_after_reading(self) -> None:
        """Close, but not before the client can have read the answer."""
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.due_at = self.bounds.now + SECONDS_TO_READ_ON

    def _discard(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > _MAX_BYTES_READ_ON:
            self.flow.pause_reading()

    def _close(self) -> None:
        self.stage = "closing"
        self.due_at = NEVER
        self._restart_progress_timer()
        self.transport.close()

    def _restart_progress_timer(self) -> None:
        self.untaken = self.transport.get_write_buffer_size()
        self.take_by = self.bounds.now + self.bounds.answer_seconds

    def check_progress(self) -> None:
        """Discard an answer that the client takes too slowly."""
        if self.transport.get_write_buffer_size() > self.untaken - _LEAST_BYTES_TAKEN:
            self.transport.abort()
        else:
            self._restart_progress_timer()
