"""What do all tables hold? Taken before and after, it shows that nothing changed, or what did."""

from typing import Any
from uuid import UUID

from server import models

Snapshot = dict[str, dict[UUID, dict[str, Any]]]


async def snapshot() -> Snapshot:
    """Every row of every table, by the model's name and the row's key."""
    return {
        name: {row["id"]: row for row in await getattr(models, name).all().values()} for name in sorted(models.__all__)
    }


def changed(before: Snapshot, after: Snapshot) -> set[str]:
    """The models with rows that came, went or are different."""
    return {name for name in before if before[name] != after[name]}
