"""Migration of a database: schema and catalogue brought up to date, by one process at a time."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tortoise.migrations.api.migrate import migrate

from server.models.database import close_afterwards, open_connection, open_database, tortoise_config, transaction
from server.models.migration_states import patch_state_cloning
from server.models.products.catalogue_data import load_catalogue
from server.settings import Settings

_MIGRATION_LOCK = int.from_bytes(hashlib.sha256(b"reseller-graph migrations").digest()[:7])


async def bring_up_to_date(settings: Settings) -> None:
    """Apply missing migrations and the catalogue's prices. Safe if several processes start at once."""
    patch_state_cloning()
    async with _migration_lock(settings):
        async with close_afterwards():
            await migrate(config=tortoise_config(settings, is_migrating=True))
        async with open_database(settings), transaction():
            await load_catalogue()


@asynccontextmanager
async def _migration_lock(settings: Settings) -> AsyncGenerator[None]:
    if settings.is_sqlite:
        yield
        return
    connection = await open_connection(settings, is_direct=True)
    try:
        await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await connection.close()
