"""Expiry and notices of deadlines: what is due is locked, expires or is announced, a batch at a time.

Each wing says of its own nouns what is due (`expire_…`, `warn_…`, `remind_…`): in transactions of its own, giving how
much that was, and called until it gives nothing. Several processes may call it at once: none does what another does.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain import expiry as rules
from server.domain.events import AuditAction, Topic
from server.models import Organisation
from server.models.base import store_all
from server.models.conditions import OneOf
from server.models.database import transaction
from server.models.visibility.lookups import lock_rows
from server.resolvers import journal
from server.resolvers.context import Context

BATCH_SIZE: Final = 100
"""How many rows one transaction changes."""

Organisations = Callable[[Sequence[Any]], Awaitable[list[UUID]]]
"""Gives for each row the organisation that it concerns."""

# `Any` below: rows and columns of several kinds.


async def expire_rows(
    context: Context,
    rows: Sequence[Any],
    columns: dict[str, Any],
    action: AuditAction,
    topic: Topic | None,
    concerned: Sequence[UUID],
) -> None:
    """Let these rows, which are locked, run out: nobody's act, which concerns these organisations, one for each.

    Told of as `topic`, where somebody is to be told.
    """
    before = [proposal_state(row) for row in rows]
    await store_all(rows, context.now, **columns)
    acts = [
        journal.Act(action, row, None, whose, was, proposal_state(row), by=journal.SYSTEM)
        for row, was, whose in zip(rows, before, concerned, strict=True)
    ]
    await journal.record_all(context, acts)
    if topic is not None:
        await journal.announce_all(context, [journal.News(topic, row) for row in rows])


def proposal_state(row: Any) -> journal.State:
    """What is written down of whatever waits for an answer: of a proposal of any kind also what was proposed."""
    return journal.state(row, *(name for name in ("access_type", "payment_mode", "status") if hasattr(row, name)))


def organisations_in(column: str) -> Organisations:
    """Rows that name the organisation they concern in this column."""

    async def read(rows: Sequence[Any]) -> list[UUID]:
        return [getattr(row, column) for row in rows]

    return read


async def lock_due(model: Any, due: Q, organisations: Organisations) -> list[Any]:
    """What is due, locked after the organisations it concerns, as everybody does: so locks never form a ring."""
    found = await model.filter(due).order_by("id").limit(BATCH_SIZE)
    await lock_rows(Organisation, sorted(set(await organisations(found))))
    return await lock_batch(model, due & OneOf("id", [row.pk for row in found]))


async def lock_batch(model: Any, due: Q) -> list[Any]:
    """Rows of what is due, locked; those that another process holds are left to it."""
    return await model.filter(due).order_by("id").limit(BATCH_SIZE).select_for_update(skip_locked=True, no_key=True)


async def announce_deadline(
    context: Context, model: Any, due: Q, columns: dict[str, int], topic: Topic, column: str
) -> int:
    """Announce the deadline in `column`, once for each notice, which `columns` count. Gives how many rows.

    No version changes: nothing that people edit does.
    """
    async with transaction():
        rows = await lock_batch(model, due)
        if rows:
            await model.filter(OneOf("id", [row.pk for row in rows])).update(**columns)
        await journal.announce_all(context, [_notice(context, topic, row, columns, column) for row in rows])
    return len(rows)


def _notice(context: Context, topic: Topic, row: Any, columns: dict[str, int], column: str) -> journal.News:
    deadline: datetime = getattr(row, column)
    values = {"days_left": rules.days_left(deadline, context.now), "ends_at": deadline}
    # Whatever resets the count of notices gives the row another version: the same day may be announced again.
    return journal.News(topic, row, (row.version, *columns.values()), values)


def latest_notice_first(days: Sequence[int]) -> list[tuple[int, int]]:
    """Each notice with its days, the last one first: if two are due, only the later one is sent."""
    return list(enumerate(days, start=1))[::-1]
