"""What happens while somebody else holds the database's lock? A refusal, and afterwards everything goes on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection
from tortoise.models import Model

from server.app import create_app
from server.domain.rights import Role
from server.jobs import DEADLINES, system_context
from server.models import ExportPart, Organisation
from server.models.database import open_connection, transaction
from server.models.sqlite import ImmediateTransactionContext
from server.resolvers import ids
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.databases import connected_to
from tests.rows import Person, export, organisation, person
from tests.snapshots import snapshot
from tests.waiting import notice, until_somebody_waits
from tests.world import build_world

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
WHO = "{ viewer { user { firstName } } }"
TOO_LATE = {
    "code": "CONFLICT",
    "message": "Someone else changed this at the same time. Check it, then try again.",
    "field": None,
}


@asynccontextmanager
async def lock_row(settings: Settings, row: Organisation) -> AsyncIterator[None]:
    """Another connection is about to change the row: on SQLite nobody else writes, on PostgreSQL not this row."""
    if not settings.is_sqlite:
        other = await open_connection(settings)
        async with other.transaction():
            await other.execute("SELECT 1 FROM organisation WHERE id = $1 FOR UPDATE", row.id)
            yield
        await other.close()
        return
    with closing(sqlite3.connect(settings.sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
async def impatient(own_database: Settings) -> AsyncIterator[Settings]:
    """Anyone who waits for a lock waits a tenth of a second."""
    settings = own_database.model_copy(update={"lock_milliseconds": 100})
    async with connected_to(settings):
        if settings.is_sqlite:
            get_connection("default").seconds_for_lock = 0.1
        yield settings


async def make_token(clients: Clients, owner: Person, at: Organisation) -> Answer:
    input = {"organisationId": ids.encode(at), "name": "the shop", "scopes": ["PRODUCTS_READ"]}
    return await clients.change("createApiToken", input, as_=owner)


@pytest.mark.parametrize("engine", [True, False])
async def test_a_caller_who_waits_too_long_is_refused_and_the_next_is_answered(impatient: Settings, engine: bool):
    company = await organisation("Alone")
    owner = await person("owner", company, Role.LEGAL_REPRESENTATIVE, NOW)

    async with Clients(create_app(impatient.model_copy(update={"engine": engine}))) as clients:
        before = await snapshot()
        async with lock_row(impatient, company):
            refused = await asyncio.gather(*(make_token(clients, owner, company) for _ in range(3)))
            read = await clients.ask(WHO, as_=owner)
        after = await snapshot()
        made = await make_token(clients, owner, company)

    assert [answer.data["createApiToken"]["userErrors"] for answer in refused] == [[TOO_LATE]] * 3
    assert read.data["viewer"]["user"] == {"firstName": "owner"}
    assert after == before
    assert made.data["createApiToken"]["userErrors"] == []


async def test_a_link_that_waits_too_long_is_not_used(impatient: Settings):
    company = await organisation("Alone")
    owner = await person("owner", company, Role.LEGAL_REPRESENTATIVE, NOW)
    row = await export(owner, now=NOW, size_in_bytes=3)
    await ExportPart.create(export_id=row.id, place=0, content=b"abc")

    async with Clients(create_app(impatient)) as clients:
        answer = await clients.change("createExportLink", {"exportId": ids.encode(row)}, "path", as_=owner)
        path, headers = answer.data["createExportLink"]["path"], {"Cookie": f"session={owner.session}"}
        clients.http.cookies.clear()
        async with lock_row(impatient, company):
            waited = await clients.http.get(path, headers=headers)
        given = await clients.http.get(path, headers=headers)

    assert (waited.status_code, waited.json()["errors"][0]["extensions"]["code"]) == (409, "CONFLICT")
    assert waited.json()["errors"][0]["message"] == TOO_LATE["message"]
    assert (given.status_code, given.content) == (200, b"abc")


async def is_free(settings: Settings, row: Model) -> bool:
    """Whether nobody holds the row."""
    other = await open_connection(settings)
    table = type(row)._meta.db_table
    async with other.transaction():
        found = await other.fetch(f'SELECT 1 FROM "{table}" WHERE id = $1 FOR UPDATE SKIP LOCKED', row.pk)
    await other.close()
    return bool(found)


@pytest.mark.only_postgres
@pytest.mark.parametrize("what", ["proposals", "pending actions", "access changes", "member invitations"])
async def test_the_clock_holds_nothing_of_an_organisation_that_somebody_else_holds(own_database: Settings, what: str):
    world = await build_world()
    row, company = {
        "proposals": (world.invitation, world.delta),
        "pending actions": (world.pending, world.borea),
        "access changes": (world.change, world.alpina),
        "member invitations": (world.newcomer, world.alpina),
    }[what]
    clock = system_context(own_database, world.now + timedelta(days=31))

    async with lock_row(own_database, company):
        running = asyncio.create_task(DEADLINES[f"expire {what}"](clock))
        await until_somebody_waits(own_database, running)
        free = await is_free(own_database, row)

    assert free
    assert await running >= 1


async def test_a_caller_who_goes_away_while_waiting_leaves_nothing_running(own_database: Settings):
    company = await organisation("Alone")

    async def rename() -> None:
        async with transaction():
            await Organisation.filter(id=company.id).update(name="Renamed")

    async with lock_row(own_database, company):
        with notice(ImmediateTransactionContext, "_begin") as begun:
            waiting = asyncio.create_task(rename())
            await (begun.wait() if own_database.is_sqlite else until_somebody_waits(own_database, waiting))
        waiting.cancel()
        if not own_database.is_sqlite:
            await asyncio.wait([waiting])
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(20), lock_row(own_database, company):
        pass
    await rename()

    assert (await Organisation.get(id=company.id)).name == "Renamed"
