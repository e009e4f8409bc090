"""The database: connections, migrations at start-up, and transactions."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url  # pyright: ignore[reportUnknownVariableType]
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, IntegrityError
from tortoise.transactions import in_transaction

from server.domain.errors import CHANGED_MEANWHILE, Refused, Unavailable
from server.models.migration_records import patch_migration_recorder
from server.models.outages import SECONDS_TO_WAIT
from server.models.postgres import OPTIONS_OF_CONNECTIONS
from server.models.postgres_pool import Pool
from server.models.sqlite import DatabaseLocked
from server.models.units import open_unit
from server.settings import Settings

APP = "models"
UNREACHABLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DBConnectionError, Unavailable)
"""The exceptions of a database that does not answer."""

patch_migration_recorder()


def tortoise_config(settings: Settings, *, is_migrating: bool = False) -> dict[str, Any]:
    """Tortoise's configuration for these settings. Migrations have a direct connection and a longer time limit."""
    return {
        "connections": {"default": _connection(settings, is_migrating=is_migrating)},
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


def _connection(settings: Settings, *, is_migrating: bool) -> dict[str, Any]:
    if settings.is_sqlite:
        return {
            "engine": "server.models.sqlite",
            "credentials": {
                "file_path": str(settings.sqlite_file),
                "journal_mode": "WAL",
                "synchronous": "FULL",
                "busy_timeout": 0,
                "foreign_keys": "ON",
                "trusted_schema": "OFF",
            },
        }
    credentials = _postgres_credentials(settings, is_direct=is_migrating)
    if is_migrating:
        credentials["server_settings"]["statement_timeout"] = "0"
    else:
        credentials["command_timeout"] = command_timeout(settings)
    return {"engine": "server.models.postgres", "credentials": credentials}


def _postgres_credentials(settings: Settings, *, is_direct: bool) -> dict[str, Any]:
    url = (settings.direct_database_url or settings.database_url) if is_direct else settings.database_url
    credentials = cast("dict[str, Any]", expand_db_url(url)["credentials"])
    return credentials | {
        "maxsize": settings.pool_size,
        "timeout": SECONDS_TO_WAIT,
        **(_pooler_settings(settings) if settings.is_pooled and not is_direct else _session_settings(settings)),
    }


_ALWAYS: Final = {"application_name": "reseller-graph", "datestyle": "ISO"}
"""What every session sets, and a pooler lets through. The engine relies on how PostgreSQL writes a timestamp."""


def _session_settings(settings: Settings) -> dict[str, Any]:
    return {
        "server_settings": _time_limits(settings)
        | {
            **_ALWAYS,
            # Statements are few, large and run often: plan them once, without JIT compilation.
            "plan_cache_mode": "force_generic_plan",
            # A plan is kept while its tables grow: prefer the index already when a table is one page long.
            "random_page_cost": "1.1",
        }
    }


def _pooler_settings(settings: Settings) -> dict[str, Any]:
    """The configuration behind a pooler, which takes no session settings and lends a connection for a transaction."""
    return {
        "server_settings": _ALWAYS,
        "statement_cache_size": 0,
        "settings_of_transactions": settings_of_transactions(settings),
    }


def _time_limits(settings: Settings) -> dict[str, str]:
    return {
        "statement_timeout": str(settings.statement_milliseconds),
        "lock_timeout": str(settings.lock_milliseconds),
        "jit": "off",
    }


def settings_of_transactions(settings: Settings) -> str:
    """The settings at the start of each transaction behind a pooler. Empty if sessions have them."""
    if not settings.is_pooled:
        return ""
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in _time_limits(settings).items())


def command_timeout(settings: Settings) -> float:
    """How many seconds to wait for an answer: longer than PostgreSQL's own limit for a statement."""
    return (settings.statement_milliseconds + settings.lock_milliseconds) / 1000 + SECONDS_TO_WAIT


async def connect(settings: Settings) -> None:
    """Open the database for this process. One backend for each process: Tortoise caches SQL without its dialect."""
    await Tortoise.init(config=tortoise_config(settings), _enable_global_fallback=True)


async def disconnect() -> None:
    await Tortoise.close_connections()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[None]:
    """The database, opened immediately, so that a failure to open is reported at the start.

    Always closed at the end, because an open SQLite connection prevents the process from ending.
    """
    async with close_afterwards():
        await connect(settings)
        await get_connection("default").create_connection(with_db=True)
        yield


@asynccontextmanager
async def close_afterwards() -> AsyncGenerator[None]:
    """Close every connection that was opened in here, no matter how it ends."""
    try:
        yield
    finally:
        await disconnect()


_is_joined: ContextVar[bool] = ContextVar("is_joined", default=False)


@dataclass
class Commits:
    """The number of commits, kept by the code that counts them."""

    number: int = 0


commits: Final[ContextVar[Commits | None]] = ContextVar("commits", default=None)
"""Counts the commits of a request, to know the result of one whose answer was lost."""

after_commit: Final = set[Callable[[], None]]()
"""Called after each commit of a change in this process. They are quick and do not use the database."""


@asynccontextmanager
async def transaction() -> AsyncGenerator[None]:
    """One mutation, one transaction: around read, check and write. Inside a `joined_transaction` it joins that one.

    A violated database constraint, or too long a wait for someone else's lock, means a lost race that the rules could
    not see: a refusal with `CONFLICT`.
    """
    try:
        async with nullcontext() if _is_joined.get() else in_transaction(), open_unit():
            yield
    except (IntegrityError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, DatabaseLocked) as error:
        raise Refused(CHANGED_MEANWHILE) from error
    if not _is_joined.get():
        if (counted := commits.get()) is not None:
            counted.number += 1
        for told in tuple(after_commit):
            told()


@asynccontextmanager
async def joined_transaction() -> AsyncGenerator[None]:
    """A transaction that inner transactions join. Nothing of it is stored if one of them fails."""
    async with transaction():
        token = _is_joined.set(True)
        try:
            yield
        finally:
            _is_joined.reset(token)


async def open_connection(settings: Settings, *, is_direct: bool = False, **options: Any) -> Any:
    """A separate PostgreSQL connection. A direct one bypasses the pooler, if there is one."""
    credentials = _postgres_credentials(settings, is_direct=is_direct)
    address = {
        name: credentials[name] for name in OPTIONS_OF_CONNECTIONS if name in credentials and name != "command_timeout"
    }
    return await cast("Any", asyncpg).connect(**(address | options))


async def postgres_pool() -> Pool:
    """The PostgreSQL connections of this process."""
    return await cast("Any", get_connection("default")).pool()


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return get_connection("default").capabilities.dialect
