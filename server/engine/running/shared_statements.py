"""Shared statements: reads that wait in the same turn of the event loop are answered by one statement.

    SELECT (the statement, for one row of values), n FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS g(a1, a2, n)

A statement is prepared, sent and answered at a cost that does not depend on what it reads; a quick read costs little
more. Nobody waits for others on purpose: those who ask the same in one turn would wait for the turn's end anyway. They
may be different viewers, because the viewer's values are parameters like all others. Equal reads are rows of their
own, and each is answered from the tables.
"""

import asyncio
import re
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final

from server.engine.lru_cache import LRUCache
from server.models.postgres_pool import CHARACTERS_A_CONNECTION, MAX_KEPT_LENGTH, STATEMENTS_A_CONNECTION, Pool

# `Any` below: asyncpg is untyped, and values are of whatever type a parameter has.

_FIRST_MEASURED: Final = 3
_LAST_MEASURED: Final = 16
_PARAMETER: Final = re.compile(r"'(?:[^']|'')*'|\$(\d+)")
ALONE: Final[Any] = object()
"""The outcome of a read that has to be made on its own."""


@dataclass(frozen=True)
class Bounds:
    """What reads may share.

    At most `rows` reads share a run of a statement, if the database needs less than `quick` seconds on average for one
    of them. After `together` seconds each goes on by itself. A statement that was too slow is measured again after
    `reads_alone` reads.
    """

    rows: int = 32
    quick: float = 0.0003
    together: float = 0.05
    reads_alone: int = 1_000


def shared_sql(sql: str, kinds: Sequence[str]) -> str:
    """The statement that answers several reads. Its last row says how many seconds they took the database."""
    one = _PARAMETER.sub(lambda found: f'"g"."a{found[1]}"' if found[1] else found[0], sql)
    numbers = range(1, len(kinds) + 1)
    lists = ", ".join(f"${number}::{kind}[]" for number, kind in zip(numbers, kinds, strict=True))
    names = ", ".join(f"a{number}" for number in numbers)
    is_last = f'"g"."n"=cardinality($1::{kinds[0]}[])'
    seconds = "extract(epoch FROM clock_timestamp() - statement_timestamp())::float8"
    return (
        f'SELECT ({one}), "g"."n", CASE WHEN {is_last} THEN {seconds} END '
        f'FROM unnest({lists}) WITH ORDINALITY AS "g"({names}, "n")'
    )


@dataclass(eq=False)
class SharedStatement:
    """A statement that several reads may share, and what is known of its speed."""

    sql: str
    measured: int = 0
    seconds: float = 0.0
    """The average for one read."""
    reads_alone: int = 0
    """The reads to be made on their own before it is measured again."""

    @property
    def is_known(self) -> bool:
        return self.measured >= _FIRST_MEASURED

    def may_share(self) -> bool:
        """Whether one more read may share it. It counts the reads that may not."""
        if not self.reads_alone:
            return True
        self.reads_alone -= 1
        return False

    def note(self, seconds: float, bounds: Bounds) -> None:
        """Note how long one read took."""
        self.measured += 1
        self.seconds += (seconds - self.seconds) / min(self.measured, _LAST_MEASURED)
        if self.is_known and self.seconds >= bounds.quick:
            self.set_aside(bounds)

    def set_aside(self, bounds: Bounds) -> None:
        """Make the next reads on their own, and then measure it again."""
        self.measured, self.seconds, self.reads_alone = 0, 0.0, bounds.reads_alone


Waiter = asyncio.Future[Any]


@dataclass(eq=False)
class _Group:
    """The reads that share one run of a statement."""

    statement: SharedStatement
    values: list[Sequence[Any]] = field(default_factory=list[Sequence[Any]])
    waiters: list[Waiter] = field(default_factory=list[Waiter])
    task: asyncio.Task[None] | None = None

    def add(self, values: Sequence[Any]) -> Waiter:
        waiter: Waiter = asyncio.get_running_loop().create_future()
        self.values.append(values)
        self.waiters.append(waiter)
        return waiter

    def drop_those_who_left(self) -> None:
        """Drop the reads whose callers have gone before it began."""
        kept = [place for place, waiter in enumerate(self.waiters) if not waiter.done()]
        self.values = [self.values[place] for place in kept]
        self.waiters = [self.waiters[place] for place in kept]

    @property
    def is_left(self) -> bool:
        return all(waiter.done() for waiter in self.waiters)

    def arrays(self) -> list[list[Any]]:
        return [list(column) for column in zip(*self.values, strict=True)]

    def finish(self, answers: Sequence[Any]) -> None:
        for waiter, answer in zip(self.waiters, answers, strict=True):
            if not waiter.done():
                waiter.set_result(answer)

    def go_on_alone(self) -> None:
        self.finish([ALONE] * len(self.waiters))

    def fail(self, error: Exception) -> None:
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_exception(error)

    def cancel(self) -> None:
        for waiter in self.waiters:
            waiter.cancel()


class SharedReads:
    """Reads that share statements, within these bounds."""

    def __init__(self, pool: Pool, bounds: Bounds) -> None:
        self._pool = pool
        self._bounds = bounds
        self._statements: LRUCache[str, SharedStatement] = LRUCache(STATEMENTS_A_CONNECTION, CHARACTERS_A_CONNECTION)
        self._forming: dict[str, _Group] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def read(self, sql: str, values: Sequence[Any], kinds: Sequence[str]) -> Any:
        """The answer, or `ALONE` if there is nothing to share. `kinds` are the types of the values.

        A caller who leaves does not end the statement for the others.
        """
        statement = self._statement(sql, kinds)
        if len(statement.sql) > MAX_KEPT_LENGTH or not statement.may_share():
            return ALONE
        group = self._forming_group(sql, statement) if statement.is_known else self._trial(statement)
        waiter = group.add(values)
        if len(group.waiters) == self._bounds.rows:
            del self._forming[sql]
        try:
            return await waiter
        except asyncio.CancelledError:
            if group.task is not None and group.is_left:
                group.task.cancel()
            raise

    def _statement(self, sql: str, kinds: Sequence[str]) -> SharedStatement:
        found = self._statements.get(sql)
        if found is None:
            found = SharedStatement(shared_sql(sql, kinds))
            self._statements.put(sql, found, len(found.sql))
        return found

    def _trial(self, statement: SharedStatement) -> _Group:
        """A group of one, to find out how quick the statement is."""
        group = _Group(statement)
        asyncio.get_running_loop().call_soon(self._start, group)
        return group

    def _forming_group(self, sql: str, statement: SharedStatement) -> _Group:
        """The group that is answered at the end of this turn."""
        group = self._forming.get(sql)
        if group is None:
            group = self._forming[sql] = _Group(statement)
            asyncio.get_running_loop().call_soon(self._close_group, sql, group)
        return group

    def _close_group(self, sql: str, group: _Group) -> None:
        if self._forming.get(sql) is group:
            del self._forming[sql]
        group.drop_those_who_left()
        if len(group.waiters) == 1:
            group.go_on_alone()
        else:
            self._start(group)

    def _start(self, group: _Group) -> None:
        group.drop_those_who_left()
        if group.waiters:
            # In a context of its own, because it belongs to no single request.
            group.task = asyncio.get_running_loop().create_task(self._answer(group), context=Context())
            self._running.add(group.task)
            group.task.add_done_callback(self._running.discard)

    async def _answer(self, group: _Group) -> None:
        try:
            connection = await self._pool.take()
        except Exception as error:  # noqa: BLE001 - each caller reports it
            return group.fail(error)
        except asyncio.CancelledError:
            group.cancel()
            raise
        try:
            group.finish(await self._run(group, connection))
        except asyncio.CancelledError:
            group.cancel()
            raise
        except Exception:  # noqa: BLE001 - each finds out on their own whose read it was
            group.statement.set_aside(self._bounds)
            group.go_on_alone()
        finally:
            self._pool.give_back(connection)

    async def _run(self, group: _Group, connection: Any) -> list[Any]:
        """The answers, in the order of the reads."""
        sql = group.statement.sql
        kept = connection.statements.get(sql)
        async with asyncio.timeout(self._bounds.together):
            statement = kept or await connection.prepare(sql)
            rows = await statement.fetch(*group.arrays())
        answers = list[Any](rows)
        for answer, number, seconds in rows:
            answers[number - 1] = answer
            if seconds is not None and kept is not None:  # a first run takes longer
                group.statement.note(seconds / len(rows), self._bounds)
        return answers

    async def close(self) -> None:
        """Wait for the statements that run."""
        await asyncio.gather(*self._running, return_exceptions=True)
