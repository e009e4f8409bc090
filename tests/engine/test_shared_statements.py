"""Do reads that share a statement answer as each would on its own, and does nobody wait for somebody else's read?"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import pytest

from server.domain.errors import Unavailable
from server.engine.running.connections import PostgresReader
from server.engine.running.shared_statements import Bounds, SharedStatement, shared_sql
from server.models.database import open_connection
from server.models.postgres_pool import Pool
from server.settings import Settings
from tests.waiting import Holder, hold, until

pytestmark = pytest.mark.only_postgres

TIMED = "SELECT convert_to($1::text || ' ' || pg_backend_pid() || ' ' || statement_timestamp(), 'UTF8')"
"""The question, and the statement that answered."""
DRAWN = "SELECT convert_to($1::text || ' ' || random(), 'UTF8')"
DIVIDED = "SELECT convert_to(($1::bigint / $2::bigint) || ' ' || statement_timestamp(), 'UTF8')"
LOCKED = "SELECT CASE WHEN $1::bigint > 0 THEN convert_to(coalesce(pg_advisory_xact_lock_shared($1::bigint)::text, '') || 'done', 'UTF8') END"
"""Waits for a lock that a test may hold. For 0 it answers null at once."""
PATIENT = Bounds(quick=5, together=20)
IMPATIENT = Bounds(quick=5)


@dataclass(frozen=True)
class Asker:
    """Asks one statement of a reader."""

    reader: PostgresReader
    sql: str
    kinds: Sequence[str]

    @property
    def statement(self) -> SharedStatement:
        return self.reader._shared._statement(self.sql, self.kinds)

    def start(self, *values: Sequence[Any]) -> list[asyncio.Task[Any]]:
        """Ask with these values, all in one turn."""
        return [asyncio.create_task(self.reader.read(self.sql, each, self.kinds)) for each in values]

    async def ask(self, *values: Sequence[Any]) -> list[Any]:
        return await asyncio.gather(*self.start(*values), return_exceptions=True)


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[Pool]:
    pool = Pool(partial(open_connection, settings), 3)
    yield pool
    await until(lambda: pool.free == pool.open)
    await pool.close()


async def asker_that_knows(
    pool: Pool, sql: str, kinds: Sequence[str], usual: Sequence[Any], bounds: Bounds = PATIENT
) -> Asker:
    """An asker whose reader knows already how quick the statement is."""
    asker = Asker(PostgresReader(pool, bounds=bounds), sql, kinds)

    async def is_known() -> bool:
        await asker.ask(usual, usual)
        return asker.statement.is_known

    await until(is_known)
    return asker


def texts(answers: list[Any]) -> tuple[list[str], Counter[str]]:
    """What was answered, and how many answers each statement gave."""
    parts = [answer.decode().split(" ", 1) for answer in answers]
    return [text for text, _ in parts], Counter(statement for _, statement in parts)


# What is shared


async def test_those_who_ask_in_one_turn_share_a_statement(pool: Pool) -> None:
    asker = await asker_that_knows(pool, TIMED, ["text"], ["x"])

    answers, statements = texts(await asker.ask(["first"], ["a"], ["b"], ["b"], ["'"], [""]))

    assert answers == ["first", "a", "b", "b", "'", ""]
    assert sorted(statements.values()) == [1, 5]  # the first begins at once


async def test_equal_questions_are_each_answered(pool: Pool) -> None:
    asker = await asker_that_knows(pool, DRAWN, ["text"], ["x"])

    answers, draws = texts(await asker.ask(["a"], ["b"], ["b"], ["b"]))

    assert answers == ["a", "b", "b", "b"]
    assert len(draws) == 4


async def test_a_statement_is_shared_by_at_most_as_many_as_allowed(pool: Pool) -> None:
    asker = await asker_that_knows(pool, TIMED, ["text"], ["x"])

    answers, statements = texts(await asker.ask(*([str(number)] for number in range(71))))

    assert answers == [str(number) for number in range(71)]
    assert sorted(statements.values()) == [1, 6, 32, 32]


async def test_who_reads_on_their_own_waits_for_nobody_and_shares_nothing(pool: Pool) -> None:
    asker = Asker(PostgresReader(pool, bounds=PATIENT), TIMED, ["text"])

    answers = [(await asker.ask([str(number)]))[0] for number in range(10)]

    assert texts(answers)[0] == [str(number) for number in range(10)]
    assert asker.statement.measured == 0


async def test_a_slow_statement_is_not_shared(pool: Pool) -> None:
    asker = Asker(PostgresReader(pool, bounds=Bounds(quick=0)), TIMED, ["text"])

    for _ in range(20):
        answers, statements = texts(await asker.ask(["a"], ["b"], ["c"]))

        assert answers == ["a", "b", "c"]
        assert set(statements.values()) == {1}
    assert asker.statement.reads_alone > 0


async def test_a_slow_statement_that_has_become_quick_is_shared_again(pool: Pool) -> None:
    bounds = Bounds(quick=5, together=20, reads_alone=4)
    asker = Asker(PostgresReader(pool, bounds=bounds), TIMED, ["text"])
    asker.statement.set_aside(bounds)

    async def is_shared() -> bool:
        _, statements = texts(await asker.ask(["a"], ["b"], ["c"]))
        return sorted(statements.values()) == [1, 2]

    assert not await is_shared()
    await until(is_shared)


async def test_a_statement_with_a_list_is_not_shared(pool: Pool) -> None:
    reader = PostgresReader(pool, bounds=PATIENT)
    listed = "SELECT convert_to(array_to_string($1::text[], '') || ' ' || statement_timestamp(), 'UTF8')"

    answers = await asyncio.gather(*(reader.read(listed, [[text]]) for text in "abc"))

    assert sorted(texts(answers)[1].values()) == [1, 1, 1]
    assert len(reader._shared._statements) == 0


async def test_nothing_is_shared_behind_a_pooler(pool: Pool) -> None:
    reader = PostgresReader(pool, "SET LOCAL jit = 'off'", PATIENT)

    answers = await asyncio.gather(*(reader.read(TIMED, [text], ["text"]) for text in "abc"))

    assert texts(answers)[0] == ["a", "b", "c"]
    assert len(reader._shared._statements) == 0


def test_a_text_that_looks_like_a_parameter_stays_a_text() -> None:
    shared = shared_sql("SELECT '$1' || $1::text || '''$2' || $12::uuid", ["text"] * 12)

    assert """SELECT '$1' || "g"."a1"::text || '''$2' || "g"."a12"::uuid""" in shared


# Who suffers


async def test_a_read_that_fails_fails_for_its_caller_only(pool: Pool) -> None:
    asker = await asker_that_knows(pool, DIVIDED, ["bigint", "bigint"], [1, 1])

    *answers, failed = await asker.ask([6, 1], [6, 2], [6, 3], [6, 0])
    too_large, again = await asker.ask([2**63, 1], [9, 3])

    assert texts(answers)[0] == ["6", "3", "2"]
    assert isinstance(failed, asyncpg.DivisionByZeroError)
    assert isinstance(too_large, asyncpg.DataError)
    assert again.startswith(b"3 ")


async def test_a_value_that_the_driver_does_not_take_fails_for_its_caller_only(pool: Pool) -> None:
    asker = await asker_that_knows(pool, DIVIDED, ["bigint", "bigint"], [1, 1])

    *answers, too_large, none = await asker.ask([6, 1], [6, 2], [6, 3], [2**63, 1], [6, None])

    assert [answer[:2] for answer in answers] == [b"6 ", b"3 ", b"2 "]
    assert isinstance(too_large, asyncpg.DataError)
    assert none is None


async def is_locked(settings: Settings, holder: Holder, *, by: int = 1) -> bool:
    await holder.run("SELECT pg_stat_clear_snapshot()")
    found = await holder.read(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
    )
    return found[0] == by


async def test_a_caller_who_leaves_does_not_end_the_statement_for_the_others(pool: Pool, settings: Settings) -> None:
    asker = await asker_that_knows(pool, LOCKED, ["bigint"], [0])
    async with hold(settings, "SELECT pg_advisory_xact_lock(7)") as holder:
        tasks = asker.start([0], [7], [7], [7])
        await until(lambda: is_locked(settings, holder))
        tasks[2].cancel()
        await asyncio.wait([tasks[2]])
        assert not tasks[1].done()

        await holder.run("COMMIT")

        assert await tasks[1] == await tasks[3] == b"done"
        assert tasks[2].cancelled()


async def test_a_statement_ends_when_everybody_has_left(pool: Pool, settings: Settings) -> None:
    asker = await asker_that_knows(pool, LOCKED, ["bigint"], [0])
    async with hold(settings, "SELECT pg_advisory_xact_lock(7)") as holder:
        tasks = asker.start([0], [7], [7], [7])
        await until(lambda: is_locked(settings, holder))

        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

        # Long before PostgreSQL ends it because it waits for a lock.
        await until(lambda: is_locked(settings, holder, by=0), within=settings.lock_milliseconds / 4_000)


async def test_who_left_before_the_statement_began_is_left_out(pool: Pool, settings: Settings) -> None:
    asker = await asker_that_knows(pool, LOCKED, ["bigint"], [0])
    async with hold(settings, "SELECT pg_advisory_xact_lock(7)"):
        first, left, *others = asker.start([0], [7], [8], [9])
        await asyncio.sleep(0)  # all have asked
        left.cancel()

        async with asyncio.timeout(5):
            assert await asyncio.gather(first, *others) == [None, b"done", b"done"]
        assert left.cancelled()


async def test_a_slow_read_keeps_nobody_waiting(pool: Pool, settings: Settings) -> None:
    asker = await asker_that_knows(pool, LOCKED, ["bigint"], [0], IMPATIENT)
    async with hold(settings, "SELECT pg_advisory_xact_lock(7)") as holder:
        slow, *quick = asker.start([7], [8], [9], [7])
        async with asyncio.timeout(5):
            assert await quick[0] == await quick[1] == b"done"
        assert not slow.done()
        await until(lambda: is_locked(settings, holder, by=2))  # each on its own

        await holder.run("COMMIT")

        assert await slow == await quick[2] == b"done"


async def test_when_the_connection_ends_each_is_asked_on_its_own(pool: Pool, settings: Settings) -> None:
    asker = await asker_that_knows(pool, LOCKED, ["bigint"], [0])
    async with hold(settings, "SELECT pg_advisory_xact_lock(7)") as holder:
        tasks = asker.start([0], [7], [8], [7])
        await until(lambda: is_locked(settings, holder))
        await holder.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event = 'advisory'")
        assert await tasks[2] == b"done"
        await until(lambda: is_locked(settings, holder, by=2))

        await holder.run("COMMIT")

        assert await tasks[1] == await tasks[3] == b"done"


async def test_everybody_learns_that_the_database_is_away(settings: Settings) -> None:
    nowhere, attempts = settings.model_copy(update={"database_url": "asyncpg://postgres:@127.0.0.1:9/none"}), 0

    async def connect() -> Any:
        nonlocal attempts
        attempts += 1
        return await open_connection(nowhere)

    away = Pool(connect, 2)
    asker = Asker(PostgresReader(away, bounds=PATIENT), TIMED, ["text"])
    for _ in range(3):
        asker.statement.note(0.0, PATIENT)

    answers = await asker.ask(["a"], ["b"], ["c"], ["d"])

    assert [isinstance(answer, Unavailable) for answer in answers] == [True] * 4
    assert len({id(answer) for answer in answers}) == 4
    assert attempts == 2
    assert away.open == 0
