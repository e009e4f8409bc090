"""The audit log and exports."""

from typing import Final

from server.models.migrations._initial.columns import (
    content,
    document,
    enum,
    identifier,
    number,
    reference,
    table,
    text,
    timestamp,
)
from server.models.migrations._initial.enums import ExportFailure, ExportFormat, ExportKind, ExportState

TABLES: Final = [
    *table(
        "AuditEvent",
        "audit_event",
        {
            "actor": reference("User", "audit_events", null=True),
            "api_token": reference("ApiToken", "audit_events", null=True),
            "acting_organisation": reference("Organisation", "acts", null=True),
            "on_behalf_of": reference("Organisation", "acts_on_behalf", null=True),
            "partnership": reference("Partnership", "audit_events", null=True),
            "product_access": reference("ProductAccess", "audit_events", null=True),
            "action": text(60),
            "subject_type": text(40),
            "subject_id": identifier(),
            "before": document(null=True),
            "after": document(null=True),
            "request_id": text(64),
        },
        indexes=[
            ("acting_organisation_id", "created_at"),
            ("on_behalf_of_id", "created_at"),
            ("subject_type", "subject_id"),
            ("acting_organisation_id", "actor_id", "created_at"),
            ("on_behalf_of_id", "acting_organisation_id", "created_at"),
            ("on_behalf_of_id", "actor_id", "created_at"),
        ],
    ),
    *table(
        "Export",
        "export",
        {
            "organisation": reference("Organisation", "exports"),
            "requested_by": reference("User", "exports"),
            "api_token": reference("ApiToken", "exports", null=True),
            "kind": enum(ExportKind, 20),
            "format": enum(ExportFormat, 4, db_default="CSV"),
            "since": timestamp(null=True),
            "until": timestamp(null=True),
            "state": enum(ExportState, 10),
            "failure": enum(ExportFailure, 20, null=True),
            "row_count": number(null=True),
            "size_in_bytes": number(null=True),
            "reach_digest": text(64, null=True),
            "ready_at": timestamp(null=True),
            "expires_at": timestamp(null=True),
            "link_digest": text(64, null=True, unique=True),
            "link_expires_at": timestamp(null=True),
            "downloaded_at": timestamp(null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "created_at", "id"),
            ("state", "expires_at"),
        ],
    ),
    *table(
        "ExportPart",
        "export_part",
        {
            "export": reference("Export", "parts"),
            "place": number(),
            "content": content(),
        },
        uniques={
            "export_part_one_at_a_place": ("export_id", "place"),
        },
    ),
]
