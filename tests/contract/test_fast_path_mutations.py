"""Do mutations answer alike on the fast path and on the full one?"""

import asyncio

import pytest

from server.models import Session
from tests.contract.fast_path import MUTATIONS, NAMES, WHO, Ways, fetch_answer, post, ways

pytestmark = pytest.mark.postgres

__all__ = ["ways"]


@pytest.mark.parametrize("case", MUTATIONS)
async def test_the_fast_path_changes_and_answers_as_the_full_one_does(ways: Ways, case: str):
    secret = ways.world.tokens["pL"]

    long, short, _ = await ways.both(MUTATIONS[case](ways.world, secret), secret, changes=True)

    assert short == long


async def test_a_sign_in_with_a_token_gets_a_cookie_on_the_fast_path(ways: Ways):
    secret = ways.world.tokens["pL"]
    asked = MUTATIONS["sign in"](ways.world, secret)

    long, short, is_short = await ways.both(asked, secret, changes=True)

    cookies = [value for name, value in short[1] if name == "set-cookie"]
    assert is_short
    assert short == long
    assert cookies == ["session=…; HttpOnly; Max-Age=43200; Path=/; SameSite=lax"]


async def test_a_mutation_is_run_once(ways: Ways):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)
    before = await Session.all().count()

    status, _, body = await fetch_answer(ways.app, MUTATIONS["sign in"](ways.world, secret))

    assert status == 200
    assert "cl@alpina.example" in body
    assert await Session.all().count() == before + 1


async def test_a_viewer_who_is_not_known_yet_is_answered_alike(ways: Ways):
    secret = ways.world.tokens["pL"]
    asked = post(secret, query=WHO)
    await ways.get_to_know(secret)
    known = await fetch_answer(ways.app, asked)

    ways.app.fast_path.endpoint.viewer_cache.drop()
    unknown = await fetch_answer(ways.app, asked)

    assert unknown == known


async def test_fifty_requests_at_once_are_answered_each_to_its_own(ways: Ways):
    names = ["pL", "pE", "cL", "products", "only_borea"]
    asked = [
        post(
            ways.world.tokens[name],
            {"x-request-id": f"request-{number:04}-{name}"},
            query=NAMES,
            variables={"id": ways.world.id("borea")},
        )
        for number in range(10)
        for name in names
    ]
    for name in names * 2:
        await fetch_answer(ways.app, post(ways.world.tokens[name], query=WHO))

    short = await asyncio.gather(*(fetch_answer(ways.app, one) for one in asked))
    long = [await fetch_answer(ways.app.full_path, one) for one in asked]

    assert short == long
    assert len({dict(headers)["x-request-id"] for _, headers, _ in short}) == 50
