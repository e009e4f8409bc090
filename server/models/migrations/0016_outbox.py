"""Indexes of what waits in the outbox and no more, and where the recipient of an e-mail reads dates."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from server.models.outbox import IndexOfSome

_OLD = ["sent_at", "dead_at", "run_after"]
_WAITS = "sent_at IS NULL AND dead_at IS NULL"


def _index(model: str, name: str, columns: list[str], condition: str = _WAITS) -> ops.AddIndex:
    return ops.AddIndex(model_name=model, index=IndexOfSome(fields=columns, name=name, condition=condition))


class Migration(migrations.Migration):
    dependencies = [("models", "0015_sign_ins")]

    operations = [
        ops.AddField(
            model_name="EmailMessage",
            name="zone",
            field=fields.CharField(max_length=40, default="UTC", db_default="UTC"),
        ),
        ops.RemoveIndex(model_name="OutboxMessage", fields=_OLD),
        ops.RemoveIndex(model_name="EmailMessage", fields=_OLD),
        _index("OutboxMessage", "outbox_waiting", ["run_after", "id"]),
        _index("OutboxMessage", "outbox_waiting_by_topic", ["topic", "run_after", "id"]),
        _index("OutboxMessage", "outbox_waiting_since", ["created_at"]),
        _index("EmailMessage", "email_sent", ["sent_at"], "sent_at IS NOT NULL"),
        _index("EmailMessage", "email_waiting", ["run_after", "id"]),
        _index("EmailMessage", "email_waiting_since", ["created_at"]),
    ]
