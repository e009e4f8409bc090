"""Does the fast path write the same log as the full one, and no secret?"""

from typing import Any

import pytest

from tests.contract.fast_path import _MADE_ANEW, MUTATIONS, PRODUCTS, SIGN_IN, WHO, Ways, fetch_answer, post, ways
from tests.contract.fast_path_cases import LONG, SHORT, Case, of, with_headers, with_members
from tests.databases import rolled_back
from tests.logs import Lines
from tests.rows import PASSWORD

__all__ = ["ways"]
CANARY = "canary-7f3a"
# The log

LOGGED: dict[str, Case] = {
    "an answer": with_members(query=WHO),
    "an id that is bad": with_headers(x_request_id="a b"),
    "a row that is hidden": of("rival"),
    "an error": SHORT["a right that is missing"],
    "a wrong variable": LONG["an id that is none"],
    "a syntax error": LONG["a syntax error"],
    "a wrong body": LONG["half of the JSON"],
    "away before the body": LONG["away before the body"],
    "half of the body and away": LONG["half of the body and away"],
    "a mutation": MUTATIONS["sign in with a wrong password"],
}


@pytest.mark.parametrize("case", LOGGED)
async def test_the_fast_path_logs_as_the_full_one_does(ways: Ways, log: Lines, case: str):
    secret = ways.world.tokens["pL"]
    asked = LOGGED[case](ways.world, secret)
    for name in ("pL", "products"):
        await fetch_answer(ways.app, post(ways.world.tokens[name], query=WHO))
    async with rolled_back():
        await fetch_answer(ways.app.full_path, asked)
    await ways.get_to_know(secret)
    log()

    async with rolled_back():
        await fetch_answer(ways.app.full_path, asked)
    long = log()
    await ways.get_to_know(secret)
    log()
    async with rolled_back():
        await fetch_answer(ways.app, asked)
    short = log()

    assert comparable(short) == comparable(long)
    assert long[-1]["event"] == "answered"


def comparable(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of the log without timestamps, durations and ids, which differ each time, and without DEBUG lines."""
    made = ("timestamp", "milliseconds", "database_milliseconds")
    return [
        {name: _MADE_ANEW.sub("…", str(value)) for name, value in line.items() if name not in made}
        for line in lines
        if line["level"] != "debug"
    ]


async def test_no_password_token_or_cookie_reaches_the_log_by_the_fast_path(ways: Ways, log: Lines):
    secret = ways.world.tokens["pL"]
    documents = [
        (SIGN_IN, {"input": {"email": "cl@alpina.example", "password": CANARY}}),
        (SIGN_IN, {"input": {"email": f"{CANARY}@alpina.example", "password": PASSWORD}}),
        (SIGN_IN, {"input": {"email": "cl@alpina.example", "password": PASSWORD}}),
        (SIGN_IN, {"input": {"email": "cl@alpina.example", "pasword": CANARY}}),
        (f'mutation {{ signIn(input: {{email: "{CANARY}", password: "{CANARY}"}}) {{ userErrors {{ code }} }} }}', {}),
        (f'{{ node(id: "{CANARY}") {{ id }} }}', {}),
        (f"{{ viewer {{ user {{ email }} }} }} # {CANARY}", {}),
        (WHO, {"password": CANARY}),
        (PRODUCTS, {"id": ways.world.id("alpina"), "filter": {"search": CANARY}}),
    ]

    for query, variables in documents:
        await ways.get_to_know(secret)
        headers = {
            "cookie": f"session={CANARY}",
            "x-other": CANARY,
            "accept-language": CANARY,
            "x-request-id": f"{CANARY} ",
        }
        async with rolled_back():
            await fetch_answer(
                ways.app, post(secret, headers, {"query": f"a={CANARY}".encode()}, query=query, variables=variables)
            )

    written = str(log())
    assert written.count("answered") >= 2 * len(documents)
    for hidden in (CANARY, PASSWORD, secret, secret[8:]):
        assert hidden not in written
