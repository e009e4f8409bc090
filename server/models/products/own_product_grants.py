"""Grants of an organisation's own products to its members and teams."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.products.products import ProductCategory
from server.domain.rights import ProductRight
from server.models.base import VersionedRow, nullable_enum_column
from server.models.people.memberships import Membership
from server.models.people.organisations import Organisation
from server.models.people.teams import Team
from server.models.people.users import User
from server.models.products.products import Product


class OwnProductGrant(VersionedRow):
    """The rights of one member or team on a product or on a category. The row stays after the grant is revoked.

    A grant by category covers the products created until `covers_until`, which is the end of the calendar if future
    products are included.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="own_product_grants", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    membership: fields.ForeignKeyNullableRelation[Membership] = fields.ForeignKeyField(
        "models.Membership", related_name="product_grants", null=True, on_delete=fields.RESTRICT
    )
    membership_id: UUID | None
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        "models.Team", related_name="product_grants", null=True, on_delete=fields.RESTRICT
    )
    team_id: UUID | None
    product: fields.ForeignKeyNullableRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="own_grants", null=True, on_delete=fields.RESTRICT
    )
    product_id: UUID | None
    category = nullable_enum_column(ProductCategory, max_length=20)
    covers_until: datetime = fields.DatetimeField()
    rights: list[ProductRight] = fields.JSONField[list[ProductRight]]()
    granted_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="own_product_grants", on_delete=fields.RESTRICT
    )
    granted_by_id: UUID
    granted_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "own_product_grant"
        indexes = (
            ("organisation_id", "category"),
            ("organisation_id", "granted_at", "id"),
            ("product_id",),
            ("membership_id", "granted_at", "id"),
            ("team_id", "granted_at", "id"),
        )
        constraints = (
            CheckConstraint(name="own_product_grant_one_holder", check="(membership_id IS NULL) <> (team_id IS NULL)"),
            CheckConstraint(name="own_product_grant_one_extent", check="(product_id IS NULL) <> (category IS NULL)"),
            UniqueConstraint(
                fields=("membership_id", "product_id"),
                name="own_product_grant_member_product",
                condition="revoked_at IS NULL",
            ),
            UniqueConstraint(
                fields=("membership_id", "category"),
                name="own_product_grant_member_category",
                condition="revoked_at IS NULL",
            ),
            UniqueConstraint(
                fields=("team_id", "product_id"), name="own_product_grant_team_product", condition="revoked_at IS NULL"
            ),
            UniqueConstraint(
                fields=("team_id", "category"), name="own_product_grant_team_category", condition="revoked_at IS NULL"
            ),
        )
