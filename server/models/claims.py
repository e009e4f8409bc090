"""Claims: how a worker reserves rows of a queue, so that no other worker takes them.

Nobody else finds a claimed row until the claim expires. A worker that then claims it has the higher number of attempts,
which tells the two apart.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.transactions import in_transaction

from server.models.conditions import EVERY_ROW, OneOf
from server.models.outbox import Queued

RowT = TypeVar("RowT", bound=Queued)


async def claim(model: type[RowT], now: datetime, until: datetime, most: int, which: Q = EVERY_ROW) -> list[RowT]:
    """Claim those of these rows that have waited longest. Rows locked by others are skipped.

    The returned rows keep the `run_after` from before the claim: the time from which they could be claimed.
    """
    waiting = model.filter(which, sent_at__isnull=True, dead_at__isnull=True, run_after__lte=now)
    if not await waiting.exists():
        return []  # read first, because on SQLite a transaction prevents everyone else from writing
    async with in_transaction():
        oldest = waiting.order_by("run_after", "id").limit(most)
        rows = await oldest.select_for_update(skip_locked=True)
        if rows:
            same = model.filter(OneOf("id", [row.id for row in rows]))
            await same.update(attempts=F("attempts") + 1, run_after=until)
    for row in rows:
        row.attempts += 1
    return rows


async def record_outcome(rows: Sequence[Queued], **columns: Any) -> int:
    """Store the outcomes, except of rows that another worker has claimed since. Returns how many were stored."""
    number = 0
    for attempts in {row.attempts for row in rows}:
        alike = [row.id for row in rows if row.attempts == attempts]
        same = type(rows[0]).filter(OneOf("id", alike), attempts=attempts, sent_at__isnull=True)
        number += await same.update(**columns)
    return number


async def give_back(rows: list[RowT]) -> None:
    """Return claimed rows to their old places in the queue, as if this attempt had not happened."""
    for (attempts, since), ids in _group_by_claim(rows).items():
        same = type(rows[0]).filter(OneOf("id", ids), attempts=attempts, sent_at__isnull=True)
        await same.update(attempts=attempts - 1, run_after=since)


def _group_by_claim(rows: list[RowT]) -> dict[tuple[int, datetime], list[UUID]]:
    found = dict[tuple[int, datetime], list[UUID]]()
    for row in rows:
        found.setdefault((row.attempts, row.run_after), []).append(row.id)
    return found
