"""Does it ever show, in an answer or in the log, which way in a request has taken?

What is compared is the application as it is, where a program's posts take the fast path, with its full path only.
"""

import pytest

from tests.contract.fast_path import WHO, Ways, fetch_answer, post, ways
from tests.contract.fast_path_cases import LONG, SHORT

pytestmark = pytest.mark.postgres

__all__ = ["ways"]


@pytest.mark.parametrize("case", SHORT)
async def test_the_fast_path_answers_as_the_full_one_does(ways: Ways, case: str):
    secret = ways.world.tokens["pL"]
    asked = SHORT[case](ways.world, secret)
    own = dict(asked.headers)["authorization"]
    assert isinstance(own, str)

    long, short, is_short = await ways.both(asked, own.removeprefix("Bearer "))

    assert short == long
    assert is_short


@pytest.mark.parametrize("case", LONG)
async def test_a_request_that_the_fast_path_declines_is_answered_by_the_full_path(ways: Ways, case: str):
    secret = ways.world.tokens["pL"]

    long, short, _ = await ways.both(LONG[case](ways.world, secret), secret)

    assert short == long


async def test_both_paths_use_the_same_one_of_two_tokens(ways: Ways):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)
    first = post(secret, how={"more": [("authorization", "Bearer x")]}, query=WHO)
    last = post("x", how={"more": [("authorization", f"Bearer {secret}")]}, query=WHO)

    statuses = [
        (await fetch_answer(app, asked))[0] for app in (ways.app, ways.app.full_path) for asked in (first, last)
    ]

    assert statuses[:2] == statuses[2:]
    assert 200 not in statuses[1::2]
