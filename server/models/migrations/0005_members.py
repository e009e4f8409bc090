"""Members: invitations, teams, and grants of an organisation's own products to its people."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.products.products import ProductCategory
from server.domain.rights import Role
from server.models.base import new_id


class Migration(migrations.Migration):
    dependencies = [("models", "0004_partnership_life")]

    operations = [
        ops.CreateModel(
            name="MemberInvitation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="member_invitations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("email", fields.CharField(max_length=254)),
                ("first_name", fields.CharField(max_length=80)),
                ("last_name", fields.CharField(max_length=80)),
                ("locale", fields.CharField(max_length=5)),
                ("role", fields.CharEnumField(enum_type=Role, max_length=20)),
                ("can_manage_billing", fields.BooleanField(default=False)),
                ("notify_billing", fields.BooleanField(default=True)),
                ("notify_products", fields.BooleanField(default=True)),
                ("secret_digest", fields.CharField(unique=True, max_length=64)),
                (
                    "status",
                    fields.CharEnumField(
                        default=MemberInvitationStatus.PENDING, enum_type=MemberInvitationStatus, max_length=10
                    ),
                ),
                (
                    "invited_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="invited_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="member_invitations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("invited_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_again", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "member_invitation",
                "app": "models",
                "indexes": [Index(fields=["organisation_id", "invited_at", "id"])],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.CreateModel(
            name="Team",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="teams",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=120)),
                ("name_key", fields.CharField(max_length=240)),
                (
                    "leader",
                    fields.ForeignKeyField(
                        "models.Membership",
                        source_field="leader_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="led_teams",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "team",
                "app": "models",
                "indexes": [Index(fields=["organisation_id", "name_key", "id"]), Index(fields=["leader_id"])],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.CreateModel(
            name="OwnProductGrant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="own_product_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "membership",
                    fields.ForeignKeyField(
                        "models.Membership",
                        source_field="membership_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="product_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "models.Team",
                        source_field="team_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="product_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="own_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("category", fields.CharEnumField(null=True, enum_type=ProductCategory, max_length=20)),
                ("covers_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("rights", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                (
                    "granted_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="granted_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="own_product_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "own_product_grant",
                "app": "models",
                "indexes": [
                    Index(fields=["organisation_id", "category"]),
                    Index(fields=["organisation_id", "granted_at", "id"]),
                    Index(fields=["product_id"]),
                    Index(fields=["membership_id", "granted_at", "id"]),
                    Index(fields=["team_id", "granted_at", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.CreateModel(
            name="TeamMember",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "team",
                    fields.ForeignKeyField(
                        "models.Team",
                        source_field="team_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "membership",
                    fields.ForeignKeyField(
                        "models.Membership",
                        source_field="membership_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="team_places",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("joined_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "team_member",
                "app": "models",
                "indexes": [Index(fields=["team_id", "joined_at", "id"]), Index(fields=["membership_id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Membership",
            name="can_manage_billing",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Membership",
            name="notify_billing",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name="Membership",
            name="notify_products",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddConstraint(
            model_name="MemberInvitation",
            constraint=CheckConstraint(check="email = lower(email)", name="member_invitation_email_lower_case"),
        ),
        ops.AddConstraint(
            model_name="MemberInvitation",
            constraint=UniqueConstraint(
                fields=("organisation_id", "email"), name="member_invitation_one_open", condition="status = 'PENDING'"
            ),
        ),
        ops.AddConstraint(
            model_name="Team",
            constraint=UniqueConstraint(
                fields=("organisation_id", "name_key"), name="team_one_name", condition="deleted_at IS NULL"
            ),
        ),
        ops.AddConstraint(
            model_name="OwnProductGrant",
            constraint=CheckConstraint(
                check="(membership_id IS NULL) <> (team_id IS NULL)", name="own_product_grant_one_holder"
            ),
        ),
        ops.AddConstraint(
            model_name="OwnProductGrant",
            constraint=CheckConstraint(
                check="(product_id IS NULL) <> (category IS NULL)", name="own_product_grant_one_extent"
            ),
        ),
        ops.AddConstraint(
            model_name="OwnProductGrant",
            constraint=UniqueConstraint(
                fields=("membership_id", "product_id"),
                name="own_product_grant_member_product",
                condition="revoked_at IS NULL",
            ),
        ),
        ops.AddConstraint(
            model_name="OwnProductGrant",
            constraint=UniqueConstraint(
                fields=("membership_id", "category"),
                name="own_product_grant_member_category",
                condition="revoked_at IS NULL",
            ),
        ),
        ops.AddConstraint(
            model_name="OwnProductGrant",
            constraint=UniqueConstraint(
                fields=("team_id", "product_id"), name="own_product_grant_team_product", condition="revoked_at IS NULL"
            ),
        ),
        ops.AddConstraint(
            model_name="OwnProductGrant",
            constraint=UniqueConstraint(
                fields=("team_id", "category"), name="own_product_grant_team_category", condition="revoked_at IS NULL"
            ),
        ),
        ops.AddConstraint(
            model_name="TeamMember",
            constraint=UniqueConstraint(fields=("team_id", "membership_id"), name="team_member_once"),
        ),
    ]
