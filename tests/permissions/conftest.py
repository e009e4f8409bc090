"""The three worlds, for the tests that ask whether one of them shows in another."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from tortoise.transactions import in_transaction

from server.models.database import connect, disconnect
from server.settings import Settings
from tests.databases import Databases, settings_for
from tests.permissions.tenants import Tenants, build_tenants


class _RollBack(Exception):
    """Ends a test's transaction."""


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
    with suppress(_RollBack):
        async with in_transaction():
            yield built
            raise _RollBack
    await disconnect()
    await connect(settings)
