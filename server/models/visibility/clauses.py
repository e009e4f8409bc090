"""Clauses shared by the policies of several wings: whom a viewer serves, leads or may reach."""

from collections.abc import Callable
from typing import Final

from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW, Among, Exists, Never
from server.models.partnerships.assignments import EmployeeAssignment
from server.models.partnerships.partnerships import Partnership

Policy = Callable[[Viewer], Q]
Policies = dict[type[Model], tuple[Q, Scope | None, Policy]]
"""For each model: what everyone sees, the scope a token needs, and what else the viewer sees."""

NO_ROW: Final = Never()


def serves_customer(viewer: Viewer) -> Q:
    """Partnerships through which the viewer currently serves the customer."""
    active = Q(status=PartnershipStatus.ACTIVE) & allowed_customer(viewer)
    assigned = Exists(
        EmployeeAssignment,
        Among("membership_id", viewer.employee_membership_ids) & Q(ended_at__isnull=True),
        partnership_id="id",
    )
    return active & (Among("partner_id", viewer.led_organisation_ids) | for_employees(viewer, assigned))


def reaches_whole(viewer: Viewer, organisation_id: str) -> Q:
    """Whether the viewer has access to everything in the organisation that this column names."""
    complete = Exists(Partnership, Q(access_type="COMPLETE") & serves_customer(viewer), customer_id=organisation_id)
    return Among(organisation_id, viewer.led_organisation_ids) | complete


def led_side(viewer: Viewer) -> Q:
    """Rows with a customer and a partner of which the viewer leads one (`leads_a_side`)."""
    as_partner = Among("partner_id", viewer.led_organisation_ids) & allowed_customer(viewer)
    return Among("customer_id", viewer.led_organisation_ids) | as_partner


def sees_partnership(viewer: Viewer) -> Q:
    return led_side(viewer) | serves_customer(viewer)


def through_partnership(viewer: Viewer) -> Q:
    return Exists(Partnership, sees_partnership(viewer), id="partnership_id")


def of_led_organisation(viewer: Viewer) -> Q:
    return Among("organisation_id", viewer.led_organisation_ids)


def allowed_customer(viewer: Viewer) -> Q:
    """Partnerships whose customer the token in use may reach."""
    return is_allowed_customer(viewer, "customer_id")


def is_allowed_customer(viewer: Viewer, customer: str) -> Q:
    """The same for the customer that this column names. Empty if the token has no restriction."""
    token, allowed = viewer.token, EVERY_ROW
    if token is not None and token.customer_ids is not None:
        allowed &= Among(customer, token.customer_ids)
    if token is not None and token.excluded_ids:
        allowed &= ~Among(customer, token.excluded_ids)
    return allowed


def for_employees(viewer: Viewer, condition: Q) -> Q:
    """Omits the condition for a viewer who is not an employee anywhere."""
    return condition if viewer.employee_membership_ids else NO_ROW
