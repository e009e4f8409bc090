"""How does a change leave its traces: in the audit log, in the receipts, and in the outbox?

All are written in the transaction of the change, or not at all; many at once in as many statements as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, cast
from uuid import UUID

from tortoise.models import Model

from server.models import ApiToken, AuditEvent, Membership, OutboxMessage, Partnership, ProductAccess, Session
from server.resolvers import ids
from server.resolvers.context import Context

State = dict[str, Any]

_SECRETS: Final = frozenset({"password_hash", "secret_digest"})


@dataclass(frozen=True)
class Act:
    """What somebody did: `acting` is the organisation they acted for, `on_behalf_of` a customer (E40)."""

    action: str
    subject: Model
    acting: UUID | None
    on_behalf_of: UUID | None = None
    before: State | None = None
    after: State | None = None


@dataclass(frozen=True)
class News:
    """A message about `subject`. The same occasion is announced once, however often it is tried."""

    topic: str
    subject: Model
    occasion: tuple[object, ...] = ()
    payload: State | None = None


def state(row: Model, *columns: str) -> State:
    """These columns of a row, as they are written down: JSON values, keys as 32 hexadecimal digits.

    Raises ValueError for a secret.
    """
    if secret := _SECRETS.intersection(columns):
        raise ValueError(f"{sorted(secret)} are never written down")
    return {column: written(getattr(row, column)) for column in columns}


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
    """Write down one act."""
    await record_all(context, [Act(action, subject, acting, on_behalf_of, before, after)])


async def record_all(context: Context, acts: Sequence[Act]) -> None:
    """Write down who did what."""
    viewer = context.viewer
    context.changes_viewers |= any(isinstance(act.subject, (ApiToken, Membership, Session)) for act in acts)
    await AuditEvent.bulk_create(
        [
            AuditEvent(
                actor_id=viewer.user_id if viewer else None,
                api_token_id=viewer.token.token_id if viewer and viewer.token else None,
                acting_organisation_id=act.acting,
                on_behalf_of_id=act.on_behalf_of,
                partnership_id=_partnership(act.subject),
                product_access_id=act.subject.pk if isinstance(act.subject, ProductAccess) else None,
                action=act.action,
                subject_type=type(act.subject).__name__,
                subject_id=act.subject.pk,
                before=act.before,
                after=act.after,
                request_id=context.request_id,
            )
            for act in acts
        ]
    )


def _partnership(subject: Model) -> UUID | None:
    """The partnership that an act was about."""
    return subject.pk if isinstance(subject, Partnership) else getattr(subject, "partnership_id", None)


async def announce(context: Context, topic: str, subject: Model, *occasion: object, **payload: object) -> None:
    """Queue a message about `subject`. The same occasion is announced once, however often it is tried."""
    await announce_all(context, [News(topic, subject, occasion, payload)])


async def announce_all(context: Context, news: Sequence[News]) -> None:
    """Queue messages."""
    await OutboxMessage.bulk_create(
        [
            OutboxMessage(
                topic=one.topic,
                payload={"subject": ids.encode(one.subject), "requestId": context.request_id}
                | {name: written(value) for name, value in (one.payload or {}).items()},
                dedupe_key=":".join(str(part) for part in (one.topic, one.subject.pk.hex, *one.occasion)),
                run_after=context.now,
            )
            for one in news
        ]
    )


def written(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, list):
        return [written(item) for item in cast("list[Any]", value)]
    return value
