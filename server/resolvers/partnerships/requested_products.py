"""Products named in an invitation."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from server.models import RequestedProduct
from server.models.conditions import OneOf
from server.resolvers.partnerships.held import rows_by

REQUESTED_PRODUCTS = rows_by(RequestedProduct, partnership_id="partnership_id")


async def products_of_proposals(partnership_ids: Sequence[UUID]) -> dict[UUID, list[RequestedProduct]]:
    """The products that each of these proposals names, for the audit log. One statement."""
    named = defaultdict[UUID, list[RequestedProduct]](list)
    for request in await RequestedProduct.filter(OneOf("partnership_id", partnership_ids)).order_by("id"):
        named[request.partnership_id].append(request)
    return named
