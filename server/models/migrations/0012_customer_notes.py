"""What partners note of their customers."""

from typing import Any, cast

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import new_id

_partnership = cast("Any", fields).ForeignKeyField(
    "models.Partnership",
    source_field="partnership_id",
    db_constraint=True,
    to_field="id",
    related_name="customer_notes",
    on_delete=OnDelete.RESTRICT,
)


class Migration(migrations.Migration):
    dependencies = [("models", "0011_undeliverable")]

    operations = [
        ops.CreateModel(
            name="CustomerNote",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("partnership", _partnership),
                ("alias", fields.CharField(max_length=120, null=True)),
                ("notes", fields.TextField(null=True, unique=False)),
            ],
            options={"table": "customer_note", "app": "models", "pk_attr": "id"},
            bases=["VersionedRow"],
        ),
        ops.AddConstraint(
            model_name="CustomerNote",
            constraint=UniqueConstraint(fields=("partnership_id",), name="customer_note_one"),
        ),
    ]
