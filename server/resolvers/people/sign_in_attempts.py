"""Counting sign-in attempts (rate limits, brute force), and the sources that signed in to an account before.

The rules are in `server.domain.people.sign_ins`. The counters are in the database, so that all processes share them. An
attempt counts as failed before its password is checked, and no longer once it proves right, so that many at the same
time cannot exceed the limit. Nothing here depends on whether the account exists.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tortoise.expressions import F

from server.domain.errors import CHANGED_MEANWHILE, Refused
from server.domain.people.sign_ins import FAILURES_COUNT_FOR, check_wait, delay_after, source_network
from server.models import SignInFailure, SignInSource, User
from server.models.database import transaction
from server.resolvers.context import Context

MAX_SOURCES: Final = 50
"""The most sources remembered for an account. The least recently used one is forgotten first."""

_NOTHING: Final = timedelta(0)
_looked_at: Final = set[str]()
"""The sources whose password this process is currently checking: one each, because each has one queue."""

_checking: Final = asyncio.Semaphore(1)
_counting: Final = asyncio.Semaphore(1)
"""Only one attempt at a time uses the database, so that a flood of them does not delay everyone else."""


@dataclass(frozen=True)
class Attempt:
    """An attempt from `source` to sign in to the account of `email`. The keys are digests: no address is stored."""

    email: str
    source: str

    @property
    def pair(self) -> str:
        return _key("account and source", f"{self.email} {self.source}")

    @property
    def of_account(self) -> str:
        return _key("account", self.email)

    @property
    def of_source(self) -> str:
        return _key("source", self.source)

    @property
    def keys(self) -> list[str]:
        """The keys in the order in which the counters are always locked."""
        return sorted((self.pair, self.of_account, self.of_source))


@dataclass(frozen=True)
class Waits:
    """How long to wait: from any source, and longer if the source is unknown to the account."""

    anywhere: timedelta
    unless_known: timedelta

    def check(self, *, is_known: bool) -> None:
        """Refuse an attempt that comes too early, with the same words for known and unknown sources."""
        if self.anywhere > _NOTHING or not is_known:
            check_wait(max(self.anywhere, self.unless_known))


def attempt_of(context: Context, email: str) -> Attempt:
    """An attempt. `email` is in its stored form."""
    return Attempt(email, source_network(context.address))


async def check_attempt(context: Context, attempt: Attempt) -> bool:
    """Refuse an attempt that comes too early, without storing anything. Returns whether the source signed in there
    before.

    While another attempt of the source is being checked, this is decided only when the attempt is counted.
    """
    is_open = attempt.source in _looked_at
    async with _checking:
        is_known = await _is_known(context, attempt)
        counters = await SignInFailure.filter(key__in=attempt.keys)
    if not is_open and attempt.source not in _looked_at:
        _waits(context, attempt, counters).check(is_known=is_known)
    return is_known


@asynccontextmanager
async def count_attempt(context: Context, attempt: Attempt, *, is_known: bool) -> AsyncGenerator[timedelta]:
    """Count the attempt as failed while its password is checked. Refused if others have come first since the check.

    Returns how long it would have to wait from an unknown source.
    """
    try:
        async with _counting, transaction():
            waits = await _count(context, attempt, is_known=is_known)
            _looked_at.add(attempt.source)
        yield waits.unless_known
    finally:
        _looked_at.discard(attempt.source)


async def _count(context: Context, attempt: Attempt, *, is_known: bool) -> Waits:
    fresh = [SignInFailure(key=key, since=context.now) for key in attempt.keys]
    await SignInFailure.bulk_create(fresh, ignore_conflicts=True)
    found = await SignInFailure.filter(key__in=attempt.keys).order_by("key").select_for_update()
    if len(found) < len(fresh):
        raise Refused(CHANGED_MEANWHILE)  # a job deleted one of them, which had expired
    waits = _waits(context, attempt, found)
    waits.check(is_known=is_known)
    for counter in found:
        is_over = counter.since <= context.now - FAILURES_COUNT_FOR
        counter.failures = 1 if is_over else counter.failures + 1
        if is_over or counter.key == attempt.pair:
            counter.since = context.now
        await counter.save(update_fields=["failures", "since"])
    return waits


async def take_back_attempt(attempt: Attempt) -> None:
    """The password was right: uncount the attempt. Other failures of the source or account stay counted."""
    for key in attempt.keys:
        counter = SignInFailure.filter(key=key, failures__gt=0)
        await (counter.update(failures=0) if key == attempt.pair else counter.update(failures=F("failures") - 1))


async def remember_source(context: Context, user: User) -> None:
    """Remember the source, so that guesses made elsewhere do not lock it out of this account."""
    key = attempt_of(context, user.email).pair
    row = SignInSource(user_id=user.id, key=key, seen_at=context.now)
    await SignInSource.bulk_create([row], on_conflict=["user_id", "key"], update_fields=["seen_at"])
    own = SignInSource.filter(user_id=user.id)
    surplus = await own.order_by("-seen_at", "-id").offset(MAX_SOURCES).limit(MAX_SOURCES).values_list("id", flat=True)
    if surplus:
        await own.filter(id__in=list(surplus)).delete()


async def _is_known(context: Context, attempt: Attempt) -> bool:
    since = context.now - timedelta(days=context.settings.known_address_days)
    return await SignInSource.filter(key=attempt.pair, seen_at__gt=since, user__email=attempt.email).exists()


def _waits(context: Context, attempt: Attempt, counters: Sequence[SignInFailure]) -> Waits:
    settings, by_key = context.settings, {counter.key: counter for counter in counters}
    of_account = _until_over(context, by_key.get(attempt.of_account), settings.sign_in_failures_per_account)
    of_source = _until_over(context, by_key.get(attempt.of_source), settings.sign_in_failures_per_address)
    return Waits(_until_next(context, by_key.get(attempt.pair)), max(of_account, of_source))


def _until_next(context: Context, counter: SignInFailure | None) -> timedelta:
    if counter is None:
        return _NOTHING
    settings = context.settings
    longest = timedelta(seconds=settings.sign_in_longest_delay_seconds)
    delay = delay_after(counter.failures, settings.sign_in_failures_without_delay, longest)
    return counter.since + delay - context.now if delay else _NOTHING


def _until_over(context: Context, counter: SignInFailure | None, most: int) -> timedelta:
    if counter is None or counter.failures < most:
        return _NOTHING
    return counter.since + FAILURES_COUNT_FOR - context.now


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
