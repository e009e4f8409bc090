"""What does signing in reveal about accounts and passwords?"""

import time
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.models import SignInFailure, User
from server.resolvers.people import passwords
from tests.clients import Clients
from tests.rows import PASSWORD
from tests.security.browser_sessions import WRONG, count, sign_in
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.usefixtures("hasher")


COST = "$argon2id$v=19$m=9,t=2,p=1"


class RecordingHash(PasswordHash):
    """Hashes in no time, and records with which cost each password was looked at."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=2, memory_cost=9, parallelism=1),))
        self.costs = list[str]()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.costs.append(str(hash).rpartition("$")[0].rpartition("$")[0])
        return super().verify(password, hash)


@pytest.fixture
def hasher(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RecordingHash:
    found = RecordingHash()
    if request.node.get_closest_marker("long") is None:
        monkeypatch.setattr(passwords, "hasher", lambda: found)
    return found


async def test_an_unknown_account_and_a_wrong_password_are_answered_alike(world: World, clients: Clients):
    unknown = await sign_in(clients, "nobody@alpina.example", "wrong")
    wrong = await sign_in(clients, "cl@alpina.example", "wrong")
    empty = await sign_in(clients, "cl@alpina.example", "")

    assert unknown.response.content == wrong.response.content == empty.response.content
    assert wrong.data == {"signIn": {"viewer": None, "userErrors": [WRONG]}}
    for answer in (unknown, wrong, empty):
        assert "set-cookie" not in answer.response.headers
        assert {name: value for name, value in answer.response.headers.items() if name != "x-request-id"} == {
            "content-type": "application/json; charset=utf-8",
            "content-length": str(len(unknown.response.content)),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }


async def test_an_unknown_account_costs_the_same_hash_as_one_whose_password_is_wrong(
    world: World, engine_clients: Clients, hasher: RecordingHash
):
    await User.filter(id=world.cL.user.id).update(password_hash=hasher.hash(PASSWORD))

    await sign_in(engine_clients, "cl@alpina.example", "wrong")
    await sign_in(engine_clients, "nobody@alpina.example", "wrong")

    assert hasher.costs == [COST, COST]


@pytest.mark.long
async def test_an_unknown_account_takes_as_long_as_one_whose_password_is_wrong(
    world: World, clients: Clients, own_password: str
):
    await sign_in(clients, "nobody@alpina.example", "wrong")  # the hash of nobody's password is computed once

    unknown = await shortest(lambda: sign_in(clients, "nobody@alpina.example", "wrong"))
    wrong = await shortest(lambda: sign_in(clients, "cl@alpina.example", "wrong"))

    assert 0.4 < unknown / wrong < 2.5


@pytest.fixture
async def own_password(world: World) -> str:
    """cL's password, hashed as the product hashes it and not as cheaply as the world does."""
    stored = await passwords.hash_password(PASSWORD)
    await User.filter(id=world.cL.user.id).update(password_hash=stored)
    return stored


async def shortest(attempt: Any) -> float:
    """The seconds of the quickest of three."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        await attempt()
        taken.append(time.perf_counter() - started)
    return min(taken)


@pytest.mark.parametrize("length", [10_001, 250_000])
async def test_an_overlong_password_is_refused_cheaply(world: World, clients: Clients, length: int):
    started = time.process_time()
    with collect_statements() as statements:
        answer = await sign_in(clients, "cl@alpina.example", "x" * length)

    assert (answer.code, answer.errors[0]["message"]) == (
        "BAD_USER_INPUT",
        "A text can have at most 10,000 characters.",
    )
    assert statements == []
    assert time.process_time() - started < 0.1
    assert await count(SignInFailure) == 0


async def test_an_empty_password_is_refused_without_hashing_it(
    world: World, engine_clients: Clients, hasher: RecordingHash
):
    await User.filter(id=world.cL.user.id).update(password_hash=hasher.hash(PASSWORD))

    await sign_in(engine_clients, "cl@alpina.example", "")

    assert hasher.costs == []


async def test_a_person_without_a_password_cannot_sign_in(world: World, clients: Clients):
    await User.filter(id=world.cL.user.id).update(password_hash=None)

    answers = [await sign_in(clients, "cl@alpina.example", password) for password in ("", "x", PASSWORD, "None")]

    assert [answer.data["signIn"]["userErrors"] for answer in answers] == [[WRONG]] * 4
