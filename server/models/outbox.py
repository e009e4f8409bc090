"""What is to be sent after a commit."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from server.models.base import Row


class IndexOfSome(Index):
    """An index of the rows for which a condition holds: one of what waits is as small as the backlog."""

    def __init__(self, *, fields: tuple[str, ...] | list[str], name: str, condition: str) -> None:
        super().__init__(fields=fields, name=name)
        self.condition = condition
        self.extra = f" WHERE {condition}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, named = super().deconstruct()
        return path, args, named | {"condition": self.condition}


WAITS: Final = "sent_at IS NULL AND dead_at IS NULL"


class Queued(Row):
    """A row that waits to be worked on, is tried again after failures, and parked after the last.

    `attempts` counts how often somebody took it in hand; whoever did so last is the only one to say how
    it went. `run_after` is when it may be taken in hand again.
    """

    run_after: datetime = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    dead_at: datetime | None = fields.DatetimeField(null=True)
    last_error: str | None = fields.TextField(null=True)

    class Meta:
        abstract = True


class OutboxMessage(Queued):
    """An event, written in the transaction of the change it tells of; `sent_at` is when it became e-mails.

    `dedupe_key` makes a repeated change write no second event. A secret is in the payload until then.
    """

    topic = fields.CharField(max_length=60)
    payload: dict[str, Any] = fields.JSONField[dict[str, Any]]()
    dedupe_key = fields.CharField(max_length=200, unique=True)

    class Meta:
        table = "outbox_message"
        indexes = (
            IndexOfSome(fields=("run_after", "id"), name="outbox_waiting", condition=WAITS),
            # What few topics ask for is found among all that waits.
            IndexOfSome(fields=("topic", "run_after", "id"), name="outbox_waiting_by_topic", condition=WAITS),
            IndexOfSome(fields=("created_at",), name="outbox_waiting_since", condition=WAITS),
        )


class EmailMessage(Queued):
    """One e-mail to one person, with what it says as it was when the event happened.

    `link` in `variables` is a secret: it is null once the mail was sent or parked. `dedupe_key` is of template,
    event and address: nobody gets an e-mail twice. `zone` is where the recipient reads dates.
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
            # What is old enough to be deleted; with what waits in it SQLite would look for that here.
            IndexOfSome(fields=("sent_at",), name="email_sent", condition="sent_at IS NOT NULL"),
            IndexOfSome(fields=("run_after", "id"), name="email_waiting", condition=WAITS),
            IndexOfSome(fields=("created_at",), name="email_waiting_since", condition=WAITS),
        )
