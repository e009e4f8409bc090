"""The catalogue: the items that can be bought, and their public prices."""

from datetime import date
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.money import Currency
from server.domain.products.products import Period, ProductCategory
from server.models.base import Row, enum_column


class CatalogueItem(Row):
    """An item that can be sold. `tld` is set only for domains."""

    sku = fields.CharField(max_length=60, unique=True)
    category = enum_column(ProductCategory, max_length=20)
    name = fields.CharField(max_length=120)
    name_key = fields.CharField(max_length=240, db_index=True)
    period = enum_column(Period, max_length=5)
    tld = fields.CharField(max_length=20, null=True)
    is_sellable = fields.BooleanField(default=True)

    class Meta:
        table = "catalogue_item"
        constraints = (CheckConstraint(name="catalogue_item_tld", check="(category = 'DOMAIN') = (tld IS NOT NULL)"),)


class CataloguePrice(Row):
    """The public price of an item for one period, excluding VAT, from a given day."""

    item: fields.ForeignKeyRelation[CatalogueItem] = fields.ForeignKeyField(
        "models.CatalogueItem", related_name="prices", on_delete=fields.RESTRICT
    )
    item_id: UUID
    currency = enum_column(Currency, max_length=3)
    amount_minor: int = fields.BigIntField()
    valid_from: date = fields.DateField()

    class Meta:
        table = "catalogue_price"
        constraints = (
            CheckConstraint(name="catalogue_price_not_negative", check="amount_minor >= 0"),
            UniqueConstraint(fields=("item_id", "currency", "valid_from"), name="catalogue_price_once"),
        )
