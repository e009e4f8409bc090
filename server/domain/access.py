"""Access: what a viewer reaches in an organisation, and what they may do with it.

A viewer has a right in one of several ways: as a member, or through a partnership. Each way is a chain of gates
(`gates.py`). The same gates explain a refusal (D1, D6).

`models/visibility/` says the same in SQL; a property test over random worlds compares the two.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from server.domain.gates import NOTHING, Gate, Link, Serving, Way, gate_if, own_grant_gate, rights_through
from server.domain.partnerships.partnerships import (
    OtherPartnership,
    PartnershipStatus,
    Side,
    required_proposer,
    rights_in_status,
    rights_with_access_type,
)
from server.domain.rights import (
    CUSTOMER_SIDE,
    MANAGED_CUSTOMER,
    OWN_ORGANISATION,
    OWN_PRODUCT,
    PARTNER_SIDE,
    ProductRight,
    Right,
    Role,
)
from server.domain.viewer import Viewer, ViewerMembership


class PartnershipFacts(OtherPartnership, Protocol):
    """The facts of a partnership that a rule needs. The models satisfy this protocol."""

    @property
    def customer_id(self) -> UUID: ...


_AS_LEADER: Final[Way] = (Gate(Link.MEMBERSHIP, OWN_PRODUCT),)
_NO_WAY: Final[Way] = (Gate(Link.MEMBERSHIP, NOTHING),)


@dataclass(frozen=True)
class Reach:
    """What a viewer has in one organisation: their own membership, and the partnerships through which they serve it."""

    membership: ViewerMembership | None = None
    servings: tuple[Serving, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the viewer reaches every product of the organisation, no matter which."""
        leads = self.membership is not None and self.membership.leads
        return leads or any(serving.complete for serving in self.servings)

    def ways_to_product(self, product_id: UUID, granted: Collection[ProductRight] = ()) -> list[Way]:
        """The ways to a product. `granted` are the rights granted to the viewer as a member or through teams."""
        return [self._own_way(granted), *(serving.way_to(product_id) for serving in self.servings)]

    def _own_way(self, granted: Collection[ProductRight]) -> Way:
        """A leader has all rights; another member those that were granted (M12)."""
        if self.membership is None:
            return _NO_WAY
        return _AS_LEADER if self.membership.leads else (*_AS_LEADER, own_grant_gate(frozenset(granted)))

    def ways_to_organisation(self) -> list[Way]:
        own = OWN_ORGANISATION[self.membership.role] if self.membership else NOTHING
        through = Gate(Link.PARTNERSHIP, MANAGED_CUSTOMER)
        return [(Gate(Link.MEMBERSHIP, own),), *((*serving.before, through) for serving in self.servings)]

    def rights_on_product(self, product_id: UUID, granted: Collection[ProductRight] = ()) -> frozenset[Right]:
        """The rights on one product of the organisation. Empty if it does not exist for the viewer."""
        return rights_through(self.ways_to_product(product_id, granted))

    def rights_on_organisation(self) -> frozenset[Right]:
        return rights_through(self.ways_to_organisation())


def serving_gates(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> Way:
    """The gates that decide whether the viewer serves the customer of this partnership.

    `assigned` are the memberships assigned to it. Legal representatives and administrators of the partner serve every
    customer; employees those they are assigned to. Nobody serves before the invitation is accepted, after the end, or a
    customer that the token in use may not reach.
    """
    membership = viewer.membership_in(partnership.partner_id)
    is_employee = membership is not None and membership.role is Role.EMPLOYEE
    gates = (
        gate_if(Link.MEMBERSHIP, membership is not None and (membership.leads or is_employee)),
        gate_if(Link.STATUS, partnership.status is PartnershipStatus.ACTIVE),
        gate_if(Link.TOKEN_CUSTOMERS, viewer.may_serve(partnership.customer_id)),
    )
    if membership is None or not is_employee:
        return gates
    return (*gates, gate_if(Link.ASSIGNMENT, membership.membership_id in assigned))


def serves_customer(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> bool:
    """Whether the viewer serves the customer of this partnership."""
    return all(passing for _, passing in serving_gates(viewer, partnership, assigned))


def reach(viewer: Viewer, organisation_id: UUID, servings: Iterable[Serving]) -> Reach:
    """What the viewer has in the organisation, given the partnerships through which they serve it."""
    return Reach(viewer.membership_in(organisation_id), tuple(servings))


def sees_partnership(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> bool:
    """Both sides' legal representatives and administrators, in any status; an employee while they serve it."""
    return leads_a_side(viewer, partnership) or serves_customer(viewer, partnership, assigned)


def sees_customer_note(viewer: Viewer, partnership: PartnershipFacts, assigned: Collection[UUID]) -> bool:
    """Whether the viewer may read the note (M46).

    The partner's leaders may, and employees who serve the customer; the customer never.
    """
    is_leader = leads_organisation(viewer, partnership.partner_id) and viewer.may_serve(partnership.customer_id)
    return is_leader or serves_customer(viewer, partnership, assigned)


def sees_pending_action(
    viewer: Viewer, partnership: PartnershipFacts, asked_by: UUID, assigned: Collection[UUID]
) -> bool:
    """Both sides' legal representatives and administrators; an employee only their own, while they serve (E34)."""
    is_own = viewer.user_id == asked_by and serves_customer(viewer, partnership, assigned)
    return leads_a_side(viewer, partnership) or is_own


def leads_a_side(viewer: Viewer, partnership: PartnershipFacts) -> bool:
    """Whether the viewer is a legal representative or administrator of one of the two, for this customer."""
    if leads_organisation(viewer, partnership.customer_id):
        return True
    return leads_organisation(viewer, partnership.partner_id) and viewer.may_serve(partnership.customer_id)


def leads_organisation(viewer: Viewer, organisation_id: UUID) -> bool:
    """Whether the viewer is a legal representative or administrator there."""
    membership = viewer.membership_in(organisation_id)
    return membership is not None and membership.leads


def sees_support_access(viewer: Viewer, user_id: UUID, *, is_staff: bool) -> bool:
    """People see the support access they gave, the programme's staff see all, and a token sees none (M39)."""
    return viewer.token is None and (is_staff or viewer.user_id == user_id)


def ways_to_partnership(viewer: Viewer, partnership: PartnershipFacts) -> list[Way]:
    """The rights that the viewer's roles on either side give on a visible partnership, without regard to its state."""
    return ways_on_sides(
        viewer.membership_in(partnership.customer_id),
        viewer.membership_in(partnership.partner_id),
        partnership.initiated_by,
        may_serve=viewer.may_serve(partnership.customer_id),
    )


def ways_on_sides(
    customer: ViewerMembership | None, partner: ViewerMembership | None, initiated_by: Side, *, may_serve: bool = True
) -> list[Way]:
    """The same for the viewer's roles on either side. `may_serve` says whether their token may reach this customer."""
    ways = list[Way]()
    if customer is not None:
        ways.append(_way_on_side(CUSTOMER_SIDE, customer, initiated_by, Side.CUSTOMER))
    if partner is not None:
        token = gate_if(Link.TOKEN_CUSTOMERS, may_serve)
        ways.append((*_way_on_side(PARTNER_SIDE, partner, initiated_by, Side.PARTNER), token))
    return ways


def _way_on_side(
    table: Mapping[Role, frozenset[Right]], membership: ViewerMembership, initiated_by: Side, side: Side
) -> Way:
    """The rights of a role on one side. One side answers a proposal, and the other withdraws it."""
    return Gate(Link.MEMBERSHIP, table.get(membership.role, NOTHING)), _proposal_gate(side, initiated_by)


@lru_cache
def _proposal_gate(side: Side, initiated_by: Side) -> Gate:
    """The rights of one side on a proposal of this side."""
    passing = frozenset(right for right in Right if required_proposer(right, side) in (None, initiated_by))
    return Gate(Link.PROPOSAL, passing)


def partnership_rights(viewer: Viewer, partnership: PartnershipFacts) -> frozenset[Right]:
    """The rights that the viewer's roles give on a visible partnership, without regard to its state."""
    return rights_through(ways_to_partnership(viewer, partnership))


def state_gates(partnership: PartnershipFacts) -> Way:
    """The gates of a partnership's state: its status and its access type."""
    return (
        Gate(Link.STATUS, rights_in_status(partnership.status)),
        Gate(Link.ACCESS_TYPE, rights_with_access_type(partnership.access_type)),
    )


def credential_gate(viewer: Viewer) -> Gate:
    """The gate of the credential in use."""
    return Gate(Link.SCOPE, viewer.usable_rights)


def side_of(viewer: Viewer, right: Right, partnership: PartnershipFacts) -> Side:
    """The side on which someone with a right on a partnership acts: the customer's, if it gives the right."""
    customer = viewer.membership_in(partnership.customer_id)
    if customer is None:
        return Side.PARTNER
    by_customer = right in rights_through(
        [_way_on_side(CUSTOMER_SIDE, customer, partnership.initiated_by, Side.CUSTOMER)]
    )
    return Side.CUSTOMER if by_customer else Side.PARTNER


def usable_rights(viewer: Viewer, rights: frozenset[Right]) -> frozenset[Right]:
    """Those of the rights that the credential in use allows."""
    return rights & credential_gate(viewer).passing
