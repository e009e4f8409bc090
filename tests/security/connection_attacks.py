"""Attacks on connections, before anything is a request: heads without end, halves, crowds, answers that nobody reads."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

from tests.long import amount
from tests.security.delays import Attacker
from tests.wire import Line

SOURCE: Final = "127.0.0.2"
STRANGERS: Final = [f"127.0.1.{number}" for number in range(1, 16)]
IDLE: Final = amount(200, long=800)
CONNECTIONS: Final = amount(12, long=60)
SECONDS: Final = amount(0.05, long=12)
"""How long halves stay as they are; `make test-long` sees the server end them."""
GET: Final = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
POST: Final = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def port_of(attacker: Attacker) -> int:
    port = urlsplit(attacker.server.url).port
    assert port
    return port


@asynccontextmanager
async def crowd(attacker: Attacker, count: int, *sources: str) -> AsyncIterator[list[Line]]:
    """Connections, from these sources in turn."""
    async with AsyncExitStack() as stack:
        lines = list[Line]()
        for number in range(count):
            with suppress(ConnectionError):
                lines.append(await stack.enter_async_context(Line(port_of(attacker), sources[number % len(sources)])))
        yield lines


def saying(*pieces: bytes, count: int = CONNECTIONS, seconds: float = 0.0) -> Callable[[Attacker], Awaitable[None]]:
    """An attack of connections that all say this, and stay that long."""

    async def attack(attacker: Attacker) -> None:
        async with crowd(attacker, count, SOURCE) as lines:
            await asyncio.gather(*(line.say(*pieces) for line in lines))
            await asyncio.sleep(seconds)

    return attack


def idle(*sources: str) -> Callable[[Attacker], Awaitable[None]]:
    async def attack(attacker: Attacker) -> None:
        async with crowd(attacker, IDLE, *sources):
            await asyncio.sleep(SECONDS)

    return attack


async def comings_and_goings(attacker: Attacker) -> None:
    """As many connections as can be opened, several at a time; none says anything."""

    async def come_and_go() -> None:
        for _ in range(amount(20, long=500)):
            with suppress(ConnectionError):
                async with Line(port_of(attacker), SOURCE):
                    pass

    await asyncio.gather(*(come_and_go() for _ in range(16)))


async def many_at_the_same_moment(attacker: Attacker) -> None:
    """As many as the system lets wait before the server takes them."""
    for _ in range(amount(1, long=10)):
        sockets = [socket.socket() for _ in range(500)]
        for sock in sockets:
            sock.setblocking(False)
            sock.bind((SOURCE, 0))
            with suppress(BlockingIOError):
                sock.connect(("127.0.0.1", port_of(attacker)))
        await asyncio.sleep(0.1)
        for sock in sockets:
            sock.close()


async def answers_that_nobody_reads(attacker: Attacker) -> None:
    loop, sockets = asyncio.get_running_loop(), list[socket.socket]()
    for _ in range(CONNECTIONS):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        sock.bind((SOURCE, 0))
        await loop.sock_connect(sock, ("127.0.0.1", port_of(attacker)))
        await loop.sock_sendall(sock, b"GET /schema.graphql HTTP/1.1\r\n\r\n" * 16)
        sockets.append(sock)
    await asyncio.sleep(SECONDS)
    for sock in sockets:
        sock.close()


ON_CONNECTIONS: Final[dict[str, Callable[[Attacker], Awaitable[None]]]] = {
    "headers without end": saying(GET, *[b"a: %b\r\n" % (b"x" * 6_000)] * 200),
    "a header without end": saying(GET, b"a: ", *[b"x" * 60_000] * 50),
    "60,000 empty headers": saying(GET + b"a:\r\n" * 60_000),
    "20,000 requests in one go": saying((GET + b"\r\n") * 20_000),
    "a body in chunks of one byte": saying(POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 100_000),
    "extensions of chunks without end": saying(
        POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1;a=", *[b"x" * 60_000] * 50
    ),
    "half-sent requests": saying(GET, seconds=SECONDS),
    "half-sent bodies": saying(POST + b"Content-Length: 90\r\n\r\n{", seconds=SECONDS),
    "POST with Upgrade: websocket": saying(
        POST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 24\r\n\r\n" + b'{"query":"{__typename}"}',
        seconds=SECONDS,
    ),
    "answers that nobody reads": answers_that_nobody_reads,
    f"{IDLE} idle connections of one source": idle(SOURCE),
    f"{IDLE} idle connections of the second client's source": idle("127.0.0.1"),
    f"{IDLE} idle connections of 15 sources": idle(*STRANGERS),
    "connections that come and go": comings_and_goings,
    "500 connections at the same moment": many_at_the_same_moment,
}
