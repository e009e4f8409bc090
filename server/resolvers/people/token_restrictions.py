"""For which customers may a token be used?"""

from typing import Final

from server.engine.declarations import JoinTable
from server.models import ApiToken, ApiTokenCustomer, Organisation
from server.resolvers.associations import rows_through
from server.resolvers.context import Context

CUSTOMERS: Final = JoinTable(ApiTokenCustomer, "api_token_id", "customer_id")

_customers = rows_through(Organisation, CUSTOMERS)


async def token_customers(context: Context, token: ApiToken) -> list[Organisation] | None:
    """The customers a token is restricted to, as far as the viewer sees them; None for no restriction."""
    return await _customers(context, token) if token.is_for_some_customers else None
