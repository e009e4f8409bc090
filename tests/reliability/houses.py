"""A running application on a database of its own, and changes that come from elsewhere."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from server import authentication
from server.app import Application, create_app
from server.authentication import viewer_cache
from server.authentication.viewer_cache import ViewerCache
from server.domain.rights import Role, Scope
from server.models import ApiToken
from server.models.database import open_connection
from server.settings import Settings
from tests.clients import Clients
from tests.databases import Databases, connected_to, settings_for
from tests.rows import Person, person, token
from tests.servers import _free_port, _wait_until_ready
from tests.statements import collect_statements
from tests.waiting import meet, until
from tests.world import World, build_world

WITHIN = 1.0
"""Seconds after which a change is known in every process; on SQLite it is at once."""
WHO = "{ viewer { user { email } token { id } } }"
CUSTOMERS = "{ viewer { organisations { nodes { name managedCustomers(first: 10) { nodes { name } } } } } }"
_numbers = count(1)


@dataclass
class House:
    """A running application on a database of its own, with the world in it."""

    settings: Settings
    world: World
    app: Application
    clients: Clients

    @property
    def viewer_cache(self) -> ViewerCache:
        return self.app.fast_path.endpoint.viewer_cache

    async def employee(self, role: Role = Role.LEGAL_REPRESENTATIVE) -> Person:
        """Somebody new at Nova."""
        return await person(f"e{next(_numbers)}", self.world.nova, role, datetime.now(UTC))

    async def token(self, owner: Person, customers: Any = (), **columns: Any) -> tuple[ApiToken, str]:
        return await token(owner, list(Scope), list(customers), now=datetime.now(UTC), **columns)

    async def looked_up(self, as_: Person | str, query: str = WHO) -> int:
        """How many statements it takes to find out who asks; 0 of somebody who is known."""
        with collect_statements() as statements:
            await self.clients.ask(query, as_=as_)
        return len(statements)

    async def get_to_know(self, *credentials: Person | str) -> None:
        """Ask until nobody is looked up any more."""
        await self.hear()
        for _ in range(3):
            found = [await self.looked_up(credential) for credential in credentials]
        assert not any(found)

    async def hear(self) -> None:
        """Until this process has heard of everything that is committed: notifications come in that order."""
        await until(self.is_listening)
        if self.settings.is_sqlite:
            return
        drop, last, heard = self.viewer_cache.drop, str(uuid4()), list[str | None]()

        def drop_and_note(user_id: str | None = None) -> None:
            drop(user_id)
            heard.append(user_id)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self.viewer_cache, "drop", drop_and_note)
            await elsewhere(self.settings, f"NOTIFY {viewer_cache.CHANNEL}, '{last}'")
            await until(lambda: last in heard)

    async def is_listening(self) -> bool:
        return self.viewer_cache.is_open

    async def soon(self, holds: Callable[[], Awaitable[bool]]) -> float:
        """Check what holds at once on SQLite and within a second on PostgreSQL; gives the seconds."""
        started = time.perf_counter()
        if self.settings.is_sqlite:
            assert await holds()
        else:
            await until(holds, WITHIN)
        return time.perf_counter() - started

    async def is_refused(self, secret: str) -> bool:
        return (await self.clients.ask(WHO, as_=secret)).status == 401

    async def is_nobody(self, somebody: Person) -> bool:
        return (await self.clients.ask(WHO, as_=somebody)).data == {"viewer": None}


@pytest.fixture(scope="module")
async def house(all_databases: Databases) -> AsyncIterator[House]:
    """One for all tests here, each of which makes people and tokens of its own: what they do is committed."""
    async with open_house(settings_for(await all_databases.copy())) as built:
        yield built


@asynccontextmanager
async def open_house(own: Settings) -> AsyncIterator[House]:
    """Without a worker, whose own changes would be heard as well."""
    app = create_app(own)
    async with connected_to(own):
        world = await build_world()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("server.app.run_worker_alongside", lambda _: nullcontext())
            patched.setattr(viewer_cache, "_SECONDS_BETWEEN_TRIES", 0.1)
            async with app.router.lifespan_context(app), Clients(app) as clients:
                yield House(own, world, app, clients)


async def elsewhere(settings: Settings, *statements: str) -> None:
    """Commit this on another connection, as another process would."""
    async with open_transaction(settings, *statements) as end:
        await end("COMMIT")


@asynccontextmanager
async def open_transaction(settings: Settings, *statements: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """A transaction on another connection that has run these statements; gives what ends it."""
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.sqlite_file, isolation_level=None)) as file:

            async def run(sql: str) -> None:
                file.execute(sql)

            for statement in ("BEGIN IMMEDIATE", *statements):
                await run(statement)
            yield run
        return
    connection = await open_connection(settings)
    try:
        for statement in ("BEGIN", *statements):
            await connection.execute(statement)
        yield connection.execute
    finally:
        await connection.close()


def moment(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat(sep=" ")


def revoking(row: ApiToken) -> str:
    return f"UPDATE api_token SET revoked_at = '{moment()}' WHERE id = '{row.id}'"


def fill_in(sql: str, house: House, owner: Person, row: ApiToken | None = None) -> str:
    return sql.format(
        now=moment(),
        past=moment(seconds=1),
        token=row and row.id,
        membership=owner.membership.id,
        user=owner.user.id,
        rival=house.world.rival.id,
        new=uuid4(),
        borea=house.world.borea.id,
        alpina=house.world.alpina.id,
    )


async def customers(house: House, secret: str) -> list[str] | str:
    """The names that a token shows of Nova's customers, or why it shows none."""
    answer = await house.clients.ask(CUSTOMERS, as_=secret)
    if answer.errors:
        return answer.code
    (nova,) = answer.data["viewer"]["organisations"]["nodes"]
    return [node["name"] for node in nova["managedCustomers"]["nodes"]]


async def _is(found: Awaitable[Any], expected: Any) -> bool:
    return await found == expected


@contextmanager
def interleave(name: str, change: Callable[[], Awaitable[Any]]) -> Iterator[None]:
    """While somebody is looked up: once `name` has been read, the change is committed before anything is kept."""
    times = count()

    async def once() -> None:
        if next(times) == 0:
            await change()

    with meet(authentication, name, once, after=True):
        yield


# The listener

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN \"viewers\"'"


async def listeners(settings: Settings, sql: str = LISTENERS) -> list[int]:
    connection = await open_connection(settings)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()


# Two processes


@pytest.fixture(scope="module")
def server(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server process on the same PostgreSQL; the tests themselves are the other."""
    output, port = tmp_path_factory.mktemp("server") / "output.txt", _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "RESELLER_DATABASE_URL": house.settings.database_url,
        "RESELLER_LOG_LEVEL": "WARNING",
        "RESELLER_PORT": str(port),
    }
    command = [sys.executable, "-m", "server", "serve", "--workers", "1"]
    with output.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(url, process, output)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)
