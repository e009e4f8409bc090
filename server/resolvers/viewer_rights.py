"""The viewer's rights on organisations, partnerships and products, declared once for both paths.

The engine reads the prefetched rows in its statement. The resolver path and the permission classes load them in
batches. All call the same function. Rows with equal values share one answer, so the values contain no id that
distinguishes rows: what depends on an id is decided by the condition.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import (
    Reach,
    partnership_rights,
    state_gates,
    usable_rights,
    ways_on_sides,
)
from server.domain.gates import Serving, Way, rights_through
from server.domain.partnerships.partnerships import AccessType
from server.domain.rights import AssignmentRight, ProductRight, Right
from server.domain.viewer import Viewer, ViewerMembership
from server.engine.declarations import Computed, Joined, Prefetch
from server.models import EmployeeAssignment, Organisation, OwnProductGrant, Partnership, Product, ProductAccess
from server.models.conditions import Among, AtMost
from server.models.visibility.clauses import NO_ROW, allowed_customer, serves_customer
from server.models.visibility.products import COVERAGE_COLUMNS, own_grants_in_force
from server.resolvers.batch_loading import compute
from server.resolvers.context import Context

# `Any` below: a row of a model, or the values declared of it.

Ways = Callable[[Viewer, Any], Sequence[Way]]

# Which rows are prefetched


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


def live_accesses(viewer: Viewer | None) -> Q:
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


BY_ASSIGNMENT: Final = Joined(
    EmployeeAssignment,
    "partnership_id",
    "id",
    _own_assignments,
    ("rights",),
    is_optional=True,
    is_present=lambda viewer: viewer is not None and bool(viewer.employee_membership_ids),
)
OWN_GRANTS: Final = {"own_grants": _covering(COVERAGE_COLUMNS[0]), "category_grants": _covering(COVERAGE_COLUMNS[1])}

# From the prefetched rows to ways and rights


def own_membership(viewer: Viewer, organisation_id: UUID | None) -> ViewerMembership | None:
    return None if organisation_id is None else viewer.membership_in(organisation_id)


_THE_PRODUCT: Final = UUID(int=0)
"""Stands for the product concerned: any of those with equal values."""


def serving_of(
    viewer: Viewer, partner: str, assigned: list[str] | None, granted: Collection[str] | None, before: Way = ()
) -> Serving:
    """What the viewer has through one partnership; `granted` is None for complete access."""
    membership = viewer.membership_in(UUID(partner))
    is_leader = membership is not None and membership.leads
    return Serving(
        complete=granted is None,
        product_rights={_THE_PRODUCT: [ProductRight(right) for right in granted or ()]},
        assignment=None if is_leader else [AssignmentRight(right) for right in assigned or ()],
        before=before,
    )


def _ways_to_organisation(viewer: Viewer, row: Any) -> list[Way]:
    servings = tuple(Serving(complete=False, product_rights={}) for _ in row.servings)
    return Reach(own_membership(viewer, row.id), servings).ways_to_organisation()


def _servings_of_product(viewer: Viewer, row: Any) -> Iterator[Serving]:
    for partner, assigned in row.complete:
        yield serving_of(viewer, partner, assigned, None)
    for rights, partner, assigned in row.accesses:
        yield serving_of(viewer, partner, assigned, rights)


def _ways_to_product(viewer: Viewer, row: Any) -> list[Way]:
    return ways_by(viewer, row, _servings_of_product(viewer, row))


def ways_by(viewer: Viewer, row: Any, servings: Iterator[Serving]) -> list[Way]:
    """The ways to a product by these partnerships, and by what its organisation granted its own people."""
    granted = {ProductRight(right) for (rights,) in (*row.own_grants, *row.category_grants) for right in rights}
    return Reach(own_membership(viewer, row.organisation_id), tuple(servings)).ways_to_product(_THE_PRODUCT, granted)


def ways_to_partnership(viewer: Viewer, row: Any, *, may_serve: bool = True) -> list[Way]:
    """The ways to rights on the partnership in its current state: which buttons to show."""
    sides = own_membership(viewer, row.customer_id), own_membership(viewer, row.partner_id)
    return [(*way, *state_gates(row)) for way in ways_on_sides(*sides, row.initiated_by, may_serve=may_serve)]


def _rights(ways: Ways) -> Callable[[Context, Any], frozenset[Right]]:
    """The rights that these ways let through, with the credential in use."""

    def rights(context: Context, row: Any) -> frozenset[Right]:
        viewer = context.viewer
        return usable_rights(viewer, rights_through(ways(viewer, row))) if viewer else frozenset()

    return rights


RIGHTS_ON_ORGANISATION: Final = Computed(
    _rights(_ways_to_organisation),
    partial={"id": of_own_organisation("id")},
    prefetch={"servings": Prefetch(Partnership, "customer_id", "id", serves_or_none, ())},
)
RIGHTS_ON_PRODUCT: Final = Computed(
    _rights(_ways_to_product),
    partial={"organisation_id": of_own_organisation("organisation_id")},
    prefetch={
        "complete": Prefetch(
            Partnership,
            "customer_id",
            "organisation_id",
            _serves_completely,
            ("partner_id",),
            joined=(BY_ASSIGNMENT,),
        ),
        "accesses": Prefetch(
            ProductAccess,
            "product_id",
            "id",
            live_accesses,
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
                replace(BY_ASSIGNMENT, near="partnership_id"),
            ),
        ),
        **OWN_GRANTS,
    },
)
RIGHTS_ON_PARTNERSHIP: Final = Computed(
    _rights(ways_to_partnership),
    ("access_type", "status", "initiated_by"),
    partial={"customer_id": of_own_organisation("customer_id"), "partner_id": _of_served_partner},
)


async def rights_on(context: Context, row: Organisation | Partnership | Product) -> frozenset[Right]:
    """The viewer's rights on the row, with the credential in use. The state of a partnership is not considered."""
    if isinstance(row, Partnership):
        return rights_on_partnership(context, row)
    return await compute(context, RIGHTS_ON_PRODUCT if isinstance(row, Product) else RIGHTS_ON_ORGANISATION, row)


def rights_on_partnership(context: Context, partnership: Partnership) -> frozenset[Right]:
    """The rights that the viewer's roles give on the partnership, without regard to its state."""
    viewer = context.viewer
    return usable_rights(viewer, partnership_rights(viewer, partnership)) if viewer else frozenset()
