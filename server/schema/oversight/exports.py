"""Exports of lists to files, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.domain.oversight.exports import ExportFailure, ExportFormat, ExportKind, ExportState
from server.engine.declarations import Column, Computed
from server.resolvers.oversight import exports
from server.resolvers.oversight.exports import state_now
from server.schema.enums import describe
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.tokens import ApiToken
from server.schema.people.users import User
from server.schema.references import OrganisationReference

describe(
    ExportKind,
    "A list of an organisation. The file has one row for each row of the list.",
    AUDIT_LOG="The organisation's `auditLog`.",
    PARTNER_ACTIVITY="The organisation's `partnerActivity`.",
    ACCESS_REVIEW="The organisation's `accessReview`, with one row for each person and each API token visible to you.",
    MANAGED_CUSTOMERS="The organisation's `managedCustomers`.",
)
describe(
    ExportFormat,
    "The file format of an export.",
    CSV="For programs: UTF-8 without a byte order mark, RFC 4180, timestamps as in this API.",
    XLSX="For people: opens with a double click in any spreadsheet, with dates in the reader's own format, in UTC.",
)
describe(
    ExportState,
    "The state of an export.",
    REQUESTED="Waiting for its turn.",
    RUNNING="The file is being written.",
    READY="The file is ready.",
    FAILED="No file was written. `failure` says why.",
    REFUSED="The rights of the person who asked had changed by the time the file was written.",
    EXPIRED="The file has reached its end date and been deleted.",
)
describe(
    ExportFailure,
    "Why an export has no file.",
    TOO_MANY_ROWS="The list has more rows than a file may have. Choose a shorter period.",
    INTERNAL="An error on our side. Request a new export.",
)


@strawberry.type(description="A list of an organisation as a file. Its first line has the names used in this API.")
class Export(Node):
    model = models.Export

    organisation: OrganisationReference | None = relation(
        models.Organisation, "organisation_id", "The organisation. Null if your API token may not read organisations."
    )
    requested_by: User | None = relation(
        models.User,
        "requested_by_id",
        "The person who requested the export, and the only one who gets the file. Null if they are not visible to you.",
    )
    api_token: ApiToken | None = relation(
        models.ApiToken,
        "api_token_id",
        "The API token that requested the export. Null if a person did, or if it is not visible to you.",
    )
    kind: ExportKind = strawberry.field(description="The list.")
    format: ExportFormat = strawberry.field(description="The file format.")
    since: datetime | None = strawberry.field(
        description="Only rows at or after this time are exported. Null for no limit."
    )
    until: datetime | None = strawberry.field(description="Only rows before this time are exported. Null for no limit.")
    state: ExportState = computed(Computed(state_now, ("state", "expires_at")), "Current state.")
    failure: ExportFailure | None = strawberry.field(description="Why the export failed. Null unless it did.")
    row_count: int | None = strawberry.field(
        description="The number of rows in the file, without the first line. Null until it is ready."
    )
    size_in_bytes: int | None = strawberry.field(description="The size of the file in bytes. Null until it is ready.")
    requested_at: datetime = computed(Column("created_at"), "When the export was requested.")
    ready_at: datetime | None = strawberry.field(description="When the file was ready. Null until then.")
    expires_at: datetime | None = strawberry.field(description="When the file is deleted. Null until it is ready.")
    downloaded_at: datetime | None = strawberry.field(description="When the file was last downloaded. Null if never.")


@strawberry.input(description="Input for `requestExport`.")
class RequestExportInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    kind: ExportKind = strawberry.field(description="The list.")
    since: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Export only rows at or after this time. For `AUDIT_LOG` and `PARTNER_ACTIVITY` only.",
    )
    until: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Export only rows before this time. For `AUDIT_LOG` and `PARTNER_ACTIVITY` only.",
    )
    format: ExportFormat = strawberry.field(default=ExportFormat.CSV, description="The file format.")


@strawberry.type(description="Result of `requestExport`.")
class RequestExportPayload(Payload):
    export: Export | None = strawberry.field(description="The export. Its file has not been written yet.")


@strawberry.input(description="Input for `createExportLink`.")
class CreateExportLinkInput:
    export_id: strawberry.ID = strawberry.field(description="An export that is ready.")


@strawberry.type(description="Result of `createExportLink`.")
class CreateExportLinkPayload(Payload):
    export: Export | None = strawberry.field(description="The export.")
    path: str | None = strawberry.field(
        description="The path from which to GET the file, with the same session or API token. It works once and is "
        "shown only once."
    )
    expires_at: datetime | None = strawberry.field(description="When the link expires.")


@strawberry.type
class ExportMutations:
    """Mutations on exports."""

    request_export: RequestExportPayload = mutation(exports.request_export, RequestExportInput)
    create_export_link: CreateExportLinkPayload = mutation(exports.create_export_link, CreateExportLinkInput)
