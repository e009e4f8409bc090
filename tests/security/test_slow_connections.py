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


@pytest.mark.parametrize("sent", [b"G", b"GET /livez", GET, GET + b"a", GET + b"a: x", GET + b"a: x\r\n"])
async def test_half_a_head_is_waited_for_only_for_a_while(port: int, sent: bytes):
    started = time.perf_counter()

    assert await refusal(port, sent) == LATE
    assert time.perf_counter() - started < SECONDS + SLACK


@pytest.mark.parametrize("head", [GET + b"a: " + b"x" * 1_000, b"GET /" + b"x" * 1_000, GET + b"a: x\r\n" * 90])
async def test_a_head_that_drips_gets_no_more_time(port: int, head: bytes):
    started = time.perf_counter()

    assert await refusal(port, *(bytes([byte]) for byte in head), pause=SECONDS / 20) == LATE
    assert time.perf_counter() - started < SECONDS + SLACK


@pytest.mark.parametrize("token", [b"", b"Authorization: Bearer rsl_pat_x\r\n"])
@pytest.mark.parametrize(
    "head", [POST + LENGTH % 900, CHUNKED, POST.replace(b"/graphql", b"/schema.graphql") + LENGTH % 900]
)
async def test_a_body_that_drips_gets_no_more_time(port: int, head: bytes, token: bytes):
    drops = [b" "] * 900 if b"chunked" not in head else [b"1", b"\r", b"\n", b" ", b"\r", b"\n"] * 150
    started = time.perf_counter()
    async with Line(port) as line:
        saying = asyncio.create_task(line.say(head.replace(b"Host: x\r\n", b"Host: x\r\n" + token), *drops, pause=0.02))
        answer = await line.answer(SECONDS + SLACK)
        await line.rest(SECONDS + SLACK + 4)
        saying.cancel()
        with suppress(asyncio.CancelledError):
            await saying

    expected = {408, 401} if token and b"schema" not in head else {408, 405}
    assert answer.status in expected
    assert time.perf_counter() - started < SECONDS + SLACK + 4


async def test_a_caller_that_waits_to_go_on_and_never_does_is_not_waited_for(port: int):
    async with Line(port) as line:
        await line.say(POST + b"Expect: 100-continue\r\n" + LENGTH % 90)

        assert (await line.answer()).status == 100
        assert (await line.answer(SECONDS + SLACK)).refusal == LATE
        assert await line.rest(4) == b""


async def test_a_connection_on_which_nothing_comes_is_closed(port: int):
    async with Line(port) as line:
        assert await line.rest(SECONDS + SLACK) == b""


@pytest.mark.parametrize("drop", [b"", b"\r\n"])
async def test_an_idle_connection_is_closed(port: int, drop: bytes):
    async with Line(port) as line:
        await line.say(GET + b"\r\n")
        assert (await line.answer()).body == b"alive"

        await line.say(*[drop] * 5, pause=IDLE / 8)

        assert await line.rest(IDLE + SLACK) == b""


async def test_a_connection_in_use_stays_open(port: int):
    async with Line(port) as line:
        for _ in range(8):
            await line.say(GET[:20], GET[20:] + b"\r\n", pause=IDLE / 8)

            assert (await line.answer()).body == b"alive"


@pytest.mark.parametrize("ending", [b"", b"Connection: close\r\n"])
async def test_an_answer_that_nobody_reads_is_thrown_away(ending: bytes):
    app = application()
    async with serve_app(app) as port:
        sock = deaf_socket(port)
        for _ in range(6):
            await say_all(sock, b"GET /schema.graphql HTTP/1.1\r\n\r\n" * 16)
        await say_all(sock, GET + ending + b"\r\n")

        async with asyncio.timeout(SECONDS + IDLE + SLACK):
            while app.connections._open:  # noqa: ASYNC110 - a server says nothing when it closes
                await asyncio.sleep(0.05)
        still_open = set(app.connections._open)
        sock.close()

    assert still_open == set()


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
    await asyncio.sleep(0.1)


async def test_an_answer_that_is_read_slowly_comes_whole(port: int):
    loop, sock, heard = asyncio.get_running_loop(), deaf_socket(port), 0
    await say_all(sock, b"GET /schema.graphql HTTP/1.1\r\n\r\n" * 13 + GET + b"Connection: close\r\n\r\n")

    while piece := await loop.sock_recv(sock, 100_000):
        heard += len(piece)
        await asyncio.sleep(SECONDS * len(piece) / 600_000)

    sock.close()
    assert heard > 13 * 140_000
