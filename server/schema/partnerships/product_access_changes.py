"""Changes to product accesses, in the schema: one or many at a time."""

import strawberry

from server.resolvers.partnerships import product_accesses
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership, ProductAccess
from server.schema.payloads import Payload, VersionedInput
from server.schema.rights import ProductRight


@strawberry.input(description="Input for `changeProductAccess`.")
class ChangeProductAccessInput(VersionedInput):
    product_access_id: strawberry.ID = strawberry.field(description="A product access that has not ended.")
    rights: list[ProductRight] = strawberry.field(description="The partner's new rights; at least one.")


@strawberry.type(description="Result of `changeProductAccess`.")
class ChangeProductAccessPayload(Payload):
    product_access: ProductAccess | None = strawberry.field(description="The access, changed.")
    partnership: Partnership | None = strawberry.field(description="The partnership the access belongs to.")


@strawberry.type(description="The result for one of several product accesses.")
class ProductAccessResult:
    product_access: ProductAccess | None = strawberry.field(
        description="The access in its current state. Null if it does not exist for you."
    )
    user_errors: list[UserError] = strawberry.field(description="Why this access was not changed. Empty if it was.")


@strawberry.input(description="A product access and its new rights.")
class AccessRightsInput:
    id: strawberry.ID = strawberry.field(description="A product access that has not ended.")
    rights: list[ProductRight] = strawberry.field(description="The new rights; at least one.")


@strawberry.input(description="Input for `changeProductAccesses`.")
class ChangeProductAccessesInput:
    items: list[AccessRightsInput] = strawberry.field(description="At most 100 accesses, each listed once.")


@strawberry.type(description="Result of `changeProductAccesses`.")
class ChangeProductAccessesPayload(Payload):
    results: list[ProductAccessResult] | None = strawberry.field(
        description="One result for each access, in the order of the input."
    )


@strawberry.input(description="Input for `revokeProductAccesses`.")
class RevokeProductAccessesInput:
    ids: list[strawberry.ID] = strawberry.field(
        description="At most 100 accesses, each listed once. Those that have already ended are left unchanged."
    )


@strawberry.type(description="Result of `revokeProductAccesses`.")
class RevokeProductAccessesPayload(Payload):
    results: list[ProductAccessResult] | None = strawberry.field(
        description="One result for each access, in the order of the input."
    )


@strawberry.type
class HeldAccessMutations:
    """Mutations that change or revoke existing product accesses."""

    revoke_product_accesses: RevokeProductAccessesPayload = mutation(
        product_accesses.revoke_product_accesses, RevokeProductAccessesInput
    )
    change_product_access: ChangeProductAccessPayload = mutation(
        product_accesses.change_product_access, ChangeProductAccessInput
    )
    change_product_accesses: ChangeProductAccessesPayload = mutation(
        product_accesses.change_product_accesses, ChangeProductAccessesInput
    )
