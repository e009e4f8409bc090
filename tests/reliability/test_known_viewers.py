"""Is a viewer who is known forgotten by the commit that changes them, in every process, and by nothing else?"""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tortoise.transactions import in_transaction

from server import authentication
from server.app import Application, create_app
from server.authentication.viewer_cache import ViewerCache
from server.domain.people.tokens import new_token
from server.domain.rights import Role, Scope
from server.domain.viewer import Viewer
from server.models import ApiToken
from server.models.database import open_connection
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.databases import BACKEND, Databases, connected_to, settings_for
from tests.servers import NO_CERTIFICATES, _free_port, _wait_until_ready
from tests.statements import ENGINE, collect_statements
from tests.world import Person, World, build_world, person, token

pytestmark = pytest.mark.database
on_postgres = pytest.mark.skipif(BACKEND != "postgres", reason="of what is told on a channel")

WITHIN = 1.0
"""Seconds after which a change is known in every process; on SQLite it is at once."""
WHO = "{ viewer { user { email } token { id } } }"
CUSTOMERS = "{ viewer { organisations { nodes { name managedCustomers(first: 10) { nodes { name } } } } } }"
README = re.search(r"```graphql\n(.*?)```", (Path(__file__).parents[2] / "README.md").read_text(), re.DOTALL)
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
        await until(self.is_listening)
        for _ in range(3):
            found = [await self.looked_up(credential) for credential in credentials]
        assert not any(found)

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


async def until(holds: Callable[[], Awaitable[bool]], within: float = 5.0) -> None:
    deadline = time.perf_counter() + within
    while not await holds():
        assert time.perf_counter() < deadline, f"it does not hold after {within} seconds"
        await asyncio.sleep(0.005)


@pytest.fixture(scope="module")
async def house(all_databases: Databases) -> AsyncIterator[House]:
    """One for all tests here, each of which makes people and tokens of its own: what they do is committed.

    Without a worker, whose own changes would be heard as well.
    """
    own = settings_for(await all_databases.copy())
    app = create_app(own)
    async with connected_to(own):
        world = await build_world()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("server.app.run_worker_alongside", lambda _: nullcontext())
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


# A token that is no longer one

ENDINGS = {
    "it is revoked": "UPDATE api_token SET revoked_at = '{now}' WHERE id = '{token}'",
    "its end is set to a moment ago": "UPDATE api_token SET expires_at = '{past}' WHERE id = '{token}'",
    "it is deleted": "DELETE FROM api_token WHERE id = '{token}'",
    "its owner is removed": "UPDATE membership SET status = 'REMOVED' WHERE id = '{membership}'",
    "its owner is only invited": "UPDATE membership SET status = 'INVITED' WHERE id = '{membership}'",
    "its owner's membership is deleted": "DELETE FROM membership WHERE id = '{membership}'",
    "it is moved to another organisation": "UPDATE api_token SET organisation_id = '{rival}' WHERE id = '{token}'",
    "its owner is moved to another organisation": "UPDATE membership SET organisation_id = '{rival}' WHERE id = '{membership}'",
}


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


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_known_token_is_refused_when(house: House, ending: str):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)

    await elsewhere(house.settings, fill_in(ENDINGS[ending], house, owner, row))

    seconds = await house.soon(lambda: house.is_refused(secret))
    assert seconds < WITHIN
    assert await house.is_refused(secret)


async def test_a_known_token_is_refused_from_the_time_at_which_it_ends(house: House):
    owner = await house.employee()
    _, secret = await house.token(owner, expires_at=datetime.now(UTC) + timedelta(seconds=0.6))
    await house.get_to_know(secret)

    await asyncio.sleep(0.7)

    assert await house.is_refused(secret)


async def test_a_known_token_that_its_owner_revokes_is_refused_by_the_next_request(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret, owner)

    revoked = await house.clients.change("revokeApiToken", {"apiTokenId": f"tok_{row.id.hex}"}, as_=owner)

    assert revoked.data["revokeApiToken"]["userErrors"] == []
    assert await house.is_refused(secret)


async def test_of_two_known_tokens_the_revoked_one_alone_is_refused(house: House):
    owner, other = await house.employee(), await house.employee()
    row, secret = await house.token(owner)
    _, sister = await house.token(owner)
    _, foreign = await house.token(other)
    await house.get_to_know(secret, sister, foreign)

    await elsewhere(house.settings, revoking(row))
    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN

    assert not await house.is_refused(sister)
    assert not await house.is_refused(foreign)


@on_postgres
async def test_what_is_announced_about_one_person_leaves_the_others_known(house: House):
    owner, other = await house.employee(), await house.employee()
    row, secret = await house.token(owner)
    _, foreign = await house.token(other)
    await house.get_to_know(secret, foreign)

    await elsewhere(house.settings, revoking(row))
    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN

    assert await house.looked_up(foreign) == 0


async def test_a_known_token_revoked_by_the_command_line_is_refused(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)
    environment = os.environ | {"RESELLER_DATABASE_URL": house.settings.database_url}
    command = [sys.executable, "-m", "server", "token", "revoke", f"tok_{row.id.hex}"]

    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=subprocess.DEVNULL)
    assert await process.wait() == 0

    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN


# A token that is another

ALL_CUSTOMERS = ["Alpina", "Borea", "Corvo"]
CHANGES: dict[str, tuple[list[str], list[str] | str]] = {
    "the owner is demoted": (["UPDATE membership SET role = 'EMPLOYEE' WHERE id = '{membership}'"], []),
    "a scope is taken": (
        ["UPDATE api_token SET scopes = '[\"ORGANISATION_READ\"]' WHERE id = '{token}'"],
        "FORBIDDEN",
    ),
    "it is restricted to a customer": (
        [
            (
                "INSERT INTO api_token_customer (id, created_at, api_token_id, customer_id)"
                " VALUES ('{new}', '{now}', '{token}', '{borea}')"
            ),
            "UPDATE api_token SET is_for_some_customers = TRUE WHERE id = '{token}'",
        ],
        ["Borea"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_known_token_shows_something_else_when(house: House, change: str):
    owner = await house.employee()
    row, secret = await house.token(owner)
    statements, shown = CHANGES[change]
    await house.get_to_know(secret)
    before = await customers(house, secret)

    await elsewhere(house.settings, *(fill_in(sql, house, owner, row) for sql in statements))

    assert await house.soon(lambda: _is(customers(house, secret), shown)) < WITHIN
    assert before == ALL_CUSTOMERS


RESTRICTIONS = {
    "another customer is added": (
        (
            "INSERT INTO api_token_customer (id, created_at, api_token_id, customer_id)"
            " VALUES ('{new}', '{now}', '{token}', '{alpina}')"
        ),
        ["Alpina", "Borea"],
    ),
    "the customer becomes another": (
        "UPDATE api_token_customer SET customer_id = '{alpina}' WHERE api_token_id = '{token}'",
        ["Alpina"],
    ),
    "a customer keeps it away": (
        (
            "INSERT INTO api_token_exclusion (id, created_at, api_token_id, customer_id)"
            " VALUES ('{new}', '{now}', '{token}', (SELECT customer_id FROM api_token_customer"
            " WHERE api_token_id = '{token}'))"
        ),
        [],
    ),
    "the customer is taken away": ("DELETE FROM api_token_customer WHERE api_token_id = '{token}'", []),
    "the restriction ends": (
        "UPDATE api_token SET is_for_some_customers = FALSE WHERE id = '{token}'",
        ALL_CUSTOMERS,
    ),
}


@pytest.mark.parametrize("change", RESTRICTIONS)
async def test_a_known_token_for_one_customer_shows_others_when(house: House, change: str):
    owner = await house.employee()
    row, secret = await house.token(owner, [house.world.borea])
    statement, shown = RESTRICTIONS[change]
    await house.get_to_know(secret)
    before = await customers(house, secret)

    await elsewhere(house.settings, fill_in(statement, house, owner, row))

    assert await house.soon(lambda: _is(customers(house, secret), shown)) < WITHIN
    assert before == ["Borea"]


async def test_what_belongs_to_rows_and_not_to_the_viewer_is_never_remembered(house: House):
    owner = await house.employee(Role.EMPLOYEE)
    _, secret = await house.token(owner)
    await house.get_to_know(secret)
    before = await customers(house, secret)
    assignment = uuid4()

    await elsewhere(
        house.settings,
        "INSERT INTO employee_assignment"
        " (id, created_at, updated_at, version, membership_id, partnership_id, rights, assigned_at)"
        f" VALUES ('{assignment}', '{moment()}', '{moment()}', 1, '{owner.membership.id}', '{house.world.complete.id}', '[\"VIEW\"]', '{moment()}')",
    )
    during = await customers(house, secret)
    await elsewhere(house.settings, f"DELETE FROM employee_assignment WHERE id = '{assignment}'")

    assert (before, during, await customers(house, secret)) == ([], ["Borea"], [])


async def customers(house: House, secret: str) -> list[str] | str:
    """The names that a token shows of Nova's customers, or why it shows none."""
    answer = await house.clients.ask(CUSTOMERS, as_=secret)
    if answer.errors:
        return answer.code
    (nova,) = answer.data["viewer"]["organisations"]["nodes"]
    return [node["name"] for node in nova["managedCustomers"]["nodes"]]


async def _is(found: Awaitable[Any], expected: Any) -> bool:
    return await found == expected


# A session

SESSION_ENDINGS = {
    "it is ended": "UPDATE session SET ended_at = '{now}' WHERE user_id = '{user}'",
    "its end is set to a moment ago": "UPDATE session SET expires_at = '{past}' WHERE user_id = '{user}'",
    "it is deleted": "DELETE FROM session WHERE user_id = '{user}'",
}


@pytest.mark.parametrize("ending", SESSION_ENDINGS)
async def test_a_known_session_is_nobody_when(house: House, ending: str):
    owner = await house.employee()
    await house.get_to_know(owner)

    await elsewhere(house.settings, fill_in(SESSION_ENDINGS[ending], house, owner))

    assert await house.soon(lambda: house.is_nobody(owner)) < WITHIN


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_known_session_that_signs_out_is_nobody_in_the_next_request(house: House, everywhere: bool):
    owner = await house.employee()
    await house.get_to_know(owner)

    await house.clients.change("signOut", {"everywhere": everywhere}, as_=owner)

    assert await house.is_nobody(owner)


async def test_a_known_session_ends_where_another_session_signs_out_everywhere(house: House):
    owner = await house.employee()
    input = {"email": owner.user.email, "password": "correct horse battery staple"}
    signed_in = await house.clients.change("signIn", input)
    other = Person(owner.user, owner.membership, signed_in.response.cookies["session"])
    await house.get_to_know(owner, other)

    await house.clients.change("signOut", {"everywhere": True}, as_=other)

    assert await house.is_nobody(owner)
    assert await house.is_nobody(other)


async def test_a_known_session_loses_what_its_membership_gave(house: House):
    owner = await house.employee()
    await house.get_to_know(owner)
    before = (await house.clients.ask(CUSTOMERS, as_=owner)).data["viewer"]["organisations"]["nodes"]

    await elsewhere(house.settings, f"UPDATE membership SET status = 'REMOVED' WHERE id = '{owner.membership.id}'")

    async def has_none() -> bool:
        return (await house.clients.ask(CUSTOMERS, as_=owner)).data["viewer"]["organisations"]["nodes"] == []

    assert await house.soon(has_none) < WITHIN
    assert len(before) == 1


async def test_a_known_session_gains_what_a_new_membership_gives(house: House):
    owner = await house.employee()
    await house.get_to_know(owner)

    await elsewhere(
        house.settings,
        "INSERT INTO membership (id, created_at, updated_at, version, role, status, joined_at, organisation_id, user_id)"
        f" VALUES ('{uuid4()}', '{moment()}', '{moment()}', 1, 'EMPLOYEE', 'ACTIVE', '{moment()}',"
        f" '{house.world.rival.id}', '{owner.user.id}')",
    )

    async def has_two() -> bool:
        return len((await house.clients.ask(CUSTOMERS, as_=owner)).data["viewer"]["organisations"]["nodes"]) == 2

    assert await house.soon(has_two) < WITHIN


# Transactions


async def test_a_revocation_that_is_not_committed_changes_nothing(house: House):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)

    async with open_transaction(house.settings, revoking(row)) as end:
        during = await house.looked_up(secret), await house.is_refused(secret)
        await end("ROLLBACK")
    await asyncio.sleep(0.05)

    assert during == (0, False)
    assert (await house.looked_up(secret), await house.is_refused(secret)) == (0, False)


async def test_who_is_looked_up_during_a_revocation_is_refused_after_its_commit(house: House):
    row, secret = await house.token(await house.employee())

    async with open_transaction(house.settings, revoking(row)) as end:
        await house.get_to_know(secret)
        await end("COMMIT")

    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN


async def test_a_change_that_this_process_takes_back_lets_nothing_of_it_in(house: House):
    row, secret = await house.token(await house.employee())
    waiting = asyncio.Event()

    async def asking() -> Answer:
        await waiting.wait()
        return await house.clients.ask(WHO, as_=secret)

    # Begun outside of the transaction: a request of its own.
    asked = asyncio.create_task(asking())
    with pytest.raises(ZeroDivisionError):
        async with in_transaction():
            await ApiToken.filter(id=row.id).update(user_id=house.world.qL.user.id, revoked_at=datetime.now(UTC))
            waiting.set()
            await asyncio.sleep(0.05)
            raise ZeroDivisionError
    answer = await asked

    assert answer.data["viewer"]["token"] == {"id": f"tok_{row.id.hex}"}
    assert (await house.clients.ask(WHO, as_=secret)).json == answer.json


async def test_a_mutation_that_is_refused_leaves_everybody_known(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret, owner)

    refused = await house.clients.change(
        "createApiToken",
        {"organisationId": f"org_{house.world.nova.id.hex}", "name": "", "scopes": []},
        as_=owner,
    )

    assert {error["code"] for error in refused.data["createApiToken"]["userErrors"]} == {"VALIDATION_FAILED"}
    assert not await house.is_refused(secret)
    await house.get_to_know(secret, owner)
    assert (await ApiToken.get(id=row.id)).revoked_at is None


@contextmanager
def interleave(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[], Awaitable[Any]]) -> Iterator[None]:
    """While somebody is looked up: once `name` has been read, the change is committed before anything is kept."""
    reading, times = getattr(authentication, name), count()

    async def read(*args: Any) -> Any:
        found = await reading(*args)
        if next(times) == 0:
            await change()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(authentication, name, read)
        yield


@pytest.mark.parametrize("heard", ["before it is kept", "after it is kept"])
@pytest.mark.parametrize("step", ["memberships_of", "grant_of"])
async def test_a_revocation_between_look_up_and_keeping_is_not_missed(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, heard: str
):
    row, secret = await house.token(await house.employee())
    await until(house.is_listening)
    await house.looked_up(house.world.pL)

    async def revoke() -> None:
        before = house.viewer_cache.changes
        await elsewhere(house.settings, revoking(row))
        if not house.settings.is_sqlite and heard == "before it is kept":
            await until(lambda: _is(_value(house.viewer_cache.changes > before), True))

    with interleave(monkeypatch, step, revoke):
        during = await house.clients.ask(WHO, as_=secret)

    if heard == "before it is kept":
        assert await house.is_refused(secret)
    assert during.status == 200
    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN


async def test_a_demotion_while_a_session_is_looked_up_is_not_missed(house: House, monkeypatch: pytest.MonkeyPatch):
    owner = await house.employee()
    demotion = f"UPDATE membership SET role = 'EMPLOYEE' WHERE id = '{owner.membership.id}'"

    with interleave(monkeypatch, "memberships_of", lambda: elsewhere(house.settings, demotion)):
        await house.clients.ask(WHO, as_=owner)

    async def is_employee() -> bool:
        answer = await house.clients.ask(CUSTOMERS, as_=owner)
        return answer.data["viewer"]["organisations"]["nodes"][0]["managedCustomers"]["nodes"] == []

    assert await house.soon(is_employee) < WITHIN


async def _value(value: Any) -> Any:
    return value


async def test_a_hundred_requests_while_a_token_is_revoked_end_with_a_refusal(house: House):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)

    async def revoke() -> None:
        await asyncio.sleep(0.02)
        await elsewhere(house.settings, revoking(row))

    revoking_ = asyncio.create_task(revoke())
    statuses = set[int]()
    while not revoking_.done():
        answers = await asyncio.gather(*(house.clients.ask(WHO, as_=secret) for _ in range(10)))
        statuses |= {answer.status for answer in answers}

    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN
    assert {
        answer.status for answer in await asyncio.gather(*(house.clients.ask(WHO, as_=secret) for _ in range(20)))
    } == {401}
    assert statuses <= {200, 401}


# The listener

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN \"viewers\"'"


async def listeners(settings: Settings, sql: str = LISTENERS) -> list[int]:
    connection = await open_connection(settings)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()


@on_postgres
async def test_while_nobody_listens_nothing_is_known_and_everything_is_answered(house: House):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)
    before = await listeners(house.settings)
    outages = 0

    await listeners(house.settings, LISTENERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"))
    await until(lambda: _is(house.is_listening(), False), WITHIN)
    deaf = await house.looked_up(secret), await house.looked_up(secret), await house.is_refused(secret)
    await elsewhere(house.settings, revoking(row))
    refused = await house.is_refused(secret)
    while not house.viewer_cache.is_open:
        outages += await house.looked_up(house.world.pL) > 0
        await asyncio.sleep(0.05)

    assert len(before) == 1
    assert deaf == (3, 3, False)
    assert refused
    assert outages > 3
    assert await house.is_refused(secret)
    await house.get_to_know(house.world.pL)
    after = await listeners(house.settings)
    assert len(after) == 1
    assert after != before


async def test_who_has_stopped_knows_nobody_and_listens_no_more(house: House):
    known = ViewerCache()
    before = [] if house.settings.is_sqlite else await listeners(house.settings)

    async with known.cache_while_open(house.settings):
        await until(lambda: _value(known.is_open))
        known.find("digest", datetime.now(UTC))
        known.put("digest", Viewer(uuid4()), datetime.now(UTC) + timedelta(hours=1), known.changes)
        during = len(known._entries)

    assert (during, len(known._entries), known.is_open) == (1, 0, False)
    if not house.settings.is_sqlite:
        await until(lambda: _is(listeners(house.settings), before), WITHIN)


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


@asynccontextmanager
async def asking(house: House, url: str) -> AsyncIterator[Callable[..., Awaitable[httpx2.Response]]]:
    """Asks the other process, once it listens as this one does."""

    async def both_listen() -> bool:
        return len(await listeners(house.settings)) == 2

    await until(both_listen)
    async with httpx2.AsyncClient(verify=NO_CERTIFICATES) as http:

        async def ask(query: str, variables: Any = None, **headers: str) -> httpx2.Response:
            http.cookies.clear()
            body = {"query": query, "variables": variables or {}}
            return await http.post(f"{url}/graphql", json=body, headers=headers)

        yield ask


@on_postgres
async def test_what_this_process_revokes_the_other_refuses_within_a_second(house: House, server: str):
    async with asking(house, server) as ask:
        for _ in range(5):
            owner = await house.employee()
            row, secret = await house.token(owner)
            bearer = f"Bearer {secret}"
            before = [(await ask(WHO, Authorization=bearer)).status_code for _ in range(3)]

            await house.clients.change("revokeApiToken", {"apiTokenId": f"tok_{row.id.hex}"}, as_=owner)

            async def is_refused(bearer: str = bearer) -> bool:
                return (await ask(WHO, Authorization=bearer)).status_code == 401

            await until(is_refused, WITHIN)
            assert before == [200] * 3


@on_postgres
async def test_what_the_other_process_revokes_this_one_refuses_within_a_second(house: House, server: str):
    document = "mutation($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code } } }"
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)

    async with asking(house, server) as ask:
        before = [(await ask(WHO, Authorization=f"Bearer {secret}")).status_code for _ in range(3)]
        variables = {"input": {"apiTokenId": f"tok_{row.id.hex}"}}
        revoked = await ask(document, variables, Cookie=f"session={owner.session}")
        there = await ask(WHO, Authorization=f"Bearer {secret}")

    await until(lambda: house.is_refused(secret), WITHIN)
    assert revoked.json() == {"data": {"revokeApiToken": {"userErrors": []}}}
    assert (before, there.status_code) == ([200] * 3, 401)


@on_postgres
async def test_who_signs_out_of_this_process_is_nobody_in_the_other_within_a_second(house: House, server: str):
    owner = await house.employee()
    cookie = f"session={owner.session}"
    async with asking(house, server) as ask:
        before = [(await ask(WHO, Cookie=cookie)).json()["data"]["viewer"]["token"] for _ in range(3)]

        await house.clients.change("signOut", {"everywhere": True}, as_=owner)

        async def is_nobody() -> bool:
            return (await ask(WHO, Cookie=cookie)).json() == {"data": {"viewer": None}}

        await until(is_nobody, WITHIN)
    assert before == [None] * 3


# What is kept, and for how long


async def test_the_use_of_a_known_token_is_noticed_once_a_minute(house: House):
    used = datetime.now(UTC) - timedelta(seconds=59.4)
    row, secret = await house.token(await house.employee(), last_used_at=used)
    await house.get_to_know(secret)
    before = (await ApiToken.get(id=row.id)).last_used_at

    await asyncio.sleep(0.7)
    noticed = await house.clients.ask(WHO, as_=secret)

    async def is_written() -> bool:
        return (await ApiToken.get(id=row.id)).last_used_at != used

    assert before == used
    assert noticed.status == 200
    await until(is_written)
    after = (await ApiToken.get(id=row.id)).last_used_at
    assert datetime.now(UTC) - after < timedelta(seconds=5)
    await house.get_to_know(secret)
    assert (await ApiToken.get(id=row.id)).last_used_at == after


@on_postgres
async def test_noticing_a_use_makes_nobody_unknown(house: House):
    _, secret = await house.token(await house.employee(), last_used_at=None)
    _, other = await house.token(await house.employee())
    await house.get_to_know(other)
    changes = house.viewer_cache.changes

    first, second = await house.looked_up(secret), await house.looked_up(secret)
    await asyncio.sleep(1.5)

    assert (first, second, await house.looked_up(other)) == (3, 0, 0)
    assert house.viewer_cache.changes == changes


def test_of_more_than_ten_thousand_those_asked_for_longest_ago_are_forgotten():
    known, now = ViewerCache(), datetime.now(UTC)
    known.is_open = True
    for number in range(10_000):
        known.put(str(number), Viewer(uuid4()), now + timedelta(hours=1), 0)
    known.find("0", now)

    known.put("new", Viewer(uuid4()), now + timedelta(hours=1), 0)

    assert len(known._entries) == 10_000
    assert known.find("1", now) is None
    assert all(known.find(digest, now) for digest in ("0", "2", "new"))


def test_keeping_somebody_again_takes_no_more_room_and_the_newest_counts():
    known, now, viewer = ViewerCache(), datetime.now(UTC), Viewer(uuid4())
    known.is_open = True
    for _ in range(3):
        known.put("digest", Viewer(uuid4()), now + timedelta(hours=1), 0)

    known.put("digest", viewer, now + timedelta(seconds=1), 0)

    assert len(known._entries) == 1
    assert known.find("digest", now) is viewer
    assert known.find("digest", now + timedelta(seconds=1)) is None


def test_nobody_is_kept_after_a_change_or_where_nobody_listens():
    known, now, viewer = ViewerCache(), datetime.now(UTC), Viewer(uuid4())

    known.put("deaf", viewer, now + timedelta(hours=1), known.changes)
    known.is_open = True
    before = known.changes
    known.drop(str(uuid4()))
    known.put("late", viewer, now + timedelta(hours=1), before)

    assert known._entries == {}


CREDENTIALS: dict[str, dict[str, str]] = {
    "nobody": {},
    "an unknown token": {"Authorization": f"Bearer {new_token()}"},
    "a mistyped token": {"Authorization": f"Bearer {new_token()[:-1]}!"},
    "no token": {"Authorization": "Bearer x"},
    "an empty token": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": "Basic eDp5"},
    "an unknown session": {"Cookie": "session=unknown"},
    "an empty session": {"Cookie": "session="},
}


@pytest.mark.parametrize("what", CREDENTIALS)
async def test_who_is_not_let_in_is_not_kept(house: House, what: str):
    await until(house.is_listening)
    await house.looked_up(house.world.pL)
    before = list(house.viewer_cache._entries)

    for _ in range(3):
        await house.clients.ask(WHO, headers=CREDENTIALS[what])

    assert list(house.viewer_cache._entries) == before


async def test_what_is_kept_is_neither_a_token_nor_a_cookie(house: House):
    owner = await house.employee()
    _, secret = await house.token(owner)

    await house.get_to_know(secret, owner)

    kept = repr(house.viewer_cache._entries)
    assert len(house.viewer_cache._entries) >= 2
    assert secret not in kept
    assert owner.session not in kept


async def test_a_token_dead_when_it_is_looked_up_is_not_kept(house: House):
    owner = await house.employee()
    _, secret = await house.token(owner, revoked_at=datetime.now(UTC))

    looked_up = [await house.looked_up(secret) for _ in range(3)]

    assert looked_up == [1, 1, 1]


# What it is for


async def test_the_operation_of_the_readme_takes_one_statement_and_none_for_a_known_viewer(house: House):
    assert README is not None
    _, secret = await house.token(await house.employee())
    await house.clients.ask(README[1], as_=secret)
    await house.get_to_know(secret)

    with collect_statements() as by_tortoise, collect_statements(ENGINE) as by_engine:
        answer = await house.clients.ask(README[1], as_=secret)

    (nova,) = answer.data["viewer"]["organisations"]["nodes"]
    assert [edge["node"]["name"] for edge in nova["managedCustomers"]["edges"]] == ["Alpina"]
    assert by_tortoise == []
    assert len(by_engine) == 1
    assert by_engine[0].lstrip().startswith(("SELECT", "WITH"))


async def test_a_known_session_takes_one_statement_as_well(house: House):
    assert README is not None
    owner = await house.employee()
    await house.get_to_know(owner)

    with collect_statements() as by_tortoise, collect_statements(ENGINE) as by_engine:
        answer = await house.clients.ask(README[1], as_=owner)

    assert answer.data["viewer"]["user"] == {"firstName": owner.user.first_name}
    assert (by_tortoise, len(by_engine)) == ([], 1)
