"""Granting and revoking access to a single product, in the schema."""

import strawberry

from server.resolvers.partnerships import product_accesses
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership, ProductAccess
from server.schema.payloads import Payload, VersionedInput
from server.schema.rights import ProductRight


@strawberry.input(description="Input for `grantProductAccess`.")
class GrantProductAccessInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership with limited access.")
    product_id: strawberry.ID = strawberry.field(description="One of the customer's products.")
    rights: list[ProductRight] = strawberry.field(description="The rights to grant; at least one.")


@strawberry.type(description="Result of `grantProductAccess`.")
class GrantProductAccessPayload(Payload):
    product_access: ProductAccess | None = strawberry.field(description="The new access.")


@strawberry.input(description="Input for `revokeProductAccess`.")
class RevokeProductAccessInput(VersionedInput):
    product_access_id: strawberry.ID = strawberry.field(
        description="The access to revoke. One that has already ended is left unchanged."
    )


@strawberry.type(description="Result of `revokeProductAccess`.")
class RevokeProductAccessPayload(Payload):
    product_access: ProductAccess | None = strawberry.field(description="The access, revoked.")
    partnership: Partnership | None = strawberry.field(description="The partnership the access belonged to.")


@strawberry.type
class AccessMutations:
    """Mutations that grant or revoke access to a single product."""

    grant_product_access: GrantProductAccessPayload = mutation(
        product_accesses.grant_product_access, GrantProductAccessInput
    )
    revoke_product_access: RevokeProductAccessPayload = mutation(
        product_accesses.revoke_product_access, RevokeProductAccessInput
    )
