"""Explanations of rights: why a viewer has a right or lacks it (D6).

They read the same rows as `viewer_rights.py`, and also the partnerships that give no right: an explanation names the
gate that is closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import Reach, credential_gate, serving_gates
from server.domain.errors import MalformedInput, NotFound
from server.domain.gates import Link, Serving, Way
from server.domain.oversight.explanations import explain_ways
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.engine.declarations import Computed, Joined, Prefetch
from server.languages import translate
from server.models import Organisation, Partnership, Product, ProductAccess
from server.models.conditions import Among
from server.models.visibility.clauses import NO_ROW, serves_customer
from server.models.visibility.policies import row_policy
from server.resolvers.batch_loading import compute
from server.resolvers.context import Context
from server.resolvers.ids import AnyId, decode_any
from server.resolvers.permissions import SignedIn, allow
from server.resolvers.viewer_rights import (
    BY_ASSIGNMENT,
    OWN_GRANTS,
    live_accesses,
    own_membership,
    serving_of,
    ways_by,
    ways_to_partnership,
)

# `Any` below: rows of what is prefetched.


def _serves_or_sees(viewer: Viewer | None) -> Q:
    """Of the partnerships of the viewer's own partners: those by which they serve a customer, or which they see."""
    if viewer is None:
        return NO_ROW
    return Among("partner_id", viewer.organisation_ids) & (serves_customer(viewer) | row_policy(Partnership, viewer))


_TO_ORGANISATION: Final = Prefetch(
    Partnership,
    "customer_id",
    "id",
    _serves_or_sees,
    ("customer_id", "partner_id", "access_type", "status"),
    joined=(BY_ASSIGNMENT,),
)
_GRANTED: Final = Joined(
    ProductAccess,
    "partnership_id",
    "id",
    live_accesses,
    ("rights",),
    ties=(("product_id", "id"),),
    is_optional=True,
)
_TO_PRODUCT: Final = replace(_TO_ORGANISATION, outer="organisation_id", joined=(BY_ASSIGNMENT, _GRANTED))


def _servings(viewer: Viewer, row: Any) -> Iterator[Serving]:
    for customer, partner, access_type, status, assigned, *granted in row.servings:
        partnership: Any = SimpleNamespace(
            customer_id=UUID(customer), partner_id=UUID(partner), status=PartnershipStatus(status)
        )
        before = serving_gates(viewer, partnership, viewer.employee_membership_ids if assigned else ())
        rights = None if access_type == AccessType.COMPLETE else [right for rights in granted for right in rights or ()]
        yield serving_of(viewer, partner, assigned, rights, before)


def _ways_to_organisation(context: Context, row: Any) -> list[Way]:
    viewer = context.signed_in
    return Reach(own_membership(viewer, row.id), tuple(_servings(viewer, row))).ways_to_organisation()


def _ways_to_product(context: Context, row: Any) -> list[Way]:
    return ways_by(context.signed_in, row, _servings(context.signed_in, row))


WAYS_TO_ORGANISATION: Final = Computed(_ways_to_organisation, ("id",), {"servings": _TO_ORGANISATION})
WAYS_TO_PRODUCT: Final = Computed(_ways_to_product, ("organisation_id",), {"servings": _TO_PRODUCT, **OWN_GRANTS})


async def ways_to(context: Context, row: Organisation | Partnership | Product) -> list[Way]:
    """In which ways the viewer could hold rights on this row: what decides them, gate by gate."""
    viewer = context.signed_in
    if isinstance(row, Partnership):
        ways = ways_to_partnership(viewer, row, may_serve=viewer.may_serve(row.customer_id))
    else:
        ways = await compute(context, WAYS_TO_PRODUCT if isinstance(row, Product) else WAYS_TO_ORGANISATION, row)
    return [(*way, credential_gate(viewer)) for way in ways]


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


@allow(SignedIn())
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
    found = explain_ways(right, await ways_to(context, row))
    links = [Sentence(link.link, link.holds, translate(link.message, context.language, {})) for link in found.links]
    return Explained(right, found.is_granted, links)
