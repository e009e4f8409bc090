"""Outages of the database: distinguished from bugs, and logged once when one begins and once when it ends.

The drivers' exceptions pass through `translate_outages`, which turns an outage into `Unavailable` and leaves
all others as they are.
"""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import structlog
from tortoise.exceptions import DBConnectionError

from server.domain.errors import Unavailable

SECONDS_TO_WAIT: Final = 5
"""How long to wait for a connection: a new one, or one that someone else returns."""
_QUIET_SECONDS: Final = 2
"""An outage is over when the database answers and has not failed for this long. Some answers may succeed during it."""
_LONGEST_REASON: Final = 300
_TOO_SLOW: Final = "The database did not answer this in time. Nothing was changed."

# The classes and codes of PostgreSQL that are about its own state, not about the statement.
_AWAY_CLASSES: Final = frozenset({"08", "28", "53", "58"})
_AWAY_CODES: Final = frozenset(
    {"25006", "25P03", "25P04", "3D000", "57P01", "57P02", "57P03", "57P04", "57P05"},
)
_BROKEN_CLASSES: Final = frozenset({"08", "57"})
_CANCELLED: Final = "57014"
_CLOSED: Final = ("is closed", "is closing", "was closed", "has been released")

PRIMARY_CODE: Final = 0xFF
"""The part of an extended SQLite error code that is the primary one."""
_SQLITE_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_log = structlog.get_logger(__name__)


__all__ = ["PRIMARY_CODE", "SECONDS_TO_WAIT", "DatabaseReplaced", "Outages", "Unavailable"]
__all__ += ["is_away", "is_broken", "outages", "raise_if_unavailable", "translate_outages"]


class DatabaseReplaced(Exception):
    """The SQLite file has been replaced since it was opened. Anything written to the old one would be lost."""


class Outages:
    """Whether the database is currently unavailable, as far as this process has noticed."""

    def __init__(self) -> None:
        self.begin_again()

    def begin_again(self) -> None:
        """Forget everything noticed so far."""
        self._since: float | None = None
        self._last = 0.0
        self._failures = 0
        self._is_of_writing = False

    def record_failure(self, error: BaseException) -> None:
        self._last = time.monotonic()
        self._failures += 1
        if self._since is None:
            self._since, self._failures, self._is_of_writing = self._last, 1, _keeps_from_writing(error)
            _log_in_server("error", "database_unavailable", reason=f"{type(error).__name__}: {error}"[:_LONGEST_REASON])

    def record_answer(self, *, wrote: bool = False) -> None:
        """Note that the database answered. Called often, and quick. After a read it may still be full or read-only."""
        if self._since is None or (self._is_of_writing and not wrote):
            return
        if time.monotonic() - self._last >= _QUIET_SECONDS:
            seconds, self._since = round(time.monotonic() - self._since, 1), None
            _log_in_server("warning", "database_available", after_seconds=seconds, failures=self._failures)


outages: Final = Outages()
"""The outages noticed by this process."""


@contextmanager
def translate_outages() -> Generator[None]:
    """Wraps calls to the database. Raises `Unavailable` if it is unavailable or too slow."""
    try:
        yield
    except BaseException as error:
        raise_if_unavailable(error)
        raise


def raise_if_unavailable(error: BaseException) -> None:
    """Raise `Unavailable` in place of an exception that means an outage."""
    if isinstance(error, Unavailable):
        return
    if _is_too_slow(error):
        _log_in_server("warning", "statement_too_slow", reason=str(error)[:_LONGEST_REASON])
        raise Unavailable(_TOO_SLOW) from error
    if is_away(error):
        outages.record_failure(error)
        raise Unavailable from error


def _log_in_server(level: str, event: str, **values: object) -> None:
    """Log it in a process that keeps a log. A command prints its own message."""
    if structlog.is_configured():
        getattr(_log, level)(event, **values)


def is_away(error: BaseException) -> bool:
    """Whether the exception is about the state of the database and not about the statement."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_AWAY
    if isinstance(error, asyncpg.PostgresError):
        state = _sqlstate(error)
        return state[:2] in _AWAY_CLASSES or state in _AWAY_CODES
    is_of_connection = _is_of_closed(error) or _is_of_ending(error)
    return isinstance(error, (OSError, DBConnectionError, DatabaseReplaced)) or is_of_connection


def _is_of_ending(error: BaseException) -> bool:
    """Whether the driver was called while the connection was ending. Nothing was sent."""
    return isinstance(error, asyncpg.InternalClientError) and "cannot switch to state" in str(error)


def is_broken(error: BaseException) -> bool:
    """Whether the statement's outcome is unknown because its connection ended."""
    if isinstance(error, asyncpg.PostgresError):
        return _sqlstate(error)[:2] in _BROKEN_CLASSES and _sqlstate(error) != _CANCELLED
    return isinstance(error, OSError) or _is_of_closed(error)


def _keeps_from_writing(error: BaseException) -> bool:
    """Whether the database may still answer reads."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY)
    return isinstance(error, (asyncpg.ReadOnlySQLTransactionError, asyncpg.DiskFullError))


def _is_of_closed(error: BaseException) -> bool:
    """Whether the driver reports a closed connection by a class that it also raises for programming errors."""
    return isinstance(error, asyncpg.InterfaceError) and any(words in str(error) for words in _CLOSED)


def _is_too_slow(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) == sqlite3.SQLITE_INTERRUPT
    return isinstance(error, asyncpg.QueryCanceledError)


def _sqlstate(error: asyncpg.PostgresError) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _sqlite_code(error: sqlite3.Error) -> int:
    """SQLite's error code. 0 if Python's own module raised the error."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
