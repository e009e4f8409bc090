"""Receipts, which both sides of a partnership can keep and verify."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import Row
from server.models.partnerships.partnerships import Partnership


class Receipt(Row):
    """A grant, a change or an end, as one link in the partnership's hash chain.

    A trigger refuses every update and delete. `body` is canonical JSON and contains the hash of the receipt before it;
    `hash` is the SHA-256 of the body.
    """

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="receipts", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    sequence = fields.IntField()
    what = fields.CharField(max_length=60)
    body = fields.TextField()
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "receipt"
        indexes = (("partnership_id", "created_at", "id"),)
        constraints = (UniqueConstraint(fields=("partnership_id", "sequence"), name="receipt_one_at_a_place"),)
