"""How does a change leave its traces: in the audit log, and in the outbox?

Both are written in the transaction of the change, or not at all.
"""

from datetime import date, datetime
from enum import Enum
from typing import Any, cast
from uuid import UUID

from tortoise.models import Model

from server.models import ApiToken, AuditEvent, Membership, OutboxMessage, Session
from server.resolvers import ids
from server.resolvers.context import Context

State = dict[str, Any]


def state(row: Model, *columns: str) -> State:
    """These columns of a row, as they are written down: JSON values, keys as 32 hexadecimal digits."""
    return {column: _written(getattr(row, column)) for column in columns}


async def record(
    context: Context,
    action: str,
    subject: Model,
    *,
    acting: UUID | None,
    on_behalf_of: UUID | None = None,
    before: State | None = None,
    after: State | None = None,
) -> None:
    """Write down who did what: `acting` is the organisation they acted for, `on_behalf_of` a customer (E40)."""
    viewer = context.viewer
    context.changes_viewers |= isinstance(subject, (ApiToken, Membership, Session))
    await AuditEvent.create(
        actor_id=viewer.user_id if viewer else None,
        api_token_id=viewer.token.token_id if viewer and viewer.token else None,
        acting_organisation_id=acting,
        on_behalf_of_id=on_behalf_of,
        action=action,
        subject_type=type(subject).__name__,
        subject_id=subject.pk,
        before=before,
        after=after,
        request_id=context.request_id,
    )


async def announce(context: Context, topic: str, subject: Model, *occasion: object, **payload: object) -> None:
    """Queue a message about `subject`. The same occasion is announced once, however often it is tried."""
    parts = (topic, subject.pk.hex, *occasion)
    await OutboxMessage.create(
        topic=topic,
        payload={"subject": ids.encode(subject), "requestId": context.request_id}
        | {name: _written(value) for name, value in payload.items()},
        dedupe_key=":".join(str(part) for part in parts),
        run_after=context.now,
    )


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, list):
        return [_written(item) for item in cast("list[Any]", value)]
    return value
