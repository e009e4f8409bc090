"""Token restrictions: the customers for which a token may be used."""

from typing import Final

from server.engine.declarations import JoinTable
from server.models import ApiToken, ApiTokenCustomer, Organisation
from server.resolvers.associations import rows_through
from server.resolvers.context import Context

CUSTOMERS: Final = JoinTable(ApiTokenCustomer, "api_token_id", "customer_id")

_customers = rows_through(Organisation, CUSTOMERS)


async def token_customers(context: Context, token: ApiToken) -> list[Organisation] | None:
    """The customers to which a token is restricted, as far as the viewer sees them. None without restriction."""
    return await _customers(context, token) if token.is_for_some_customers else None
