"""The viewer's rights on organisations, partnerships and products: the facts for `domain/access.py`, in batches."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import (
    Reach,
    credential_gate,
    partnership_rights,
    reach,
    serving_gates,
    state_gates,
    usable,
    ways_to_partnership,
)
from server.domain.gates import Serving, Way
from server.domain.partnerships.partnerships import AccessType, is_possible_now
from server.domain.products.own_product_grants import granted_rights
from server.domain.rights import AssignmentRight, ProductRight, Right
from server.domain.viewer import Viewer
from server.models import EmployeeAssignment, Organisation, OwnProductGrant, Partnership, Product, ProductAccess
from server.models.conditions import OneOf
from server.models.visibility.clauses import serves_customer
from server.models.visibility.policies import row_policy
from server.models.visibility.products import own_grants_in_force
from server.resolvers.context import Context


async def rights_on_organisation(context: Context, organisation: Organisation) -> frozenset[Right]:
    """The viewer's rights on the organisation, with the credential in use."""
    viewer = context.viewer
    if viewer is None:
        return frozenset()

    async def load(ids: list[UUID]) -> list[Reach]:
        return await _reaches(viewer, ids)

    reached = await context.loader("reach", load).load(organisation.id)
    return usable(viewer, reached.rights_on_organisation())


async def rights_on_product(context: Context, product: Product) -> frozenset[Right]:
    """The viewer's rights on the product, with the credential in use."""
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
    """The rights that the viewer's roles give on the partnership, without regard to its state."""
    viewer = context.viewer
    return usable(viewer, partnership_rights(viewer, partnership)) if viewer else frozenset()


def rights_on_partnership_now(context: Context, partnership: Partnership) -> frozenset[Right]:
    """Those of the rights that exist in the partnership's current state: which buttons to show."""
    rights = rights_on_partnership(context, partnership)
    return frozenset(right for right in rights if is_possible_now(right, partnership))


async def ways_to(context: Context, row: Organisation | Partnership | Product) -> list[Way]:
    """The ways in which the viewer could have rights on this row, gate by gate."""
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
    """The partnerships of the viewer's partner organisations with these customers, served or not."""
    return (serves_customer(viewer) | row_policy(Partnership, viewer)) & OneOf("partner_id", viewer.organisation_ids)


async def _reaches(
    viewer: Viewer, organisation_ids: Sequence[UUID], product_ids: Collection[UUID] = (), through: Q | None = None
) -> list[Reach]:
    """One reach for each organisation, with rights only on these products. At most three statements."""
    customers = OneOf("customer_id", sorted(set(organisation_ids)))
    partnerships = await Partnership.filter(serves_customer(viewer) if through is None else through, customers)
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
    """The grants in force for the viewer as a member of these organisations. Leaders need none."""
    if not viewer.grantee_membership_ids:
        return []
    owners = sorted({product.organisation_id for product in products})
    return await OwnProductGrant.filter(own_grants_in_force(viewer), OneOf("organisation_id", owners))


def _memberships(viewer: Viewer, assignment: Collection[AssignmentRight] | None) -> list[UUID]:
    """The viewer's memberships, if one of them is assigned."""
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
    """The viewer's assignment in each partnership that they serve as an employee.

    If the assignment has ended since the partnerships were read it is empty, which means no rights, not all of them.
    """
    as_employee = [
        partnership.id
        for partnership in partnerships
        if (standing := viewer.membership_in(partnership.partner_id)) and not standing.leads
    ]
    if not as_employee:
        return {}
    own = OneOf("partnership_id", as_employee) & OneOf("membership_id", viewer.employee_membership_ids)
    assignments = await EmployeeAssignment.filter(own, ended_at__isnull=True)
    assigned = dict[UUID, list[AssignmentRight]]((id, []) for id in as_employee)
    for assignment in assignments:
        assigned[assignment.partnership_id] = [AssignmentRight(right) for right in assignment.rights]
    return assigned
