"""What partners note of their customers."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import VersionedRow
from server.models.partnerships.partnerships import Partnership


class CustomerNote(VersionedRow):
    """The partner's own name for a customer and what it wants to remember: the partner's alone, one a partnership.

    It is no part of the partnership's row, so that nothing that is told of a partnership, such as its version, tells
    of it. Deleted some time after the end (S4).
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
