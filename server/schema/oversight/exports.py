"""What is promised of exports."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.domain.oversight.exports import ExportFailure, ExportFormat, ExportKind, ExportState
from server.engine.declarations import Column
from server.resolvers.oversight import exports
from server.resolvers.oversight.exports import state_now
from server.schema.enums import describe
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.tokens import ApiToken
from server.schema.people.users import User

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]

describe(
    ExportKind,
    "Which list of an organisation is exported; the file has a row for each row of the list.",
    AUDIT_LOG="Its `auditLog`.",
    PARTNER_ACTIVITY="Its `partnerActivity`.",
    ACCESS_REVIEW="Its `accessReview`, with a row for each person, and for each API token where it shows them.",
    MANAGED_CUSTOMERS="Its `managedCustomers`.",
)
describe(
    ExportFormat,
    "For whom the file of an export is.",
    CSV="For programs: UTF-8 without a byte order mark, RFC 4180, moments as in this API.",
    XLSX="For people: opens with a double click in every spreadsheet, with dates as its reader writes them, in UTC.",
)
describe(
    ExportState,
    "Where an export is in its life.",
    REQUESTED="It waits for its turn.",
    RUNNING="The file is being written.",
    READY="There is a file.",
    FAILED="No file came of it; `failure` says why.",
    REFUSED="Whoever asked no longer had the rights, or other ones, when the file was written.",
    EXPIRED="The file was kept for its time, and deleted.",
)
describe(
    ExportFailure,
    "Why no file came of an export.",
    TOO_MANY_ROWS="The list is longer than a file may be; narrow it by time.",
    INTERNAL="Our mistake; ask for a new export.",
)


@strawberry.type(description="A list of an organisation as a file, with the names of this API in its first line.")
class Export(Node):
    model = models.Export

    organisation: OrganisationType | None = relation(
        models.Organisation, "organisation_id", "Whose list it is; null where a token may not read organisations."
    )
    requested_by: User | None = relation(
        models.User, "requested_by_id", "Who asked for it, and alone gets the file; null where not visible."
    )
    api_token: ApiToken | None = relation(
        models.ApiToken, "api_token_id", "The API token that asked for it; null for a person, and where not visible."
    )
    kind: ExportKind = strawberry.field(description="Which list.")
    format: ExportFormat = strawberry.field(description="For whom the file is.")
    since: datetime | None = strawberry.field(description="Only what is from this moment on; null for all.")
    until: datetime | None = strawberry.field(description="Only what is before this moment; null for all.")
    state: ExportState = computed(state_now, "Where it is in its life at this moment.", ("state", "expires_at"))
    failure: ExportFailure | None = strawberry.field(description="Why no file came of it; null unless it failed.")
    row_count: int | None = strawberry.field(description="How many rows the file has, without the first line.")
    size_in_bytes: int | None = strawberry.field(description="How long the file is.")
    requested_at: datetime = computed(
        lambda context, row: row.created_at, "When it was asked for.", Column("created_at")
    )
    ready_at: datetime | None = strawberry.field(description="When the file was there; null before.")
    expires_at: datetime | None = strawberry.field(description="Until when it is kept.")
    downloaded_at: datetime | None = strawberry.field(description="When it was last downloaded; null before.")


@strawberry.input(description="Which list to export.")
class RequestExportInput:
    organisation_id: strawberry.ID = strawberry.field(description="Whose list.")
    kind: ExportKind = strawberry.field(description="Which list.")
    since: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only what is from this moment on; for `AUDIT_LOG` and `PARTNER_ACTIVITY`.",
    )
    until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only what is before this moment; for the same."
    )
    format: ExportFormat = strawberry.field(default=ExportFormat.CSV, description="For whom the file is.")


@strawberry.type(description="The answer of `requestExport`.")
class RequestExportPayload(Payload):
    export: Export | None = strawberry.field(description="The export, whose file is still to be written.")


@strawberry.input(description="To which file.")
class CreateExportLinkInput:
    export_id: strawberry.ID = strawberry.field(description="An export that is ready.")


@strawberry.type(description="The answer of `createExportLink`.")
class CreateExportLinkPayload(Payload):
    export: Export | None = strawberry.field(description="The export.")
    path: str | None = strawberry.field(
        description="The path to GET the file at, with the same session or API token, once. Shown this once."
    )
    expires_at: datetime | None = strawberry.field(description="Until when it works.")


@strawberry.type
class ExportMutations:
    """Exports."""

    request_export: RequestExportPayload = mutation(exports.request_export, RequestExportInput)
    create_export_link: CreateExportLinkPayload = mutation(exports.create_export_link, CreateExportLinkInput)
