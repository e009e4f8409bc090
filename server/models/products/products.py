"""Products of organisations."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from server.domain.money import Currency
from server.domain.products.products import Period, ProductCategory, ProductState
from server.models.base import VersionedRow, enum_column
from server.models.people.organisations import Organisation


class Product(VersionedRow):
    """A domain, a hosting plan or a mail service. It always belongs to the customer's organisation, no matter who pays.

    `payer` is the partner at whose expense it renews; null if the owner pays.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="products", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    category = enum_column(ProductCategory, max_length=20)
    service_name = fields.CharField(max_length=120)
    customer_name = fields.CharField(max_length=120)
    customer_name_key = fields.CharField(max_length=240)
    internal_name = fields.CharField(max_length=120)
    price_minor: int = fields.BigIntField()
    currency = enum_column(Currency, max_length=3)
    period = enum_column(Period, max_length=5)
    expires_at: datetime = fields.DatetimeField()
    auto_renew = fields.BooleanField(default=True)
    state = enum_column(ProductState, max_length=10, default=ProductState.ACTIVE)
    is_locked = fields.BooleanField(default=False)
    is_trial = fields.BooleanField(default=False)
    payer: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="products_paid", null=True, on_delete=fields.RESTRICT
    )
    payer_id: UUID | None

    class Meta:
        table = "product"
        indexes = (
            ("organisation_id", "customer_name_key", "id"),
            ("organisation_id", "expires_at", "id"),
            ("organisation_id", "created_at", "id"),
        )
        constraints = (CheckConstraint(name="product_price_not_negative", check="price_minor >= 0"),)
