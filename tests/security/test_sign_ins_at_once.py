"""Many sign in at once, each attempt in a connection of its own: how many passwords are looked at?"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.rights import Role
from server.models import SignInFailure, SignInSource, User
from server.resolvers.people import passwords
from server.settings import Settings
from tests.long import amount
from tests.rows import PASSWORD, Person, organisation, person
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

pytestmark = [pytest.mark.postgres, pytest.mark.scaled]

GUESSES = amount(80, long=200)


@pytest.fixture
async def guest(own_database: Settings) -> Person:
    return await person("guest", await organisation("Alone"), Role.LEGAL_REPRESENTATIVE, datetime.now(UTC))


async def together(attempts: Iterable[Awaitable[list[dict[str, Any]]]]) -> Counter[str]:
    """How often each code came back; `in` of those who signed in."""
    answers = await asyncio.gather(*attempts)
    return Counter(errors[0]["code"] if errors else "in" for errors in answers)


async def test_five_of_many_guesses_at_once_from_one_source_are_checked(
    own_database: Settings, guest: Person, hasher: CountingHash
):
    asked = Sources(own_database)
    async with asked.stack:
        codes = await together(asked.errors(STRANGER, guest.user.email) for _ in range(GUESSES))
        owner = await asked.errors(HOME, guest.user.email, PASSWORD)

    assert codes == {"INVALID_CREDENTIALS": 5, "TOO_MANY_ATTEMPTS": GUESSES - 5}
    assert owner == NO_ERRORS
    assert hasher.looks == 6


async def test_an_account_allows_its_number_of_many_guesses_at_once_from_many_sources(
    own_database: Settings, guest: Person, hasher: CountingHash
):
    asked = Sources(own_database.model_copy(update={"sign_in_failures_per_account": 20}))
    async with asked.stack:
        await asked.errors(HOME, guest.user.email, PASSWORD)
        codes = await together(
            asked.errors(source, guest.user.email) for source in strangers(GUESSES // 4) for _ in range(4)
        )
        owner = await asked.errors(HOME, guest.user.email, PASSWORD)

    assert codes == {"INVALID_CREDENTIALS": 20, "TOO_MANY_ATTEMPTS": GUESSES - 20}
    assert owner == NO_ERRORS
    assert hasher.looks == 22


async def test_a_source_allows_its_number_of_guesses_at_many_accounts_at_once(
    own_database: Settings, hasher: CountingHash
):
    asked = Sources(own_database.model_copy(update={"sign_in_failures_per_address": 5}))
    async with asked.stack:
        codes = await together(asked.errors(STRANGER, email) for email in nobodies(16))

    assert codes == {"INVALID_CREDENTIALS": 5, "TOO_MANY_ATTEMPTS": 11}
    assert hasher.looks == 5


async def test_every_process_that_shares_the_database_counts_for_all(
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


async def test_the_right_password_sixteen_times_at_once_is_not_a_failure(own_database: Settings, guest: Person):
    asked = Sources(own_database)
    async with asked.stack:
        await asked.all_wrong([HOME] * 4, [guest.user.email])
        codes = await together(asked.errors(HOME, guest.user.email, PASSWORD) for _ in range(16))

    assert codes == {"in": 16}
    assert await SignInFailure.filter(failures=0).count() == 1  # of the account and source; the others have four


async def test_a_person_without_an_account_leaves_no_source(own_database: Settings, guest: Person):
    asked = Sources(own_database)
    async with asked.stack:
        await asked.errors(HOME, guest.user.email, PASSWORD)
    other = await User.create(email="other@company.example", first_name="O", last_name="T")
    await SignInSource.all().update(user_id=other.id)

    await other.delete()

    assert await SignInSource.all().count() == 0
