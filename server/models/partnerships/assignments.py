"""Assignments of a partner's employees to customers."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.rights import AssignmentRight
from server.models.base import VersionedRow
from server.models.partnerships.partnerships import Partnership
from server.models.people.memberships import Membership


class EmployeeAssignment(VersionedRow):
    """One employee's rights for one customer, within what the customer granted. The row stays when it ends."""

    membership: fields.ForeignKeyRelation[Membership] = fields.ForeignKeyField(
        "models.Membership", related_name="assignments", on_delete=fields.RESTRICT
    )
    membership_id: UUID
    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="assignments", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    rights: list[AssignmentRight] = fields.JSONField[list[AssignmentRight]]()
    assigned_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "employee_assignment"
        indexes = (("partnership_id", "assigned_at", "id"),)
        constraints = (
            UniqueConstraint(
                fields=("membership_id", "partnership_id"), name="employee_assignment_one", condition="ended_at IS NULL"
            ),
        )
