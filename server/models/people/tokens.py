"""API tokens and their customers."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.rights import Scope
from server.models.base import Row, VersionedRow
from server.models.people.organisations import Organisation
from server.models.people.users import User


class ApiToken(VersionedRow):
    """A token, stored as the digest of its secret, for its owner's actions in one organisation."""

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="api_tokens", on_delete=fields.RESTRICT
    )
    user_id: UUID
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="api_tokens", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=120)
    secret_digest = fields.CharField(max_length=64, unique=True)
    last_four = fields.CharField(max_length=4)
    scopes: list[Scope] = fields.JSONField[list[Scope]]()
    is_for_some_customers = fields.BooleanField(default=False)
    expires_at: datetime = fields.DatetimeField()
    last_used_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "api_token"
        indexes = (("organisation_id", "created_at", "id"),)


class ApiTokenExclusion(Row):
    """A customer that has excluded a partner's token (D8)."""

    api_token: fields.ForeignKeyRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", related_name="exclusions", on_delete=fields.RESTRICT
    )
    api_token_id: UUID
    customer: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="token_exclusions", on_delete=fields.RESTRICT
    )
    customer_id: UUID

    class Meta:
        table = "api_token_exclusion"
        indexes = (("customer_id", "api_token_id"),)
        constraints = (UniqueConstraint(fields=("api_token_id", "customer_id"), name="api_token_exclusion_once"),)


class ApiTokenCustomer(Row):
    """A customer that a restricted token may be used for."""

    api_token: fields.ForeignKeyRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", related_name="token_customers", on_delete=fields.RESTRICT
    )
    api_token_id: UUID
    customer: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="token_customers", on_delete=fields.RESTRICT
    )
    customer_id: UUID

    class Meta:
        table = "api_token_customer"
        constraints = (UniqueConstraint(fields=("api_token_id", "customer_id"), name="api_token_customer_once"),)
