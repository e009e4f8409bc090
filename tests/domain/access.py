"""Viewers and partnerships as values, for the rules about rights."""

from dataclasses import dataclass
from uuid import UUID

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.rights import Right, Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership

USER, TOKEN, MEMBERSHIP, COLLEAGUE = (UUID(int=place) for place in range(1, 5))
CUSTOMER, PARTNER, OTHER_CUSTOMER, FOREIGN = (UUID(int=place) for place in range(10, 14))
PRODUCT, OTHER_PRODUCT = UUID(int=20), UUID(int=21)
LIMITED, COMPLETE = AccessType.LIMITED, AccessType.COMPLETE
ACTIVE = PartnershipStatus.ACTIVE
ROLES = {"L": Role.LEGAL_REPRESENTATIVE, "A": Role.ADMINISTRATOR, "E": Role.EMPLOYEE, "X": Role.EXTERNAL}


@dataclass(frozen=True)
class Partnership:
    """The facts of one partnership."""

    access_type: AccessType = LIMITED
    status: PartnershipStatus = ACTIVE
    customer_id: UUID = CUSTOMER
    partner_id: UUID = PARTNER
    initiated_by: Side = Side.CUSTOMER


def member(**roles: str) -> Viewer:
    """Who has these roles, each a letter of the tables or a dash."""
    places = {"customer": CUSTOMER, "partner": PARTNER, "other_customer": OTHER_CUSTOMER}
    memberships = [
        ViewerMembership(MEMBERSHIP, places[place], ROLES[role]) for place, role in roles.items() if role != "-"
    ]
    return Viewer(USER, tuple(memberships))


def token(role: str, *scopes: Scope, customers: set[UUID] | None = None) -> Viewer:
    """A token of somebody with this role in the partner."""
    allowed = None if customers is None else frozenset(customers)
    grant = TokenGrant(TOKEN, PARTNER, frozenset(scopes), allowed)
    return Viewer(USER, (ViewerMembership(MEMBERSHIP, PARTNER, ROLES[role]),), grant)


def parse_rights(cell: str) -> set[Right]:
    return {Right(name) for name in cell.split()}
