"""How is the database reached, brought up to date and written to?"""

import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url  # pyright: ignore[reportUnknownVariableType]
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, IntegrityError
from tortoise.migrations.api.migrate import migrate
from tortoise.transactions import in_transaction

from server.domain.errors import CHANGED_MEANWHILE, Refused
from server.models.catalogue_data import load_catalogue
from server.models.migration_states import make_models_when_looked_at
from server.models.sqlite import DatabaseLocked
from server.settings import Settings

APP = "models"
UNREACHABLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DBConnectionError)
"""What is raised where a database does not answer."""
_MIGRATION_LOCK = int.from_bytes(hashlib.sha256(b"reseller-graph migrations").digest()[:7])


def tortoise_config(settings: Settings) -> dict[str, Any]:
    """Tortoise's configuration for these settings."""
    return {
        "connections": {"default": _connection(settings)},
        "apps": {
            APP: {
                "models": ["server.models"],
                "migrations": "server.models.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _connection(settings: Settings) -> dict[str, Any]:
    if settings.is_sqlite:
        return {
            "engine": "server.models.sqlite",
            "credentials": {
                "file_path": str(settings.sqlite_file),
                "journal_mode": "WAL",
                "synchronous": "FULL",
                "busy_timeout": 5000,
                "foreign_keys": "ON",
                "trusted_schema": "OFF",
            },
        }
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": _postgres_credentials(settings),
    }


def _postgres_credentials(settings: Settings) -> dict[str, Any]:
    credentials = cast("dict[str, Any]", expand_db_url(settings.database_url)["credentials"])
    return credentials | {
        "minsize": 1,
        "maxsize": settings.pool_size,
        "server_settings": {
            "statement_timeout": str(settings.statement_milliseconds),
            "lock_timeout": str(settings.lock_milliseconds),
            "application_name": "reseller-graph",
            # Statements are few, large and run often: planned once, and never compiled.
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
        },
        # Nothing here changes a session, so nothing has to be undone between two uses of a connection.
        "reset": _leave_as_it_is,
    }


async def _leave_as_it_is(connection: Any) -> None:
    pass


async def connect(settings: Settings) -> None:
    """Open the database for this process. One backend a process: Tortoise caches SQL without its dialect."""
    await Tortoise.init(config=tortoise_config(settings), _enable_global_fallback=True)


async def disconnect() -> None:
    await Tortoise.close_connections()


@asynccontextmanager
async def connected(settings: Settings) -> AsyncGenerator[None]:
    """The database, open from the first moment: what keeps it from opening is told at the start.

    Closed on every way out: an SQLite connection that stays open keeps the process from ending.
    """
    async with _closed_afterwards():
        await connect(settings)
        await get_connection("default").create_connection(with_db=True)
        yield


@asynccontextmanager
async def _closed_afterwards() -> AsyncGenerator[None]:
    """Whatever opens a connection in here, and however this ends: none stays open."""
    try:
        yield
    finally:
        await disconnect()


async def bring_up_to_date(settings: Settings) -> None:
    """Apply the migrations that are missing and the catalogue's prices; safe when several processes start at once."""
    make_models_when_looked_at()
    async with _migration_lock(settings):
        async with _closed_afterwards():
            await migrate(config=tortoise_config(settings))
        async with connected(settings), transaction():
            await load_catalogue()


@asynccontextmanager
async def _migration_lock(settings: Settings) -> AsyncGenerator[None]:
    if settings.is_sqlite:
        yield
        return
    connection = await open_connection(settings)
    try:
        await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await connection.close()


_is_joined: ContextVar[bool] = ContextVar("is_joined", default=False)

after_commit: Final = set[Callable[[], None]]()
"""Called after each commit of a change in this process; they are quick, and ask nothing of the database."""


@asynccontextmanager
async def transaction() -> AsyncGenerator[None]:
    """One mutation, one transaction: around read, check and write. Within a `joined_transaction` it is that one.

    What the database's own constraints refuse, or what waited too long for somebody else's lock,
    lost a race that the rules could not see: a refusal with CONFLICT.
    """
    try:
        async with nullcontext() if _is_joined.get() else in_transaction():
            yield
    except (IntegrityError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, DatabaseLocked) as error:
        raise Refused(CHANGED_MEANWHILE) from error
    if not _is_joined.get():
        for told in tuple(after_commit):
            told()


@asynccontextmanager
async def joined_transaction() -> AsyncGenerator[None]:
    """A transaction that those opened within it are part of: nothing of it stays where one of them fails."""
    async with transaction():
        token = _is_joined.set(True)
        try:
            yield
        finally:
            _is_joined.reset(token)


async def open_connection(settings: Settings, **options: Any) -> Any:
    """A PostgreSQL connection of one's own."""
    credentials = _postgres_credentials(settings)
    names = ("host", "port", "user", "password", "database", "server_settings", "ssl")
    address = {name: credentials[name] for name in names if name in credentials}
    return await cast("Any", asyncpg).connect(**address, **options)


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return get_connection("default").capabilities.dialect
