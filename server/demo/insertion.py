"""Bulk insertion of thousands of rows with their own history."""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from server.models.base import Row

_BATCH_SIZE: Final = 1_000

RowT = TypeVar("RowT", bound=Row)


class Insertion:
    """Writes rows in bulk and counts them by table."""

    def __init__(self) -> None:
        self.counts = Counter[str]()

    async def insert(self, model: type[RowT], rows: Sequence[RowT]) -> None:
        if not rows:
            return
        meta: Any = model._meta  # `Any`: Tortoise has no typed access to a column's auto_now
        with _keep_updated_at(meta):
            await model.bulk_create(rows, batch_size=_BATCH_SIZE)
        self.counts[meta.db_table] += len(rows)


@contextmanager
def _keep_updated_at(meta: Any) -> Generator[None]:
    """Keep the rows' own `updated_at`, which Tortoise would replace with the time of the insert."""
    column = meta.fields_map.get("updated_at")
    if column is None:
        yield
        return
    column.auto_now = False
    try:
        yield
    finally:
        column.auto_now = True
