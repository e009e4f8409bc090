"""The viewer, in the schema, and signing in and out."""

import strawberry

from server import models
from server.engine.declarations import Relation
from server.resolvers.people import memberships, organisations, sessions
from server.schema.connections import Connection
from server.schema.fields import computed, connection
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.memberships import Membership
from server.schema.people.tokens import ApiToken
from server.schema.people.users import User
from server.schema.references import OrganisationReference, ViewerReference
from server.schema.scalars import EmailAddress


@strawberry.type
class ViewerPeople:
    """The viewer: the person or token behind a request."""

    user: User = computed(
        Relation(models.User, key=lambda run: run.viewer.user_id),
        "The signed-in person, or the owner of the API token.",
    )
    token: ApiToken | None = computed(
        Relation(
            models.ApiToken,
            key=lambda run: run.viewer.token and run.viewer.token.token_id,
            is_present=lambda viewer: viewer.token is not None,
        ),
        "The API token in use. Null for a signed-in person.",
    )
    organisations: Connection[OrganisationReference] = connection(
        organisations.OWN_ORGANISATIONS,
        "The organisations of which you are a member. With an API token, only the token's organisation.",
        organisations.MAY_LIST_OWN_ORGANISATIONS,
    )
    memberships: Connection[Membership] = connection(
        memberships.OWN_MEMBERSHIPS,
        "Your memberships, with role and e-mail preferences. Empty if your API token may not read members.",
        memberships.MAY_LIST_OWN_MEMBERSHIPS,
    )


@strawberry.input(description="Input for `signIn`.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="Your e-mail address.")
    password: str = strawberry.field(description="Your password.")


@strawberry.type(description="Result of `signIn`.")
class SignInPayload(Payload):
    viewer: ViewerReference | None = strawberry.field(description="The person now signed in.")


@strawberry.input(description="Input for `signOut`.")
class SignOutInput:
    everywhere: bool = strawberry.field(default=False, description="End all your sessions, not only this one.")


@strawberry.type(description="Result of `signOut`.")
class SignOutPayload(Payload):
    pass


@strawberry.type
class SessionMutations:
    """Mutations on sessions: signing in and out."""

    sign_in: SignInPayload = mutation(sessions.sign_in, SignInInput, together=False)
    sign_out: SignOutPayload = mutation(sessions.sign_out, SignOutInput, together=False)
