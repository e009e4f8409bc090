"""The audit log: what was done, by whom and on whose behalf. Stored once, never changed."""

from typing import Any
from uuid import UUID

from tortoise import fields

from server.models.base import Row
from server.models.partnerships.partnerships import Partnership, ProductAccess
from server.models.people.organisations import Organisation
from server.models.people.tokens import ApiToken
from server.models.people.users import User


class AuditEvent(Row):
    """One action. A trigger refuses every update and delete.

    `acting_organisation` is the one the actor acted for; `on_behalf_of` the one whose affairs were changed, if that is
    another (a partner acting for a customer). `partnership` and `product_access` are the objects concerned, if any:
    ending them ends such access.
    """

    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="audit_events", null=True, on_delete=fields.RESTRICT
    )
    actor_id: UUID | None
    api_token: fields.ForeignKeyNullableRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", related_name="audit_events", null=True, on_delete=fields.RESTRICT
    )
    api_token_id: UUID | None
    acting_organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="acts", null=True, on_delete=fields.RESTRICT
    )
    acting_organisation_id: UUID | None
    on_behalf_of: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="acts_on_behalf", null=True, on_delete=fields.RESTRICT
    )
    on_behalf_of_id: UUID | None
    partnership: fields.ForeignKeyNullableRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="audit_events", null=True, on_delete=fields.RESTRICT
    )
    partnership_id: UUID | None
    product_access: fields.ForeignKeyNullableRelation[ProductAccess] = fields.ForeignKeyField(
        "models.ProductAccess", related_name="audit_events", null=True, on_delete=fields.RESTRICT
    )
    product_access_id: UUID | None
    action = fields.CharField(max_length=60)
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.UUIDField()
    before: dict[str, Any] | None = fields.JSONField[dict[str, Any]](null=True)
    after: dict[str, Any] | None = fields.JSONField[dict[str, Any]](null=True)
    request_id = fields.CharField(max_length=64)

    class Meta:
        table = "audit_event"
        indexes = (
            ("acting_organisation_id", "created_at"),
            ("on_behalf_of_id", "created_at"),
            ("subject_type", "subject_id"),
            ("acting_organisation_id", "actor_id", "created_at"),
            ("on_behalf_of_id", "acting_organisation_id", "created_at"),
            ("on_behalf_of_id", "actor_id", "created_at"),
        )
