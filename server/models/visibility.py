"""Which rows exist for a viewer?

The only place that says so. A policy has two parts. *Reach* is what the viewer has in an
organisation, decided by the organisation's id alone: everything (`reaches_whole`), or something
through partnerships. The *row's own part* is looked at only where the reach is not whole. Every
condition is correlated and indexed: its cost follows the answer, not the number of rows that a
viewer may see in all.

`domain/access.py` says the same of values in Python.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.domain.memberships import MembershipStatus
from server.domain.organisations import INVITABLE_PARTNERS
from server.domain.partnerships import PartnershipStatus
from server.domain.rights import CUSTOMER_SIDE, MANAGED_CUSTOMER, OWN_ORGANISATION, PARTNER_SIDE, Right, Role, Scope
from server.domain.viewer import Viewer
from server.models.assignments import EmployeeAssignment
from server.models.audit import AuditEvent
from server.models.catalogue import CatalogueItem
from server.models.conditions import EVERY_ROW, Among, Exists, Reach, equals
from server.models.memberships import Membership
from server.models.organisations import Organisation
from server.models.partnerships import Partnership, ProductAccess, RequestedProduct
from server.models.products import Product
from server.models.receipts import Receipt
from server.models.tokens import ApiToken
from server.models.users import User

ModelT = TypeVar("ModelT", bound=Model)
Policy = Callable[[Viewer], Q]

NO_ROW: Final = Q(id__isnull=True)


def visible(model: type[ModelT], viewer: Viewer | None) -> QuerySet[ModelT]:
    """The rows of `model` that exist for this viewer; None is somebody who is not signed in."""
    return model.filter(row_policy(model, viewer))


def row_policy(model: type[Model], viewer: Viewer | None) -> Q:
    """The condition behind `visible`, for statements that are put together elsewhere.

    Raises KeyError for a model without a policy: what nobody said to be visible does not load.
    """
    public, scope, policy = POLICIES[model]
    if viewer is None or not (scope is None or viewer.has_scope(scope)):
        return public
    return policy(viewer) if public is NO_ROW else public | policy(viewer)


def policy_through(model: type[Model], viewer: Viewer | None, seen: type[Model], column: str) -> Q:
    """The policy for a row that `column` of a visible row of `seen` names: seeing the one may show the other."""
    scope = SHOWN_BY.get((seen, column))
    if viewer is not None and scope is not None and viewer.has_scope(scope):
        return EVERY_ROW
    return row_policy(model, viewer)


def serves(viewer: Viewer) -> Q:
    """Of partnerships: those through which the viewer serves the customer now."""
    active = Q(status=PartnershipStatus.ACTIVE) & _allowed_customer(viewer)
    assigned = Exists(
        EmployeeAssignment,
        Among("membership_id", viewer.employee_membership_ids) & Q(ended_at__isnull=True),
        partnership_id="id",
    )
    return active & (Among("partner_id", viewer.led_organisation_ids) | _for_employees(viewer, assigned))


def reaches_whole(viewer: Viewer, organisation_id: str) -> Q:
    """Whether the viewer reaches everything in the organisation that this column names."""
    complete = Exists(Partnership, Q(access_type="COMPLETE") & serves(viewer), customer_id=organisation_id)
    return Among(organisation_id, viewer.led_organisation_ids) | complete


def _product_is_granted(viewer: Viewer) -> Q:
    """Of products: those that a partnership gives one by one. The row's own part."""
    partnership = Exists(Partnership, Q(access_type="LIMITED") & serves(viewer), id="partnership_id")
    return Exists(ProductAccess, Q(revoked_at__isnull=True) & partnership, product_id="id")


def _products(viewer: Viewer) -> Q:
    return Reach("organisation_id", lambda key: reaches_whole(viewer, key), _product_is_granted(viewer))


def _partnerships(viewer: Viewer) -> Q:
    as_customer = Among("customer_id", viewer.led_organisation_ids)
    as_partner = Among("partner_id", viewer.led_organisation_ids) & _allowed_customer(viewer)
    return as_customer | as_partner | serves(viewer)


def _through_partnership(viewer: Viewer) -> Q:
    return Exists(Partnership, _partnerships(viewer), id="partnership_id")


def _organisations(viewer: Viewer) -> Q:
    """Own organisations, and both sides of every partnership that the viewer sees."""
    as_customer = Exists(Partnership, _partnerships(viewer), customer_id="id")
    as_partner = Exists(Partnership, _partnerships(viewer), partner_id="id")
    return Among("id", viewer.organisation_ids) | as_customer | as_partner


def _memberships(viewer: Viewer) -> Q:
    own = equals("user_id", viewer.user_id) & Q(status=MembershipStatus.ACTIVE)
    return own & Among("organisation_id", viewer.organisation_ids) | Among(
        "organisation_id", viewer.led_organisation_ids
    )


def _users(viewer: Viewer) -> Q:
    """Oneself, and the members of organisations one leads, as far as a token may read members."""
    oneself = equals("id", viewer.user_id)
    if not viewer.has_scope(Scope.MEMBERS_READ):
        return oneself
    led = Among("organisation_id", viewer.led_organisation_ids) & ~Q(status=MembershipStatus.REMOVED)
    return oneself | Exists(Membership, led, user_id="id")


def _assignments(viewer: Viewer) -> Q:
    """The partner's legal representatives and administrators see all, an employee their own."""
    led = Q(Among("partner_id", viewer.led_organisation_ids), _allowed_customer(viewer))
    own = Among("membership_id", viewer.employee_membership_ids) & Exists(
        Partnership, serves(viewer), id="partnership_id"
    )
    return Exists(Partnership, led, id="partnership_id") | _for_employees(viewer, own)


def _api_tokens(viewer: Viewer) -> Q:
    """People see their own and, where they lead, everybody's; a token sees itself."""
    if viewer.token is not None:
        return equals("id", viewer.token.token_id)
    return equals("user_id", viewer.user_id) | Among("organisation_id", viewer.led_organisation_ids)


def _audit_events(viewer: Viewer) -> Q:
    """What was done for an organisation one leads, by whomever, and in its name; everybody's own acts (M43, E40)."""
    on_behalf = Among("on_behalf_of_id", viewer.led_organisation_ids)
    own = equals("actor_id", viewer.user_id) & Among("acting_organisation_id", viewer.organisation_ids)
    in_its_name = Among("acting_organisation_id", viewer.led_organisation_ids) | own
    return on_behalf | in_its_name & _for_allowed_customer(viewer)


def _for_allowed_customer(viewer: Viewer) -> Q:
    """Of acts: those for no customer, or for one whom the token in use is not kept away from."""
    if viewer.token is None or (viewer.token.customer_ids is None and not viewer.token.excluded_ids):
        return EVERY_ROW
    return Q(on_behalf_of_id__isnull=True) | _allowed(viewer, "on_behalf_of_id")


def _receipts(viewer: Viewer) -> Q:
    """Both sides' legal representatives and administrators (D17)."""
    as_partner = Among("partner_id", viewer.led_organisation_ids) & _allowed_customer(viewer)
    led = Among("customer_id", viewer.led_organisation_ids) | as_partner
    return Exists(Partnership, led, id="partnership_id")


def _allowed_customer(viewer: Viewer) -> Q:
    """Of partnerships: those whose customer the token in use is not kept away from."""
    return _allowed(viewer, "customer_id")


def _allowed(viewer: Viewer, customer: str) -> Q:
    """The same of the customer that this column names. Empty for whoever is kept away from none."""
    token, allowed = viewer.token, EVERY_ROW
    if token is not None and token.customer_ids is not None:
        allowed &= Among(customer, token.customer_ids)
    if token is not None and token.excluded_ids:
        allowed &= ~Among(customer, token.excluded_ids)
    return allowed


def _for_employees(viewer: Viewer, condition: Q) -> Q:
    """Leaves the condition out of the statement for a viewer who is nobody's employee."""
    return condition if viewer.employee_membership_ids else NO_ROW


def holds_on_organisation(viewer: Viewer, right: Right) -> Q:
    """Of organisations: those on which the viewer's roles and partnerships give the right."""
    own = Among("id", standings_with(viewer, right, OWN_ORGANISATION))
    if right not in MANAGED_CUSTOMER:
        return own
    return own | Exists(Partnership, serves(viewer), customer_id="id")


def holds_on_partnership(viewer: Viewer, right: Right) -> Q:
    """Of partnerships: those on which the viewer's roles on either side give the right."""
    as_partner = Among("partner_id", standings_with(viewer, right, PARTNER_SIDE))
    return Among("customer_id", standings_with(viewer, right, CUSTOMER_SIDE)) | as_partner & _allowed_customer(viewer)


def standings_with(viewer: Viewer, right: Right, table: Mapping[Role, frozenset[Right]]) -> Any:
    """The organisations in which the viewer's role gives the right, by this table."""
    roles = frozenset(role for role, rights in table.items() if right in rights)
    return viewer.organisations_as(roles)


_PUBLIC_PARTNERS: Final = Q(partner_status__in=sorted(INVITABLE_PARTNERS))

POLICIES: Final[dict[type[Model], tuple[Q, Scope | None, Policy]]] = {
    ApiToken: (NO_ROW, None, _api_tokens),
    AuditEvent: (NO_ROW, Scope.AUDIT_READ, _audit_events),
    CatalogueItem: (Q(is_sellable=True), None, lambda viewer: Q(is_sellable=True)),
    EmployeeAssignment: (NO_ROW, Scope.ASSIGNMENTS_READ, _assignments),
    Membership: (NO_ROW, Scope.MEMBERS_READ, _memberships),
    Organisation: (_PUBLIC_PARTNERS, Scope.ORGANISATION_READ, _organisations),
    Partnership: (NO_ROW, Scope.PARTNERSHIPS_READ, _partnerships),
    Product: (NO_ROW, Scope.PRODUCTS_READ, _products),
    ProductAccess: (NO_ROW, Scope.PARTNERSHIPS_READ, _through_partnership),
    Receipt: (NO_ROW, Scope.PARTNERSHIPS_READ, _receipts),
    RequestedProduct: (NO_ROW, Scope.PARTNERSHIPS_READ, _through_partnership),
    User: (NO_ROW, None, _users),
}
"""For each model: what everybody sees, the scope a token needs, and what the viewer sees beyond."""

SHOWN_BY: Final[dict[tuple[type[Model], str], Scope]] = {
    (Partnership, "customer_id"): Scope.ORGANISATION_READ,
    (Partnership, "partner_id"): Scope.ORGANISATION_READ,
}
"""Columns of rows whose visibility alone shows what they name, with the scope a token needs (`_organisations`)."""
