"""The journal of changes: audit log, receipts and outbox.

Everything is stored in the transaction of the change, or not at all. Many entries take as many statements as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, cast
from uuid import UUID

from tortoise.models import Model

from server.domain.events import AuditAction, Topic
from server.models import AuditEvent, OutboxMessage, Partnership, ProductAccess
from server.models.units import leave
from server.resolvers import ids
from server.resolvers.context import Context

State = dict[str, Any]
SYSTEM: Final = (None, None)
"""The actor of scheduled jobs and of the server itself."""

_SECRETS: Final = frozenset({"password_hash", "secret_digest", "link_digest"})


@dataclass(frozen=True)
class Act:
    """An action: `acting` is the organisation that acted, `on_behalf_of` a customer (E40).

    `by` is the person who acted, perhaps with a token, if that is not the viewer: someone else confirmed what they had
    proposed, or the system acted.
    """

    action: AuditAction
    subject: Model
    acting: UUID | None
    on_behalf_of: UUID | None = None
    before: State | None = None
    after: State | None = None
    by: tuple[UUID | None, UUID | None] | None = None


@dataclass(frozen=True)
class News:
    """An announcement about `subject`: its occasion, and further values."""

    topic: Topic
    subject: Model
    occasion: tuple[object, ...] = ()
    payload: Mapping[str, object] = field(default_factory=dict[str, object])


def column_values(row: Model, *columns: str) -> State:
    """These columns of a row for the audit log: JSON values, with keys as 32 hexadecimal digits.

    Raises ValueError for a secret.
    """
    if secret := _SECRETS.intersection(columns):
        raise ValueError(f"{sorted(secret)} are never written down")
    return {column: to_json(getattr(row, column)) for column in columns}


async def record(
    context: Context,
    action: AuditAction,
    subject: Model,
    *,
    acting: UUID | None,
    on_behalf_of: UUID | None = None,
    before: State | None = None,
    after: State | None = None,
) -> None:
    """Log one action."""
    leave_acts(context, [Act(action, subject, acting, on_behalf_of, before, after)])


async def record_all(context: Context, acts: Sequence[Act]) -> None:
    """Log actions."""
    leave_acts(context, acts)


def leave_acts(context: Context, acts: Sequence[Act]) -> None:
    """Log actions, in a change that leaves rows."""
    leave(*(_event(context, act) for act in acts))


def _event(context: Context, act: Act) -> AuditEvent:
    actor, token = act.by or _actor(context)
    return AuditEvent(
        actor_id=actor,
        api_token_id=token,
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


def _actor(context: Context) -> tuple[UUID | None, UUID | None]:
    """The viewer and their token; nobody for scheduled jobs."""
    viewer = context.viewer
    if viewer is None:
        return None, None
    return viewer.user_id, viewer.token.token_id if viewer.token else None


def _partnership(subject: Model) -> UUID | None:
    """The partnership that an action concerns."""
    return subject.pk if isinstance(subject, Partnership) else getattr(subject, "partnership_id", None)


async def announce(context: Context, topic: Topic, subject: Model, *occasion: object, **payload: object) -> None:
    """Queue an announcement about `subject`. The same occasion is announced only once, however often it is tried."""
    await announce_all(context, [News(topic, subject, occasion, payload)])


async def announce_all(context: Context, news: Sequence[News]) -> None:
    """Queue announcements."""
    leave_news(context, news)


def leave_news(context: Context, news: Sequence[News]) -> None:
    """Queue announcements, in a change that leaves rows."""
    leave(*(_message(context, one) for one in news))


def _message(context: Context, news: News) -> OutboxMessage:
    return OutboxMessage(
        topic=news.topic,
        payload={"subject": ids.encode(news.subject), "requestId": context.request_id}
        | {name: to_json(value) for name, value in news.payload.items()},
        dedupe_key=announcement_key(news.topic, news.subject, *news.occasion),
        run_after=context.now,
    )


def announcement_key(topic: Topic, subject: Model, *occasion: object) -> str:
    """The key that identifies an announcement."""
    return ":".join(str(part) for part in (topic, subject.pk.hex, *occasion))


def to_json(value: Any) -> Any:
    """A value as JSON."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dict):
        return {name: to_json(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [to_json(item) for item in cast("list[Any]", value)]
    return value
