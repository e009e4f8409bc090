"""Support access granted by people."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.support.support_access import (
    MAX_TICKET_CHARACTERS,
    SupportAccessKind,
    SupportAccessRevocation,
    SupportAccessStatus,
)
from server.models.base import VersionedRow, enum_column, nullable_enum_column
from server.models.people.users import User


class SupportAccessGrant(VersionedRow):
    """Access to a person's own mail or drive for some days (S13.4). The row stays when it ends.

    `notices` counts the warnings sent before the end.
    """

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="support_access_grants", on_delete=fields.RESTRICT
    )
    user_id: UUID
    kind = enum_column(SupportAccessKind, max_length=10)
    ticket = fields.CharField(max_length=MAX_TICKET_CHARACTERS, null=True)
    status = enum_column(SupportAccessStatus, max_length=10, default=SupportAccessStatus.ACTIVE)
    granted_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)
    revocation_reason = nullable_enum_column(SupportAccessRevocation, max_length=20)
    notices = fields.IntField(default=0)

    class Meta:
        table = "support_access_grant"
        indexes = (("user_id", "granted_at", "id"), ("status", "expires_at"))
        constraints = (
            CheckConstraint(
                name="support_access_grant_revoked",
                check="(status = 'REVOKED') = (revoked_at IS NOT NULL) AND "
                "(status = 'REVOKED') = (revocation_reason IS NOT NULL)",
            ),
            UniqueConstraint(
                fields=("user_id", "kind"), name="support_access_grant_one_open", condition="status = 'ACTIVE'"
            ),
        )
