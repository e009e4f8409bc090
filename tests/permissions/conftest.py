"""The three worlds, for the tests that ask whether one of them shows in another."""

from collections.abc import AsyncIterator

import pytest

from server.models.database import connect, disconnect
from server.settings import Settings
from tests.clients import Clients
from tests.databases import BACKEND, Databases, rolled_back, settings_for
from tests.permissions.tenants import Tenants, build_tenants
from tests.snapshots import contents
from tests.world import World


@pytest.fixture(scope="session")
def asking(open_clients: dict[str, Clients]) -> Clients:
    """Clients whom both roads answer on SQLite; on PostgreSQL the engine's alone, where it plans."""
    return open_clients["both" if BACKEND == "sqlite" else "planned"]


@pytest.fixture(scope="session")
async def stored(standing_world: World) -> list[str]:
    """All tables as every test finds them."""
    return await contents()


@pytest.fixture(scope="session")
async def tenants_database(all_databases: Databases, settings: Settings) -> tuple[Settings, Tenants]:
    """A database with three worlds, stored once."""
    own = settings_for(await all_databases.copy())
    await disconnect()
    await connect(own)
    built = await build_tenants()
    await disconnect()
    await connect(settings)
    return own, built


@pytest.fixture
async def tenants(tenants_database: tuple[Settings, Tenants], settings: Settings) -> AsyncIterator[Tenants]:
    """The three worlds, connected; what a test changes in them is rolled back."""
    own, built = tenants_database
    await disconnect()
    await connect(own)
    async with rolled_back():
        yield built
    await disconnect()
    await connect(settings)
