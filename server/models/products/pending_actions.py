"""Pending actions: what partners request on customers' products and the customers have to confirm."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.models.base import VersionedRow, enum_column
from server.models.partnerships.partnerships import Partnership
from server.models.people.organisations import Organisation
from server.models.people.tokens import ApiToken
from server.models.people.users import User
from server.models.products.products import Product


class PendingAction(VersionedRow):
    """A partner's action that waits for the customer's confirmation (E34). The row stays after the answer.

    `customer` and `partner` are copied from the partnership, so that each side's list has its own index. `api_token` is
    the token that was used to propose it. `decided_by` is the person who confirmed, refused or withdrew it; null if it
    expired or the partner's access ended.
    """

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="pending_actions", on_delete=fields.RESTRICT
    )
    product_id: UUID
    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="pending_actions", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    customer: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="pending_actions", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    partner: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="requested_actions", on_delete=fields.RESTRICT
    )
    partner_id: UUID
    kind = enum_column(PendingActionKind, max_length=20)
    requested_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="requested_actions", on_delete=fields.RESTRICT
    )
    requested_by_id: UUID
    api_token: fields.ForeignKeyNullableRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", related_name="requested_actions", null=True, on_delete=fields.RESTRICT
    )
    api_token_id: UUID | None
    reason: str | None = fields.TextField(null=True)
    status = enum_column(PendingActionStatus, max_length=10)
    requested_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="decided_actions", null=True, on_delete=fields.RESTRICT
    )
    decided_by_id: UUID | None
    decided_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "pending_action"
        indexes = (
            ("customer_id", "requested_at", "id"),
            ("partner_id", "requested_at", "id"),
            ("partnership_id", "status"),
            ("status", "expires_at"),
        )
        constraints = (
            UniqueConstraint(
                fields=("product_id", "kind"), name="pending_action_one_open", condition="status = 'PENDING'"
            ),
        )
