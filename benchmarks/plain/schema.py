"""What does the plain server promise? Relay types and connections, resolvers and permission classes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import strawberry
from strawberry import relay
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.permission import BasePermission

from benchmarks.plain.context import IS_BARE, Context
from benchmarks.plain.grants import Refused, grant
from server import models
from server.domain.products.products import Period, ProductCategory, ProductState
from server.domain.rights import ProductRight, Scope

Info = strawberry.Info[Context, None]

for enum in (ProductCategory, ProductState, Period, ProductRight):
    strawberry.enum(enum)


class SignedIn(BasePermission):
    message = "Sign in first."

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        return IS_BARE or info.context.viewer is not None


class MayViewProducts(BasePermission):
    """For members of the organisation, and for those who serve it."""

    message = "You may not see these products."

    async def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        context = info.context
        if not context.may(Scope.PRODUCTS_READ):
            return False
        is_member = context.viewer is not None and context.viewer.membership_in(source.id) is not None
        return is_member or await context.is_served.load(source.id)


class MayViewManagedCustomers(BasePermission):
    message = "You may not see these customers."

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        context = info.context
        if IS_BARE:
            return True
        is_member = context.viewer is not None and context.viewer.membership_in(source.id) is not None
        return is_member and context.may(Scope.PARTNERSHIPS_READ)


@strawberry.type
class Product(relay.Node):
    id: relay.NodeID[UUID]
    category: ProductCategory
    service_name: str
    customer_name: str
    internal_name: str
    period: Period
    expires_at: datetime
    auto_renew: bool
    state: ProductState

    @classmethod
    def is_type_of(cls, value: object, info: Any) -> bool:
        return isinstance(value, (cls, models.Product))


@strawberry.type
class Organisation(relay.Node):
    id: relay.NodeID[UUID]
    name: str

    @relay.connection(relay.ListConnection[Product], permission_classes=[MayViewProducts])
    async def products(self, info: Info) -> Iterable[Product]:
        return cast("Iterable[Product]", await info.context.products_of.load(self.id))

    @relay.connection(
        relay.ListConnection["Organisation"],  # type: ignore[type-var]
        permission_classes=[MayViewManagedCustomers],
    )
    async def managed_customers(self, info: Info) -> Iterable["Organisation"]:
        context = info.context
        served = models.Partnership.filter(context.serving(), partner_id=self.id).order_by("customer__name_key", "id")
        customers = await context.organisation_by_id.load_many([row.customer_id for row in await served])
        return cast("Iterable[Organisation]", [customer for customer in customers if customer is not None])

    @classmethod
    def is_type_of(cls, value: object, info: Any) -> bool:
        return isinstance(value, (cls, models.Organisation))


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[SignedIn])
    async def product(self, info: Info, id: strawberry.ID) -> Product | None:
        return cast("Product | None", await info.context.rows(models.Product).get_or_none(id=UUID(id)))

    @strawberry.field(permission_classes=[SignedIn])
    async def organisation(self, info: Info, id: strawberry.ID) -> Organisation | None:
        return cast("Organisation | None", await info.context.organisation_by_id.load(UUID(id)))


@strawberry.type
class ProductAccess(relay.Node):
    id: relay.NodeID[UUID]
    rights: list[ProductRight]
    granted_at: datetime

    @classmethod
    def is_type_of(cls, value: object, info: Any) -> bool:
        return isinstance(value, (cls, models.ProductAccess))


@strawberry.type
class UserError:
    code: str


@strawberry.type
class GrantProductAccessPayload:
    product_access: ProductAccess | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class GrantProductAccessInput:
    partnership_id: strawberry.ID
    product_id: strawberry.ID
    rights: list[ProductRight]


@strawberry.type
class Mutation:
    @strawberry.mutation(permission_classes=[SignedIn])
    async def grant_product_access(self, info: Info, input: GrantProductAccessInput) -> GrantProductAccessPayload:
        try:
            access = await grant(info.context, UUID(input.partnership_id), UUID(input.product_id), input.rights)
        except Refused as refused:
            return GrantProductAccessPayload(user_errors=[UserError(code=refused.code)])
        return GrantProductAccessPayload(product_access=cast("ProductAccess", access))


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    extensions=[ParserCache(maxsize=1_000), ValidationCache(maxsize=1_000)],
)
