"""What people open to support, and the teams that an invited member joins."""

from typing import Any, cast

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.support.support_access import SupportAccessKind, SupportAccessRevocation, SupportAccessStatus
from server.models.base import new_id


def _reference(column: str, model: str, related_name: str) -> Any:
    return cast("Any", fields).ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0009_exports")]

    operations = [
        ops.CreateModel(
            name="SupportAccessGrant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("user", _reference("user_id", "User", "support_access_grants")),
                ("kind", fields.CharEnumField(enum_type=SupportAccessKind, max_length=10)),
                ("ticket", fields.CharField(max_length=40, null=True)),
                (
                    "status",
                    fields.CharEnumField(
                        default=SupportAccessStatus.ACTIVE, enum_type=SupportAccessStatus, max_length=10
                    ),
                ),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "revocation_reason",
                    fields.CharEnumField(null=True, enum_type=SupportAccessRevocation, max_length=20),
                ),
                ("notices", fields.IntField(default=0)),
            ],
            options={
                "table": "support_access_grant",
                "app": "models",
                "indexes": [Index(fields=["user_id", "granted_at", "id"]), Index(fields=["status", "expires_at"])],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.AddConstraint(
            model_name="SupportAccessGrant",
            constraint=CheckConstraint(
                check="(status = 'REVOKED') = (revoked_at IS NOT NULL) AND "
                "(status = 'REVOKED') = (revocation_reason IS NOT NULL)",
                name="support_access_grant_revoked",
            ),
        ),
        ops.AddConstraint(
            model_name="SupportAccessGrant",
            constraint=UniqueConstraint(
                fields=("user_id", "kind"), name="support_access_grant_one_open", condition="status = 'ACTIVE'"
            ),
        ),
        ops.CreateModel(
            name="MemberInvitationTeam",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("member_invitation", _reference("member_invitation_id", "MemberInvitation", "invitation_teams")),
                ("team", _reference("team_id", "Team", "invitation_teams")),
            ],
            options={"table": "member_invitation_team", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddConstraint(
            model_name="MemberInvitationTeam",
            constraint=UniqueConstraint(fields=("member_invitation_id", "team_id"), name="member_invitation_team_once"),
        ),
        ops.AddIndex(model_name="MemberInvitation", index=Index(fields=["status", "expires_at"])),
    ]
