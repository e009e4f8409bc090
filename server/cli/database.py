"""Database checks for commands: can it be reached, may we write to it, and is it up to date?"""

import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from tortoise.connection import get_connection
from tortoise.exceptions import ConfigurationError, OperationalError, TransactionManagementError
from tortoise.migrations.executor import MigrationExecutor

from server.cli.failures import Failure, WrongUsage
from server.cli.settings import read_settings
from server.domain.errors import OutcomeUnknown, Unavailable
from server.models.database import UNREACHABLE, open_connection, open_database, tortoise_config
from server.models.migration_records import ObsoleteDatabase
from server.models.upgrade import bring_up_to_date
from server.settings import Settings

_SESSION_LIMIT: Final = "(extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::int"
"""A start-up parameter in milliseconds. A pooler drops or refuses it."""
_POOLER_MESSAGE: Final = (
    "RESELLER_DATABASE_URL is the address of a pooler, which keeps no session from one transaction to the next. "
    "Set RESELLER_POOLER=transaction, and RESELLER_DIRECT_DATABASE_URL to the database's own address."
)
_UNKNOWN_OPTION: Final = "unexpected keyword argument"
_WORDS_OF_POOLERS: Final = ("unsupported startup parameter", "prepared statement")


async def migrate_database() -> None:
    await prepare_database(read_settings())
    print("The database is up to date.")


async def prepare_database(settings: Settings) -> None:
    """Check the database and bring it up to date."""
    await check_reachable(settings)
    try:
        await bring_up_to_date(settings)
    except ObsoleteDatabase as error:
        raise Failure(str(error)) from error
    except (OperationalError, *UNREACHABLE) as error:
        raise Failure(f"The database could not be brought up to date: {_reason(error)}.") from error


@asynccontextmanager
async def open_current_database(settings: Settings) -> AsyncGenerator[None]:
    """The database, for a command that expects it to exist and be up to date."""
    await check_reachable(settings)
    async with open_database(settings):
        try:
            if await _missing_migrations(settings):
                raise Failure("The database is not up to date. Run `python -m server migrate` first.")
            yield
        except ObsoleteDatabase as error:
            raise Failure(str(error)) from error
        except OutcomeUnknown as error:
            raise Failure(f"{error} ({_reason(error)})") from error
        except Unavailable as error:
            raise Failure(
                f"The database could not be used: {_reason(error)}. Nothing was changed; try again."
            ) from error
        except TransactionManagementError as error:
            raise Failure(f"The database could not be written to: {_reason(error)}. Try again.") from error


async def check_reachable(settings: Settings) -> None:
    if settings.is_sqlite:
        _check_sqlite(settings)
    else:
        await _check_postgres(settings)


def _check_sqlite(settings: Settings) -> None:
    """Check the file with the standard library, because Tortoise waits forever for one that it once failed to open."""
    file = settings.sqlite_file
    if file.name in {"", ":memory:"}:
        raise WrongUsage("RESELLER_DATABASE_URL: name a file, such as sqlite://reseller.sqlite3.")
    remedy = "Change that, or name another file in RESELLER_DATABASE_URL."
    if not file.parent.is_dir():
        raise Failure(f"The folder of the database file {file} does not exist. {remedy}")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise Failure(f"The folder of the database file {file} cannot be written to. {remedy}")
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise Failure(f"The database file {file} cannot be used: {error}. {remedy}") from error


async def _check_postgres(settings: Settings) -> None:
    try:
        await _check_connection(settings, urlsplit(settings.database_url))
    except (ConfigurationError, ValueError) as error:
        raise WrongUsage("RESELLER_DATABASE_URL: an option after the question mark has a wrong value.") from error
    except TypeError as error:
        if _UNKNOWN_OPTION not in str(error):
            raise
        option = str(error).partition(_UNKNOWN_OPTION)[2].strip(" '")
        raise WrongUsage(f"The database's address has an unknown option after the question mark: {option}.") from error


async def _check_connection(settings: Settings, address: SplitResult) -> None:
    try:
        async with open_database(settings):
            connection: Any = get_connection("default")
            _, rows = await connection.execute_query(f"SELECT {_SESSION_LIMIT}")
            if rows[0][0] != settings.statement_milliseconds:
                raise Failure(_POOLER_MESSAGE)
        if settings.is_pooled and not await _is_direct(settings):
            raise WrongUsage("RESELLER_DIRECT_DATABASE_URL: this is also a pooler. Give the database's own address.")
    except (OperationalError, *UNREACHABLE) as error:
        if any(words in _reason(error) for words in _WORDS_OF_POOLERS):
            raise Failure(_POOLER_MESSAGE) from error
        place = f"{address.path.removeprefix('/')} on {address.hostname or 'the local socket'}"
        raise Failure(f"The database {place} cannot be reached: {_reason(error)}.") from error


async def _is_direct(settings: Settings) -> bool:
    """Whether a session keeps its start-up parameters, as migrations and notifications need."""
    connection = await open_connection(settings, is_direct=True)
    try:
        return await connection.fetchval(f"SELECT {_SESSION_LIMIT}") == settings.statement_milliseconds
    finally:
        await connection.close()


async def _missing_migrations(settings: Settings) -> bool:
    config = tortoise_config(settings)
    executor = MigrationExecutor(get_connection("default"), config["apps"])
    return bool(await executor.plan())


def _reason(error: BaseException) -> str:
    """What went wrong, even if the exception says nothing, such as a timeout."""
    cause = error.__cause__ if isinstance(error, Unavailable) and error.__cause__ else error
    return (str(cause) or type(cause).__name__).rstrip(".")
