"""Who gives way when there are too many connections?"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from server.app import Application
from server.app.client_address import ClientAddresses
from server.app.connections import Connections
from server.settings import Settings
from tests.logs import Lines
from tests.security.connections import ANSWERED, GET, GOOD, IDLE, LENGTH, POST, SECONDS, app, application, port
from tests.waiting import until
from tests.wire import Line, serve_app

pytestmark = pytest.mark.scaled

__all__ = ["app", "port"]
FULL = (503, "UNAVAILABLE", "The server has too many connections. Try again.")


def stages(app: Application) -> list[str]:
    """What has come on each connection that is open: a part of a head, of a body, or nothing new."""
    connections: set[Any] = {*app.connections._open}
    return [connection.stage for connection in connections]


# Many connections


async def test_800_idle_connections_of_one_source_leave_room_for_others(app: Application, port: int):
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(port, "127.0.0.2")) for _ in range(800)]
        for line in lines[-10:]:
            await line.say(GET)
        await until(lambda: stages(app).count("head") == 10)
        assert len(app.connections._open) <= 65

        for source in ("127.0.0.2", "127.0.0.3"):
            async with Line(port, source) as line:
                await line.say(GET + b"\r\n")
                started = time.perf_counter()

                assert (await line.answer()).body == b"alive"
                assert time.perf_counter() - started < 2


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
    app = application(**{limit: 2})
    async with serve_app(app) as port, AsyncExitStack() as stack:
        working = [await stack.enter_async_context(Line(port)) for _ in range(2)]
        for line in working:
            await line.say(POST + LENGTH % len(GOOD))
        await until(lambda: stages(app) == ["body", "body"])
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
    app = application(max_connections=4)
    async with serve_app(app) as port, AsyncExitStack() as stack:
        halves = [await stack.enter_async_context(Line(port, "127.0.0.3")) for _ in range(3)]
        other = await stack.enter_async_context(Line(port, "127.0.0.2"))
        for number, line in enumerate((*halves, other), 1):
            await line.say(POST + LENGTH % len(GOOD))
            await until(lambda number=number: stages(app).count("body") == number)

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
        first, second, third, _ = [await stack.enter_async_context(Line(narrow_port)) for _ in range(4)]
        assert [await line.rest() for line in (first, second, third)] == [b""] * 3

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

    await until(lambda: not app.connections._open)
    assert app.connections._sources == {}
