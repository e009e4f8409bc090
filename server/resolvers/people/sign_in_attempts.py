"""Counting attempts to sign in (rate limits, brute force); which sources signed in to an account before.

The rules are in `server.domain.people.sign_ins`. The counters are in the database, so that all processes share them. An
attempt counts as failed before its password is looked at, and no longer once it proved right: many at the same
moment are no more than the limit. Nothing here depends on whether the account exists.
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
from server.domain.people.sign_ins import FAILURES_COUNT_FOR, check_heard, delay_after, source_of
from server.models import SignInFailure, SignInSource, User
from server.models.database import transaction
from server.resolvers.context import Context

MAX_SOURCES: Final = 50
"""The most sources remembered of an account; the one that was not used for longest is forgotten first."""

_NOTHING: Final = timedelta(0)
_looked_at: Final = set[str]()
"""The sources of which this process looks at a password just now: one of each, as there is one line for each."""

_checking: Final = asyncio.Semaphore(1)
_counting: Final = asyncio.Semaphore(1)
"""One attempt after the other asks the database: a flood of them does not stand before everybody else's questions."""


@dataclass(frozen=True)
class Attempt:
    """Somebody at `source` says that the account of `email` is theirs. The keys are digests: no address is stored."""

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
        """In the order in which the counters are locked, whoever locks them."""
        return sorted((self.pair, self.of_account, self.of_source))


@dataclass(frozen=True)
class Waits:
    """How long until an attempt is heard: from anywhere, and longer unless the source is known to the account."""

    anywhere: timedelta
    unless_known: timedelta

    def check(self, *, is_known: bool) -> None:
        """Refuses what comes too soon, with the same words whether the source is known or not."""
        if self.anywhere > _NOTHING or not is_known:
            check_heard(max(self.anywhere, self.unless_known))


def attempt_of(context: Context, email: str) -> Attempt:
    """`email` in the form in which addresses are stored."""
    return Attempt(email, source_of(context.address))


async def check_attempt(context: Context, attempt: Attempt) -> bool:
    """Refuses an attempt that comes too soon; writes nothing. Gives whether the source signed in there before.

    While another attempt of the source is looked at, which may be right, nobody knows: counting it will tell.
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
    """Counts it as failed while the password is looked at, and refuses it where others came first since the check.

    Gives how long it would wait if the source were not known.
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
        raise Refused(CHANGED_MEANWHILE)  # the clock deleted one of them, which was over
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
    """The password was right. What others failed from the source, or at the account, stays counted."""
    for key in attempt.keys:
        counter = SignInFailure.filter(key=key, failures__gt=0)
        await (counter.update(failures=0) if key == attempt.pair else counter.update(failures=F("failures") - 1))


async def remember_source(context: Context, user: User) -> None:
    """From now on guesses made elsewhere do not keep this source out of this account."""
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
