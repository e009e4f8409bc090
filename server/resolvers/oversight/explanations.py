"""Explanations of rights: why a viewer has a right or lacks it."""

from dataclasses import dataclass

from server.domain.errors import MalformedInput, NotFound
from server.domain.gates import Link
from server.domain.oversight.explanations import explained
from server.domain.rights import Right
from server.languages import translate
from server.models import Organisation, Partnership, Product
from server.resolvers.context import Context
from server.resolvers.ids import AnyId, decode_any
from server.resolvers.permissions import SignedIn, allowed
from server.resolvers.viewer_rights import ways_to


@dataclass(frozen=True)
class Sentence:
    """The message of a link of the chain, in the caller's language."""

    link: Link
    holds: bool
    sentence: str


@dataclass(frozen=True)
class Explained:
    """The chain of a right, for people to read."""

    right: Right
    held: bool
    links: list[Sentence]


@allowed(SignedIn())
async def explain_right(context: Context, right: Right, id: AnyId) -> Explained:
    """Why you hold a right on an organisation, a partnership or a product, or what is missing.

    It says of each condition whether it is met, by the same rules that decide the right.
    """
    model, key = decode_any(id)
    if model not in (Organisation, Partnership, Product):
        raise MalformedInput("A right applies to an organisation, a partnership or a product.", ("id",))
    row = await context.row(model, key)
    if row is None:
        raise NotFound(("id",))
    found = explained(right, await ways_to(context, row))
    links = [Sentence(link.link, link.holds, translate(link.message, context.language, {})) for link in found.links]
    return Explained(right, found.held, links)
