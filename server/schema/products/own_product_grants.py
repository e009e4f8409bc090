"""What is promised of the products that an organisation opens to its own people."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.resolvers.products import own_product_grants
from server.resolvers.products.own_product_grants import includes_future_products
from server.schema.enums import ProductCategory, ProductRight
from server.schema.errors import UserError
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.people.memberships import Membership
from server.schema.people.users import User
from server.schema.products.products import Product

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation
    from server.schema.people.teams import Team

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]
TeamType = Annotated["Team", strawberry.lazy("server.schema.people.teams")]


@strawberry.type(
    description="A product, or the products of a category, that an organisation opens to one of its members or teams. "
    "What somebody may do is the union of their own grants and those of their teams."
)
class OwnProductGrant(Node):
    model = models.OwnProductGrant

    organisation: OrganisationType | None = relation(
        models.Organisation, "organisation_id", "Whose products; null where a token may not read organisations."
    )
    member: Membership | None = relation(models.Membership, "membership_id", "To whom; null where it is to a team.")
    team: TeamType | None = relation(
        models.Team, "team_id", "To which team; null where it is to a member, or the team was deleted."
    )
    product: Product | None = relation(
        models.Product, "product_id", "Which product; null where it is a category, or the product is not visible."
    )
    category: ProductCategory | None = strawberry.field(
        description="All products of this kind; null where it is one product."
    )
    include_future_products: bool = computed(
        includes_future_products,
        "Whether products of the category that come later are covered too.",
        ("category", "covers_until"),
    )
    rights: list[ProductRight] = strawberry.field(description="What may be done with them.")
    granted_by: User | None = relation(models.User, "granted_by_id", "Who granted it last; null where not visible.")
    granted_at: datetime = strawberry.field(description="When it was granted, or last changed.")
    revoked_at: datetime | None = strawberry.field(description="Until when; null while it holds.")
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.input(one_of=True, description="To whom products are opened: exactly one of the two.")
class OwnProductHolderInput:
    membership_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="An active employee or external member."
    )
    team_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="A team.")


@strawberry.input(one_of=True, description="Which products are opened: exactly one of the two.")
class OwnProductExtentInput:
    product_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="One product of the organisation.")
    category: strawberry.Maybe[ProductCategory] = strawberry.field(description="All of its products of this kind.")


@strawberry.input(description="Which products to open, to whom.")
class GrantOwnProductsInput:
    organisation_id: strawberry.ID = strawberry.field(description="Whose products.")
    to: OwnProductHolderInput = strawberry.field(description="To whom.")
    of: OwnProductExtentInput = strawberry.field(description="Which products.")
    rights: list[ProductRight] = strawberry.field(description="At least one right; they replace those there were.")
    include_future_products: bool = strawberry.field(
        default=False, description="Whether products of the category that come later are covered too."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Change nothing unless the grant that is to be changed is in this version.",
    )


@strawberry.type(description="The answer of `grantOwnProducts`.")
class GrantOwnProductsPayload:
    own_product_grant: OwnProductGrant | None = strawberry.field(description="The grant, new or changed.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which grant to end.")
class RevokeOwnProductsInput:
    own_product_grant_id: strawberry.ID = strawberry.field(
        description="The grant; one that has ended already stays as it is."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the grant is in this version."
    )


@strawberry.type(description="The answer of `revokeOwnProducts`.")
class RevokeOwnProductsPayload:
    own_product_grant: OwnProductGrant | None = strawberry.field(description="The grant, ended.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class OwnProductGrantMutations:
    """Products opened to one's own people."""

    grant_own_products: GrantOwnProductsPayload = mutation(own_product_grants.grant_own_products, GrantOwnProductsInput)
    revoke_own_products: RevokeOwnProductsPayload = mutation(
        own_product_grants.revoke_own_products, RevokeOwnProductsInput
    )
