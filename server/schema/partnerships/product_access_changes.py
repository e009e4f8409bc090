"""What is promised of product accesses that are changed or ended, one or many."""

import strawberry

from server.resolvers.partnerships import product_accesses
from server.schema.enums import ProductRight
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership, ProductAccess


@strawberry.input(description="Which access to change, and to what.")
class ChangeProductAccessInput:
    product_access_id: strawberry.ID = strawberry.field(description="An access that has not ended.")
    rights: list[ProductRight] = strawberry.field(
        description="What the partner may do from now on; at least one right."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the access is in this version."
    )


@strawberry.type(description="The answer of `changeProductAccess`.")
class ChangeProductAccessPayload:
    product_access: ProductAccess | None = strawberry.field(description="The access, changed.")
    partnership: Partnership | None = strawberry.field(description="The partnership it belongs to.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type(description="What became of one product access of many.")
class ProductAccessResult:
    product_access: ProductAccess | None = strawberry.field(
        description="The access, as it is now; null for one that does not exist for the viewer."
    )
    user_errors: list[UserError] = strawberry.field(description="Why this one was not changed; empty when it was.")


@strawberry.input(description="An access, and the rights it is to have.")
class AccessRightsInput:
    id: strawberry.ID = strawberry.field(description="An access that has not ended.")
    rights: list[ProductRight] = strawberry.field(description="At least one right.")


@strawberry.input(description="Which accesses to change, and to what.")
class ChangeProductAccessesInput:
    items: list[AccessRightsInput] = strawberry.field(description="At most 100 accesses, each once.")


@strawberry.type(description="The answer of `changeProductAccesses`.")
class ChangeProductAccessesPayload:
    results: list[ProductAccessResult] | None = strawberry.field(
        description="What became of each, in the order of the input."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing at all was changed.")


@strawberry.input(description="Which accesses to end.")
class RevokeProductAccessesInput:
    ids: list[strawberry.ID] = strawberry.field(
        description="At most 100 accesses, each once; one that has ended already stays as it is."
    )


@strawberry.type(description="The answer of `revokeProductAccesses`.")
class RevokeProductAccessesPayload:
    results: list[ProductAccessResult] | None = strawberry.field(
        description="What became of each, in the order of the input."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing at all was changed.")


@strawberry.type
class HeldAccessMutations:
    """Accesses to products, once they are given."""

    revoke_product_accesses: RevokeProductAccessesPayload = mutation(
        product_accesses.revoke_product_accesses, RevokeProductAccessesInput
    )
    change_product_access: ChangeProductAccessPayload = mutation(
        product_accesses.change_product_access, ChangeProductAccessInput
    )
    change_product_accesses: ChangeProductAccessesPayload = mutation(
        product_accesses.change_product_accesses, ChangeProductAccessesInput
    )
