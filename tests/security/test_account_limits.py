"""When is an account closed to all sources, and what is stored about failures?"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.jobs import clean_up, forget_sign_in_failures
from server.models import SignInFailure, SignInSource
from server.resolvers.context import Context
from server.settings import Settings
from tests.rows import PASSWORD
from tests.security.browser_sessions import WRONG
from tests.security.sign_in_limits import AN_HOUR, INSTANT
from tests.security.sources import (  # noqa: F401 - fixtures among them
    ELSEWHERE,
    HOME,
    NO_ERRORS,
    OWNER,
    STRANGER,
    Clock,
    CountingHash,
    Sources,
    counting_hasher,
    made_sources,
    nobodies,
    standing_clock,
    strangers,
    too_many,
)
from tests.statements import collect_statements
from tests.world import World

# An account, whatever the source


async def test_only_sources_that_signed_in_before_may_try_after_a_hundred_failures(sources: Callable[..., Sources]):
    asked = sources()
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong(strangers(20), [OWNER] * 5)

    new_stranger = await asked.errors("203.0.113.9", OWNER)
    owner_elsewhere = await asked.errors(ELSEWHERE, OWNER, PASSWORD)
    owner_at_home = await asked.errors(HOME, OWNER, PASSWORD)
    other_account = await asked.errors("203.0.113.9", "pl@nova.example", PASSWORD)

    assert new_stranger == owner_elsewhere == too_many("60 minutes")
    assert owner_at_home == other_account == NO_ERRORS


async def test_that_the_owner_signed_in_gives_strangers_no_more_guesses(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_account=10)
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong(strangers(10), [OWNER])
    await asked.errors(HOME, OWNER, PASSWORD)

    assert await asked.errors("203.0.113.9", OWNER) == too_many("60 minutes")


async def test_an_unknown_account_is_closed_to_all_as_a_known_one_is(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_account=10)
    await asked.all_wrong(strangers(10), ["nobody@alpina.example"])

    assert await asked.errors("203.0.113.9", "nobody@alpina.example") == too_many("60 minutes")


@pytest.mark.postgres
async def test_a_source_that_was_not_used_for_three_months_is_a_strangers(
    sources: Callable[..., Sources], clock: Clock
):
    asked = sources(sign_in_failures_per_account=10)
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong(strangers(10), [OWNER])
    await SignInSource.all().update(seen_at=clock.moment - timedelta(days=90))

    assert await asked.errors(HOME, OWNER, PASSWORD) == too_many("60 minutes")


# What is stored


async def test_no_failure_keeps_whom_it_was_about_and_no_source_where_it_is(sources: Callable[..., Sources]):
    asked = sources()
    await asked.errors(HOME, OWNER)
    await asked.errors(HOME, OWNER, PASSWORD)

    stored = str(await SignInFailure.all().values()) + str(await SignInSource.all().values())
    assert "alpina" not in stored
    assert HOME not in stored


@pytest.mark.postgres
async def test_the_fifty_sources_used_last_are_remembered(sources: Callable[..., Sources], world: World, clock: Clock):
    asked = sources()
    older = [
        SignInSource(user_id=world.cL.user.id, key=f"source {number}", seen_at=clock.moment + number * INSTANT)
        for number in range(49)
    ]
    await SignInSource.bulk_create(older)
    clock.pass_by(AN_HOUR)
    for source in (HOME, ELSEWHERE, STRANGER, HOME):
        await asked.errors(source, OWNER, PASSWORD)
        clock.pass_by(INSTANT)

    kept = await SignInSource.filter(user_id=world.cL.user.id).order_by("seen_at")
    assert [row.key for row in kept[:-3]] == [f"source {number}" for number in range(2, 49)]
    assert [row.seen_at for row in kept[-3:]] == [clock.moment - step * INSTANT for step in (3, 2, 1)]


@pytest.mark.parametrize("password", ["", "x" * 1_025, "é" * 513, "🔑" * 257])
async def test_a_text_that_cannot_be_a_password_is_neither_hashed_nor_counted(
    sources: Callable[..., Sources], hasher: CountingHash, password: str
):
    asked = sources()
    await asked.errors(HOME, OWNER)
    before = await SignInFailure.all().order_by("id").values()

    with collect_statements() as statements:
        answer = await asked.errors(HOME, OWNER, password)

    assert answer == [WRONG]
    assert (hasher.looks, statements) == (1, [])
    assert await SignInFailure.all().order_by("id").values() == before


@pytest.mark.postgres
async def test_an_attempt_that_is_refused_writes_nothing_and_hashes_nothing(
    sources: Callable[..., Sources], hasher: CountingHash
):
    asked = sources(sign_in_failures_per_address=3)
    await asked.all_wrong([STRANGER], nobodies(3))
    before = await SignInFailure.all().order_by("id").values()

    with collect_statements() as statements:
        refused = [await asked.errors(STRANGER, f"somebody{number}@alpina.example") for number in range(3)]

    assert refused == [too_many("60 minutes")] * 3
    assert hasher.looks == 3
    assert [statement.split()[0] for statement in statements] == ["SELECT"] * 6
    assert await SignInFailure.all().order_by("id").values() == before


@pytest.mark.postgres
async def test_the_clock_forgets_what_no_longer_counts(
    sources: Callable[..., Sources], settings: Settings, clock: Clock
):
    asked = sources()
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong([STRANGER], [OWNER])
    clock.pass_by(timedelta(days=1))
    await asked.errors(ELSEWHERE, OWNER, PASSWORD)
    clock.pass_by(timedelta(days=89))
    await asked.all_wrong([STRANGER], nobodies(1))
    clock.pass_by(AN_HOUR)
    context = Context(viewer=None, now=clock.moment, request_id="a-run", settings=settings)

    await forget_sign_in_failures(context)
    await clean_up(context)

    assert await SignInFailure.all().count() == 3  # of the last guess: its account, its source, and the two together
    assert await SignInSource.all().count() == 1
