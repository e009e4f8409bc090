"""The outbox: events and e-mails to be sent after a commit."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from server.models.base import Row


class PartialIndex(Index):
    """A partial index. One on waiting rows is only as large as the backlog."""

    def __init__(self, *, fields: tuple[str, ...] | list[str], name: str, condition: str) -> None:
        super().__init__(fields=fields, name=name)
        self.condition = condition
        self.extra = f" WHERE {condition}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, named = super().deconstruct()
        return path, args, named | {"condition": self.condition}


WAITS: Final = "sent_at IS NULL AND dead_at IS NULL"


class Queued(Row):
    """A row that waits to be processed, is retried after failures, and is parked after the last one.

    `attempts` counts the claims; only the worker with the last claim records the outcome. `run_after` is when it may be
    claimed again.
    """

    run_after: datetime = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    dead_at: datetime | None = fields.DatetimeField(null=True)
    last_error: str | None = fields.TextField(null=True)

    class Meta:
        abstract = True


class OutboxMessage(Queued):
    """An event, stored in the transaction of the change that it announces. `sent_at` is when it became e-mails.

    The payload may contain a secret until then. `dedupe_key` prevents a second event of a repeated change.
    """

    topic = fields.CharField(max_length=60)
    payload: dict[str, Any] = fields.JSONField[dict[str, Any]]()
    dedupe_key = fields.CharField(max_length=200, unique=True)

    class Meta:
        table = "outbox_message"
        indexes = (
            PartialIndex(fields=("run_after", "id"), name="outbox_waiting", condition=WAITS),
            # Events of the few topics with other work are found among all waiting ones.
            PartialIndex(fields=("topic", "run_after", "id"), name="outbox_waiting_by_topic", condition=WAITS),
            PartialIndex(fields=("created_at",), name="outbox_waiting_since", condition=WAITS),
        )


class EmailMessage(Queued):
    """One e-mail to one person, with its values from the time of the event.

    `link` in `variables` is a secret, and null once the e-mail was sent or parked. `dedupe_key` consists of template,
    event and address, so that nobody gets an e-mail twice. `zone` is the recipient's time zone for dates.
    """

    event: fields.ForeignKeyRelation[OutboxMessage] = fields.ForeignKeyField(
        "models.OutboxMessage", related_name="emails", on_delete=fields.RESTRICT
    )
    event_id: UUID
    template = fields.CharField(max_length=60)
    address = fields.CharField(max_length=254)
    name = fields.CharField(max_length=170)
    locale = fields.CharField(max_length=5)
    zone = fields.CharField(max_length=40, default="UTC", db_default="UTC")
    variables: dict[str, Any] = fields.JSONField[dict[str, Any]]()
    dedupe_key = fields.CharField(max_length=520, unique=True)

    class Meta:
        table = "email_message"
        indexes = (
            # Rows old enough to be deleted. If it contained waiting rows, SQLite would use it to find those.
            PartialIndex(fields=("sent_at",), name="email_sent", condition="sent_at IS NOT NULL"),
            PartialIndex(fields=("run_after", "id"), name="email_waiting", condition=WAITS),
            PartialIndex(fields=("created_at",), name="email_waiting_since", condition=WAITS),
        )
