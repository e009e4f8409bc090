"""Who manages whose products."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.rights import ProductRight
from server.models.organisations import Organisation
from server.models.products import Product
from server.models.rows import Row, VersionedRow, enum_column, nullable_enum_column
from server.models.users import User


class Partnership(VersionedRow):
    """What a customer lets a partner manage, from the invitation to the end (S1).

    The database itself keeps C1 and C2 by partial unique indexes and C4 by a trigger. Triggers keep
    `customer_name_key` what the customer's is: an index leads through a partner's customers by name.
    """

    customer: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="partnerships_as_customer", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    partner: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="partnerships_as_partner", on_delete=fields.RESTRICT
    )
    partner_id: UUID
    customer_name_key = fields.CharField(max_length=240, default="", db_default="")
    access_type = enum_column(AccessType, max_length=10)
    payment_mode = nullable_enum_column(PaymentMode, max_length=10)
    status = enum_column(PartnershipStatus, max_length=10)
    initiated_by = enum_column(Side, max_length=10)
    message: str | None = fields.TextField(null=True)
    invited_at: datetime = fields.DatetimeField()
    activated_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    end_reason: str | None = fields.TextField(null=True)

    class Meta:
        table = "partnership"
        indexes = (
            ("customer_id", "partner_id"),
            ("partner_id", "status", "customer_id"),
            ("partner_id", "status", "customer_name_key", "id"),
            ("partner_id", "status", "activated_at", "id"),
        )
        constraints = (
            CheckConstraint(name="partnership_with_another", check="customer_id <> partner_id"),
            CheckConstraint(
                name="partnership_payment_mode", check="(access_type = 'COMPLETE') = (payment_mode IS NOT NULL)"
            ),
            UniqueConstraint(
                fields=("customer_id", "partner_id", "initiated_by"),
                name="partnership_one_live",
                condition="status IN ('INVITED', 'ACTIVE', 'SUSPENDED')",
            ),
            UniqueConstraint(
                fields=("customer_id", "partner_id"),
                name="partnership_one_in_force",
                condition="status IN ('ACTIVE', 'SUSPENDED')",
            ),
            UniqueConstraint(
                fields=("customer_id",),
                name="partnership_one_complete",
                condition="access_type = 'COMPLETE' AND status = 'ACTIVE'",
            ),
        )


class RequestedProduct(Row):
    """A product named in an invitation; it becomes an access when the invitation is accepted."""

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="requested_products", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="requests", on_delete=fields.RESTRICT
    )
    product_id: UUID
    service_name = fields.CharField(max_length=120)
    rights: list[ProductRight] = fields.JSONField[list[ProductRight]]()

    class Meta:
        table = "requested_product"
        constraints = (UniqueConstraint(fields=("partnership_id", "product_id"), name="requested_product_once"),)


class ProductAccess(VersionedRow):
    """A product that a limited partner manages, since when, with which rights. Kept when revoked.

    A partial unique index keeps C3: one manager a product.
    """

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="product_accesses", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="accesses", on_delete=fields.RESTRICT
    )
    product_id: UUID
    rights: list[ProductRight] = fields.JSONField[list[ProductRight]]()
    granted_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="granted_accesses", null=True, on_delete=fields.RESTRICT
    )
    granted_by_id: UUID | None
    granted_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "product_access"
        indexes = (("product_id", "partnership_id"), ("partnership_id", "granted_at", "id"))
        constraints = (
            UniqueConstraint(fields=("product_id",), name="product_access_one_manager", condition="revoked_at IS NULL"),
        )
