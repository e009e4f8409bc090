"""What does only the full path refuse, and do both report the same?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from server.app import create_app
from server.engine.engine import Engine
from tests.contract.fast_path import Ways, fetch_answer, post, request
from tests.contract.fast_path_cases import SENT
from tests.reliability.houses import (
    WHO,
    WITHIN,
    House,
    elsewhere,
    house,
    revoking,
)
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def ways(house: House) -> Ways:
    found = Ways(house.settings, house.world, house.app)

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        found.long_taken["all"] += 1
        await house.app.full_path(scope, receive, send)

    house.app.fast_path.app = counting
    return found


# What the full path refuses, and the fast path does not


async def test_an_address_that_is_too_long_is_refused(ways: Ways):
    secret = ways.world.tokens["pL"]

    long, short, _ = await ways.both(post(secret, how={"query": b"x" * 33_000}, query=WHO), secret)

    assert long[0] == 414
    assert short == long


async def test_a_body_that_is_announced_as_too_large_is_refused(ways: Ways):
    secret = ways.world.tokens["pL"]

    long, short, _ = await ways.both(post(secret, {"content-length": "900000"}, query=WHO), secret)

    assert long[0] == 413
    assert short == long


async def test_a_body_over_a_limit_that_was_set_lower_is_refused(ways: Ways):
    secret = ways.world.tokens["pL"]
    strict = create_app(ways.settings.model_copy(update={"max_body_bytes": 1_024}))
    strict.fast_path.endpoint.viewer_cache = ways.app.fast_path.endpoint.viewer_cache
    await ways.get_to_know(secret)

    asked = request(secret, SENT + b" " * 2_000)
    long, short = await fetch_answer(strict.full_path, asked), await fetch_answer(strict, asked)

    assert long[0] == 413
    assert short == long


async def test_both_ways_promise_https_where_the_public_address_is_https(ways: Ways):
    secret = ways.world.tokens["pL"]
    secure = create_app(ways.settings.model_copy(update={"public_url": "https://api.example"}))
    secure.fast_path.endpoint.viewer_cache = ways.app.fast_path.endpoint.viewer_cache
    await ways.get_to_know(secret)

    asked = post(secret, query=WHO)
    long, short = await fetch_answer(secure.full_path, asked), await fetch_answer(secure, asked)

    assert ("strict-transport-security", "max-age=31536000") in long[1]
    assert short == long


@asynccontextmanager
async def slowly(app: Any, asked: Any, sent: list[Any], come: asyncio.Event) -> AsyncIterator[asyncio.Event]:
    """A request whose body comes once it is said to. Gives what is set when the server waits for the body."""
    asked_for = asyncio.Event()

    async def receive() -> Any:
        asked_for.set()
        await come.wait()
        return {"type": "http.request", "body": asked.pieces[0], "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    running = asyncio.create_task(app(asked.scope(), receive, send))
    yield asked_for
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_request_kept_open_is_not_answered_after_its_token_was_revoked(
    house: House,
):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)
    sent, come = list[Any](), asyncio.Event()

    async with slowly(house.app, post(secret, query=WHO), sent, come) as asked:
        await asked.wait()
        await elsewhere(house.settings, revoking(row))
        assert await house.soon(lambda: house.is_refused(secret)) < WITHIN
        come.set()
        await until(lambda: bool(sent))

    assert b"email" not in b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize("name", ["admit", "prepare_query"])
async def test_a_bug_is_reported_as_the_full_path_reports_it(ways: Ways, monkeypatch: pytest.MonkeyPatch, name: str):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Engine, name, fail)
    long = await fetch_answer(ways.app.full_path, post(secret, query=WHO))
    short = await fetch_answer(ways.app, post(secret, query=WHO))

    assert long[0] == 200
    assert '"code":"INTERNAL"' in long[-1]
    assert "secret" not in long[-1]
    assert short == long
