"""What partners ask to do with customers' products, and wait to have confirmed."""

from typing import Any, cast

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.models.base import new_id


def _reference(column: str, model: str, related_name: str, **options: Any) -> Any:
    return cast("Any", fields).ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0007_receipts")]

    operations = [
        ops.CreateModel(
            name="PendingAction",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("product", _reference("product_id", "Product", "pending_actions")),
                ("partnership", _reference("partnership_id", "Partnership", "pending_actions")),
                ("customer", _reference("customer_id", "Organisation", "pending_actions")),
                ("partner", _reference("partner_id", "Organisation", "requested_actions")),
                ("kind", fields.CharEnumField(enum_type=PendingActionKind, max_length=20)),
                ("requested_by", _reference("requested_by_id", "User", "requested_actions")),
                ("api_token", _reference("api_token_id", "ApiToken", "requested_actions", null=True)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("status", fields.CharEnumField(enum_type=PendingActionStatus, max_length=10)),
                ("requested_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("decided_by", _reference("decided_by_id", "User", "decided_actions", null=True)),
                ("decided_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "pending_action",
                "app": "models",
                "indexes": [
                    Index(fields=["customer_id", "requested_at", "id"]),
                    Index(fields=["partner_id", "requested_at", "id"]),
                    Index(fields=["partnership_id", "status"]),
                    Index(fields=["status", "expires_at"]),
                ],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.AddConstraint(
            model_name="PendingAction",
            constraint=UniqueConstraint(
                fields=("product_id", "kind"), name="pending_action_one_open", condition="status = 'PENDING'"
            ),
        ),
    ]
