"""Does the server bound what a connection may cost, in bytes and in time, before a request is one?

The server runs with limits of tenths of a second; in `make test-long` the limits are the real ones.
"""

import pytest

from tests.security.connections import (
    ANSWERED,
    CHUNKED,
    GET,
    GOOD,
    LENGTH,
    LONG_HEADER,
    MALFORMED,
    MANY_HEADERS,
    POST,
    app,
    port,
    refusal,
)
from tests.wire import Line

pytestmark = pytest.mark.scaled

__all__ = ["app", "port"]
TOO_LARGE = (431, "BAD_USER_INPUT", "The headers are too large.")
LONG_ADDRESS = (414, "BAD_USER_INPUT", "The address is too long.")
LARGE_BODY = (413, "BAD_USER_INPUT", "The body is too large.")
MANY_CHUNKS = (413, "BAD_USER_INPUT", "A body can have at most 2048 chunks.")


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
async def test_the_lines_around_the_chunks_of_a_body_are_bounded(
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
