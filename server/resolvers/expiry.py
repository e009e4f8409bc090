"""Expiry and notices of deadlines: what is due is locked, expires or is announced, a batch at a time.

Each wing has functions for its own nouns (`expire_…`, `warn_…`, `remind_…`). A call processes one batch in transactions
of its own and returns its size; the job calls it until it returns zero. Several processes may call it at the same time:
none repeats what another has done.
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
    """Expire these rows, which are locked. The system acts, on behalf of these organisations, one for each row.

    Announced as `topic`, if there is one.
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
    """The state for the audit log of anything that waits for an answer. For a proposal, including what was proposed."""
    return journal.column_values(
        row, *(name for name in ("access_type", "payment_mode", "status") if hasattr(row, name))
    )


def organisations_in(column: str) -> Organisations:
    """The organisation of each row is in this column."""

    async def read(rows: Sequence[Any]) -> list[UUID]:
        return [getattr(row, column) for row in rows]

    return read


async def lock_due(model: Any, due: Q, organisations: Organisations) -> list[Any]:
    """Rows that are due, locked after their organisations, as everywhere, so that no deadlock can occur."""
    found = await model.filter(due).order_by("id").limit(BATCH_SIZE)
    await lock_rows(Organisation, sorted(set(await organisations(found))))
    return await lock_batch(model, due & OneOf("id", [row.pk for row in found]))


async def expire_due(
    context: Context,
    model: Any,
    due: Q,
    organisations: Organisations,
    expire: Callable[[Context, list[Any]], Awaitable[None]],
) -> int:
    """Expire the next batch of what is due, in one transaction. Gives how many rows."""
    async with transaction():
        rows = await lock_due(model, due, organisations)
        await expire(context, rows)
    return len(rows)


async def lock_batch(model: Any, due: Q) -> list[Any]:
    """A batch of rows that are due, locked. Rows locked by another process are left to it."""
    return await model.filter(due).order_by("id").limit(BATCH_SIZE).select_for_update(skip_locked=True, no_key=True)


async def announce_deadline(
    context: Context, model: Any, due: Q, columns: dict[str, int], topic: Topic, column: str
) -> int:
    """Announce the deadline in `column`, once for each notice, which `columns` count. Returns how many rows.

    No version changes, because nothing that people edit changes.
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
    # Anything that resets the count of notices also changes the version: the same day may be announced again.
    return journal.News(topic, row, (row.version, *columns.values()), values)


def latest_notice_first(days: Sequence[int]) -> list[tuple[int, int]]:
    """Each notice with its days, the last one first: if two are due, only the later one is sent."""
    return list(enumerate(days, start=1))[::-1]
