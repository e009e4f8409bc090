"""Random worlds, one after another, in a database of their own: other ones in each run. `SEED=…` repeats a run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random

from tests.databases import Databases, kept_as_it_is, open_database, rolled_back, settings_for
from tests.models.stores import store
from tests.models.worlds import RandomWorld, join_worlds, random_world, scope_sets
from tests.seeds import SEED

NEIGHBOURS = 3
"""How many worlds share the database without knowing each other, so that what one sees of another is found as well."""


@asynccontextmanager
async def database_for_worlds(all_databases: Databases) -> AsyncIterator[None]:
    """An empty database over one connection, for worlds that are stored in it and taken back."""
    async with all_databases.lend() as url, open_database(kept_as_it_is(settings_for(url))) as database:
        with database:
            yield


@asynccontextmanager
async def while_stored(world: RandomWorld) -> AsyncIterator[None]:
    """The world is in the database meanwhile."""
    async with rolled_back():
        await store(world)
        yield


def random_worlds(number: int) -> Iterator[tuple[str, RandomWorld]]:
    """At least so many worlds, several of them joined each time, and how to have the same once more."""
    scopes = scope_sets(Random(SEED))
    for place in range(-(-number // NEIGHBOURS)):
        random = Random(f"{SEED} {place}")
        yield f"SEED={SEED}, worlds {place}", join_worlds([random_world(random, scopes) for _ in range(NEIGHBOURS)])
