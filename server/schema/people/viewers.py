"""What is promised of who asks, and of signing in and out."""

import strawberry

from server import models
from server.engine.declarations import Relation
from server.resolvers.people import memberships, organisations, sessions
from server.resolvers.people.viewers import token_of, user_of
from server.resolvers.support import support_access
from server.schema.connections import Connection
from server.schema.fields import computed, connection
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.memberships import Membership
from server.schema.people.organisations import Organisation
from server.schema.people.tokens import ApiToken
from server.schema.people.users import User
from server.schema.scalars import EmailAddress
from server.schema.support.support_access import SupportAccessGrant


@strawberry.type(description="Who asks, and with which credential.")
class Viewer:
    user: User = computed(
        user_of,
        "The person who is signed in, or whose token is used.",
        Relation(models.User, key=lambda run: run.viewer.user_id),
    )
    token: ApiToken | None = computed(
        token_of,
        "The API token in use; null for a signed-in person.",
        Relation(
            models.ApiToken,
            key=lambda run: run.viewer.token and run.viewer.token.token_id,
            is_present=lambda viewer: viewer.token is not None,
        ),
    )
    organisations: Connection[Organisation] = connection(
        organisations.OWN_ORGANISATIONS,
        "The organisations the viewer is a member of; with a token, its organisation.",
        organisations.MAY_LIST_OWN,
    )
    memberships: Connection[Membership] = connection(
        memberships.OWN_MEMBERSHIPS,
        "What the viewer is there, and which e-mails they wish; empty where a token may not read members.",
        memberships.MAY_LIST_OWN,
    )
    support_access_grants: Connection[SupportAccessGrant] | None = connection(
        support_access.OWN_SUPPORT_ACCESS,
        "What the person opened to support, the latest first; what is closed again among it.",
        support_access.MAY_GRANT,
    )


@strawberry.input(description="Who signs in.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="The person's address.")
    password: str = strawberry.field(description="The person's password.")


@strawberry.type(description="The answer of `signIn`.")
class SignInPayload(Payload):
    viewer: Viewer | None = strawberry.field(description="Who is signed in now.")


@strawberry.input(description="What to end.")
class SignOutInput:
    everywhere: bool = strawberry.field(
        default=False, description="Whether all of one's sessions end, or this one alone."
    )


@strawberry.type(description="The answer of `signOut`.")
class SignOutPayload(Payload):
    pass


@strawberry.type
class SessionMutations:
    """Signing in and out."""

    sign_in: SignInPayload = mutation(sessions.sign_in, SignInInput, together=False)
    sign_out: SignOutPayload = mutation(sessions.sign_out, SignOutInput, together=False)
