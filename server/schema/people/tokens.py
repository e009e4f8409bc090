"""API tokens, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column, Rows
from server.resolvers.people import tokens
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.users import User
from server.schema.references import OrganisationReference
from server.schema.rights import Scope


@strawberry.type(
    description="A credential for programs. It works in one organisation, within its scopes and its owner's rights."
)
class ApiToken(Node):
    model = models.ApiToken

    name: str = strawberry.field(description="The name the owner gave it.")
    last_four: str = strawberry.field(description="The last four characters of the secret, to tell tokens apart.")
    scopes: list[Scope] = computed(Column("scopes"), "The token's scopes.")
    owner: User | None = relation(models.User, "user_id", "The token's owner. Null if they are not visible to you.")
    organisation: OrganisationReference | None = relation(
        models.Organisation,
        "organisation_id",
        "The organisation in which the token works. Null if your API token may not read organisations.",
    )
    customers: list[OrganisationReference] | None = computed(
        Rows(models.Organisation, through=tokens.CUSTOMERS, present="is_for_some_customers"),
        "The managed customers to which the token is restricted. Null if it is not restricted.",
    )
    expires_at: datetime = strawberry.field(description="When the token expires.")
    last_used_at: datetime | None = strawberry.field(
        description="When the token was last used, to the minute. Null if never."
    )
    revoked_at: datetime | None = strawberry.field(description="When the token was revoked. Null if it has not been.")
    created_at: datetime = strawberry.field(description="When the token was created.")


@strawberry.input(description="Input for `createApiToken`.")
class CreateApiTokenInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation in which the token will work.")
    name: str = strawberry.field(description="A name for the token, at most 120 characters.")
    scopes: list[Scope] = strawberry.field(description="The token's scopes; at least one.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The managed customers to restrict the token to. Defaults to no restriction.",
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the token expires, within a year. Defaults to 90 days from now."
    )


@strawberry.type(description="Result of `createApiToken`.")
class CreateApiTokenPayload(Payload):
    api_token: ApiToken | None = strawberry.field(description="The token.")
    secret: str | None = strawberry.field(
        description="The full token, for the Authorization header. It is shown only once."
    )


@strawberry.input(description="Input for `excludeApiToken`.")
class ExcludeApiTokenInput:
    customer_id: strawberry.ID = strawberry.field(description="Your own organisation, the customer.")
    api_token_id: strawberry.ID = strawberry.field(
        description="A partner's token that has access to it. One already excluded is left unchanged."
    )


@strawberry.type(description="Result of `excludeApiToken`.")
class ExcludeApiTokenPayload(Payload):
    organisation: OrganisationReference | None = strawberry.field(
        description="The organisation from which the token is now excluded."
    )


@strawberry.input(description="Input for `revokeApiToken`.")
class RevokeApiTokenInput:
    api_token_id: strawberry.ID = strawberry.field(
        description="The token to revoke. One that has already ended is left unchanged."
    )


@strawberry.type(description="Result of `revokeApiToken`.")
class RevokeApiTokenPayload(Payload):
    api_token: ApiToken | None = strawberry.field(description="The token, revoked.")


@strawberry.type
class TokenMutations:
    """Mutations on API tokens."""

    create_api_token: CreateApiTokenPayload = mutation(tokens.create_api_token, CreateApiTokenInput)
    revoke_api_token: RevokeApiTokenPayload = mutation(tokens.revoke_api_token, RevokeApiTokenInput)
    exclude_api_token: ExcludeApiTokenPayload = mutation(tokens.exclude_api_token, ExcludeApiTokenInput)
