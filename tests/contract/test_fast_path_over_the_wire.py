"""Does the fast path answer a real connection as the full path does?"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.types import Scope

from server.app import Application
from tests.contract.fast_path import _MADE_ANEW, ID, WHO, Ways, fetch_answer, post, ways
from tests.contract.fast_path_cases import SENT
from tests.databases import BACKEND
from tests.logs import Lines
from tests.wire import serve_app

__all__ = ["ways"]


# Behind a real server


async def said_to(port: int, *sent: bytes, leaves: bool = False) -> str:
    """What the server answers to these pieces until it is silent or closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        for piece in sent:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
    heard = b""
    if not leaves:
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.4):
                while piece := await reader.read(65_536):
                    heard += piece
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    # The two ways write their headers in another order.
    answers = re.split(r"(?=HTTP/1\.1 \d)", _MADE_ANEW.sub("…", heard.decode()))
    return "".join(
        "\r\n".join(sorted(answer.partition("\r\n\r\n")[0].split("\r\n"))) + "|" + answer.partition("\r\n\r\n")[2]
        for answer in answers
    )


def over_the_wire(secret: str, body: bytes = SENT, length: int | str | None = None, *more: str) -> bytes:
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {secret}",
        "Content-Type: application/json",
        f"X-Request-Id: {ID}",
        f"Content-Length: {len(body) if length is None else length}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


WIRE: dict[str, Callable[[str], list[bytes]]] = {
    "one request": lambda secret: [over_the_wire(secret, SENT, None, "Connection: close")],
    "the body later": lambda secret: [over_the_wire(secret, b"", len(SENT), "Connection: close"), SENT],
    "the body in two": lambda secret: [over_the_wire(secret, SENT[:9], len(SENT), "Connection: close"), SENT[9:]],
    "three in a row": lambda secret: [
        over_the_wire(secret) * 2 + over_the_wire(secret, SENT, None, "Connection: close")
    ],
    "a length that is too small": lambda secret: [over_the_wire(secret, SENT, 9)],
    "a length that is too large": lambda secret: [over_the_wire(secret, SENT, 90)],
    "a length of nothing": lambda secret: [over_the_wire(secret, b"", 0, "Connection: close")],
    "two lengths": lambda secret: [over_the_wire(secret, SENT, None, "Content-Length: 9")],
    "a length and pieces": lambda secret: [over_the_wire(secret, b"0\r\n\r\n", None, "Transfer-Encoding: chunked")],
    "a length over the limit": lambda secret: [over_the_wire(secret, SENT, 900_000)],
    "a body over the limit": lambda secret: [over_the_wire(secret, SENT + b" " * 270_000, None, "Connection: close")],
    "in chunks": lambda secret: [
        over_the_wire(secret, b"", "x").replace(
            b"Content-Length: x", b"Transfer-Encoding: chunked\r\nConnection: close"
        ),
        f"{len(SENT):x}\r\n".encode() + SENT + b"\r\n",
        b"0\r\n\r\n",
    ],
    "who waits to be told to go on": lambda secret: [
        over_the_wire(secret, b"", len(SENT), "Expect: 100-continue", "Connection: close"),
        SENT,
    ],
}


class LongWay:
    """The application with its full path only."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.connections = app.connections

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        await self.app.full_path(scope, receive, send)


@pytest.fixture(scope="module")
async def ports(ways: Ways) -> AsyncIterator[tuple[int, int]]:
    """Where the application is served, and where only its full path is."""
    async with serve_app(ways.app) as short, serve_app(LongWay(ways.app)) as long:
        yield short, long


@pytest.mark.parametrize("case", WIRE)
async def test_over_the_wire_the_fast_path_answers_like_the_full_path(ways: Ways, ports: tuple[int, int], case: str):
    secret = ways.world.tokens["pL"]
    short, long = ports
    await ways.get_to_know(secret)

    by_short, by_long = await asyncio.gather(*(said_to(port, *WIRE[case](secret)) for port in (short, long)))

    assert by_short == by_long


async def test_callers_who_disconnect_leave_nothing_behind(ways: Ways, ports: tuple[int, int], log: Lines):
    secret = ways.world.tokens["pL"]
    short, _ = ports
    await ways.get_to_know(secret)
    log()

    for pieces in (
        [over_the_wire(secret, b"", 90)],
        [over_the_wire(secret, SENT[:9], 90)],
        [over_the_wire(secret)],
        [b"POST /graphql HTTP"],
    ):
        await asyncio.gather(*(said_to(short, *pieces, leaves=True) for _ in range(10)))
    await asyncio.sleep(0.1)
    lines = [line for line in log() if line["level"] != "debug"]
    after = await said_to(short, over_the_wire(secret, SENT, None, "Connection: close"))

    assert "HTTP/1.1 200 OK" in after
    assert [line for line in lines if line["level"] in ("warning", "error", "critical")] == []
    assert Counter(line["status"] for line in lines if line["event"] == "answered") == {None: 20, 200: 10}


async def test_the_fast_path_is_taken_on_this_database(ways: Ways):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)
    before = ways.long_taken["all"]

    for _ in range(5):
        await fetch_answer(ways.app, post(secret, query=WHO))

    assert ways.long_taken["all"] == before, BACKEND
    assert datetime.now(UTC) < ways.world.token_pL.expires_at
