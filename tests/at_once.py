"""SQLite whose statements run where they are asked: to hand one to a thread takes many times as long as to run it.

For databases that only one connection changes. Where several wait for each other, it is the thread that waits.
Tortoise finds it by the name of this module.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

from server.models.sqlite import Client

_ROWS_READ_AHEAD = 64


class Connection(aiosqlite.Connection):
    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)


class ClientAtOnce(Client):
    async def create_connection(self, with_db: bool) -> None:
        if self._connection is not None:
            return
        connect = partial(sqlite3.connect, self.filename, isolation_level=None, check_same_thread=False)
        connection = await Connection(connect, _ROWS_READ_AHEAD)
        connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            connection._conn.execute(f"PRAGMA {pragma}={value}")
        self._connection = connection


client_class = ClientAtOnce
"""The name under which Tortoise looks for a backend's client."""
