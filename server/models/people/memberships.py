"""Memberships of people in organisations."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.people.memberships import MembershipStatus
from server.domain.rights import AssignmentRight, Role
from server.models.base import VersionedRow, enum_column
from server.models.people.organisations import Organisation
from server.models.people.users import User


class Membership(VersionedRow):
    """A person's role in an organisation. A trigger ensures one active legal representative in each (R14).

    `future_customer_rights` are a partner employee's rights for each new customer; null if they are not assigned to
    those.
    """

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="memberships", on_delete=fields.RESTRICT
    )
    user_id: UUID
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="memberships", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    role = enum_column(Role, max_length=20)
    status = enum_column(MembershipStatus, max_length=10, default=MembershipStatus.ACTIVE)
    can_manage_billing = fields.BooleanField(default=False, db_default=False)
    notify_billing = fields.BooleanField(default=True, db_default=True)
    notify_products = fields.BooleanField(default=True, db_default=True)
    future_customer_rights: list[AssignmentRight] | None = fields.JSONField[list[AssignmentRight] | None](null=True)
    joined_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "membership"
        indexes = (("organisation_id", "user_id"), ("user_id", "organisation_id"))
        constraints = (
            UniqueConstraint(
                fields=("user_id", "organisation_id"), name="membership_once", condition="status <> 'REMOVED'"
            ),
        )
