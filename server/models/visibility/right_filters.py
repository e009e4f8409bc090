"""Right filters: SQL conditions for the rows on which a viewer has a right.

They guard fields that only some of those who see a row may see.
"""

from collections.abc import Mapping
from typing import Any

from tortoise.expressions import Q

from server.domain.partnerships.partnerships import Side, required_proposer
from server.domain.rights import CUSTOMER_SIDE, MANAGED_CUSTOMER, OWN_ORGANISATION, PARTNER_SIDE, Right, Role
from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW, Among, Exists
from server.models.partnerships.partnerships import Partnership
from server.models.visibility.clauses import allowed_customer, serves_customer

# `Any` below: a viewer template has bound parameters for values.


def where_right_on_organisation(viewer: Viewer, right: Right) -> Q:
    """Organisations on which the viewer's roles and partnerships give the right."""
    own = Among("id", organisations_with_right(viewer, right, OWN_ORGANISATION))
    if right not in MANAGED_CUSTOMER:
        return own
    return own | Exists(Partnership, serves_customer(viewer), customer_id="id")


def where_right_on_partnership(viewer: Viewer, right: Right) -> Q:
    """Partnerships on which the viewer's roles on either side give the right."""
    as_partner = Among("partner_id", organisations_with_right(viewer, right, PARTNER_SIDE)) & _where_proposed_by(
        right, Side.PARTNER
    )
    as_customer = Among("customer_id", organisations_with_right(viewer, right, CUSTOMER_SIDE)) & _where_proposed_by(
        right, Side.CUSTOMER
    )
    return as_customer | as_partner & allowed_customer(viewer)


def _where_proposed_by(right: Right, side: Side) -> Q:
    """Partnerships proposed by the side that this right on `side` requires."""
    by = required_proposer(right, side)
    return Q(initiated_by=by) if by else EVERY_ROW


def organisations_with_right(viewer: Viewer, right: Right, table: Mapping[Role, frozenset[Right]]) -> Any:
    """The organisations in which the viewer's role gives the right, according to this table."""
    roles = frozenset(role for role, rights in table.items() if right in rights)
    return viewer.organisations_as(roles)
