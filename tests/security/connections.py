"""A server with narrow limits, and connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from server.app import Application, create_app
from server.settings import Settings
from tests.long import amount
from tests.wire import Line, serve_app

SECONDS = amount(0.4, long=10.0)
"""How long a head or a body may take, and how long a caller may take nothing of an answer."""
IDLE = amount(0.4, long=5.0)
SLACK = 3
"""How much later than its limit a connection may end, on a busy machine."""
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GOOD = b'{"query":"{__typename}"}'
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERED = b'{"data":{"__typename":"Query"}}'
MANY_HEADERS = (431, "BAD_USER_INPUT", "A request can have at most 100 headers.")
LONG_HEADER = (431, "BAD_USER_INPUT", "A header has more than 8192 bytes.")
LATE = (408, "BAD_USER_INPUT", "The request did not arrive in time.")
MALFORMED = (400, "BAD_USER_INPUT", "This is not an HTTP/1.1 request.")


def application(**changes: object) -> Application:
    """The application without a database, which nothing here asks."""
    limits = {"header_seconds": SECONDS, "body_seconds": SECONDS, "answer_seconds": SECONDS, "idle_seconds": IDLE}
    app = create_app(Settings(_env_file=None, log_level="ERROR", engine=False, **limits | changes))
    assert isinstance(app, Application)
    return app


@pytest.fixture(scope="module")
def app() -> Application:
    return application()


@pytest.fixture(scope="module")
async def port(app: Application) -> AsyncIterator[int]:
    async with serve_app(app) as port:
        yield port


async def refusal(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[int, str, str]:
    """What a server says to these pieces before it closes the connection."""
    async with Line(port) as line:
        saying = asyncio.create_task(line.say(*pieces, pause=pause))
        answer = await line.answer(SECONDS + SLACK)
        assert answer.headers["connection"] == "close"
        assert await line.rest(4) == b""
        saying.cancel()
        with suppress(asyncio.CancelledError):
            await saying
    return answer.refusal
