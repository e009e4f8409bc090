"""The three worlds, for the tests that ask whether one of them shows in another."""

from collections.abc import AsyncIterator

import pytest
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from server.settings import Settings
from tests.clients import Clients
from tests.databases import Databases, kept_as_it_is, open_database, rolled_back, settings_for
from tests.long import LONG
from tests.permissions.tenants import Tenants, build_tenants
from tests.snapshots import contents
from tests.world import World


@pytest.fixture(scope="session")
def asking(open_clients: dict[str, Clients]) -> Clients:
    """Clients that the engine answers where it plans; in `make test-long`, both paths on SQLite."""
    return open_clients["both" if LONG else "planned"]


@pytest.fixture(scope="session")
async def initial_contents(standing_world: World) -> list[str]:
    """All tables as every test finds them."""
    return await contents()


@pytest.fixture(scope="session")
async def tenants_settings(all_databases: Databases) -> Settings:
    """Of the database that holds the three worlds."""
    return settings_for(await all_databases.copy())


@pytest.fixture(scope="session")
async def standing_tenants(tenants_settings: Settings) -> AsyncIterator[tuple[TortoiseContext, Tenants]]:
    """The three worlds, stored once, and their database."""
    async with open_database(kept_as_it_is(tenants_settings)) as database:
        with database:
            async with in_transaction():
                built = await build_tenants()
        yield database, built


@pytest.fixture
async def tenants(standing_tenants: tuple[TortoiseContext, Tenants]) -> AsyncIterator[Tenants]:
    """The three worlds, connected; what a test changes in them is rolled back."""
    database, built = standing_tenants
    with database:
        async with rolled_back():
            yield built
