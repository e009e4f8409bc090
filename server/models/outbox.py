"""What is to be sent after a commit."""

from datetime import datetime
from typing import Any

from tortoise import fields

from server.models.rows import Row


class OutboxMessage(Row):
    """A message written in the transaction of the change it tells of, to be sent after its commit.

    `dedupe_key` makes a repeated change write no second message.
    """

    topic = fields.CharField(max_length=60)
    payload: dict[str, Any] = fields.JSONField[dict[str, Any]]()
    dedupe_key = fields.CharField(max_length=200, unique=True)
    run_after: datetime = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    dead_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_message"
        indexes = (("sent_at", "dead_at", "run_after"),)
