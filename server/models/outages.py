"""Is the database away? An outage is told from a bug here, and logged once when it begins and once when it ends.

Where the database is asked, what the drivers raise passes `translated`: an outage goes on as `Unavailable`, and
everything else as it is.
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
"""For a connection: to be opened, or to be given back by somebody else."""
_QUIET_SECONDS: Final = 2
"""An outage is over when the database answers, and has not failed for this long: some answers may come in between."""
_LONGEST_REASON: Final = 300
_TOO_SLOW: Final = "The database did not answer this in time. Nothing was changed."

# The classes and codes of PostgreSQL that speak of its own state, not of what it was asked.
_AWAY_CLASSES: Final = frozenset({"08", "28", "53", "58"})
_AWAY_CODES: Final = frozenset(
    {"25006", "25P03", "25P04", "3D000", "57P01", "57P02", "57P03", "57P04", "57P05"},
)
_BROKEN_CLASSES: Final = frozenset({"08", "57"})
_CANCELLED: Final = "57014"
_CLOSED: Final = ("is closed", "is closing", "was closed", "has been released")

PRIMARY_CODE: Final = 0xFF
"""What an extended error code of SQLite has of the primary one."""
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
__all__ += ["is_away", "is_broken", "outages", "raise_if_unavailable", "translated"]


class DatabaseReplaced(Exception):
    """The SQLite file is not the one that was opened: what is written to it would be lost."""


class Outages:
    """Whether the database is away just now, as far as this process has noticed."""

    def __init__(self) -> None:
        self.begin_again()

    def begin_again(self) -> None:
        """Forget what was noticed."""
        self._since: float | None = None
        self._last = 0.0
        self._failures = 0
        self._is_of_writing = False

    def failed(self, error: BaseException) -> None:
        self._last = time.monotonic()
        self._failures += 1
        if self._since is None:
            self._since, self._failures, self._is_of_writing = self._last, 1, _keeps_from_writing(error)
            _say("error", "database_unavailable", reason=f"{type(error).__name__}: {error}"[:_LONGEST_REASON])

    def answered(self, *, wrote: bool = False) -> None:
        """The database answered. Called often, and quick. Where it only read, it may still be full or read-only."""
        if self._since is None or (self._is_of_writing and not wrote):
            return
        if time.monotonic() - self._last >= _QUIET_SECONDS:
            seconds, self._since = round(time.monotonic() - self._since, 1), None
            _say("warning", "database_available", after_seconds=seconds, failures=self._failures)


outages: Final = Outages()
"""Those of this process."""


@contextmanager
def translated() -> Generator[None]:
    """Around what asks the database: raises `Unavailable` where it is away or too slow."""
    try:
        yield
    except BaseException as error:
        raise_if_unavailable(error)
        raise


def raise_if_unavailable(error: BaseException) -> None:
    """Go on as `Unavailable` where that is what it is."""
    if isinstance(error, Unavailable):
        return
    if _is_too_slow(error):
        _say("warning", "statement_too_slow", reason=str(error)[:_LONGEST_REASON])
        raise Unavailable(_TOO_SLOW) from error
    if is_away(error):
        outages.failed(error)
        raise Unavailable from error


def _say(level: str, event: str, **values: object) -> None:
    """In the log, of a process that keeps one: what a command prints is its own."""
    if structlog.is_configured():
        getattr(_log, level)(event, **values)


def is_away(error: BaseException) -> bool:
    """Whether this speaks of the state of the database, and not of what it was asked."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_AWAY
    if isinstance(error, asyncpg.PostgresError):
        state = _sqlstate(error)
        return state[:2] in _AWAY_CLASSES or state in _AWAY_CODES
    is_of_connection = _is_of_closed(error) or _is_of_ending(error)
    return isinstance(error, (OSError, DBConnectionError, DatabaseReplaced)) or is_of_connection


def _is_of_ending(error: BaseException) -> bool:
    """The driver was asked while it read the server's last words. Nothing was sent."""
    return isinstance(error, asyncpg.InternalClientError) and "cannot switch to state" in str(error)


def is_broken(error: BaseException) -> bool:
    """Whether nobody knows what became of the statement, because its connection ended."""
    if isinstance(error, asyncpg.PostgresError):
        return _sqlstate(error)[:2] in _BROKEN_CLASSES and _sqlstate(error) != _CANCELLED
    return isinstance(error, OSError) or _is_of_closed(error)


def _keeps_from_writing(error: BaseException) -> bool:
    """Whether the database may well answer what only reads."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY)
    return isinstance(error, (asyncpg.ReadOnlySQLTransactionError, asyncpg.DiskFullError))


def _is_of_closed(error: BaseException) -> bool:
    """The driver says the same in a class of its own, which it also raises for mistakes of the programmer."""
    return isinstance(error, asyncpg.InterfaceError) and any(words in str(error) for words in _CLOSED)


def _is_too_slow(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) == sqlite3.SQLITE_INTERRUPT
    return isinstance(error, asyncpg.QueryCanceledError)


def _sqlstate(error: asyncpg.PostgresError) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _sqlite_code(error: sqlite3.Error) -> int:
    """0 where Python's own module found the mistake."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
