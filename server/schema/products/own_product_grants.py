"""Grants of an organisation's own products to its members and teams, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Computed
from server.resolvers.products import own_product_grants
from server.resolvers.products.own_product_grants import includes_future_products
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.memberships import Membership
from server.schema.people.users import User
from server.schema.products.enums import ProductCategory
from server.schema.products.products import Product
from server.schema.references import OrganisationReference, TeamReference
from server.schema.rights import ProductRight


@strawberry.type(
    description="A grant of a product, or of all products of a category, to a member or team of the organisation "
    "that owns them. A person's rights are the union of their own grants and those of their teams."
)
class OwnProductGrant(Node):
    model = models.OwnProductGrant

    organisation: OrganisationReference | None = relation(
        models.Organisation,
        "organisation_id",
        "The organisation that owns the products. Null if your API token may not read organisations.",
    )
    member: Membership | None = relation(
        models.Membership, "membership_id", "The member who may use the products. Null if the grant is to a team."
    )
    team: TeamReference | None = relation(
        models.Team,
        "team_id",
        "The team that may use the products. Null if the grant is to a member or the team has been deleted.",
    )
    product: Product | None = relation(
        models.Product,
        "product_id",
        "The product. Null if the grant is for a category or the product is not visible to you.",
    )
    category: ProductCategory | None = strawberry.field(
        description="The category whose products are granted. Null if the grant is for a single product."
    )
    include_future_products: bool = computed(
        Computed(includes_future_products, ("category", "covers_until")),
        "Whether the grant also covers products added to the category later.",
    )
    rights: list[ProductRight] = strawberry.field(description="The rights on the products.")
    granted_by: User | None = relation(
        models.User,
        "granted_by_id",
        "The person who last granted or changed it. Null if that person is not visible to you.",
    )
    granted_at: datetime = strawberry.field(description="When the grant was made or last changed.")
    revoked_at: datetime | None = strawberry.field(description="When the grant ended. Null while it lasts.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")


@strawberry.input(
    one_of=True, description="The member or team to grant products to. Set exactly one of the two fields."
)
class OwnProductHolderInput:
    membership_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="The membership of an active employee or external user."
    )
    team_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="A team of the organisation.")


@strawberry.input(one_of=True, description="The products to grant. Set exactly one of the two fields.")
class OwnProductExtentInput:
    product_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="A single product of the organisation.")
    category: strawberry.Maybe[ProductCategory] = strawberry.field(
        description="All the organisation's products of this kind."
    )


@strawberry.input(description="Input for `grantOwnProducts`.")
class GrantOwnProductsInput(VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="The organisation that owns the products.")
    to: OwnProductHolderInput = strawberry.field(description="The member or team to grant them to.")
    of: OwnProductExtentInput = strawberry.field(description="The products to grant.")
    rights: list[ProductRight] = strawberry.field(
        description="The rights to grant; at least one. They replace any existing ones."
    )
    include_future_products: bool = strawberry.field(
        default=False, description="Whether the grant also covers products added to the category later."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The `version` of the grant to change, as you last read it. If it has changed since then, "
            "nothing is changed and the answer is `STALE_VERSION`."
        ),
    )


@strawberry.type(description="Result of `grantOwnProducts`.")
class GrantOwnProductsPayload(Payload):
    own_product_grant: OwnProductGrant | None = strawberry.field(description="The grant, created or changed.")


@strawberry.input(description="Input for `revokeOwnProducts`.")
class RevokeOwnProductsInput(VersionedInput):
    own_product_grant_id: strawberry.ID = strawberry.field(
        description="The grant to revoke. One that has already ended is left unchanged."
    )


@strawberry.type(description="Result of `revokeOwnProducts`.")
class RevokeOwnProductsPayload(Payload):
    own_product_grant: OwnProductGrant | None = strawberry.field(description="The grant, revoked.")


@strawberry.type
class OwnProductGrantMutations:
    """Mutations on grants of own products."""

    grant_own_products: GrantOwnProductsPayload = mutation(own_product_grants.grant_own_products, GrantOwnProductsInput)
    revoke_own_products: RevokeOwnProductsPayload = mutation(
        own_product_grants.revoke_own_products, RevokeOwnProductsInput
    )
