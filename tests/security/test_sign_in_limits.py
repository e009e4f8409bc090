"""How many passwords can a stranger guess, and does the owner get in meanwhile?"""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest

from server.models import SignInFailure
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

# An account and a source


async def test_people_read_in_their_language_how_long_to_wait(sources: Callable[..., Sources]):
    asked = sources()
    await asked.all_wrong([STRANGER] * 5, [OWNER])
    await SignInFailure.all().update(failures=8)

    answer = await asked.errors(STRANGER, OWNER, **{"Accept-Language": "fr"})

    assert answer[0]["message"] == "Trop de tentatives infructueuses. Réessayez dans 8 secondes."


async def test_the_guesses_of_a_stranger_do_not_keep_the_owner_out(sources: Callable[..., Sources]):
    asked = sources()
    guesses = [await asked.errors(STRANGER, OWNER) for _ in range(12)]

    owner = await asked.errors(HOME, OWNER, PASSWORD)
    right_by_chance = await asked.errors(STRANGER, OWNER, PASSWORD)

    assert guesses == [[WRONG]] * 5 + [too_many("a second")] * 7
    assert owner == NO_ERRORS
    assert right_by_chance == too_many("a second")


@pytest.mark.postgres
async def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(sources: Callable[..., Sources], clock: Clock):
    asked = sources()
    await asked.all_wrong([STRANGER] * 5, [OWNER])
    waits = [2**number for number in range(10)] + [900, 900]

    for seconds in waits:
        clock.pass_by(timedelta(seconds=seconds) - INSTANT)
        assert (await asked.errors(STRANGER, OWNER, PASSWORD))[0]["code"] == "TOO_MANY_ATTEMPTS", seconds
        clock.pass_by(INSTANT)
        assert await asked.errors(STRANGER, OWNER) == [WRONG], seconds

    assert await asked.errors(STRANGER, OWNER) == too_many("15 minutes")


@pytest.mark.postgres
async def test_an_hour_after_the_last_failure_it_is_forgotten(sources: Callable[..., Sources], clock: Clock):
    asked = sources(sign_in_failures_without_delay=1, sign_in_longest_delay_seconds=3_600)
    await asked.all_wrong([STRANGER], [OWNER])
    await SignInFailure.all().update(failures=30)
    clock.pass_by(AN_HOUR - INSTANT)

    before = await asked.errors(STRANGER, OWNER, PASSWORD)
    clock.pass_by(INSTANT)
    after = [await asked.errors(STRANGER, OWNER), await asked.errors(STRANGER, OWNER)]

    assert before[0]["code"] == "TOO_MANY_ATTEMPTS"
    assert after == [[WRONG], too_many("a second")]


async def test_an_unknown_account_is_closed_as_a_known_one_is(sources: Callable[..., Sources]):
    asked = sources()

    known, unknown = [
        [await asked.errors(STRANGER, email) for _ in range(7)] for email in (OWNER, "nobody@alpina.example")
    ]

    assert unknown == known == [[WRONG]] * 5 + [too_many("a second")] * 2


@pytest.mark.postgres
async def test_the_right_password_forgives_what_was_failed_from_there(sources: Callable[..., Sources]):
    asked = sources()
    for _ in range(3):
        await asked.all_wrong([HOME] * 4, [OWNER])

        assert await asked.errors(HOME, OWNER, PASSWORD) == NO_ERRORS


@pytest.mark.postgres
async def test_signing_in_often_is_not_a_failure(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_without_delay=2, sign_in_failures_per_address=2, sign_in_failures_per_account=2)

    answers = [await asked.errors(HOME, OWNER, PASSWORD) for _ in range(5)]

    assert answers == [NO_ERRORS] * 5
    assert set(await SignInFailure.all().values_list("failures", flat=True)) == {0}


# A source, whatever the account


@pytest.mark.postgres
async def test_fifty_failures_from_one_address_close_it_whatever_the_account(
    sources: Callable[..., Sources], clock: Clock
):
    asked = sources()
    await asked.all_wrong([HOME], nobodies(50))

    refused = await asked.errors(HOME, OWNER, PASSWORD)
    other = await asked.errors(ELSEWHERE, OWNER, PASSWORD)
    clock.pass_by(AN_HOUR)
    after = await asked.errors(HOME, OWNER, PASSWORD)

    assert refused == too_many("60 minutes")
    assert other == after == NO_ERRORS


async def test_a_person_who_signed_in_from_a_closed_address_before_still_can(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_address=3)
    before = await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong([HOME], nobodies(3))

    owner = await asked.errors(HOME, OWNER, PASSWORD)
    other_account = await asked.errors(HOME, "pl@nova.example", PASSWORD)

    assert before == owner == NO_ERRORS
    assert other_account == too_many("60 minutes")


async def test_each_failure_at_an_account_makes_the_next_wait_at_a_closed_address_too(
    sources: Callable[..., Sources], hasher: CountingHash
):
    asked = sources(sign_in_failures_per_address=3)
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong([HOME], nobodies(3))

    for _ in range(8):
        await asked.errors(HOME, OWNER)

    assert hasher.looks == 1 + 3 + 5
    assert (await asked.errors(HOME, OWNER, PASSWORD))[0]["code"] == "TOO_MANY_ATTEMPTS"


async def test_at_a_closed_address_no_answer_tells_who_signed_in_from_it(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_address=3)
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong([HOME], nobodies(3))

    for _ in range(8):
        known, unknown = await asked.errors(HOME, OWNER), await asked.errors(HOME, "nobody@alpina.example")

        assert known == unknown == too_many("60 minutes")


async def test_signing_in_to_an_own_account_buys_no_guesses_at_others(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_address=10)
    for number in range(10):
        assert await asked.errors(HOME, "pl@nova.example", PASSWORD) == NO_ERRORS
        await asked.all_wrong([HOME], [f"nobody{number}@alpina.example"])

    guess = await asked.errors(HOME, OWNER)
    own = await asked.errors(HOME, "pl@nova.example", PASSWORD)

    assert guess == too_many("60 minutes")
    assert own == NO_ERRORS


@pytest.mark.parametrize(
    ("failing", "asking", "is_closed"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
async def test_the_addresses_of_one_site_count_as_one(
    sources: Callable[..., Sources], failing: str, asking: str, is_closed: bool
):
    asked = sources(sign_in_failures_per_address=3)
    await asked.all_wrong([failing], nobodies(3))

    assert await asked.errors(asking, OWNER, PASSWORD) == (too_many("60 minutes") if is_closed else NO_ERRORS)


async def test_a_forwarded_address_is_not_believed(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_address=3)
    for number in range(3):
        forged = f"203.0.113.{number}"
        headers = {"X-Forwarded-For": forged, "Forwarded": f"for={forged}"}
        assert await asked.errors(STRANGER, f"nobody{number}@alpina.example", **headers) == [WRONG]

    answer = await asked.errors(STRANGER, OWNER, PASSWORD, **{"X-Forwarded-For": "203.0.113.99"})

    assert answer == too_many("60 minutes")


async def test_behind_a_trusted_proxy_callers_are_not_one_address(sources: Callable[..., Sources]):
    proxy = "10.0.0.5"
    asked = sources(sign_in_failures_per_address=3, trusted_proxies=(ip_network(proxy),))
    for number in range(3):
        headers = {"X-Forwarded-For": f"203.0.113.{number}, {STRANGER}"}
        assert await asked.errors(proxy, f"nobody{number}@alpina.example", **headers) == [WRONG]

    same = await asked.errors(proxy, OWNER, PASSWORD, **{"X-Forwarded-For": STRANGER})
    other = await asked.errors(proxy, OWNER, PASSWORD, **{"X-Forwarded-For": HOME})

    assert (same, other) == (too_many("60 minutes"), NO_ERRORS)
