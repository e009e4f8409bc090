"""People and strangers who sign in from several addresses, while the clock stands and hashing takes no time."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.app import create_app
from server.resolvers.people import passwords
from server.settings import Settings
from tests.clients import Clients
from tests.security.browser_sessions import WRONG, sign_in
from tests.world import World

OWNER = "cl@alpina.example"
HOME, ELSEWHERE, STRANGER = "192.0.2.1", "192.0.2.2", "198.51.100.7"
NO_ERRORS: list[Any] = []


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


class Clock:
    """The time at which requests come in; it passes when a test says so."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self, zone: object) -> datetime:
        return self.moment

    def pass_by(self, time: timedelta) -> None:
        self.moment += time


@pytest.fixture(name="clock", autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    for module in ("graphql", "fast_path"):
        monkeypatch.setattr(f"server.app.{module}.datetime", found)
    return found


@pytest.fixture(name="hasher", autouse=True)
def counting_hasher(monkeypatch: pytest.MonkeyPatch) -> CountingHash:
    found = CountingHash()
    monkeypatch.setattr(passwords, "hasher", lambda: found)
    return found


@pytest.fixture(name="sources")
async def made_sources(world: World, settings: Settings) -> AsyncIterator[Callable[..., Sources]]:
    """Makes sources that ask a server with these settings."""
    async with AsyncExitStack() as stack:

        def make(**chosen: object) -> Sources:
            found = Sources(settings.model_copy(update=chosen))
            found.stack = stack
            return found

        yield make


def nobodies(number: int) -> list[str]:
    """Addresses without an account."""
    return [f"nobody{one}@alpina.example" for one in range(number)]


def strangers(number: int) -> list[str]:
    """Addresses of the network."""
    return [f"198.51.100.{one}" for one in range(number)]
