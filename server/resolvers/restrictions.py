"""For which customers may a token be used?"""

from collections import defaultdict
from uuid import UUID

from server.models import ApiToken, ApiTokenCustomer, Organisation
from server.models.conditions import OneOf
from server.resolvers.context import Context


async def customers_of(context: Context, token: ApiToken) -> list[Organisation] | None:
    """The customers a token is restricted to, as far as the viewer sees them; None for no restriction."""
    if not token.is_for_some_customers:
        return None

    async def load(ids: list[UUID]) -> list[list[UUID]]:
        customers = defaultdict[UUID, list[UUID]](list)
        for entry in await ApiTokenCustomer.filter(OneOf("api_token_id", ids)).order_by("id"):
            customers[entry.api_token_id].append(entry.customer_id)
        return [customers[id] for id in ids]

    named = await context.loader("token customers", load).load(token.id)
    seen = [await context.row(Organisation, id) for id in named]
    return [row for row in seen if row is not None]
