"""Lists that somebody takes away as files."""

from typing import Any, cast

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.oversight.exports import ExportFailure, ExportKind, ExportState
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
    dependencies = [("models", "0008_pending_actions")]

    operations = [
        ops.CreateModel(
            name="Export",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("organisation", _reference("organisation_id", "Organisation", "exports")),
                ("requested_by", _reference("requested_by_id", "User", "exports")),
                ("api_token", _reference("api_token_id", "ApiToken", "exports", null=True)),
                ("kind", fields.CharEnumField(enum_type=ExportKind, max_length=20)),
                ("since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "state",
                    fields.CharEnumField(default=ExportState.REQUESTED, enum_type=ExportState, max_length=10),
                ),
                ("failure", fields.CharEnumField(null=True, enum_type=ExportFailure, max_length=20)),
                ("row_count", fields.IntField(null=True)),
                ("size_in_bytes", fields.IntField(null=True)),
                ("reach_digest", fields.CharField(null=True, max_length=64)),
                ("ready_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("link_digest", fields.CharField(null=True, unique=True, max_length=64)),
                ("link_expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("downloaded_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "export",
                "app": "models",
                "indexes": [
                    Index(fields=["organisation_id", "created_at", "id"]),
                    Index(fields=["state", "expires_at"]),
                ],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.CreateModel(
            name="ExportPart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("export", _reference("export_id", "Export", "parts")),
                ("place", fields.IntField()),
                ("content", fields.BinaryField()),
            ],
            options={"table": "export_part", "app": "models", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.AddConstraint(
            model_name="ExportPart",
            constraint=UniqueConstraint(fields=("export_id", "place"), name="export_part_one_at_a_place"),
        ),
    ]
