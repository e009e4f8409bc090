"""Checking and hashing passwords (argon2) without delaying everyone else.

argon2 takes a tenth of a second and 64 MiB on purpose. It runs in its own threads, two at a time, with low priority.
Attempts wait in one queue for each source, and the queues take turns. So a source with many attempts delays only its
own, and each queue and the number of queues are limited.
"""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeVar

from pwdlib import PasswordHash

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.resolvers.fair_semaphore import Turns
from server.settings import Settings

_T = TypeVar("_T")

_MAX_CONCURRENT: Final = 2
_NICENESS: Final = 10
"""The `nice` value. Without it, answers were up to 0.3 s slower while passwords were hashed."""

_turns: Final = Turns(_MAX_CONCURRENT)


def _give_way() -> None:
    """Lower the thread's priority. Linux has one for each thread, inherited by the threads that argon2 starts."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


_threads: Final = ThreadPoolExecutor(_MAX_CONCURRENT, thread_name_prefix="passwords", initializer=_give_way)


@cache
def hasher() -> PasswordHash:
    """The only password hasher: argon2id with the library's recommended cost."""
    return PasswordHash.recommended()


@cache
def _hash_of_nobody(hasher: PasswordHash) -> str:
    """A hash that no password matches, so that an unknown account takes as long as a known one."""
    return hasher.hash("nobody has this password")


@dataclass(frozen=True)
class Match:
    """Whether a password is right. `better` is the hash to store in place of an outdated one."""

    is_right: bool
    better: str | None = None


async def compare_password(forms: Sequence[str], stored: str | None, *, is_expected: bool = False) -> Match:
    """Whether one of these forms of a typed password matches the stored hash. Takes as long without a hash.

    The first is the current form; the others are older.
    """
    return await _in_turn(lambda: _compare(forms, stored), is_expected=is_expected)


async def hash_password(password: str, *, is_expected: bool = False) -> str:
    """The hash of a password, which is in its normal form."""
    return await _in_turn(lambda: hasher().hash(password), is_expected=is_expected)


def _compare(forms: Sequence[str], stored: str | None) -> Match:
    for form in forms:
        if hasher().verify(form, stored or _hash_of_nobody(hasher())) and stored is not None:
            return Match(is_right=True, better=None if form == forms[0] else hasher().hash(forms[0]))
    return Match(is_right=False)


async def _in_turn(work: Callable[[], _T], *, is_expected: bool) -> _T:
    """Run it in a thread when its turn comes. If the caller is cancelled, the turn lasts until the thread ends."""
    await _turns.begin(is_expected=is_expected)
    try:
        running = asyncio.get_running_loop().run_in_executor(_threads, work)
    except BaseException:
        _turns.end()
        raise
    running.add_done_callback(_end_turn)
    return await asyncio.shield(running)


def _end_turn(running: asyncio.Future[_T]) -> None:
    _turns.end()
    if not running.cancelled():
        running.exception()  # the caller may be gone, and nobody else retrieves it


@dataclass
class _Line:
    """The queue of one source's attempts."""

    length: int = 0
    first: asyncio.Lock = field(default_factory=asyncio.Lock)


_lines: Final = dict[str, _Line]()


@asynccontextmanager
async def wait_in_line(source: str, settings: Settings, *, is_expected: bool) -> AsyncGenerator[None]:
    """Wait for all earlier attempts of the same source. Refused immediately if too many wait already.

    There is extra room for expected callers: a source that signed in to the account before, or the holder of an
    invitation. Others cannot use it.
    """
    own = _lines.get(source) or _Line()
    if _is_full(own, settings, is_expected=is_expected):
        raise Refused(
            Refusal(
                CommonCode.TOO_MANY_ATTEMPTS,
                N_("Too many people are signing in. Try again in a few seconds."),
            )
        )
    _lines[source] = own
    own.length += 1
    try:
        async with own.first:
            yield
    finally:
        own.length -= 1
        if own.length == 0:
            del _lines[source]


def _is_full(own: _Line, settings: Settings, *, is_expected: bool) -> bool:
    """How long to wait: the first in a queue for one turn of each other queue; later ones also for earlier ones."""
    most = settings.sign_in_waiting + (settings.sign_in_waiting // 4 if is_expected else 0)
    if own.length == 0:
        return len(_lines) >= most
    behind = sum(line.length for line in _lines.values()) - len(_lines)
    return own.length >= settings.sign_in_waiting_per_address or behind >= most
