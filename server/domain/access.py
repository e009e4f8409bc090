"""What does a viewer reach in an organisation, and what may they do with what they reach?

`models/visibility.py` says the same in SQL; a property test over random worlds holds the two together.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from server.domain.partnerships import AccessType, PartnershipStatus, Side, proposed_by
from server.domain.rights import (
    BY_ASSIGNMENT_RIGHT,
    BY_PRODUCT_RIGHT,
    CUSTOMER_SIDE,
    MANAGED_CUSTOMER,
    OWN_ORGANISATION,
    OWN_PRODUCT,
    PARTNER_SIDE,
    AssignmentRight,
    ProductRight,
    Right,
    Role,
)
from server.domain.viewer import Standing, Viewer

NOTHING: frozenset[Right] = frozenset()


class PartnershipFacts(Protocol):
    """What a rule needs to know of a partnership. Models satisfy it as they are."""

    @property
    def customer_id(self) -> UUID: ...
    @property
    def partner_id(self) -> UUID: ...
    @property
    def access_type(self) -> AccessType: ...
    @property
    def status(self) -> PartnershipStatus: ...
    @property
    def initiated_by(self) -> Side: ...


@dataclass(frozen=True)
class Serving:
    """An active partnership through which the viewer serves a customer.

    `assignment` is None for legal representatives and administrators of the partner, who are
    limited by nothing but the customer's grant.
    """

    complete: bool
    product_rights: Mapping[UUID, Collection[ProductRight]]
    assignment: Collection[AssignmentRight] | None = None

    def rights_on(self, product_id: UUID) -> frozenset[Right]:
        """The customer's grant, cut down to the employee's assignment; never more (R7, R8, E33)."""
        granted = set(ProductRight) if self.complete else self.product_rights.get(product_id, ())
        held = NOTHING.union(*(BY_PRODUCT_RIGHT[right] for right in granted))
        if self.assignment is None:
            return held
        return held & NOTHING.union(*(BY_ASSIGNMENT_RIGHT[right] for right in self.assignment))


@dataclass(frozen=True)
class Reach:
    """What a viewer has in one organisation: their own standing, and the partnerships they serve it through."""

    standing: Standing | None = None
    servings: tuple[Serving, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every product of the organisation is reached, without looking at the product."""
        leads = self.standing is not None and self.standing.leads
        return leads or any(serving.complete for serving in self.servings)

    def rights_on_product(self, product_id: UUID, granted: Collection[ProductRight] = ()) -> frozenset[Right]:
        """The rights on one product of the organisation; empty means that it does not exist for the viewer.

        `granted` is what the organisation gave them on it, as one of its own people or through their teams.
        """
        return self._own_rights(granted).union(*(serving.rights_on(product_id) for serving in self.servings))

    def _own_rights(self, granted: Collection[ProductRight]) -> frozenset[Right]:
        """Who leads holds everything; another member what they were granted (M12)."""
        if self.standing is None:
            return NOTHING
        if self.standing.leads:
            return OWN_PRODUCT
        return NOTHING.union(*(BY_PRODUCT_RIGHT[right] for right in granted))

    def rights_on_organisation(self) -> frozenset[Right]:
        own = OWN_ORGANISATION[self.standing.role] if self.standing else NOTHING
        return own | (MANAGED_CUSTOMER if self.servings else NOTHING)


def serves(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> bool:
    """Whether the viewer serves the customer of this partnership.

    `assigned` are the memberships assigned to it. Legal representatives and administrators of the
    partner serve every customer; employees those they are assigned to; nobody serves before the
    invitation is accepted or after the end, nor a customer the token in use is kept away from.
    """
    standing = viewer.standing_in(partnership.partner_id)
    if standing is None or partnership.status is not PartnershipStatus.ACTIVE:
        return False
    if not viewer.may_serve(partnership.customer_id):
        return False
    return standing.leads or (standing.role is Role.EMPLOYEE and standing.membership_id in assigned)


def reach(viewer: Viewer, organisation_id: UUID, servings: Iterable[Serving]) -> Reach:
    """What the viewer has in the organisation, given the partnerships through which they serve it."""
    return Reach(viewer.standing_in(organisation_id), tuple(servings))


def sees_partnership(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> bool:
    """Both sides' legal representatives and administrators, whatever its status; an employee while they serve it."""
    customer = viewer.standing_in(partnership.customer_id)
    if customer is not None and customer.leads:
        return True
    partner = viewer.standing_in(partnership.partner_id)
    leads_partner = partner is not None and partner.leads and viewer.may_serve(partnership.customer_id)
    return leads_partner or serves(viewer, partnership, assigned)


def partnership_rights(viewer: Viewer, partnership: PartnershipFacts) -> frozenset[Right]:
    """What the viewer's roles on either side give on a partnership they see, before its state is looked at."""
    customer = viewer.standing_in(partnership.customer_id)
    partner = viewer.standing_in(partnership.partner_id)
    rights = _on_side(CUSTOMER_SIDE, customer, partnership, Side.CUSTOMER)
    if viewer.may_serve(partnership.customer_id):
        rights |= _on_side(PARTNER_SIDE, partner, partnership, Side.PARTNER)
    return rights


def side_of(viewer: Viewer, right: Right, partnership: PartnershipFacts) -> Side:
    """For which side somebody acts who holds a right on a partnership: the customer's where it gives the right."""
    customer = viewer.standing_in(partnership.customer_id)
    by_customer = right in _on_side(CUSTOMER_SIDE, customer, partnership, Side.CUSTOMER)
    return Side.CUSTOMER if by_customer else Side.PARTNER


def _on_side(
    table: Mapping[Role, frozenset[Right]], standing: Standing | None, partnership: PartnershipFacts, side: Side
) -> frozenset[Right]:
    """What a role on one side gives; a proposal is answered by one side, and withdrawn by the other."""
    held = table.get(standing.role, NOTHING) if standing else NOTHING
    return frozenset(right for right in held if proposed_by(right, side) in (None, partnership.initiated_by))


def usable(viewer: Viewer, rights: frozenset[Right]) -> frozenset[Right]:
    """The rights that the credential in use lets the viewer exercise."""
    return frozenset(right for right in rights if viewer.may_use(right))
