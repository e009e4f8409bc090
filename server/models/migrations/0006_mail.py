"""E-mails that wait to be sent, and the clock's jobs."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from server.models.base import new_id


class Migration(migrations.Migration):
    dependencies = [("models", "0005_members")]

    operations = [
        ops.AddField(model_name="OutboxMessage", name="last_error", field=fields.TextField(null=True)),
        ops.CreateModel(
            name="EmailMessage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
                ("run_after", fields.DatetimeField()),
                ("attempts", fields.IntField(default=0)),
                ("sent_at", fields.DatetimeField(null=True)),
                ("dead_at", fields.DatetimeField(null=True)),
                ("last_error", fields.TextField(null=True, unique=False)),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.OutboxMessage",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="emails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("template", fields.CharField(max_length=60)),
                ("address", fields.CharField(max_length=254)),
                ("name", fields.CharField(max_length=170)),
                ("locale", fields.CharField(max_length=5)),
                ("variables", fields.JSONField()),
                ("dedupe_key", fields.CharField(max_length=520, unique=True)),
            ],
            options={
                "table": "email_message",
                "app": "models",
                "indexes": [Index(fields=["sent_at", "dead_at", "run_after"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="JobRun",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
                ("name", fields.CharField(max_length=60, unique=True)),
                ("next_run_at", fields.DatetimeField()),
            ],
            options={"table": "job_run", "app": "models", "pk_attr": "id"},
            bases=["Row"],
        ),
    ]
