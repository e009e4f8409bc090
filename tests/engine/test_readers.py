"""Does a reader stay within its bounds: time to answer, number of connections, reading only?"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.domain.errors import Unavailable
from server.engine.running.connections import PostgresReader, SqliteReader
from server.models import Product
from server.models.database import open_connection
from server.models.postgres_pool import Pool
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.clients import Clients
from tests.databases import settings_for
from tests.engine.both import Both, render_planned, render_resolved, viewers_of
from tests.world import World, build_world

pytestmark = pytest.mark.postgres

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident() -> float:
    """MiB of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 2**20


# Statements that are too much


@pytest.mark.only_sqlite
async def test_a_statement_too_deep_for_sqlite_takes_the_resolver_path_with_the_same_answer(
    both: Both, engine_clients: Clients, resolver_clients: Clients, world: World
) -> None:
    document = """{ viewer { organisations(first: 2) { nodes { partnerships(first: 2) { nodes { customer {
        partnerships(first: 2) { nodes { customer { partnerships(first: 1) { nodes { id } } } } } } } } } } } }"""

    found, trace = await both.by_engine(document, {}, "cL")
    assert found is None
    assert (trace.reason or "").startswith("SQLite cannot take its statement")

    one = await engine_clients.ask(document, as_=world.cL)
    other = await resolver_clients.ask(document, as_=world.cL)
    assert one.json["data"] is not None
    assert one.json["data"] == other.json["data"]


@pytest.mark.only_sqlite
async def test_a_slow_statement_moves_to_a_thread_and_still_answers(settings: Settings) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT CAST(count(*) AS TEXT) FROM n"
    reader = SqliteReader(str(settings.sqlite_file), 5_000)
    rounds = list[None]()

    async def count_rounds() -> None:
        while True:
            rounds.append(None)
            await asyncio.sleep(0)

    try:
        first = await reader.read(slow, ())
        counting = asyncio.create_task(count_rounds())
        answered = [first, *await asyncio.gather(*(reader.read(slow, ()) for _ in range(3)))]
        counting.cancel()
        quick = await reader.read("SELECT ?1", ("“x”",))
    finally:
        await reader.close()

    assert answered == [b"300000"] * 4
    assert quick == "“x”".encode()
    assert len(rounds) > 10
    assert reader._slow.get(slow)


@pytest.mark.only_sqlite
async def test_a_statement_interrupted_in_a_thread_leaves_the_reader_usable(settings: Settings) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT CAST(count(*) AS TEXT) FROM n"
    reader = SqliteReader(str(settings.sqlite_file), 50)
    try:
        for _ in range(2):
            with pytest.raises(Unavailable, match="did not answer this in time"):
                await reader.read(endless, ())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await reader.read(endless, ())
        assert await reader.read("SELECT 'fine'", ()) == b"fine"
    finally:
        await reader.close()


@pytest.mark.only_sqlite
async def test_the_reader_cannot_write(settings: Settings) -> None:
    reader = SqliteReader(str(settings.sqlite_file), 1_000)
    try:
        with pytest.raises(Unavailable) as refused:
            await reader.read("DELETE FROM product RETURNING 'x'", ())
        assert "readonly" in str(refused.value.__cause__)
    finally:
        await reader.close()


@pytest.fixture
async def crowded_database(own_database: Settings) -> AsyncIterator[tuple[Settings, World]]:
    """A database of its own, in which Alpina has many products."""
    world = await build_world()
    template = world.granted
    columns = {
        name: getattr(template, name)
        for name in template._meta.db_fields
        if name not in ("id", "created_at", "updated_at")
    }
    rows = [Product(**(columns | {"customer_name_key": f"name {n}", "service_name": f"s{n}"})) for n in range(15_000)]
    await Product.bulk_create(rows, batch_size=1_000)
    yield own_database, world


@asynccontextmanager
async def reader_of(settings: Settings, milliseconds: int) -> AsyncIterator[SqliteReader | PostgresReader]:
    """A reader that gives statements this long."""
    if settings.is_sqlite:
        reader = SqliteReader(str(settings.sqlite_file), milliseconds)
        yield reader
        await reader.close()
        return
    strict = settings.model_copy(update={"statement_milliseconds": milliseconds})
    pool = Pool(partial(open_connection, strict), 2)
    yield PostgresReader(pool)
    await pool.close()


SLOW = 'query($id: ID!) { organisation(id: $id) { products(first: 100, filter: {search: "name"}, orderBy: {field: EXPIRES_AT}) { totalCount nodes { id viewerRights } } } }'


async def test_a_statement_that_runs_out_of_time_is_reported_as_that(
    crowded_database: tuple[Settings, World],
) -> None:
    settings, world = crowded_database
    engine = new_engine()
    both = Both(engine, settings, world.now, await viewers_of(world))
    variables = {"id": world.id("alpina")}
    async with reader_of(settings, 1) as engine.reader:
        with pytest.raises(Unavailable, match="did not answer this in time"):
            await both.by_engine(SLOW, variables, "cL")

    async with reader_of(settings, 60_000) as engine.reader:
        again, _ = await both.by_engine(SLOW, variables, "cL")
    assert again is not None
    assert render_planned(again) == render_resolved(await both.by_resolvers(SLOW, variables, "cL"))


# PostgreSQL's statements


@pytest.mark.only_postgres
async def test_a_statement_is_planned_once_and_run_many_times(all_databases: Any) -> None:
    pool = Pool(partial(open_connection, settings_for(await all_databases.copy())), 1)
    reader = PostgresReader(pool)
    counted = "SELECT convert_to(max(generic_plans)::text, 'UTF8') FROM pg_prepared_statements WHERE statement LIKE '%as_often%'"

    for _ in range(9):
        await reader.read("SELECT convert_to('as_often', 'UTF8')", [])

    assert await reader.read(counted, []) == b"9"
    await pool.close()
