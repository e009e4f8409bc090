"""Oversight's fields of the organisation."""

import strawberry

from server.resolvers.oversight import access_review as resolvers_access_review
from server.resolvers.oversight import audit_log as resolvers_audit_log
from server.resolvers.oversight import exports as resolvers_exports
from server.schema.connections import Connection
from server.schema.fields import connection
from server.schema.oversight.access_review import ReviewedPartnership
from server.schema.oversight.audit_log import AuditEvent, AuditLogFilter, PartnerActivityFilter
from server.schema.oversight.exports import Export


@strawberry.type
class OrganisationOversight:
    """Who has access to an organisation, and what was done there."""

    access_review: Connection[ReviewedPartnership] | None = connection(
        resolvers_access_review.ACCESS_REVIEW,
        "Who has access to the organisation: each active partnership with its people and API tokens.",
        resolvers_access_review.MAY_REVIEW,
    )
    audit_log: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.AUDIT_LOG,
        "Actions on behalf of the organisation, newest first. Employees see only their own.",
        resolvers_audit_log.MAY_VIEW_LOG,
        filter=AuditLogFilter,
    )
    partner_activity: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.PARTNER_ACTIVITY,
        "Actions by partners on behalf of the organisation, newest first.",
        resolvers_audit_log.MAY_VIEW_ACTIVITY,
        filter=PartnerActivityFilter,
    )
    programme_activity: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.PROGRAMME_ACTIVITY,
        "Actions by the programme's staff and automatic processes that concern the organisation, newest first.",
        resolvers_audit_log.MAY_VIEW_ACTIVITY,
        filter=AuditLogFilter,
    )
    exports: Connection[Export] | None = connection(
        resolvers_exports.EXPORTS,
        "Exports of the organisation's lists, newest first. Employees see only their own.",
        resolvers_exports.MAY_VIEW_EXPORTS,
    )
