"""What happens to several requests on a connection, and to what is not HTTP/1.1?"""

import pytest

from tests.logs import Lines
from tests.security.connections import (
    ANSWERED,
    GET,
    GOOD,
    LATE,
    LENGTH,
    LONG_HEADER,
    MALFORMED,
    MANY_HEADERS,
    POST,
    SECONDS,
    SLACK,
    app,
    port,
    refusal,
)
from tests.wire import Line

pytestmark = pytest.mark.scaled

__all__ = ["app", "port"]


# Several requests on a connection


async def test_requests_that_follow_each_other_are_answered_in_order(port: int):
    async with Line(port) as line:
        await line.say((GET + b"X-Request-Id: request-%d\r\n\r\n") * 10 % tuple(range(10)))

        assert [(await line.answer()).headers["x-request-id"] for _ in range(10)] == [
            f"request-{number}" for number in range(10)
        ]


async def test_the_first_of_too_many_requests_at_once_are_answered(port: int):
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
