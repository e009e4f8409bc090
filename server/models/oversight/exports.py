"""Exports of lists as files."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.oversight.exports import ExportFailure, ExportFormat, ExportKind, ExportState
from server.models.base import Row, VersionedRow, enum_column, nullable_enum_column
from server.models.people.organisations import Organisation
from server.models.people.tokens import ApiToken
from server.models.people.users import User


class Export(VersionedRow):
    """A list of an organisation as a file, for the person or token that asked.

    `reach_digest` stands for their access when it was written. The open link is stored as a digest, and deleted once
    used.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="exports", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    requested_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="exports", on_delete=fields.RESTRICT
    )
    requested_by_id: UUID
    api_token: fields.ForeignKeyNullableRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", related_name="exports", null=True, on_delete=fields.RESTRICT
    )
    api_token_id: UUID | None
    kind = enum_column(ExportKind, max_length=20)
    format = enum_column(ExportFormat, max_length=4, default=ExportFormat.CSV, db_default=ExportFormat.CSV)
    since: datetime | None = fields.DatetimeField(null=True)
    until: datetime | None = fields.DatetimeField(null=True)
    state = enum_column(ExportState, max_length=10, default=ExportState.REQUESTED)
    failure = nullable_enum_column(ExportFailure, max_length=20)
    row_count: int | None = fields.IntField(null=True)
    size_in_bytes: int | None = fields.IntField(null=True)
    reach_digest = fields.CharField(max_length=64, null=True)
    ready_at: datetime | None = fields.DatetimeField(null=True)
    expires_at: datetime | None = fields.DatetimeField(null=True)
    link_digest = fields.CharField(max_length=64, null=True, unique=True)
    link_expires_at: datetime | None = fields.DatetimeField(null=True)
    downloaded_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "export"
        indexes = (("organisation_id", "created_at", "id"), ("state", "expires_at"))


class ExportPart(Row):
    """A piece of an export's file, in the order of `place`, so that a long file is never entirely in memory."""

    export: fields.ForeignKeyRelation[Export] = fields.ForeignKeyField(
        "models.Export", related_name="parts", on_delete=fields.RESTRICT
    )
    export_id: UUID
    place = fields.IntField()
    content: bytes = fields.BinaryField()

    class Meta:
        table = "export_part"
        constraints = (UniqueConstraint(fields=("export_id", "place"), name="export_part_one_at_a_place"),)
