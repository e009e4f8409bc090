"""How does a change leave its traces: in the audit log, and in the outbox?

Both are written in the transaction of the change, or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, cast
from uuid import UUID

from tortoise.models import Model

from server.models import ApiToken, ApiTokenCustomer, AuditEvent, Membership, OutboxMessage, Session
from server.resolvers import ids
from server.resolvers.context import Context

State = dict[str, Any]
_OF_VIEWERS: Final = (ApiToken, ApiTokenCustomer, Membership, Session)
"""What a credential stands for depends on these."""


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
    context.changes_viewers |= isinstance(subject, _OF_VIEWERS)
    change = Change(subject, before, after)
    await _event(context, action, change, acting=acting, on_behalf_of=on_behalf_of).save()


async def announce(context: Context, topic: str, subject: Model, *occasion: object, **payload: object) -> None:
    """Queue a message about `subject`. The same occasion is announced once, however often it is tried."""
    await _message(context, topic, subject, occasion, payload).save()


@dataclass(frozen=True)
class Change:
    """A row, and what was written down of it before and after."""

    subject: Model
    before: State | None = None
    after: State | None = None


@dataclass(frozen=True)
class Message:
    """What a message is about, on which occasion, and what it says beyond."""

    subject: Model
    occasion: tuple[object, ...] = ()
    payload: Mapping[str, object] = field(default_factory=dict[str, object])


async def record_each(
    context: Context,
    action: str,
    changes: Sequence[Change],
    *,
    acting: UUID | None,
    on_behalf_of: UUID | None = None,
) -> None:
    """The same of several rows, in one statement."""
    if changes:
        context.changes_viewers |= any(isinstance(change.subject, _OF_VIEWERS) for change in changes)
        await AuditEvent.bulk_create(
            [_event(context, action, change, acting=acting, on_behalf_of=on_behalf_of) for change in changes]
        )


async def announce_each(context: Context, topic: str, subjects: Sequence[Model], **payload: object) -> None:
    """Queue a message about each of these, in one statement."""
    await announce_all(context, topic, [Message(subject, (), payload) for subject in subjects])


async def announce_all(context: Context, topic: str, messages: Sequence[Message]) -> None:
    """Queue these messages, in one statement."""
    if messages:
        await OutboxMessage.bulk_create(
            [_message(context, topic, each.subject, each.occasion, each.payload) for each in messages]
        )


def _event(
    context: Context, action: str, change: Change, *, acting: UUID | None, on_behalf_of: UUID | None
) -> AuditEvent:
    viewer = context.viewer
    return AuditEvent(
        actor_id=viewer.user_id if viewer else None,
        api_token_id=viewer.token.token_id if viewer and viewer.token else None,
        acting_organisation_id=acting,
        on_behalf_of_id=on_behalf_of,
        action=action,
        subject_type=type(change.subject).__name__,
        subject_id=change.subject.pk,
        before=change.before,
        after=change.after,
        request_id=context.request_id,
    )


def _message(
    context: Context, topic: str, subject: Model, occasion: Sequence[object], payload: Mapping[str, object]
) -> OutboxMessage:
    return OutboxMessage(
        topic=topic,
        payload={"subject": ids.encode(subject), "requestId": context.request_id}
        | {name: _written(value) for name, value in payload.items()},
        dedupe_key=key(topic, subject, *occasion),
        run_after=context.now,
    )


def key(topic: str, subject: Model, *occasion: object) -> str:
    """What an announcement is known by."""
    return ":".join(str(part) for part in (topic, subject.pk.hex, *occasion))


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dict):
        return {name: _written(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_written(item) for item in cast("list[Any]", value)]
    return value
