"""Does everybody wait for the one who holds the row, at each place that locks one, and act on what they find then?

Where nobody should wait, they pass over the row, and it is done afterwards.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from tortoise.queryset import QuerySet

from server.models import upgrade
from server.models.questions import Question
from server.models.visibility import lookups
from tests.databases import rolled_back
from tests.lock_sites import edges, lock_sites, running_sites
from tests.reliability import member_locks, partnership_locks, system_locks
from tests.reliability.stages import Case, Stage, commit_changes, lock, play, stage
from tests.reliability.system_locks import PASSING
from tests.waiting import hold, until_waiting_for

__all__ = ["stage"]

CASES: dict[str, Case] = member_locks.CASES | partnership_locks.CASES | system_locks.CASES
MIGRATIONS = "_migration_lock > pg_advisory_lock"


@pytest.mark.only_postgres
@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize("site", CASES)
async def test_somebody_who_waits_at_a_lock_acts_on_what_they_find_after_it(stage: Stage, site: str):
    case = CASES[site]

    found = await play(stage, case)

    assert found == ({place(site)}, case.ends, case.leaves)


def place(site: str) -> str:
    """The place of a case. Several cases at one place add a name: `place | name`."""
    return site.partition(" | ")[0]


@pytest.mark.only_postgres
@pytest.mark.parametrize("site", PASSING)
async def test_somebody_who_does_not_wait_at_a_lock_passes_over_the_row(stage: Stage, site: str):
    case = PASSING[site]

    async with commit_changes(stage, case.before), rolled_back():
        async with hold(stage.settings, lock(stage.row(case.held))):
            during = await case.act(stage)
        after = await case.act(stage)

    assert (during, after) == (case.during, case.after)


@pytest.mark.only_postgres
async def test_a_process_that_starts_waits_for_the_migrations_of_another(stage: Stage):
    lock_it = f"SELECT pg_advisory_xact_lock({upgrade._MIGRATION_LOCK})"

    async with hold(stage.settings, lock_it) as holder:
        starting = asyncio.create_task(_lock_migrations(stage))
        await until_waiting_for(holder, starting)
        await holder.run("COMMIT")

    assert await starting == "locked"


async def _lock_migrations(stage: Stage) -> str:
    async with upgrade._migration_lock(stage.settings):
        return "locked"


@pytest.mark.only_postgres
@pytest.mark.long
@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize("site", CASES)
async def test_a_case_fails_without_the_lock_that_it_is_about(stage: Stage, site: str):
    case, survivors = CASES[site], list[str]()

    for edge in edges(place(site)):
        with without_lock(edge), suppress(AssertionError):
            if await play(stage, case) == ({place(site)}, case.ends, case.leaves):
                survivors.append(edge)

    assert survivors == []


@contextmanager
def without_lock(site: str) -> Iterator[None]:
    """What is locked at this place is only read."""
    caller, callee = site.split(" > ")
    ask, lock_query = lookups.ask, QuerySet.select_for_update

    async def read(*questions: Question[Any]) -> list[list[Any]]:
        if site in running_sites():
            return await ask(*(replace(one, key=("not locked", one.key)) for one in questions))
        return await ask(*questions)

    async def read_one(question: Question[Any]) -> list[Any]:
        return (await read(question))[0]

    def query(rows: QuerySet[Any], *how: Any, **more: Any) -> QuerySet[Any]:
        is_here = sys._getframe(1).f_code.co_name == caller and callee == "select_for_update"
        return rows.all() if is_here or site in running_sites() else lock_query(rows, *how, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lookups, "ask", read)
        patched.setattr(lookups, "ask_one", read_one)
        patched.setattr(QuerySet, "select_for_update", query)
        yield


def test_each_place_that_locks_something_has_a_case():
    played = {edge for site in (*CASES, *PASSING, MIGRATIONS) for edge in edges(place(site))}

    assert set(lock_sites()) ^ played == set()
