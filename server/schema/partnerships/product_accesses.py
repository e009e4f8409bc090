"""How one product is opened to a limited partner, and closed again."""

import strawberry

from server.resolvers.partnerships import product_accesses
from server.schema.enums import ProductRight
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership, ProductAccess


@strawberry.input(description="Which product to grant, to whom.")
class GrantProductAccessInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership with limited access.")
    product_id: strawberry.ID = strawberry.field(description="One of the customer's products.")
    rights: list[ProductRight] = strawberry.field(description="At least one right.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the partnership is in this version."
    )


@strawberry.type(description="The answer of `grantProductAccess`.")
class GrantProductAccessPayload:
    product_access: ProductAccess | None = strawberry.field(description="The new access.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which access to end.")
class RevokeProductAccessInput:
    product_access_id: strawberry.ID = strawberry.field(
        description="The access; one that has ended already stays as it is."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the access is in this version."
    )


@strawberry.type(description="The answer of `revokeProductAccess`.")
class RevokeProductAccessPayload:
    product_access: ProductAccess | None = strawberry.field(description="The access, ended.")
    partnership: Partnership | None = strawberry.field(description="The partnership it belonged to.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class AccessMutations:
    """Products of a partnership."""

    grant_product_access: GrantProductAccessPayload = mutation(
        product_accesses.grant_product_access, GrantProductAccessInput
    )
    revoke_product_access: RevokeProductAccessPayload = mutation(
        product_accesses.revoke_product_access, RevokeProductAccessInput
    )
