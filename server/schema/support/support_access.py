"""What is promised of what people open to support."""

from datetime import datetime

import strawberry

from server import models
from server.domain.support.support_access import SupportAccessKind, SupportAccessRevocation, SupportAccessStatus
from server.resolvers.support import support_access
from server.resolvers.support.support_access import PERSON_NAME, person_name, status_now
from server.schema.enums import describe
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.users import User

describe(
    SupportAccessKind,
    "What a person can open to support. None opens another.",
    MAIL="Their mailbox.",
    KDRIVE="Their kDrive.",
)
describe(
    SupportAccessStatus,
    "Where something that was opened to support is in its life.",
    ACTIVE="Open.",
    REVOKED="Closed before its time.",
    EXPIRED="Closed by itself: its time was over.",
)
describe(
    SupportAccessRevocation,
    "Why something that was opened to support was closed before its time.",
    OWN_WISH="The person closed it.",
    MEMBERSHIP_ENDED="The person left an organisation, or was removed from it.",
)


@strawberry.type(
    description="A person's own mail or drive, opened to the staff who support them, until its last moment at most. "
    "The person sees it, and the programme's staff."
)
class SupportAccessGrant(Node):
    model = models.SupportAccessGrant

    person: User | None = relation(models.User, "user_id", "Who opened it; null where that person is not visible.")
    person_name: str = computed(
        person_name, "The name of who opened it, also where the person is not visible.", PERSON_NAME
    )
    kind: SupportAccessKind = strawberry.field(description="What is opened.")
    ticket: str | None = strawberry.field(description="The request for support that it is for; null where none.")
    status: SupportAccessStatus = computed(
        status_now, "Where it is in its life at this moment.", ("status", "expires_at")
    )
    granted_at: datetime = strawberry.field(description="Since when.")
    expires_at: datetime = strawberry.field(description="Until when, at most.")
    revoked_at: datetime | None = strawberry.field(description="When it was closed before its time; null otherwise.")
    revocation_reason: SupportAccessRevocation | None = strawberry.field(
        description="Why it was closed before its time; null otherwise."
    )


@strawberry.input(description="What to open to support.")
class GrantSupportAccessInput:
    kind: SupportAccessKind = strawberry.field(description="Which of one's own.")
    ticket: str | None = strawberry.field(
        default=strawberry.UNSET, description="The request for support that it is for, at most 40 characters."
    )


@strawberry.type(description="The answer of `grantSupportAccess`.")
class GrantSupportAccessPayload(Payload):
    support_access_grant: SupportAccessGrant | None = strawberry.field(description="What is open now.")


@strawberry.input(description="What to close.")
class RevokeSupportAccessInput:
    support_access_grant_id: strawberry.ID = strawberry.field(
        description="What one opened; what is closed already stays as it is."
    )


@strawberry.type(description="The answer of `revokeSupportAccess`.")
class RevokeSupportAccessPayload(Payload):
    support_access_grant: SupportAccessGrant | None = strawberry.field(description="What is closed now.")


@strawberry.type
class SupportAccessMutations:
    """What is open to support."""

    grant_support_access: GrantSupportAccessPayload = mutation(
        support_access.grant_support_access, GrantSupportAccessInput
    )
    revoke_support_access: RevokeSupportAccessPayload = mutation(
        support_access.revoke_support_access, RevokeSupportAccessInput
    )
