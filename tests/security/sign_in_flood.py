"""Many sources guess passwords at once; the owner of an account signs in meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any, Final

import httpx2

from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from tests.long import amount
from tests.security.delays import Attacker, body
from tests.servers import NO_CERTIFICATES

SIGN_IN: Final = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"
SOURCES: Final = amount(2, long=20)
AT_THE_OWNER: Final = amount(1, long=3)
"""How many of them guess the password of the owner, who is let in meanwhile."""
GUESSES: Final = amount(2, long=4)
"""How many each source sends at once."""
WITHIN: Final = 10.0
"""Seconds in which the owner is signed in. A password takes a tenth of one, on a busy machine a whole one."""

_numbers = count(256)


async def wrong_passwords(attacker: Attacker) -> None:
    """Each source guesses at accounts there are and at others, all at the same time, and the owner is let in."""
    owner = DEMO_ACCOUNTS[0].email
    async with AsyncExitStack() as stack:
        sources = [await stack.enter_async_context(_source(attacker)) for _ in range(SOURCES)]
        owners = await stack.enter_async_context(_source(attacker))
        assert await _sign_in(attacker, owners, owner, DEMO_PASSWORD) == []
        guesses = [
            asyncio.create_task(_sign_in(attacker, source, email, "a wrong password"))
            for number, source in enumerate(sources)
            for email in [owner if number < AT_THE_OWNER else f"nobody{number}@customer.example"] * GUESSES
        ]
        await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)  # the others are under way
        started = time.perf_counter()
        codes = await _sign_in(attacker, owners, owner, DEMO_PASSWORD)
        took = time.perf_counter() - started
        refused = {code for answer in await asyncio.gather(*guesses) for code in answer}

    assert codes == []
    assert took < WITHIN, f"the owner waited {took:.1f} s"
    assert refused <= {"INVALID_CREDENTIALS", "TOO_MANY_ATTEMPTS"}


async def _sign_in(attacker: Attacker, source: httpx2.AsyncClient, email: str, password: str) -> list[str]:
    sent = body(SIGN_IN, {"input": {"email": email, "password": password}})
    response = await source.post("/graphql", content=sent, headers={"Content-Type": "application/json"})
    attacker.answers[response.status_code] = attacker.answers.get(response.status_code, 0) + 1
    answer: Any = response.json()
    return [error["code"] for error in answer["data"]["signIn"]["userErrors"]]


@asynccontextmanager
async def _source(attacker: Attacker) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with an address of its own; all of 127.0.0.0/8 is this machine."""
    number = next(_numbers)
    transport = httpx2.AsyncHTTPTransport(local_address=f"127.1.{number // 256}.{number % 256}", verify=NO_CERTIFICATES)
    async with httpx2.AsyncClient(base_url=attacker.server.url, transport=transport, timeout=300) as http:
        yield http
