"""Support access to a person's own mail or drive, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.domain.support.support_access import SupportAccessKind, SupportAccessRevocation, SupportAccessStatus
from server.engine.declarations import Computed
from server.resolvers.support import support_access
from server.resolvers.support.support_access import PERSON_NAME, support_access_status
from server.schema.enums import describe
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.users import User

describe(
    SupportAccessKind,
    "What you can give support access to. Each kind is granted separately.",
    MAIL="Your mailbox.",
    KDRIVE="Your kDrive.",
)
describe(
    SupportAccessStatus,
    "The status of a grant of support access.",
    ACTIVE="In force.",
    REVOKED="Ended early.",
    EXPIRED="Ended automatically at its end date.",
)
describe(
    SupportAccessRevocation,
    "Why a grant of support access ended early.",
    OWN_WISH="The person revoked it.",
    MEMBERSHIP_ENDED="The person left an organisation, or was removed from it.",
)


@strawberry.type(
    description="Access to a person's own mail or drive, given to support staff for a limited time. "
    "It is visible to the person and to the programme's staff."
)
class SupportAccessGrant(Node):
    model = models.SupportAccessGrant

    person: User | None = relation(
        models.User, "user_id", "The person who granted access. Null if they are not visible to you."
    )
    person_name: str = computed(
        PERSON_NAME, "The name of the person who granted access, even if they are not visible to you."
    )
    kind: SupportAccessKind = strawberry.field(description="What support may access.")
    ticket: str | None = strawberry.field(description="The support ticket it is for. Null if there is none.")
    status: SupportAccessStatus = computed(Computed(support_access_status, ("status", "expires_at")), "Current status.")
    granted_at: datetime = strawberry.field(description="When the access began.")
    expires_at: datetime = strawberry.field(description="When the access ends at the latest.")
    revoked_at: datetime | None = strawberry.field(description="When the access was ended early. Null otherwise.")
    revocation_reason: SupportAccessRevocation | None = strawberry.field(
        description="Why the access was ended early. Null otherwise."
    )


@strawberry.input(description="Input for `grantSupportAccess`.")
class GrantSupportAccessInput:
    kind: SupportAccessKind = strawberry.field(description="What support may access.")
    ticket: str | None = strawberry.field(
        default=strawberry.UNSET, description="The support ticket it is for, at most 40 characters."
    )


@strawberry.type(description="Result of `grantSupportAccess`.")
class GrantSupportAccessPayload(Payload):
    support_access_grant: SupportAccessGrant | None = strawberry.field(description="The access, now in force.")


@strawberry.input(description="Input for `revokeSupportAccess`.")
class RevokeSupportAccessInput:
    support_access_grant_id: strawberry.ID = strawberry.field(
        description="Support access you granted. Access that has already ended is left unchanged."
    )


@strawberry.type(description="Result of `revokeSupportAccess`.")
class RevokeSupportAccessPayload(Payload):
    support_access_grant: SupportAccessGrant | None = strawberry.field(description="The access, now ended.")


@strawberry.type
class SupportAccessMutations:
    """Mutations on support access."""

    grant_support_access: GrantSupportAccessPayload = mutation(
        support_access.grant_support_access, GrantSupportAccessInput
    )
    revoke_support_access: RevokeSupportAccessPayload = mutation(
        support_access.revoke_support_access, RevokeSupportAccessInput
    )
