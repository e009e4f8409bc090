"""Does everybody wait for the one who holds the row, at each place that locks one, and act on what they find then?

Where nobody should wait, they pass over the row, and it is done afterwards.
"""

import asyncio

import pytest

from server.models import upgrade
from tests.databases import rolled_back
from tests.lock_sites import edges, lock_sites
from tests.reliability import member_locks, partnership_locks, system_locks
from tests.reliability.stages import Case, Stage, commit_changes, lock, play, stage
from tests.reliability.system_locks import PASSING
from tests.waiting import hold, until_waiting_for

__all__ = ["stage"]

CASES: dict[str, Case] = member_locks.CASES | partnership_locks.CASES | system_locks.CASES
MIGRATIONS = "_migration_lock > pg_advisory_lock"


@pytest.mark.only_postgres
@pytest.mark.parametrize("site", CASES)
async def test_somebody_who_waits_at_a_lock_acts_on_what_they_find_after_it(stage: Stage, site: str):
    case = CASES[site]

    found = await play(stage, case)

    assert found == ({site}, case.ends, case.leaves)


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


def test_each_place_that_locks_something_has_a_case():
    played = {edge for site in (*CASES, *PASSING, MIGRATIONS) for edge in edges(site)}

    assert set(lock_sites()) ^ played == set()
