"""What happens to what nobody answered in time, whoever finds it first: the clock, or somebody who asks anew?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.models.base import store_all
from server.resolvers import journal
from server.resolvers.context import Context

# `Any` below: rows and columns of several kinds.


async def lapse(
    context: Context,
    rows: Sequence[Any],
    columns: dict[str, Any],
    action: str,
    topic: str | None,
    concerned: Sequence[UUID],
) -> None:
    """Let these rows, which are locked, run out: nobody's act, which concerns these organisations, one for each.

    Told of as `topic`, where somebody is to be told.
    """
    before = [proposed(row) for row in rows]
    await store_all(rows, context.now, **columns)
    acts = [
        journal.Act(action, row, None, whose, was, proposed(row), by=journal.NOBODY)
        for row, was, whose in zip(rows, before, concerned, strict=True)
    ]
    await journal.record_all(context, acts)
    if topic is not None:
        await journal.announce_all(context, [journal.News(topic, row) for row in rows])


def proposed(row: Any) -> journal.State:
    """What is written down of whatever waits for an answer: of a proposal of any kind also what was proposed."""
    return journal.state(row, *(name for name in ("access_type", "payment_mode", "status") if hasattr(row, name)))
