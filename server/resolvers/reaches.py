"""What does the viewer reach in these organisations? The facts behind `domain/access.py`, in batches."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import (
    Reach,
    Serving,
    Way,
    credential_gate,
    held,
    partnership_rights,
    reach,
    serving_gates,
    state_gates,
    usable,
    ways_on_sides,
    ways_to_partnership,
)
from server.domain.own_product_grants import granted_rights
from server.domain.partnerships import AccessType, is_possible_now
from server.domain.rights import AssignmentRight, ProductRight, Right
from server.domain.viewer import Standing, Viewer
from server.engine.declarations import Facts, Hole, Joined
from server.models import EmployeeAssignment, Organisation, OwnProductGrant, Partnership, Product, ProductAccess
from server.models.conditions import Among, AtMost, OneOf
from server.models.visibility import COVERING, NO_ROW, allowed_customer, grants_held, row_policy, serves
from server.resolvers.context import Context


async def rights_on_organisation(context: Context, organisation: Organisation) -> frozenset[Right]:
    """What the viewer may do in the organisation, with the credential in use."""
    viewer = context.viewer
    if viewer is None:
        return frozenset()

    async def load(ids: list[UUID]) -> list[Reach]:
        return await _reaches(viewer, ids)

    reached = await context.loader("reach", load).load(organisation.id)
    return usable(viewer, reached.rights_on_organisation())


async def rights_on_product(context: Context, product: Product) -> frozenset[Right]:
    """What the viewer may do with the product, with the credential in use."""
    viewer = context.viewer
    if viewer is None:
        return frozenset()

    async def load(products: list[Product]) -> list[frozenset[Right]]:
        ids = [product.id for product in products]
        reaches = await _reaches(viewer, [product.organisation_id for product in products], ids)
        grants = await _own_grants(viewer, products)
        return [
            found.rights_on_product(product.id, granted_rights(grants, product))
            for found, product in zip(reaches, products, strict=True)
        ]

    return usable(viewer, await context.loader("product rights", load).load(product))


def rights_on_partnership(context: Context, partnership: Partnership) -> frozenset[Right]:
    """What the viewer's roles give on the partnership, before its state is looked at."""
    viewer = context.viewer
    return usable(viewer, partnership_rights(viewer, partnership)) if viewer else frozenset()


def rights_on_partnership_now(context: Context, partnership: Partnership) -> frozenset[Right]:
    """What of that the state of the partnership leaves room for: which buttons to show."""
    rights = rights_on_partnership(context, partnership)
    return frozenset(right for right in rights if is_possible_now(right, partnership))


async def ways_to(context: Context, row: Organisation | Partnership | Product) -> list[Way]:
    """In which ways the viewer could hold rights on this row: what decides them, gate by gate."""
    viewer = context.signed_in
    if isinstance(row, Partnership):
        ways = [(*way, *state_gates(row)) for way in ways_to_partnership(viewer, row)]
    elif isinstance(row, Product):
        (found,) = await _reaches(viewer, [row.organisation_id], [row.id], _through(viewer))
        ways = found.ways_to_product(row.id, granted_rights(await _own_grants(viewer, [row]), row))
    else:
        (found,) = await _reaches(viewer, [row.id], through=_through(viewer))
        ways = found.ways_to_organisation()
    return [(*way, credential_gate(viewer)) for way in ways]


def _through(viewer: Viewer) -> Q:
    """The partnerships of the viewer's own partners that they serve a customer through, or see not to serve it."""
    return (serves(viewer) | row_policy(Partnership, viewer)) & OneOf("partner_id", viewer.organisation_ids)


async def _reaches(
    viewer: Viewer, organisation_ids: Sequence[UUID], product_ids: Collection[UUID] = (), through: Q | None = None
) -> list[Reach]:
    """One reach for each organisation, with the rights on these products alone. At most three statements."""
    customers = OneOf("customer_id", sorted(set(organisation_ids)))
    partnerships = await Partnership.filter(serves(viewer) if through is None else through, customers)
    limited = [partnership.id for partnership in partnerships if partnership.access_type is AccessType.LIMITED]
    granted = await _granted(limited, product_ids)
    assigned = await _assigned(viewer, partnerships)
    servings = defaultdict[UUID, list[Serving]](list)
    for partnership in partnerships:
        servings[partnership.customer_id].append(
            Serving(
                complete=partnership.access_type is AccessType.COMPLETE,
                product_rights=granted[partnership.id],
                assignment=assigned.get(partnership.id),
                before=serving_gates(viewer, partnership, _memberships(viewer, assigned.get(partnership.id))),
            )
        )
    return [reach(viewer, id, servings[id]) for id in organisation_ids]


async def _own_grants(viewer: Viewer, products: Sequence[Product]) -> list[OwnProductGrant]:
    """The grants in these organisations that hold for the viewer as one of their own people. None for who leads."""
    if not viewer.grantee_membership_ids:
        return []
    owners = sorted({product.organisation_id for product in products})
    return await OwnProductGrant.filter(grants_held(viewer), OneOf("organisation_id", owners))


def _memberships(viewer: Viewer, assignment: Collection[AssignmentRight] | None) -> list[UUID]:
    """The viewer's memberships, where one of them is assigned."""
    return viewer.employee_membership_ids if assignment else []


async def _granted(
    partnership_ids: Sequence[UUID], product_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, list[ProductRight]]]:
    granted = defaultdict[UUID, dict[UUID, list[ProductRight]]](dict)
    if partnership_ids and product_ids:
        of_both = OneOf("partnership_id", partnership_ids) & OneOf("product_id", sorted(set(product_ids)))
        for access in await ProductAccess.filter(of_both, revoked_at__isnull=True):
            granted[access.partnership_id][access.product_id] = [ProductRight(right) for right in access.rights]
    return granted


async def _assigned(viewer: Viewer, partnerships: Sequence[Partnership]) -> dict[UUID, list[AssignmentRight]]:
    """What the viewer may do through each partnership that they serve as an employee.

    One whose assignment ended since the partnerships were read has an empty one: nothing, not everything.
    """
    as_employee = [
        partnership.id
        for partnership in partnerships
        if (standing := viewer.standing_in(partnership.partner_id)) and not standing.leads
    ]
    if not as_employee:
        return {}
    own = OneOf("partnership_id", as_employee) & OneOf("membership_id", viewer.employee_membership_ids)
    assignments = await EmployeeAssignment.filter(own, ended_at__isnull=True)
    assigned = dict[UUID, list[AssignmentRight]]((id, []) for id in as_employee)
    for assignment in assignments:
        assigned[assignment.partnership_id] = [AssignmentRight(right) for right in assignment.rights]
    return assigned


# The same out of what a statement gives: the facts by name, beside the row. Rows that are alike in them share one
# answer. Ids that tell rows apart are not among them: what an id decides is decided by the statement.


def of_own_organisation(column: str) -> Callable[[Viewer | None], Q]:
    """Whether the viewer belongs to the organisation that this column names."""
    return lambda viewer: Among(column, viewer.organisation_ids) if viewer else NO_ROW


def _of_served_partner(viewer: Viewer | None) -> Q:
    """Of partnerships: those whose partner is the viewer's own, with a credential that may serve the customer."""
    return Among("partner_id", viewer.organisation_ids) & allowed_customer(viewer) if viewer else NO_ROW


def serves_or_none(viewer: Viewer | None) -> Q:
    return serves(viewer) if viewer else NO_ROW


def _serves_completely(viewer: Viewer | None) -> Q:
    return Q(access_type=AccessType.COMPLETE) & serves_or_none(viewer)


def _serves_in_part(viewer: Viewer | None) -> Q:
    return Q(access_type=AccessType.LIMITED) & serves_or_none(viewer)


def _own_assignments(viewer: Viewer | None) -> Q:
    if viewer is None:
        return NO_ROW
    return Among("membership_id", viewer.employee_membership_ids) & Q(ended_at__isnull=True)


def _live_accesses(viewer: Viewer | None) -> Q:
    return Q(revoked_at__isnull=True)


def _grants_held(viewer: Viewer | None) -> Q:
    return grants_held(viewer) if viewer else NO_ROW


def _has_grants(viewer: Viewer | None) -> bool:
    return viewer is not None and bool(viewer.grantee_membership_ids)


def _covering(ties: Mapping[str, str | AtMost]) -> Facts:
    """The grants that hold for the viewer and cover the product; nobody looks for those of who leads everywhere."""
    (column, outer), *further = ties.items()
    assert isinstance(outer, str)
    return Facts(OwnProductGrant, column, outer, _grants_held, ("rights",), is_present=_has_grants, ties=tuple(further))


_BY_ASSIGNMENT: Final = Joined(
    EmployeeAssignment,
    "partnership_id",
    "id",
    _own_assignments,
    ("rights",),
    is_optional=True,
    is_present=lambda viewer: viewer is not None and bool(viewer.employee_membership_ids),
)
_THE_PRODUCT: Final = UUID(int=0)
"""Stands for the product that is asked about: any of those that are alike."""


def _known_servings(viewer: Viewer, row: Any) -> Iterator[Serving]:
    for partner, assigned in row.complete:
        yield Serving(complete=True, product_rights={}, assignment=_assignment(viewer, partner, assigned))
    for rights, partner, assigned in row.accesses:
        granted = {_THE_PRODUCT: [ProductRight(right) for right in rights]}
        yield Serving(complete=False, product_rights=granted, assignment=_assignment(viewer, partner, assigned))


def _assignment(viewer: Viewer, partner: str, assigned: list[str] | None) -> list[AssignmentRight] | None:
    """What limits the viewer in serving through this partner; None where they lead it."""
    standing = viewer.standing_in(UUID(partner))
    if standing is not None and standing.leads:
        return None
    return [AssignmentRight(right) for right in assigned or ()]


def _known_standing(viewer: Viewer, organisation_id: UUID | None) -> Standing | None:
    return None if organisation_id is None else viewer.standing_in(organisation_id)


def _known_rights_on_organisation(context: Context, row: Any) -> frozenset[Right]:
    viewer = context.viewer
    if viewer is None:
        return frozenset()
    servings = tuple(Serving(complete=False, product_rights={}) for _ in row.servings)
    return usable(viewer, Reach(_known_standing(viewer, row.id), servings).rights_on_organisation())


def _known_rights_on_product(context: Context, row: Any) -> frozenset[Right]:
    viewer = context.viewer
    if viewer is None:
        return frozenset()
    reached = Reach(_known_standing(viewer, row.organisation_id), tuple(_known_servings(viewer, row)))
    granted = {ProductRight(right) for (rights,) in (*row.own_grants, *row.category_grants) for right in rights}
    return usable(viewer, reached.rights_on_product(_THE_PRODUCT, granted))


def _known_rights_on_partnership(context: Context, row: Any) -> frozenset[Right]:
    viewer = context.viewer
    if viewer is None:
        return frozenset()
    sides = _known_standing(viewer, row.customer_id), _known_standing(viewer, row.partner_id)
    rights = usable(viewer, held(ways_on_sides(*sides, row.initiated_by)))
    return frozenset(right for right in rights if is_possible_now(right, row))


RIGHTS_ON_ORGANISATION: Final = Hole(
    _known_rights_on_organisation,
    partial={"id": of_own_organisation("id")},
    facts={"servings": Facts(Partnership, "customer_id", "id", serves_or_none, ())},
)
RIGHTS_ON_PRODUCT: Final = Hole(
    _known_rights_on_product,
    partial={"organisation_id": of_own_organisation("organisation_id")},
    facts={
        "complete": Facts(
            Partnership,
            "customer_id",
            "organisation_id",
            _serves_completely,
            ("partner_id",),
            joined=(_BY_ASSIGNMENT,),
        ),
        "accesses": Facts(
            ProductAccess,
            "product_id",
            "id",
            _live_accesses,
            ("rights",),
            joined=(
                Joined(
                    Partnership,
                    "id",
                    "partnership_id",
                    _serves_in_part,
                    ("partner_id",),
                    ties=(("customer_id", "organisation_id"),),
                ),
                replace(_BY_ASSIGNMENT, near="partnership_id"),
            ),
        ),
        "own_grants": _covering(COVERING[0]),
        "category_grants": _covering(COVERING[1]),
    },
)
RIGHTS_ON_PARTNERSHIP: Final = Hole(
    _known_rights_on_partnership,
    ("access_type", "status", "initiated_by"),
    partial={"customer_id": of_own_organisation("customer_id"), "partner_id": _of_served_partner},
)
