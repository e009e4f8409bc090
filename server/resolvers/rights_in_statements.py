"""The viewer's rights on a row, computed from a statement's values, for the engine.

The same as `viewer_rights.py`. Rows with equal values share one answer, so the values contain no id that distinguishes
rows: what depends on an id is decided in the statement.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import Reach, usable, ways_on_sides
from server.domain.gates import Serving, rights_through
from server.domain.partnerships.partnerships import AccessType, is_possible_now
from server.domain.rights import AssignmentRight, ProductRight, Right
from server.domain.viewer import Viewer, ViewerMembership
from server.engine.declarations import Computed, Joined, Prefetch
from server.models import EmployeeAssignment, OwnProductGrant, Partnership, ProductAccess
from server.models.conditions import Among, AtMost
from server.models.visibility.clauses import NO_ROW, allowed_customer, serves_customer
from server.models.visibility.products import COVERAGE_COLUMNS, own_grants_in_force
from server.resolvers.context import Context


def of_own_organisation(column: str) -> Callable[[Viewer | None], Q]:
    """Whether the viewer belongs to the organisation that this column names."""
    return lambda viewer: Among(column, viewer.organisation_ids) if viewer else NO_ROW


def _of_served_partner(viewer: Viewer | None) -> Q:
    """Partnerships whose partner is the viewer's organisation, with a credential that may serve the customer."""
    return Among("partner_id", viewer.organisation_ids) & allowed_customer(viewer) if viewer else NO_ROW


def serves_or_none(viewer: Viewer | None) -> Q:
    return serves_customer(viewer) if viewer else NO_ROW


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
    return own_grants_in_force(viewer) if viewer else NO_ROW


def _has_grants(viewer: Viewer | None) -> bool:
    return viewer is not None and bool(viewer.grantee_membership_ids)


def _covering(ties: Mapping[str, str | AtMost]) -> Prefetch:
    """The grants in force for the viewer that cover the product. Not read for a viewer who leads everywhere."""
    (column, outer), *further = ties.items()
    assert isinstance(outer, str)
    return Prefetch(
        OwnProductGrant, column, outer, _grants_held, ("rights",), is_present=_has_grants, ties=tuple(further)
    )


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
"""Stands for the product concerned: any of those with equal values."""


def _known_servings(viewer: Viewer, row: Any) -> Iterator[Serving]:
    for partner, assigned in row.complete:
        yield Serving(complete=True, product_rights={}, assignment=_assignment(viewer, partner, assigned))
    for rights, partner, assigned in row.accesses:
        granted = {_THE_PRODUCT: [ProductRight(right) for right in rights]}
        yield Serving(complete=False, product_rights=granted, assignment=_assignment(viewer, partner, assigned))


def _assignment(viewer: Viewer, partner: str, assigned: list[str] | None) -> list[AssignmentRight] | None:
    """The assignment that limits the viewer in serving through this partner. None if they lead it."""
    standing = viewer.membership_in(UUID(partner))
    if standing is not None and standing.leads:
        return None
    return [AssignmentRight(right) for right in assigned or ()]


def _known_standing(viewer: Viewer, organisation_id: UUID | None) -> ViewerMembership | None:
    return None if organisation_id is None else viewer.membership_in(organisation_id)


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
    rights = usable(viewer, rights_through(ways_on_sides(*sides, row.initiated_by)))
    return frozenset(right for right in rights if is_possible_now(right, row))


RIGHTS_ON_ORGANISATION: Final = Computed(
    _known_rights_on_organisation,
    partial={"id": of_own_organisation("id")},
    prefetch={"servings": Prefetch(Partnership, "customer_id", "id", serves_or_none, ())},
)
RIGHTS_ON_PRODUCT: Final = Computed(
    _known_rights_on_product,
    partial={"organisation_id": of_own_organisation("organisation_id")},
    prefetch={
        "complete": Prefetch(
            Partnership,
            "customer_id",
            "organisation_id",
            _serves_completely,
            ("partner_id",),
            joined=(_BY_ASSIGNMENT,),
        ),
        "accesses": Prefetch(
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
        "own_grants": _covering(COVERAGE_COLUMNS[0]),
        "category_grants": _covering(COVERAGE_COLUMNS[1]),
    },
)
RIGHTS_ON_PARTNERSHIP: Final = Computed(
    _known_rights_on_partnership,
    ("access_type", "status", "initiated_by"),
    partial={"customer_id": of_own_organisation("customer_id"), "partner_id": _of_served_partner},
)
