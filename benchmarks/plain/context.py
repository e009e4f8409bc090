"""What does one request of the plain server share? The viewer, and the loaders that batch what is asked for."""

import os
from collections import defaultdict
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from benchmarks.recipes import Way
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models import Organisation, Partnership, Product
from server.models.visibility.clauses import serves_customer
from server.models.visibility.policies import visible_queryset

ModelT = TypeVar("ModelT", bound=Model)

WAY: Final = Way(os.environ.get("BENCH_WAY", Way.EQUAL))
IS_BARE: Final = WAY is Way.BARE


class Context:
    """One request. Without a viewer, where the server is measured bare, every row may be read."""

    def __init__(self, viewer: Viewer | None) -> None:
        self.viewer = viewer

    def rows(self, model: type[ModelT]) -> QuerySet[ModelT]:
        return model.all() if IS_BARE else visible_queryset(model, self.viewer)

    def serving(self) -> Q:
        """Of partnerships: those through which the viewer serves the customer."""
        if IS_BARE:
            return Q(status=PartnershipStatus.ACTIVE)
        assert self.viewer is not None
        return serves_customer(self.viewer)

    def may(self, scope: Scope) -> bool:
        return IS_BARE or (self.viewer is not None and self.viewer.has_scope(scope))

    @cached_property
    def products_of(self) -> DataLoader[UUID, list[Product]]:
        """The products of organisations, in the order of their names."""

        async def load(keys: list[UUID]) -> list[list[Product]]:
            found = defaultdict[UUID, list[Product]](list)
            rows = self.rows(Product).filter(organisation_id__in=keys).order_by("customer_name_key", "id")
            for product in await rows:
                found[product.organisation_id].append(product)
            return [found[key] for key in keys]

        return DataLoader(load_fn=load)

    @cached_property
    def organisation_by_id(self) -> DataLoader[UUID, Organisation | None]:
        async def load(keys: list[UUID]) -> list[Organisation | None]:
            found = {row.id: row for row in await self.rows(Organisation).filter(id__in=keys)}
            return [found.get(key) for key in keys]

        return DataLoader(load_fn=load)

    @cached_property
    def is_served(self) -> DataLoader[UUID, bool]:
        """Whether the viewer serves these customers."""

        async def load(keys: list[UUID]) -> list[bool]:
            served: Any = Partnership.filter(self.serving(), customer_id__in=keys).values_list("customer_id", flat=True)
            found = set(await served)
            return [key in found for key in keys]

        return DataLoader(load_fn=load)
