"""What is promised of the audit log."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.engine.declarations import Column
from server.resolvers.oversight import audit_log
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.partnerships.partnerships import Partnership, ProductAccess
from server.schema.people.users import User

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]


@strawberry.type(description="One thing that an act changed. Secrets are never among them.")
class AuditChange:
    field: str = strawberry.field(description="What, by its name in this API.")
    before: str | None = strawberry.field(description="What it was; null where there was nothing.")
    after: str | None = strawberry.field(description="What it became; null where nothing is left.")


@strawberry.type(description="An act: who did what, for whom, and what came of it. It is never changed.")
class AuditEvent(Node):
    model = models.AuditEvent

    action: str = strawberry.field(description="What was done, such as `access.revoked`. These words are stable.")
    at: datetime = computed(lambda context, row: row.created_at, "When.", Column("created_at"))
    actor: User | None = relation(
        models.User, "actor_id", "Whoever acted; null where that person is not visible, or nobody acted."
    )
    actor_id: strawberry.ID | None = computed(
        audit_log.actor_id, "The id of whoever acted, also where the person is not visible.", ("actor_id",)
    )
    actor_name: str | None = computed(
        audit_log.actor_name,
        "The name of whoever acted, also where the person is not visible: a customer reads who of a partner it was.",
        audit_log.ACTOR_NAME,
    )
    api_token_name: str | None = computed(
        audit_log.token_name, "The API token that was used, by its name and last characters.", audit_log.TOKEN_NAME
    )
    acting_organisation: OrganisationType | None = relation(
        models.Organisation, "acting_organisation_id", "In whose name; null where it is not visible."
    )
    on_behalf_of: OrganisationType | None = relation(
        models.Organisation, "on_behalf_of_id", "For which customer, where that is another."
    )
    subject_type: str = strawberry.field(description="What kind of object was acted on.")
    subject_id: strawberry.ID | None = computed(
        audit_log.subject_id, "The id of that object; null where it has none.", ("subject_type", "subject_id")
    )
    partnership: Partnership | None = relation(
        models.Partnership, "partnership_id", "The partnership it was about; null where there is none to see."
    )
    product_access: ProductAccess | None = relation(
        models.ProductAccess, "product_access_id", "The product access it was about: what `revokeProductAccess` ends."
    )
    changes: list[AuditChange] = computed(
        audit_log.changes, "What it changed, in the order of the names.", ("before", "after")
    )
    request_id: str = strawberry.field(description="The request in which it was done.")


@strawberry.input(description="Narrows an audit log.")
class AuditLogFilter:
    actor_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="By this person.")
    action: str | None = strawberry.field(default=strawberry.UNSET, description="This action.")
    since: datetime | None = strawberry.field(default=strawberry.UNSET, description="From this moment on.")
    until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Before this moment.")


@strawberry.input(description="Narrows what partners did.")
class PartnerActivityFilter(AuditLogFilter):
    partner_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="By this partner.")
