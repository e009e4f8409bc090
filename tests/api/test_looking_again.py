"""Does a scheduled job look again once it holds a row (D4, S1.6, S2.8, S11.4, S13.6, E34, E39)?

The job has chosen its row. Then somebody else postpones the deadline, or answers, before each of the job's statements
in turn, until the job holds the row. As long as they get in, the job must leave the row to them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.jobs import DEADLINES, JOBS, system_context
from server.models import Session
from server.models.base import new_id
from server.settings import Settings
from tests.api.rivals import Columns, Rival, RowKey, acting_before, rival_of
from tests.databases import rolled_back
from tests.snapshots import contents
from tests.world import World

pytestmark = pytest.mark.only_postgres

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """A job that runs at `at`, and what somebody else stores in `row` meanwhile. Durations count from the world's now.

    `about` is the row that the job would change, if it is another one, and `under` what somebody else has to hold as
    well. `is_chosen_first` says that the job looks for its rows before it holds them; the others do both in one.
    """

    job: str
    row: str
    at: timedelta
    meanwhile: Columns
    given: Columns = field(default_factory=dict[str, Any])
    about: str = ""
    under: str = ""
    is_chosen_first: bool = True


CASES = (
    Case("expire proposals", "invitation", 30 * DAY, {"answer_by": 60 * DAY}),
    Case("expire proposals", "by_email", 30 * DAY, {"answer_by": 60 * DAY}),
    Case("remind of proposals", "invitation", 7 * DAY, {"status": "CANCELLED"}, is_chosen_first=False),
    Case("remind of proposals", "by_email", 7 * DAY, {"status": "CANCELLED"}, is_chosen_first=False),
    Case("expire access changes", "change", 30 * DAY, {"status": "REFUSED"}),
    Case("warn of ends", "limited", DAY, {"expires_at": 90 * DAY}, {"expires_at": 8 * DAY}, is_chosen_first=False),
    Case("warn of ends", "limited", DAY, {"review_at": 90 * DAY}, {"review_at": 8 * DAY}, is_chosen_first=False),
    Case("end partnerships", "limited", 2 * DAY, {"expires_at": 9 * DAY}, {"expires_at": 2 * DAY}),
    Case("end partnerships", "limited", 2 * DAY, {"expires_at": None}, {"expires_at": 2 * DAY}),
    Case("end partnerships", "limited", 2 * DAY, {"status": "TERMINATED"}, {"expires_at": 2 * DAY}),
    Case("expire member invitations", "newcomer", 14 * DAY, {"expires_at": 28 * DAY}),
    Case("expire pending actions", "pending", 7 * DAY, {"status": "REFUSED"}),
    Case("expire exports", "export", 2 * DAY, {"expires_at": 4 * DAY}, is_chosen_first=False),
    Case(
        "expire support access",
        "support_access",
        10 * DAY,
        {"status": "REVOKED", "revoked_at": DAY, "revocation_reason": "OWN_WISH"},
        is_chosen_first=False,
    ),
    Case(
        "warn of support access",
        "support_access",
        9 * DAY,
        {"status": "REVOKED", "revoked_at": DAY, "revocation_reason": "OWN_WISH"},
        is_chosen_first=False,
    ),
    Case(
        "delete customer notes",
        "limited",
        100 * DAY,
        {"ended_at": 50 * DAY},
        {"status": "TERMINATED", "ended_at": DAY},
        about="note",
        under="alpina",
    ),
    Case("backfill receipts", "invitation", DAY, {"status": "CANCELLED"}),
    Case("announce expiring tokens", "token_cL", 89 * DAY, {"revoked_at": DAY}),
    Case("forget sign-in failures", "failure", 30 * DAY, {"since": 30 * DAY}),
    Case("clean up", "session", 90 * DAY, {"expires_at": 90 * DAY}),
    Case("clean up", "source", 900 * DAY, {"seen_at": 899 * DAY}),
)


def test_every_job_has_a_case():
    assert {case.job for case in CASES} == {job.name for job in JOBS}
    assert set(DEADLINES) <= {case.job for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.job}-{case.row}-{'-'.join(case.meanwhile)}")
async def test_what_somebody_else_changes_before_the_job_holds_it_is_left_to_them(
    world: World, settings: Settings, case: Case
):
    async with rival_of(settings) as rival, _known_sign_ins(world, rival) as sign_ins:
        rows = await _keys(world) | sign_ins
        held = [rows[name] for name in (case.under, case.row) if name]
        run = _Run(rival, settings, case, world, held, rows[case.about or case.row][1])
        tries = [await run.with_rival_before(0)]
        while tries[-1]:
            tries.append(await run.with_rival_before(len(tries)))

    assert len(tries) > 2 or not case.is_chosen_first


@dataclass(frozen=True)
class _Run:
    """A case, once for each statement before which the rival tries to get in."""

    rival: Rival
    settings: Settings
    case: Case
    world: World
    held: list[RowKey]
    about: UUID

    def at(self, columns: Columns) -> Columns:
        """Durations as times."""
        now = self.world.now
        return {name: now + value if isinstance(value, timedelta) else value for name, value in columns.items()}

    async def with_rival_before(self, number: int) -> bool:
        """Whether the rival got in before this statement of the job. The job then left the row, and otherwise not."""
        tries, before = list[bool](), list[str]()
        given, meanwhile = self.at(self.case.given), self.at(self.case.meanwhile)

        async def try_it() -> None:
            tries.append(await self.rival.gets_in(self.held, meanwhile))
            if tries == [True]:
                before[:] = await lines_about(self.about)

        (job,) = [job for job in JOBS if job.name == self.case.job]
        async with self.rival.restore_afterwards(self.held[-1], given | meanwhile), rolled_back():
            await self.rival.store(self.held[-1], given)
            before[:] = await lines_about(self.about)
            with acting_before(number, try_it):
                await job.run(system_context(self.settings, self.world.now + self.case.at))
            after = await lines_about(self.about)
        assert (after == before) is tries[0], number
        return tries[0]


async def lines_about(id: UUID) -> list[str]:
    """Every row that names this one, or is it."""
    return [line for line in await contents() if str(id) in line or id.hex in line]


async def _keys(world: World) -> dict[str, RowKey]:
    """The table and the key of each row that a case names."""
    found = {name: (type(row)._meta.db_table, row.pk) for name, row in world.rows.items()}
    return found | {"session": ("session", (await Session.get(user_id=world.cL.user.id)).id)}


@asynccontextmanager
async def _known_sign_ins(world: World, rival: Rival) -> AsyncIterator[dict[str, RowKey]]:
    """A failed sign-in, and a place from which somebody signed in."""
    failure, source, now = new_id(), new_id(), world.now
    columns = {"id": failure, "key": "somebody", "failures": 1, "since": now, "created_at": now}
    seen = {"id": source, "user_id": world.cL.user.id, "key": "somewhere", "seen_at": now, "created_at": now}
    async with rival.insert_row("sign_in_failure", columns), rival.insert_row("sign_in_source", seen):
        yield {"failure": ("sign_in_failure", failure), "source": ("sign_in_source", source)}
