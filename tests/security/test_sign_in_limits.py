"""How many passwords can a stranger guess, and does the owner get in meanwhile?"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.app import create_app
from server.domain.rights import Role
from server.jobs import clean_up, forget_sign_in_failures
from server.models import SignInFailure, SignInSource, User
from server.resolvers import passwords
from server.resolvers.context import Context
from server.settings import Settings
from tests.clients import Clients
from tests.security.test_browser_sessions import WRONG, sign_in
from tests.statements import counted
from tests.world import PASSWORD, Person, World, organisation, person

pytestmark = pytest.mark.database

OWNER = "cl@alpina.example"
HOME, ELSEWHERE, STRANGER = "192.0.2.1", "192.0.2.2", "198.51.100.7"
NO_ERRORS: list[Any] = []
AN_HOUR = timedelta(hours=1)


def too_many(wait: str) -> list[dict[str, str | None]]:
    message = f"Too many failed attempts. Try again in {wait}."
    return [{"code": "TOO_MANY_ATTEMPTS", "message": message, "field": None}]


class Sources:
    """Asks a server from several addresses, with or without the right password."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings)
        self.stack = AsyncExitStack()
        self.clients = dict[str, Clients]()

    async def errors(
        self, source: str, email: str, password: str = "a wrong password", **headers: str
    ) -> list[dict[str, Any]]:
        """What an attempt from this address is refused with."""
        if source not in self.clients:
            self.clients[source] = await self.stack.enter_async_context(Clients(self.app))
            transport: Any = self.clients[source].http._transport
            transport.client = (source, 1234)
        return (await sign_in(self.clients[source], email, password, **headers)).data["signIn"]["userErrors"]

    async def all_wrong(self, sources: Iterable[str], emails: Iterable[str]) -> None:
        """Each of these addresses guesses once at each of these accounts, and is looked at."""
        emails = list(emails)
        for source in sources:
            for email in emails:
                assert await self.errors(source, email) == [WRONG], (source, email)


class CountingHash(PasswordHash):
    """Counts how often a password was looked at, in no time."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        self.looks = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.looks += 1
        return super().verify(password, hash)


@pytest.fixture(autouse=True)
def hasher(monkeypatch: pytest.MonkeyPatch) -> CountingHash:
    found = CountingHash()
    monkeypatch.setattr(passwords, "hasher", lambda: found)
    return found


@pytest.fixture
async def sources(world: World, settings: Settings) -> AsyncIterator[Callable[..., Sources]]:
    """Makes sources that ask a server with these settings."""
    async with AsyncExitStack() as stack:

        def made(**chosen: object) -> Sources:
            found = Sources(settings.model_copy(update=chosen))
            found.stack = stack
            return found

        yield made


async def later(wait: timedelta) -> None:
    """As if this much time had passed."""
    for counter in await SignInFailure.all():
        await SignInFailure.filter(id=counter.id).update(since=counter.since - wait)


# An account and a source


async def test_the_guesses_of_a_stranger_do_not_keep_the_owner_out(sources: Callable[..., Sources]):
    asked = sources()
    guesses = [await asked.errors(STRANGER, OWNER) for _ in range(12)]

    owner = await asked.errors(HOME, OWNER, PASSWORD)
    right_by_chance = await asked.errors(STRANGER, OWNER, PASSWORD)

    assert guesses == [[WRONG]] * 5 + [too_many("a second")] * 7
    assert owner == NO_ERRORS
    assert right_by_chance == too_many("a second")


async def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(sources: Callable[..., Sources]):
    asked = sources()
    await asked.all_wrong([STRANGER] * 5, [OWNER])
    waits = [2**number for number in range(10)] + [900, 900]

    for seconds in waits:
        await later(timedelta(seconds=seconds, milliseconds=-300))
        assert (await asked.errors(STRANGER, OWNER, PASSWORD))[0]["code"] == "TOO_MANY_ATTEMPTS", seconds
        await later(timedelta(milliseconds=300))
        assert await asked.errors(STRANGER, OWNER) == [WRONG], seconds

    assert await asked.errors(STRANGER, OWNER) == too_many("15 minutes")


async def test_an_hour_after_the_last_failure_it_is_forgotten(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_without_delay=1, sign_in_longest_delay_seconds=3_600)
    await asked.all_wrong([STRANGER], [OWNER])
    await SignInFailure.all().update(failures=30)
    await later(AN_HOUR - timedelta(seconds=5))

    before = await asked.errors(STRANGER, OWNER, PASSWORD)
    await later(timedelta(seconds=5))
    after = [await asked.errors(STRANGER, OWNER), await asked.errors(STRANGER, OWNER)]

    assert before[0]["code"] == "TOO_MANY_ATTEMPTS"
    assert after == [[WRONG], too_many("a second")]


async def test_an_unknown_account_is_closed_as_a_known_one_is(sources: Callable[..., Sources]):
    asked = sources()

    known, unknown = [
        [await asked.errors(STRANGER, email) for _ in range(7)] for email in (OWNER, "nobody@alpina.example")
    ]

    assert unknown == known == [[WRONG]] * 5 + [too_many("a second")] * 2


async def test_the_right_password_forgives_what_was_failed_from_there(sources: Callable[..., Sources]):
    asked = sources()
    for _ in range(3):
        await asked.all_wrong([HOME] * 4, [OWNER])

        assert await asked.errors(HOME, OWNER, PASSWORD) == NO_ERRORS


async def test_signing_in_often_is_no_failure(sources: Callable[..., Sources]):
    asked = sources()

    answers = [await asked.errors(HOME, OWNER, PASSWORD) for _ in range(60)]

    assert answers == [NO_ERRORS] * 60
    assert set(await SignInFailure.all().values_list("failures", flat=True)) == {0}


# A source, whatever the account


def nobodies(number: int) -> list[str]:
    return [f"nobody{one}@alpina.example" for one in range(number)]


async def test_fifty_failures_from_one_address_close_it_whatever_the_account(sources: Callable[..., Sources]):
    asked = sources()
    await asked.all_wrong([HOME], nobodies(50))

    refused = await asked.errors(HOME, OWNER, PASSWORD)
    other = await asked.errors(ELSEWHERE, OWNER, PASSWORD)
    await later(AN_HOUR)
    after = await asked.errors(HOME, OWNER, PASSWORD)

    assert refused == too_many("60 minutes")
    assert other == after == NO_ERRORS


async def test_one_who_signed_in_from_a_closed_address_before_still_does(sources: Callable[..., Sources]):
    asked = sources()
    before = await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong([HOME], nobodies(50))

    owner = await asked.errors(HOME, OWNER, PASSWORD)
    other_account = await asked.errors(HOME, "pl@nova.example", PASSWORD)

    assert before == owner == NO_ERRORS
    assert other_account == too_many("60 minutes")


async def test_there_too_each_failure_at_an_account_makes_the_next_wait(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_address=3)
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong([HOME], nobodies(3))

    guesses = [await asked.errors(HOME, OWNER) for _ in range(6)]

    assert guesses == [[WRONG]] * 5 + [too_many("a second")]


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


# An account, whatever the source


def strangers(number: int) -> list[str]:
    return [f"198.51.100.{one}" for one in range(number)]


async def test_past_a_hundred_failures_only_sources_that_signed_in_before_are_heard(sources: Callable[..., Sources]):
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


async def test_a_source_that_was_not_used_for_three_months_is_a_strangers(sources: Callable[..., Sources]):
    asked = sources(sign_in_failures_per_account=10)
    await asked.errors(HOME, OWNER, PASSWORD)
    await asked.all_wrong(strangers(10), [OWNER])
    await SignInSource.all().update(seen_at=datetime.now(UTC) - timedelta(days=90))

    assert await asked.errors(HOME, OWNER, PASSWORD) == too_many("60 minutes")


# What is stored


async def test_no_failure_keeps_whom_it_was_about_and_no_source_where_it_is(sources: Callable[..., Sources]):
    asked = sources()
    await asked.errors(HOME, OWNER)
    await asked.errors(HOME, OWNER, PASSWORD)

    stored = str(await SignInFailure.all().values()) + str(await SignInSource.all().values())
    assert "alpina" not in stored
    assert HOME not in stored


async def test_the_fifty_sources_used_last_are_remembered(sources: Callable[..., Sources], world: World):
    asked = sources()
    for number in range(52):
        await asked.errors(f"203.0.113.{number}", OWNER, PASSWORD)
    await asked.errors("203.0.113.40", OWNER, PASSWORD)

    kept = await SignInSource.filter(user_id=world.cL.user.id).order_by("created_at")
    assert len(kept) == 50
    assert max(kept, key=lambda row: row.seen_at).id == kept[38].id


@pytest.mark.parametrize("password", ["", "x" * 1_025, "é" * 513, "🔑" * 257])
async def test_what_cannot_be_a_password_is_neither_hashed_nor_counted(
    sources: Callable[..., Sources], hasher: CountingHash, password: str
):
    asked = sources()
    await asked.errors(HOME, OWNER)
    before = await SignInFailure.all().order_by("id").values()

    with counted() as statements:
        answer = await asked.errors(HOME, OWNER, password)

    assert answer == [WRONG]
    assert (hasher.looks, statements) == (1, [])
    assert await SignInFailure.all().order_by("id").values() == before


async def test_an_attempt_that_is_refused_writes_nothing_and_hashes_nothing(
    sources: Callable[..., Sources], hasher: CountingHash
):
    asked = sources(sign_in_failures_per_address=3)
    await asked.all_wrong([STRANGER], nobodies(3))
    before = await SignInFailure.all().order_by("id").values()

    with counted() as statements:
        refused = [await asked.errors(STRANGER, f"somebody{number}@alpina.example") for number in range(3)]

    assert refused == [too_many("60 minutes")] * 3
    assert hasher.looks == 3
    assert [statement.split()[0] for statement in statements] == ["SELECT"] * 6
    assert await SignInFailure.all().order_by("id").values() == before


async def test_the_clock_forgets_what_no_longer_counts(sources: Callable[..., Sources], settings: Settings):
    asked = sources()
    now = datetime.now(UTC)
    await asked.all_wrong([STRANGER], [OWNER])
    await later(2 * AN_HOUR)
    await asked.all_wrong([ELSEWHERE], nobodies(1))
    for source, days in ((HOME, 91), (ELSEWHERE, 89)):
        await asked.errors(source, OWNER, PASSWORD)
        await SignInSource.filter(seen_at__gt=now).update(seen_at=now - timedelta(days=days))
    context = Context(viewer=None, now=datetime.now(UTC), request_id="a-run", settings=settings)

    await forget_sign_in_failures(context)
    await clean_up(context)

    assert await SignInFailure.filter(since__lt=now).count() == 0
    assert await SignInFailure.all().count() == 7  # three of the guess, four of the owner's two sources
    assert await SignInSource.all().count() == 1


# Many at once, each in a connection of its own


@pytest.fixture
async def guest(own_database: Settings) -> Person:
    return await person("guest", await organisation("Alone"), Role.LEGAL_REPRESENTATIVE, datetime.now(UTC))


async def together(attempts: Iterable[Awaitable[list[dict[str, Any]]]]) -> Counter[str]:
    """How often each code came back; `in` of those who signed in."""
    answers = await asyncio.gather(*attempts)
    return Counter(errors[0]["code"] if errors else "in" for errors in answers)


async def test_of_two_hundred_guesses_at_once_from_one_source_five_are_looked_at(
    own_database: Settings, guest: Person, hasher: CountingHash
):
    asked = Sources(own_database)
    async with asked.stack:
        codes = await together(asked.errors(STRANGER, guest.user.email) for _ in range(200))
        owner = await asked.errors(HOME, guest.user.email, PASSWORD)

    assert codes == {"INVALID_CREDENTIALS": 5, "TOO_MANY_ATTEMPTS": 195}
    assert owner == NO_ERRORS
    assert hasher.looks == 6


async def test_of_two_hundred_guesses_at_once_from_many_sources_the_account_allows_its_number(
    own_database: Settings, guest: Person, hasher: CountingHash
):
    asked = Sources(own_database.model_copy(update={"sign_in_failures_per_account": 20}))
    async with asked.stack:
        await asked.errors(HOME, guest.user.email, PASSWORD)
        codes = await together(asked.errors(source, guest.user.email) for source in strangers(50) for _ in range(4))
        owner = await asked.errors(HOME, guest.user.email, PASSWORD)

    assert codes == {"INVALID_CREDENTIALS": 20, "TOO_MANY_ATTEMPTS": 180}
    assert owner == NO_ERRORS
    assert hasher.looks == 22


async def test_of_guesses_at_once_at_many_accounts_the_source_allows_its_number(
    own_database: Settings, hasher: CountingHash
):
    asked = Sources(own_database.model_copy(update={"sign_in_failures_per_address": 5}))
    async with asked.stack:
        codes = await together(asked.errors(STRANGER, email) for email in nobodies(16))

    assert codes == {"INVALID_CREDENTIALS": 5, "TOO_MANY_ATTEMPTS": 11}
    assert hasher.looks == 5


async def test_of_processes_that_share_the_database_each_counts_for_all(
    own_database: Settings, guest: Person, hasher: CountingHash, monkeypatch: pytest.MonkeyPatch
):
    """Each attempt has a line of its own, as in a process of its own."""
    monkeypatch.setattr(passwords, "_lines", Forgetful())
    asked = Sources(own_database)
    async with asked.stack:
        codes = await together(asked.errors(STRANGER, guest.user.email) for _ in range(60))

    assert (codes["INVALID_CREDENTIALS"], codes["in"], hasher.looks) == (5, 0, 5)


class Forgetful(dict[str, Any]):
    """Keeps nothing."""

    def __setitem__(self, key: str, value: Any) -> None:
        pass

    def __delitem__(self, key: str) -> None:
        pass


async def test_sixteen_people_sign_in_at_once_from_one_address(own_database: Settings):
    home = await organisation("Home")
    people = [
        await person(f"guest{number}", home, Role.LEGAL_REPRESENTATIVE, datetime.now(UTC)) for number in range(16)
    ]
    asked = Sources(own_database.model_copy(update={"sign_in_failures_per_address": 3}))

    async with asked.stack:
        codes = await together(asked.errors(HOME, one.user.email, PASSWORD) for one in people)

    assert codes == {"in": 16}
    assert set(await SignInFailure.all().values_list("failures", flat=True)) == {0}


async def test_the_right_password_sixteen_times_at_once_is_no_failure(own_database: Settings, guest: Person):
    asked = Sources(own_database)
    async with asked.stack:
        await asked.all_wrong([HOME] * 4, [guest.user.email])
        codes = await together(asked.errors(HOME, guest.user.email, PASSWORD) for _ in range(16))

    assert codes == {"in": 16}
    assert await SignInFailure.filter(failures=0).count() == 1  # of the account and source; the others have four


async def test_who_has_no_account_any_more_leaves_no_source(own_database: Settings, guest: Person):
    asked = Sources(own_database)
    async with asked.stack:
        await asked.errors(HOME, guest.user.email, PASSWORD)
    other = await User.create(email="other@company.example", first_name="O", last_name="T")
    await SignInSource.all().update(user_id=other.id)

    await other.delete()

    assert await SignInSource.all().count() == 0
