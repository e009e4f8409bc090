"""The audit log, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column, Computed
from server.resolvers.oversight import audit_log
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.partnerships.partnerships import Partnership, ProductAccess
from server.schema.people.users import User
from server.schema.references import OrganisationReference


@strawberry.type(description="A value that an action changed. Secrets are never included.")
class AuditChange:
    field: str = strawberry.field(description="The name of the value in this API.")
    before: str | None = strawberry.field(description="The value before the action. Null if there was none.")
    after: str | None = strawberry.field(description="The value after the action. Null if there is none.")


@strawberry.type(
    description="An entry of the audit log: who did what, for whom, and with what result. Entries never change."
)
class AuditEvent(Node):
    model = models.AuditEvent

    action: str = strawberry.field(description="The action, such as `access.revoked`. These values are stable.")
    at: datetime = computed(Column("created_at"), "When the action took place.")
    actor: User | None = relation(
        models.User, "actor_id", "The person who acted. Null if they are not visible to you, or if nobody acted."
    )
    actor_id: strawberry.ID | None = computed(
        Computed(audit_log.actor_id, ("actor_id",)),
        "The id of the person who acted, even if they are not visible to you.",
    )
    actor_name: str | None = computed(
        audit_log.ACTOR_NAME,
        "The name of the person who acted, even if they are not visible to you: customers see who acted at a partner.",
    )
    api_token_name: str | None = computed(
        audit_log.TOKEN_NAME, "The name and last characters of the API token used. Null if none was used."
    )
    acting_organisation: OrganisationReference | None = relation(
        models.Organisation,
        "acting_organisation_id",
        "The organisation on whose behalf the person acted. Null if it is not visible to you.",
    )
    on_behalf_of: OrganisationReference | None = relation(
        models.Organisation,
        "on_behalf_of_id",
        "The customer for whom they acted. Null if there is none or it is not visible to you.",
    )
    subject_type: str = strawberry.field(description="The type of the object acted on.")
    subject_id: strawberry.ID | None = computed(
        Computed(audit_log.subject_id, ("subject_type", "subject_id")),
        "The id of the object acted on. Null if it has none.",
    )
    partnership: Partnership | None = relation(
        models.Partnership,
        "partnership_id",
        "The partnership concerned. Null if there is none, or if it is not visible to you.",
    )
    product_access: ProductAccess | None = relation(
        models.ProductAccess,
        "product_access_id",
        "The product access concerned, which `revokeProductAccess` can end. "
        "Null if there is none or it is not visible to you.",
    )
    changes: list[AuditChange] = computed(
        Computed(audit_log.audit_changes, ("before", "after")), "The values changed, sorted by name."
    )
    request_id: str = strawberry.field(description="The id of the request.")


@strawberry.input(description="Filters an audit log.")
class AuditLogFilter:
    actor_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only actions by this person."
    )
    action: str | None = strawberry.field(default=strawberry.UNSET, description="Only this action.")
    since: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Only actions at or after this time."
    )
    until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Only actions before this time.")


@strawberry.input(description="Filters partner activity.")
class PartnerActivityFilter(AuditLogFilter):
    partner_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only actions by this partner."
    )
