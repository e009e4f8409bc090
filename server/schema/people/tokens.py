"""What is promised of API tokens."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.domain import rights
from server.engine.declarations import Column, Rows
from server.resolvers.people import tokens
from server.resolvers.people.token_restrictions import CUSTOMERS, customers_of
from server.schema.enums import Scope
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.users import User

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]


@strawberry.type(
    description="An API token: for programs, in one organisation, within its scopes, never beyond its owner."
)
class ApiToken(Node):
    model = models.ApiToken

    name: str = strawberry.field(description="What its owner calls it.")
    last_four: str = strawberry.field(description="The last four characters of the secret, to tell tokens apart.")
    scopes: list[Scope] = computed(
        lambda context, row: [rights.Scope[name] for name in row.scopes],
        "What it may be used for.",
        Column("scopes"),
    )
    owner: User | None = relation(models.User, "user_id", "Whose token it is; null where that person is not visible.")
    organisation: OrganisationType | None = relation(
        models.Organisation,
        "organisation_id",
        "The organisation it is for; null where a token may not read organisations.",
    )
    customers: list[OrganisationType] | None = computed(
        customers_of,
        "The only managed customers it may be used for; null when it may be used for all.",
        Rows(models.Organisation, through=CUSTOMERS, present="is_for_some_customers"),
    )
    expires_at: datetime = strawberry.field(description="When it ends.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to the minute; null before.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null before.")
    created_at: datetime = strawberry.field(description="When it was made.")


@strawberry.input(description="What the token is for.")
class CreateApiTokenInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation it is for.")
    name: str = strawberry.field(description="What to call it, at most 120 characters.")
    scopes: list[Scope] = strawberry.field(description="At least one scope.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The only managed customers it may be used for; all of them unless given."
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it ends: within a year; after 90 days unless given."
    )


@strawberry.type(description="The answer of `createApiToken`.")
class CreateApiTokenPayload(Payload):
    api_token: ApiToken | None = strawberry.field(description="The token.")
    secret: str | None = strawberry.field(
        description="The token in full, for the Authorization header. Shown this once."
    )


@strawberry.input(description="Which token to keep away, and from what.")
class ExcludeApiTokenInput:
    customer_id: strawberry.ID = strawberry.field(description="One's own organisation, a customer.")
    api_token_id: strawberry.ID = strawberry.field(
        description="A partner's token that reaches it; one that is kept away already stays so."
    )


@strawberry.type(description="The answer of `excludeApiToken`.")
class ExcludeApiTokenPayload(Payload):
    organisation: OrganisationType | None = strawberry.field(description="The organisation it reaches no more.")


@strawberry.input(description="Which token to end.")
class RevokeApiTokenInput:
    api_token_id: strawberry.ID = strawberry.field(description="The token; one that has ended already stays as it is.")


@strawberry.type(description="The answer of `revokeApiToken`.")
class RevokeApiTokenPayload(Payload):
    api_token: ApiToken | None = strawberry.field(description="The token, ended.")


@strawberry.type
class TokenMutations:
    """API tokens."""

    create_api_token: CreateApiTokenPayload = mutation(tokens.create_api_token, CreateApiTokenInput)
    revoke_api_token: RevokeApiTokenPayload = mutation(tokens.revoke_api_token, RevokeApiTokenInput)
    exclude_api_token: ExcludeApiTokenPayload = mutation(tokens.exclude_api_token, ExcludeApiTokenInput)
