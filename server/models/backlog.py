"""The outbox's backlog: how much waits, and for how long."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from tortoise.connection import get_connection

from server.models.outbox import EmailMessage, OutboxMessage

MAX_COUNTED: Final = 10_000
"""The most that are counted of each kind. Any larger number counts as one more."""

_WAITING: Final = 'FROM "{table}" WHERE sent_at IS NULL AND dead_at IS NULL'


@dataclass(frozen=True)
class Backlog:
    """What is neither sent nor parked: its number, and the age of the oldest."""

    events: int
    emails: int
    seconds: float

    @property
    def number(self) -> int:
        return self.events + self.emails


async def read_backlog(now: datetime) -> Backlog:
    """The current backlog. One statement, which takes the same time at any size."""
    [row] = cast("list[dict[str, Any]]", await get_connection("default").execute_query_dict(_STATEMENT))
    since = [_parse_timestamp(row[name]) for name in ("event_since", "email_since") if row[name] is not None]
    return Backlog(row["events"], row["emails"], max((now - min(since, default=now)).total_seconds(), 0.0))


def _parse_timestamp(value: Any) -> datetime:
    """A timestamp, which SQLite returns as text in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count_sql(model: type[OutboxMessage | EmailMessage]) -> str:
    waiting = _WAITING.format(table=model._meta.db_table)
    return f"(SELECT count(*) FROM (SELECT 1 {waiting} LIMIT {MAX_COUNTED + 1}) counted)"  # noqa: S608 - nothing that anybody sends


def _oldest_sql(model: type[OutboxMessage | EmailMessage]) -> str:
    return f"(SELECT min(created_at) {_WAITING.format(table=model._meta.db_table)})"


_STATEMENT: Final = (
    f"SELECT {_count_sql(OutboxMessage)} AS events, {_count_sql(EmailMessage)} AS emails,"
    f" {_oldest_sql(OutboxMessage)} AS event_since, {_oldest_sql(EmailMessage)} AS email_since"
)
