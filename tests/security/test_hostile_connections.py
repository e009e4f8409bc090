"""Does the server bound what a connection may cost, in bytes and in time, before a request is one?

The server runs with limits of tenths of a second; with LONG=1 the limits are the real ones.
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress

import pytest

from server.app import Application, create_app
from server.app.client_address import ClientAddresses
from server.app.connections import Connections
from server.settings import Settings
from tests.logs import Lines
from tests.wire import Line, serve_app

LONG = os.environ.get("LONG") == "1"
SECONDS = 10.0 if LONG else 0.4
"""How long a head or a body may take, and how long a caller may take nothing of an answer."""
IDLE = 5.0 if LONG else 0.4
SLACK = 1.5
"""How much later than its limit a connection may end, on a busy machine."""
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GOOD = b'{"query":"{__typename}"}'
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERED = b'{"data":{"__typename":"Query"}}'
TOO_LARGE = (431, "BAD_USER_INPUT", "The headers are too large.")
MANY_HEADERS = (431, "BAD_USER_INPUT", "A request can have at most 100 headers.")
LONG_HEADER = (431, "BAD_USER_INPUT", "A header has more than 8192 bytes.")
LONG_ADDRESS = (414, "BAD_USER_INPUT", "The address is too long.")
LATE = (408, "BAD_USER_INPUT", "The request did not arrive in time.")
LARGE_BODY = (413, "BAD_USER_INPUT", "The body is too large.")
MANY_CHUNKS = (413, "BAD_USER_INPUT", "A body can have at most 2048 chunks.")
MALFORMED = (400, "BAD_USER_INPUT", "This is not an HTTP/1.1 request.")
FULL = (503, "UNAVAILABLE", "The server has too many connections. Try again.")


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


# Bytes


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([GET, *[b"a: %b\r\n" % (b"x" * 4_000)] * 400], TOO_LARGE),
        ([GET, *[b"a: %b\r\n" % (b"x" * 900)] * 40, b"\r\n"], TOO_LARGE),
        ([GET + b"a: %b\r\n" % (b"x" * 900) * 40 + b"\r\n"], TOO_LARGE),
        ([GET, b"a: ", *[b"x" * 60_000] * 100], TOO_LARGE),
        ([GET, *[b"x" * 60_000] * 100], TOO_LARGE),
        ([GET + b"a: " + b"x" * 1_000_000], TOO_LARGE),
        ([GET + b"a: " + b"x" * 8_192 + b"\r\n\r\n"], LONG_HEADER),
        ([GET, b"a: " + b"x" * 4_000, b"x" * 4_192 + b"\r\n\r\n"], LONG_HEADER),
        ([GET + b"a: x\r\n" * 100 + b"\r\n"], MANY_HEADERS),
        ([GET, *[b"a: x\r\n" * 100] * 100], MANY_HEADERS),
        ([GET + b":\r\n" * 60_000], MALFORMED),
        ([GET + b"a:\r\n" * 60_000], MANY_HEADERS),
        ([b"GET /", *[b"x" * 60_000] * 100], LONG_ADDRESS),
        ([b"GET /" + b"x" * 32_768 + b" HTTP/1.1\r\n\r\n"], LONG_ADDRESS),
        ([b"\r\n" * 30_000] * 100, TOO_LARGE),
    ],
)
async def test_a_head_is_bounded_in_bytes(port: int, pieces: list[bytes], expected: tuple[int, str, str]):
    assert await refusal(port, *pieces) == expected


@pytest.mark.parametrize(
    "head",
    [
        GET + b"a: x\r\n" * 99 + b"\r\n",
        GET + b"a: " + b"x" * 8_191 + b"\r\n\r\n",
        b"\r\n\r\n" + GET + b"\r\n",
        GET + (b"a: " + b"x" * 8_000 + b"\r\n") * 4 + b"\r\n",
    ],
)
async def test_a_head_within_the_bounds_is_answered(port: int, head: bytes):
    async with Line(port) as line:
        await line.say(head)

        assert (await line.answer()).status == 200


async def test_an_address_of_32_kb_reaches_the_application(port: int):
    async with Line(port) as line:
        await line.say(b"GET /" + b"x" * 32_767 + b" HTTP/1.1\r\n\r\n")

        assert (await line.answer()).status == 404


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([CHUNKED, b"1;x=", *[b"x" * 60_000] * 100], LARGE_BODY),
        ([CHUNKED, *[b"1;x=%b\r\n \r\n" % (b"x" * 60_000)] * 100], LARGE_BODY),
        ([CHUNKED, *[b"1\r\n \r\n" * 1_000] * 20], MANY_CHUNKS),
        ([CHUNKED + b"1\r\n \r\n" * 2_050], MANY_CHUNKS),
        ([CHUNKED, b"1\r\n \r\n0\r\n", *[b"a: %b\r\n" % (b"x" * 60_000)] * 100], LARGE_BODY),
        ([CHUNKED, b"1\r\n \r\n0\r\n", b"a: x\r\n" * 102], MANY_HEADERS),
        ([CHUNKED, b"x\r\n"], MALFORMED),
        ([CHUNKED, b"f" * 17 + b"\r\n"], MALFORMED),
    ],
)
async def test_what_is_around_the_chunks_of_a_body_is_bounded(
    port: int, pieces: list[bytes], expected: tuple[int, str, str]
):
    assert await refusal(port, *pieces) == expected


async def test_a_body_may_come_in_many_pieces(port: int):
    body = b" " * (200_064 - len(GOOD)) + GOOD
    chunks = [b"80\r\n%b\r\n" % body[at : at + 128] for at in range(0, 200_064, 128)]
    for pieces in ([POST + LENGTH % 5_000, *[b" "] * 4_976, GOOD], [CHUNKED, *chunks, b"0\r\n\r\n"]):
        async with Line(port) as line:
            await line.say(*pieces)

            assert (await line.answer()).body == ANSWERED


async def test_headers_behind_a_body_change_nothing(port: int):
    async with Line(port) as line:
        trailer = b"Accept: text/html\r\nAccept-Encoding: gzip\r\nX-Request-Id: from-behind-the-body\r\n\r\n"
        await line.say(CHUNKED, b"%x\r\n%b\r\n0\r\n" % (len(GOOD), GOOD) + trailer)
        answer = await line.answer()

    assert (answer.status, answer.body) == (200, ANSWERED)
    assert answer.headers["x-request-id"] != "from-behind-the-body"


async def test_many_large_bodies_may_follow_each_other(port: int):
    body = GOOD + b" " * 200_000
    async with Line(port) as line:
        for _ in range(5):
            await line.say(POST + LENGTH % len(body), body[:100_000], body[100_000:])

            assert (await line.answer()).body == ANSWERED


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


# Several requests on a connection


async def test_requests_that_follow_each_other_are_answered_in_order(port: int):
    async with Line(port) as line:
        await line.say((GET + b"X-Request-Id: request-%d\r\n\r\n") * 10 % tuple(range(10)))

        assert [(await line.answer()).headers["x-request-id"] for _ in range(10)] == [
            f"request-{number}" for number in range(10)
        ]


async def test_of_too_many_requests_at_once_the_first_are_answered(port: int):
    async with Line(port) as line:
        await line.say((GET + b"\r\n") * 20_000)
        heard = await line.rest()

    assert heard.count(b"alive") == 17
    assert heard.count(b"HTTP/1.1") == 17


@pytest.mark.parametrize("second", [b"\0", GET + b"a: x\r\n" * 200, GET + b"a: " + b"x" * 9_000 + b"\r\n\r\n"])
async def test_a_malformed_request_does_not_spoil_the_answer_before_it(port: int, second: bytes):
    async with Line(port) as line:
        await line.say(POST + LENGTH % len(GOOD) + GOOD + second)
        answer = await line.answer()

        assert (answer.status, answer.body) == (200, ANSWERED)
        assert (await line.rest()).count(b"HTTP/1.1") <= 1


async def test_half_a_request_behind_another_is_not_waited_for(port: int):
    async with Line(port) as line:
        await line.say(GET + b"\r\n" + GET)

        assert (await line.answer()).body == b"alive"
        assert (await line.answer(SECONDS + SLACK)).refusal == LATE


# What is not a request of HTTP/1.1

UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"


@pytest.mark.parametrize("upgrade", [UPGRADE, H2C, b"Connection: upgrade\r\nUpgrade: TLS/1.0\r\n"])
async def test_an_upgrade_is_ignored(port: int, upgrade: bytes):
    whole = POST + upgrade + LENGTH % len(GOOD)
    chunks = POST + upgrade + b"Transfer-Encoding: chunked\r\n\r\n"
    for pieces in (
        [whole + GOOD],
        [whole, GOOD],
        [whole[:50], whole[50:], GOOD[:5], GOOD[5:]],
        [chunks + b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD)],
        [chunks, b"%x\r\n%b\r\n" % (len(GOOD), GOOD), b"0\r\n\r\n"],
    ):
        async with Line(port) as line:
            await line.say(*pieces, pause=0.02)
            answer = await line.answer()

            assert (answer.status, answer.body, answer.headers["connection"]) == (200, ANSWERED, "close")
            assert await line.rest() == b""


async def test_an_upgrade_is_bound_as_any_request_is(port: int):
    whole = POST + UPGRADE + LENGTH % len(GOOD)

    assert await refusal(port, whole) == LATE
    assert await refusal(port, GET + UPGRADE + b"a: x\r\n" * 200) == MANY_HEADERS
    assert await refusal(port, GET + UPGRADE + b"a: " + b"x" * 9_000 + b"\r\n\r\n") == LONG_HEADER


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /graphql HTTP/1.1\r\n" + UPGRADE + b"\r\n", 400),
        (b"GET /livez HTTP/1.1\r\n" + H2C + b"\r\n", 200),
        (b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", 400),
        (b"TRACE /graphql HTTP/1.1\r\n\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\n\r\n", 404),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"FOO /graphql HTTP/1.1\r\n\r\n", 400),
        (b"GET /graphql HTTP/3.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na\x01: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\na: \0\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    ],
)
async def test_everything_gets_an_answer(port: int, sent: bytes, status: int):
    async with Line(port) as line:
        await line.say(sent)

        assert (await line.answer()).status == status


async def test_a_refusal_has_the_form_and_the_headers_of_every_answer(port: int):
    async with Line(port) as line:
        await line.say(GET + b"X-Request-Id: the-request-0001\r\na: x\r\na\r\n\r\n")
        answer = await line.answer()

    assert answer.refusal == MALFORMED
    assert answer.headers.pop("date")
    assert answer.headers == {
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(answer.body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": "the-request-0001",
        "connection": "close",
    }
    assert b'"requestId":"the-request-0001"' in answer.body


async def test_a_refusal_is_logged_without_what_was_sent(port: int, log: Lines):
    async with Line(port) as line:
        await line.say(b"GET /canary HTTP/1.1\r\ncanary: canary\r\n" + b"a: x\r\n" * 200)
        answer = await line.answer()

    lines = [line for line in log() if line["level"] != "debug"]
    assert [
        {name: line[name] for name in ("logger", "event", "status", "why", "request_id", "level")} for line in lines
    ] == [
        {
            "logger": "server.http",
            "event": "refused",
            "status": 431,
            "why": "A request can have at most 100 headers.",
            "request_id": answer.headers["x-request-id"],
            "level": "info",
        }
    ]
    assert "canary" not in str(lines)


# Many connections


async def test_800_idle_connections_of_one_source_leave_room_for_others(app: Application, port: int):
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(port, "127.0.0.2")) for _ in range(800)]
        for line in lines[-10:]:
            await line.say(GET)
        await asyncio.sleep(0.05)
        assert len(app.connections._open) <= 65

        for source in ("127.0.0.2", "127.0.0.3"):
            async with Line(port, source) as line:
                await line.say(GET + b"\r\n")
                started = time.perf_counter()

                assert (await line.answer()).body == b"alive"
                assert time.perf_counter() - started < 0.5


async def test_a_fresh_connection_gives_way_before_one_that_was_used():
    async with serve_app(application(max_connections_per_source=3)) as port, AsyncExitStack() as stack:
        used = await stack.enter_async_context(Line(port))
        await used.say(GET + b"\r\n")
        assert (await used.answer()).body == b"alive"
        first, second, third = [await stack.enter_async_context(Line(port)) for _ in range(3)]

        assert await first.rest(IDLE / 2) == b""
        for line in (used, second, third):
            await line.say(GET + b"\r\n")
            assert (await line.answer()).body == b"alive"


@pytest.mark.parametrize("limit", ["max_connections_per_source", "max_connections"])
async def test_a_connection_that_works_does_not_give_way(limit: str):
    async with serve_app(application(**{limit: 2})) as port, AsyncExitStack() as stack:
        working = [await stack.enter_async_context(Line(port)) for _ in range(2)]
        for line in working:
            await line.say(POST + LENGTH % len(GOOD))
        await asyncio.sleep(0.05)
        async with Line(port) as third:
            answer = await third.answer()
            assert (answer.refusal, answer.headers["retry-after"]) == (FULL, "5")
            assert await third.rest() == b""
        for line in working:
            await line.say(GOOD)

            assert (await line.answer()).body == ANSWERED


async def test_in_all_the_source_with_most_idle_connections_gives_way():
    async with serve_app(application(max_connections=4)) as port, AsyncExitStack() as stack:
        quiet = await stack.enter_async_context(Line(port, "127.0.0.2"))
        many = [await stack.enter_async_context(Line(port, "127.0.0.3")) for _ in range(3)]
        new = await stack.enter_async_context(Line(port, "127.0.0.4"))

        assert await many[0].rest(SECONDS / 2) == b""
        for line in (quiet, *many[1:], new):
            await line.say(GET + b"\r\n")
            assert (await line.answer()).body == b"alive"


async def test_half_sent_requests_of_few_sources_leave_room_for_others():
    async with serve_app(application(max_connections=4)) as port, AsyncExitStack() as stack:
        halves = [await stack.enter_async_context(Line(port, "127.0.0.3")) for _ in range(3)]
        other = await stack.enter_async_context(Line(port, "127.0.0.2"))
        for line in (*halves, other):
            await line.say(POST + LENGTH % len(GOOD))
            await asyncio.sleep(0.02)

        new = await stack.enter_async_context(Line(port, "127.0.0.4"))
        await new.say(GET + b"\r\n")
        assert (await new.answer()).body == b"alive"
        answered = list[bytes]()
        for line in (other, *halves):
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await line.say(GOOD)
                answered.append((await line.answer()).body)
        assert answered == [ANSWERED] * 3


async def test_a_trusted_proxy_is_not_a_source():
    app = application(max_connections_per_source=2, trusted_proxies="127.0.0.2")
    async with serve_app(app) as port, AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(port, "127.0.0.2")) for _ in range(50)]

        for line in lines:
            await line.say(GET + b"\r\n")
            assert (await line.answer()).body == b"alive"


@pytest.fixture
async def narrow_port() -> AsyncIterator[int]:
    """A server that takes one connection from each source."""
    async with serve_app(application(max_connections_per_source=1)) as port:
        yield port


async def test_a_full_source_is_logged_once(narrow_port: int, log: Lines):
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(Line(narrow_port))
        await asyncio.sleep(0.05)

    assert [line["level"] for line in log() if line["event"] == "source_full"] == ["warning"]


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.0.0.5", ""),
        ("::ffff:10.0.0.5", ""),
        ("", ""),
    ],
)
def test_a_source_is_an_address_or_a_network_of_64_bits(peer: str, source: str):
    settings = Settings(_env_file=None, trusted_proxies="10.0.0.0/8")

    assert Connections(settings, ClientAddresses(settings.trusted_proxies))._source_of(peer) == source


async def test_connections_that_end_are_forgotten(app: Application, port: int):
    endings: list[Callable[[Line], object]] = [
        lambda line: line.writer.close(),
        lambda line: line.writer.transport.abort(),
        lambda line: line.writer.write(b"\0"),
        lambda line: line.writer.write(GET + b"Connection: close\r\n\r\n"),
        lambda line: line.writer.write(POST + LENGTH % 9),
    ]
    async with AsyncExitStack() as stack:
        for end in endings * 10:
            line = await stack.enter_async_context(Line(port))
            end(line)
    await asyncio.sleep(0.1)

    assert len(app.connections._open) == 0
    assert app.connections._sources == {}
