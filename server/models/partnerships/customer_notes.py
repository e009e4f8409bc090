"""Customer notes of partners."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import VersionedRow
from server.models.partnerships.partnerships import Partnership


class CustomerNote(VersionedRow):
    """The partner's private note about a customer, and its own name for it. One for each partnership.

    It is not stored in the partnership's row, so that nothing the customer sees, such as the version, reveals a change.
    Deleted some time after the partnership ends (S4).
    """

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="customer_notes", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    alias = fields.CharField(max_length=120, null=True)
    notes: str | None = fields.TextField(null=True)

    class Meta:
        table = "customer_note"
        constraints = (UniqueConstraint(fields=("partnership_id",), name="customer_note_one"),)
