"""What did a mutation leave behind: in the audit log, and in the outbox?"""

from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.models import ApiToken, AuditEvent, Organisation, OutboxMessage, Partnership, ProductAccess
from server.resolvers import ids
from tests.clients import Answer
from tests.rows import Person


def key(id: str) -> UUID:
    """The key of a row in an id as callers see it."""
    return ids.decode_any(id)[1]


async def row_of(id: str) -> Any:
    """The stored row that an id names."""
    model, found = ids.decode_any(id)
    return await model.get(id=found)


async def stored_columns(id: str) -> dict[str, Any]:
    """The columns of the row that an id names, but for those that every row has."""
    model, found = ids.decode_any(id)
    (columns,) = await model.filter(id=found).values()
    return {name: value for name, value in columns.items() if name not in _OF_EVERY_ROW}


_OF_EVERY_ROW = ("id", "created_at", "updated_at")


def act(
    action: str,
    subject: Model,
    actor: Person | None,
    acting: Organisation | None,
    *,
    on_behalf_of: Organisation | None = None,
    token: ApiToken | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An audit event as `acts` gives it; nobody's, where time did it."""
    return {
        "actor_id": actor.user.id if actor else None,
        "api_token_id": token.id if token else None,
        "acting_organisation_id": acting.id if acting else None,
        "on_behalf_of_id": on_behalf_of.id if on_behalf_of else None,
        "partnership_id": subject.pk if isinstance(subject, Partnership) else getattr(subject, "partnership_id", None),
        "product_access_id": subject.pk if isinstance(subject, ProductAccess) else None,
        "action": action,
        "subject_type": type(subject).__name__,
        "subject_id": subject.pk,
        "before": before,
        "after": after,
    }


async def acts(answer: Answer) -> list[dict[str, Any]]:
    """The audit events of the request that got this answer."""
    of_request = AuditEvent.filter(request_id=answer.response.headers["x-request-id"]).order_by("id")
    events = await of_request.values()
    return [{name: value for name, value in event.items() if name not in _OF_THE_WRITING} for event in events]


_OF_THE_WRITING = ("id", "created_at", "request_id")


async def announced_topics(answer: Answer) -> list[tuple[str, str]]:
    """The topics and subjects of the messages that the request put into the outbox."""
    request_id = answer.response.headers["x-request-id"]
    messages = [row for row in await OutboxMessage.all().order_by("id") if row.payload["requestId"] == request_id]
    assert all(row.sent_at is None and row.dead_at is None and row.attempts == 0 for row in messages)
    return [(row.topic, row.payload["subject"]) for row in messages]
