"""Row policies of partnerships and everything that belongs to them."""

from typing import Final

from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models.conditions import Among, Exists, equals
from server.models.partnerships.assignments import EmployeeAssignment
from server.models.partnerships.customer_notes import CustomerNote
from server.models.partnerships.partnerships import (
    AccessChangeRequest,
    CustomerInvitation,
    Partnership,
    ProductAccess,
    RequestedProduct,
)
from server.models.partnerships.receipts import Receipt
from server.models.people.users import User
from server.models.visibility.clauses import (
    NO_ROW,
    Policies,
    allowed_customer,
    for_employees,
    led_side,
    sees_partnership,
    serves_customer,
    through_partnership,
)


def _assignments(viewer: Viewer) -> Q:
    """The partner's legal representatives and administrators see all, an employee only their own."""
    led = Q(Among("partner_id", viewer.led_organisation_ids), allowed_customer(viewer))
    own = Among("membership_id", viewer.employee_membership_ids) & Exists(
        Partnership, serves_customer(viewer), id="partnership_id"
    )
    return Exists(Partnership, led, id="partnership_id") | for_employees(viewer, own)


def _customer_notes(viewer: Viewer) -> Q:
    """The partner's leaders and those who serve the customer see it; the customer and the staff never (M46)."""
    led = Among("partner_id", viewer.led_organisation_ids) & allowed_customer(viewer)
    return Exists(Partnership, led | serves_customer(viewer), id="partnership_id")


def _receipts(viewer: Viewer) -> Q:
    """Both sides' legal representatives and administrators (D17)."""
    return Exists(Partnership, led_side(viewer), id="partnership_id")


def _customer_invitations(viewer: Viewer) -> Q:
    """The partner's legal representatives and administrators see its requests; a person sees those to their address."""
    if viewer.token is not None:
        everybody = viewer.token.customer_ids is None
        return Among("partner_id", viewer.led_organisation_ids) if everybody else NO_ROW
    own = Exists(User, equals("id", viewer.user_id), email="email")
    return Among("partner_id", viewer.led_organisation_ids) | own


POLICIES: Final[Policies] = {
    AccessChangeRequest: (NO_ROW, Scope.PARTNERSHIPS_READ, through_partnership),
    CustomerInvitation: (NO_ROW, Scope.PARTNERSHIPS_READ, _customer_invitations),
    CustomerNote: (NO_ROW, Scope.PARTNERSHIPS_READ, _customer_notes),
    EmployeeAssignment: (NO_ROW, Scope.ASSIGNMENTS_READ, _assignments),
    Partnership: (NO_ROW, Scope.PARTNERSHIPS_READ, sees_partnership),
    ProductAccess: (NO_ROW, Scope.PARTNERSHIPS_READ, through_partnership),
    Receipt: (NO_ROW, Scope.PARTNERSHIPS_READ, _receipts),
    RequestedProduct: (NO_ROW, Scope.PARTNERSHIPS_READ, through_partnership),
}

SHOWN_BY: Final[dict[tuple[type[Model], str], Scope]] = {
    (Partnership, "customer_id"): Scope.ORGANISATION_READ,
    (Partnership, "partner_id"): Scope.ORGANISATION_READ,
}
"""Columns whose target is visible to anyone who sees the row, with the scope a token needs (`_organisations`)."""
