"""How does a worker take rows of a queue in hand, so that no other worker has them too?

A claim lets the row wait until it runs out: nobody else finds it before, and whoever claims it then is the last one
to have done so, by the number of attempts.
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
    """Those of these rows that wait the longest, with a claim on them. What others have in hand is passed over.

    `run_after` of the rows that are given stays what it was before the claim: since when they could be taken.
    """
    waiting = model.filter(which, sent_at__isnull=True, dead_at__isnull=True, run_after__lte=now)
    if not await waiting.exists():
        return []  # looked at first, because on SQLite a transaction keeps everybody else from writing
    async with in_transaction():
        oldest = waiting.order_by("run_after", "id").limit(most)
        rows = await oldest.select_for_update(skip_locked=True)
        if rows:
            same = model.filter(OneOf("id", [row.id for row in rows]))
            await same.update(attempts=F("attempts") + 1, run_after=until)
    for row in rows:
        row.attempts += 1
    return rows


async def note(rows: Sequence[Queued], **columns: Any) -> int:
    """Write down how it went, except where another worker has it in hand by now. Gives how many were written."""
    number = 0
    for attempts in {row.attempts for row in rows}:
        alike = [row.id for row in rows if row.attempts == attempts]
        same = type(rows[0]).filter(OneOf("id", alike), attempts=attempts, sent_at__isnull=True)
        number += await same.update(**columns)
    return number


async def give_back(rows: list[RowT]) -> None:
    """Leave claimed rows to the next worker, in their old places, as if this attempt had not been."""
    for (attempts, since), ids in _alike(rows).items():
        same = type(rows[0]).filter(OneOf("id", ids), attempts=attempts, sent_at__isnull=True)
        await same.update(attempts=attempts - 1, run_after=since)


def _alike(rows: list[RowT]) -> dict[tuple[int, datetime], list[UUID]]:
    found = dict[tuple[int, datetime], list[UUID]]()
    for row in rows:
        found.setdefault((row.attempts, row.run_after), []).append(row.id)
    return found
