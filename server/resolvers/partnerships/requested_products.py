"""Products named in an invitation."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from server.models import Partnership, RequestedProduct
from server.models.conditions import OneOf
from server.models.visibility.policies import visible_queryset
from server.resolvers.context import Context


async def requested_products(context: Context, partnership: Partnership) -> list[RequestedProduct]:
    """The products named in an invitation, in order."""

    async def load(ids: list[UUID]) -> list[list[RequestedProduct]]:
        found = visible_queryset(RequestedProduct, context.viewer).filter(OneOf("partnership_id", ids)).order_by("id")
        named = defaultdict[UUID, list[RequestedProduct]](list)
        for request in await found:
            named[request.partnership_id].append(request)
        return [named[id] for id in ids]

    return await context.loader("requested products", load).load(partnership.id)


async def products_of_proposals(partnership_ids: Sequence[UUID]) -> dict[UUID, list[RequestedProduct]]:
    """The products that each of these proposals names, for the audit log. One statement."""
    named = defaultdict[UUID, list[RequestedProduct]](list)
    for request in await RequestedProduct.filter(OneOf("partnership_id", partnership_ids)).order_by("id"):
        named[request.partnership_id].append(request)
    return named
