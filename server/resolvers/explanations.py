"""Why does somebody hold a right, or lack it?"""

from server.domain.errors import MalformedInput, NotFound
from server.domain.explanations import Explanation, explained
from server.domain.rights import Right
from server.models import Organisation, Partnership, Product
from server.resolvers.context import Context
from server.resolvers.ids import AnyId, decode_any
from server.resolvers.permissions import SignedIn, allowed
from server.resolvers.reaches import ways_to


@allowed(SignedIn())
async def explain_right(context: Context, right: Right, id: AnyId) -> Explanation:
    """Why the viewer holds a right on an organisation, a partnership or a product, or what is missing.

    It says of each link of the chain whether it holds, by the rules that decide the right itself.
    """
    model, key = decode_any(id)
    if model not in (Organisation, Partnership, Product):
        raise MalformedInput("Rights are held on organisations, partnerships and products.", ("id",))
    row = await context.row(model, key)
    if row is None:
        raise NotFound(("id",))
    return explained(right, await ways_to(context, row))
