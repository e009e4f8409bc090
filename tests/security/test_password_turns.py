"""Whose password is looked at next, and who is refused rather than kept waiting?"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.domain.errors import Refused
from server.resolvers.people import passwords
from tests.databases import settings_for

SETTINGS = settings_for("sqlite://none", sign_in_waiting=8, sign_in_waiting_per_address=3)


class HeldHash(PasswordHash):
    """Looks at passwords when it is allowed to; records which, and how many at the same time."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        self.may_go_on = threading.Semaphore(0)
        self.seen = list[str]()
        self.at_once = self.max_at_once = 0
        self.lock = threading.Lock()

    def hash(self, password: str | bytes, *args: Any, **options: Any) -> str:
        with self.lock:
            self.seen.append(str(password))
            self.at_once += 1
            self.max_at_once = max(self.max_at_once, self.at_once)
        self.may_go_on.acquire()
        with self.lock:
            self.at_once -= 1
        return f"hash of {password!s}"


@pytest.fixture
async def hasher(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HeldHash]:
    found = HeldHash()
    monkeypatch.setattr(passwords, "hasher", lambda: found)
    yield found
    found.may_go_on.release(1_000)
    await settle()
    assert passwords._lines == {}


async def settle() -> None:
    """All that can happen has happened."""
    for _ in range(30):
        await asyncio.sleep(0.001)


async def attempt(source: str, password: str, *, is_expected: bool = False) -> str:
    """Look at this password for this source, as signing in does."""
    async with passwords.wait_in_line(source, SETTINGS, is_expected=is_expected):
        return await passwords.hash_password(password, is_expected=is_expected)


def begin(*attempts: tuple[str, str], is_expected: bool = False) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(attempt(*one, is_expected=is_expected)) for one in attempts]


def are_refused(tasks: list[asyncio.Task[str]]) -> list[bool]:
    return [task.done() and isinstance(task.exception(), Refused) for task in tasks]


async def test_the_turns_rotate_among_the_sources(hasher: HeldHash):
    flood = [("flood", f"flood {number}") for number in range(3)]
    tasks = begin(*flood, ("other", "other 1"), ("other", "other 2"), ("third", "third 1"))
    await settle()
    assert hasher.seen == ["flood 0", "other 1"]

    for _ in tasks:
        hasher.may_go_on.release()
        await settle()

    assert hasher.seen == ["flood 0", "other 1", "third 1", "flood 1", "other 2", "flood 2"]
    assert [await task for task in tasks[:2]] == ["hash of flood 0", "hash of flood 1"]
    assert hasher.max_at_once == 2


async def test_every_second_turn_is_for_those_who_are_expected(hasher: HeldHash):
    begin(*[(f"source {number}", f"guess {number}") for number in range(6)])
    await settle()
    begin(*[(f"home {number}", f"mine {number}") for number in range(3)], is_expected=True)
    await settle()

    for _ in range(7):
        hasher.may_go_on.release()
        await settle()

    assert hasher.seen == [
        *("guess 0", "guess 1", "mine 0", "guess 2", "mine 1", "guess 3", "mine 2", "guess 4", "guess 5"),
    ]


async def test_more_of_one_source_than_may_wait_are_refused_at_once(hasher: HeldHash):
    tasks = begin(*[("flood", f"flood {number}") for number in range(5)])
    await settle()

    assert are_refused(tasks) == [False, False, False, True, True]
    with pytest.raises(Refused) as caught:
        await tasks[4]
    [refusal] = caught.value.refusals
    assert (refusal.code, refusal.message) == (
        "TOO_MANY_ATTEMPTS",
        "Too many people are signing in. Try again in a few seconds.",
    )


async def test_more_sources_than_may_wait_are_refused_at_once(hasher: HeldHash):
    tasks = begin(*[(f"source {number}", "guess") for number in range(10)])
    await settle()

    assert are_refused(tasks) == [False] * 8 + [True] * 2


async def test_sources_that_fill_their_queues_leave_room_for_single_callers(hasher: HeldHash):
    crowd = begin(*[(f"source {number}", f"guess {again}") for number in range(5) for again in range(3)])
    alone = begin(("alone", "mine"))
    await settle()

    assert sum(are_refused(crowd)) == 2  # of fifteen, five lead their lines and eight wait behind them
    assert are_refused(alone) == [False]


async def test_an_expected_caller_has_room_that_nobody_else_can_take(hasher: HeldHash):
    begin(*[(f"source {number}", "guess") for number in range(20)])
    await settle()

    expected = begin(("home", "mine"), ("office", "mine"), is_expected=True)
    await settle()

    assert are_refused(expected) == [False, False]


async def test_a_caller_who_gives_up_while_waiting_leaves_the_turn_to_the_next(hasher: HeldHash):
    tasks = begin(("a", "a 1"), ("b", "b 1"), ("c", "c 1"), ("a", "a 2"), ("d", "d 1"))
    await settle()

    for task in (tasks[2], tasks[3]):
        task.cancel()
    hasher.may_go_on.release(2)
    await settle()

    assert hasher.seen == ["a 1", "b 1", "d 1"]


async def test_a_caller_who_gives_up_while_hashing_keeps_the_turn_until_the_thread_is_free(hasher: HeldHash):
    given_up = begin(*[(f"gone {number}", f"gone {number}") for number in range(2)])
    await settle()
    for task in given_up:
        task.cancel()
    waiting = begin(("here", "here"))
    await settle()
    assert hasher.seen == ["gone 0", "gone 1"]

    hasher.may_go_on.release(3)
    for task in given_up:
        with suppress(asyncio.CancelledError):
            await task

    assert await waiting[0] == "hash of here"
    assert hasher.max_at_once == 2


async def test_a_hash_that_fails_gives_its_turn_back(hasher: HeldHash, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> str:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(hasher, "hash", fail)
        for _ in range(3):
            with pytest.raises(MemoryError):
                await attempt("a", "a")

    hasher.may_go_on.release()
    assert await attempt("a", "a") == "hash of a"
