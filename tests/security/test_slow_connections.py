"""How long does the server wait for a slow or silent caller?"""

import asyncio
import socket
import time
from contextlib import suppress

import pytest

from tests.security.connections import (
    CHUNKED,
    GET,
    IDLE,
    LATE,
    LENGTH,
    POST,
    SECONDS,
    SLACK,
    app,
    application,
    port,
    refusal,
)
from tests.wire import Line, serve_app

pytestmark = pytest.mark.scaled

__all__ = ["app", "port"]


# Time


HALF_HEADS = [b"G", b"GET /livez", GET, GET + b"a", GET + b"a: x", GET + b"a: x\r\n"]
DRIPPING_HEADS = [GET + b"a: " + b"x" * 1_000, b"GET /" + b"x" * 1_000, GET + b"a: x\r\n" * 90]


async def test_half_a_head_is_waited_for_only_for_a_while(port: int):
    started = time.perf_counter()

    refusals = await asyncio.gather(*(refusal(port, sent) for sent in HALF_HEADS))

    assert refusals == [LATE] * len(HALF_HEADS)
    assert SECONDS * 0.9 < time.perf_counter() - started < SECONDS + SLACK


async def test_a_head_that_drips_gets_no_more_time(port: int):
    started = time.perf_counter()

    refusals = await asyncio.gather(
        *(refusal(port, *(bytes([byte]) for byte in head), pause=SECONDS / 20) for head in DRIPPING_HEADS)
    )

    assert refusals == [LATE] * len(DRIPPING_HEADS)
    assert time.perf_counter() - started < SECONDS + SLACK


TOKEN = b"Authorization: Bearer rsl_pat_x\r\n"
DRIPPING_BODIES: dict[bytes, set[int]] = {
    POST + LENGTH % 900: {408},
    CHUNKED: {408},
    POST.replace(b"/graphql", b"/schema.graphql") + LENGTH % 900: {408, 405},
    POST.replace(b"/graphql", b"/schema.graphql") + TOKEN + LENGTH % 900: {408, 405},
    POST + TOKEN + LENGTH % 900: {408, 401},
    CHUNKED.replace(b"Host: x\r\n", b"Host: x\r\n" + TOKEN): {408, 401},
}
"""A request that is refused by its head may be refused before its body is late."""


async def test_a_body_that_drips_gets_no_more_time(port: int):
    started = time.perf_counter()

    statuses = await asyncio.gather(*(status_of_dripping_body(port, head) for head in DRIPPING_BODIES))

    assert [status in expected for status, expected in zip(statuses, DRIPPING_BODIES.values(), strict=True)] == [
        True
    ] * len(DRIPPING_BODIES), statuses
    assert time.perf_counter() - started < SECONDS + SLACK + 4


async def status_of_dripping_body(port: int, head: bytes) -> int:
    """What a request is answered whose body comes byte by byte, until the server closes the connection."""
    drops = [b" "] * 900 if b"chunked" not in head else [b"1", b"\r", b"\n", b" ", b"\r", b"\n"] * 150
    async with Line(port) as line:
        saying = asyncio.create_task(line.say(head, *drops, pause=0.02))
        answer = await line.answer(SECONDS + SLACK)
        await line.rest(SECONDS + SLACK + 4)
        saying.cancel()
        with suppress(asyncio.CancelledError):
            await saying
    return answer.status


async def test_a_caller_that_waits_to_go_on_and_never_does_is_not_waited_for(port: int):
    async with Line(port) as line:
        await line.say(POST + b"Expect: 100-continue\r\n" + LENGTH % 90)

        assert (await line.answer()).status == 100
        assert (await line.answer(SECONDS + SLACK)).refusal == LATE
        assert await line.rest(4) == b""


async def test_a_connection_on_which_nothing_comes_is_closed(port: int):
    async with Line(port) as line:
        assert await line.rest(SECONDS + SLACK) == b""


async def test_an_idle_connection_is_closed(port: int):
    ends = await asyncio.gather(*(wait_for_the_end(port, drop) for drop in (b"", b"\r\n")))

    assert ends == [b"", b""]


async def wait_for_the_end(port: int, drop: bytes) -> bytes:
    """Have an answer, and let these bytes drip, which are not a request. What comes until the connection ends."""
    async with Line(port) as line:
        await line.say(GET + b"\r\n")
        assert (await line.answer()).body == b"alive"

        await line.say(*[drop] * 5, pause=IDLE / 8)

        return await line.rest(IDLE + SLACK)


async def test_a_connection_in_use_stays_open(port: int):
    async with Line(port) as line:
        for _ in range(6):
            await line.say(GET[:20], GET[20:] + b"\r\n", pause=IDLE / 8)

            assert (await line.answer()).body == b"alive"


async def test_an_answer_that_nobody_reads_is_thrown_away():
    app = application()
    async with serve_app(app) as port:
        sockets = [deaf_socket(port), deaf_socket(port)]
        for sock, ending in zip(sockets, (b"", b"Connection: close\r\n"), strict=True):
            for _ in range(6):
                await say_all(sock, b"GET /schema.graphql HTTP/1.1\r\n\r\n" * 16)
            await say_all(sock, GET + ending + b"\r\n")
        assert len(app.connections._open) == 2

        async with asyncio.timeout(SECONDS + IDLE + SLACK):
            while app.connections._open:  # noqa: ASYNC110 - a server says nothing when it closes
                await asyncio.sleep(0.02)
        for sock in sockets:
            sock.close()


def deaf_socket(port: int) -> socket.socket:
    """A connection whose system takes little of an answer before somebody reads it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


async def say_all(sock: socket.socket, sent: bytes) -> None:
    with suppress(ConnectionError):
        await asyncio.get_running_loop().sock_sendall(sock, sent)
    await asyncio.sleep(0.02)


async def test_an_answer_that_is_read_slowly_comes_whole(port: int):
    loop, sock, heard = asyncio.get_running_loop(), deaf_socket(port), 0
    await say_all(sock, b"GET /schema.graphql HTTP/1.1\r\n\r\n" * 13 + GET + b"Connection: close\r\n\r\n")

    while piece := await loop.sock_recv(sock, 100_000):
        heard += len(piece)
        await asyncio.sleep(SECONDS * len(piece) / 1_000_000)

    sock.close()
    assert heard > 13 * 140_000  # so it took longer than a caller may take nothing
