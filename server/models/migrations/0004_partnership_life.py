"""The whole life of a partnership: what was asked, deadlines, who ended it; requests by e-mail; changes asked for."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.models.base import new_id

_THIRTY_DAYS_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S+00:00', invited_at, '+30 days')",
    "postgres": "invited_at + INTERVAL '30 days'",
}


_AS_PROPOSED = (
    "UPDATE partnership SET requested_access_type = access_type, requested_payment_mode = payment_mode, "
    "sent_at = invited_at, answer_by = CASE WHEN status = 'INVITED' THEN "
)


async def remember_proposals(apps: Any, editor: Any) -> None:
    """What stands in a partnership till now is what was proposed."""
    later = _THIRTY_DAYS_LATER["sqlite" if editor.DIALECT == "sqlite" else "postgres"]
    await editor.client.execute_script(_AS_PROPOSED + later + " END")


async def forget_proposals(apps: Any, editor: Any) -> None:
    """Nothing to do: the columns go."""


class Migration(migrations.Migration):
    dependencies = [("models", "0003_orders_and_notices")]

    operations = [
        *(
            ops.AddField(model_name="Partnership", name=name, field=field)
            for name, field in {
                "ended_by": fields.CharEnumField(enum_type=EndedBy, max_length=10, null=True),
                "termination_reason": fields.CharEnumField(enum_type=TerminationReason, max_length=20, null=True),
                "requested_access_type": fields.CharEnumField(enum_type=AccessType, max_length=10, null=True),
                "requested_payment_mode": fields.CharEnumField(enum_type=PaymentMode, max_length=10, null=True),
                "grant_differs": fields.BooleanField(default=False, db_default=False),
                "replaces_others": fields.BooleanField(default=False, db_default=False),
                "answer_by": fields.DatetimeField(null=True),
                "sent_at": fields.DatetimeField(null=True),
                "sendings": fields.IntField(default=1, db_default=1),
                "notices": fields.IntField(default=0, db_default=0),
                "review_notices": fields.IntField(default=0, db_default=0),
                "expires_at": fields.DatetimeField(null=True),
                "review_at": fields.DatetimeField(null=True),
            }.items()
        ),
        *(
            ops.AddIndex(model_name="Partnership", index=Index(fields=["status", column]))
            for column in ("answer_by", "expires_at", "review_at")
        ),
        ops.AddField(
            model_name="User",
            name="is_staff",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="RequestedProduct",
            name="moves",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Product",
            name="payer",
            field=fields.ForeignKeyField(  # pyright: ignore[reportUnknownArgumentType]
                "models.Organisation",
                source_field="payer_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="products_paid",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.CreateModel(
            name="CustomerInvitation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="customer_invitations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("email", fields.CharField(max_length=254)),
                ("locale", fields.CharField(max_length=5)),
                ("access_type", fields.CharEnumField(enum_type=AccessType, max_length=10)),
                ("payment_mode", fields.CharEnumField(enum_type=PaymentMode, max_length=10, null=True)),
                ("message", fields.TextField(null=True, unique=False)),
                ("status", fields.CharEnumField(enum_type=PartnershipStatus, max_length=10)),
                ("secret_digest", fields.CharField(max_length=64, unique=True)),
                ("invited_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answer_by", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sendings", fields.IntField(default=1)),
                ("notices", fields.IntField(default=0)),
                (
                    "partnership",
                    fields.ForeignKeyField(
                        "models.Partnership",
                        source_field="partnership_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="customer_invitations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "customer_invitation",
                "app": "models",
                "indexes": [
                    Index(fields=["partner_id", "invited_at", "id"]),
                    Index(fields=["status", "answer_by"]),
                    Index(fields=["email", "status"]),
                ],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.AddConstraint(
            model_name="CustomerInvitation",
            constraint=UniqueConstraint(
                fields=("partner_id", "email"), name="customer_invitation_one_open", condition="status = 'INVITED'"
            ),
        ),
        ops.CreateModel(
            name="AccessChangeRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "partnership",
                    fields.ForeignKeyField(
                        "models.Partnership",
                        source_field="partnership_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="access_change_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("access_type", fields.CharEnumField(enum_type=AccessType, max_length=10)),
                ("payment_mode", fields.CharEnumField(enum_type=PaymentMode, max_length=10, null=True)),
                ("message", fields.TextField(null=True, unique=False)),
                ("status", fields.CharEnumField(enum_type=AccessChangeStatus, max_length=10)),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answer", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "access_change_request",
                "app": "models",
                "indexes": [
                    Index(fields=["partnership_id", "requested_at", "id"]),
                    Index(fields=["status", "expires_at"]),
                ],
                "pk_attr": "id",
            },
            bases=["VersionedRow"],
        ),
        ops.RunPython(remember_proposals, reverse_code=forget_proposals),
    ]
