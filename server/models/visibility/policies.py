"""Which rows exist for a viewer?

The only place that says so. A policy has two parts. *Reach* is what the viewer has in an
organisation, decided by the organisation's id alone: everything (`reaches_whole`), or something
through partnerships. The *row's own part* is looked at only where the reach is not whole. Every
condition is correlated and indexed: its cost follows the answer, not the number of rows that a
viewer may see in all.

`domain/access.py` says the same of values in Python.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW, Among, AtMost, Exists, Reach, equals
from server.models.oversight.audit_log import AuditEvent
from server.models.oversight.exports import Export
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
from server.models.people.member_invitations import MemberInvitation
from server.models.people.memberships import Membership
from server.models.people.organisations import Organisation
from server.models.people.teams import Team, TeamMember
from server.models.people.tokens import ApiToken
from server.models.people.users import User
from server.models.products.catalogue import CatalogueItem
from server.models.products.own_product_grants import OwnProductGrant
from server.models.products.pending_actions import PendingAction
from server.models.products.products import Product
from server.models.support.support_access import SupportAccessGrant

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
    active = Q(status=PartnershipStatus.ACTIVE) & allowed_customer(viewer)
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


def grants_held(viewer: Viewer) -> Q:
    """Of an organisation's grants to its own people: those that hold for the viewer or one of their teams."""
    mine = Among("membership_id", viewer.grantee_membership_ids)
    in_team = Exists(TeamMember, Among("membership_id", viewer.grantee_membership_ids), team_id="team_id")
    return Q(revoked_at__isnull=True) & (mine | in_team)


COVERING: Final[tuple[dict[str, str | AtMost], ...]] = (
    {"product_id": "id", "organisation_id": "organisation_id"},
    {"organisation_id": "organisation_id", "category": "category", "covers_until": AtMost("created_at")},
)
"""How a grant to an organisation's own people is tied to the products it covers: one by one, and by category (M12)."""


def _product_is_own(viewer: Viewer) -> Q:
    """Of products: those that their organisation opened to the viewer, one by one or by category (M12)."""
    held = grants_held(viewer)
    one, by_category = (Exists(OwnProductGrant, held, **ties) for ties in COVERING)
    # Said beside what the grants say: the products of others are not looked at.
    return Among("organisation_id", viewer.organisation_ids) & (one | by_category)


def _products(viewer: Viewer) -> Q:
    own = _product_is_granted(viewer)
    if viewer.grantee_membership_ids:
        own |= _product_is_own(viewer)
    return Reach("organisation_id", lambda key: reaches_whole(viewer, key), own)


def _led_side(viewer: Viewer) -> Q:
    """Of what names a customer and a partner: where the viewer leads one of the two (`leads_a_side`)."""
    as_partner = Among("partner_id", viewer.led_organisation_ids) & allowed_customer(viewer)
    return Among("customer_id", viewer.led_organisation_ids) | as_partner


def _partnerships(viewer: Viewer) -> Q:
    return _led_side(viewer) | serves(viewer)


def _through_partnership(viewer: Viewer) -> Q:
    return Exists(Partnership, _partnerships(viewer), id="partnership_id")


def _organisations(viewer: Viewer) -> Q:
    """Own organisations, and both sides of every partnership that the viewer sees."""
    as_customer = Exists(Partnership, _partnerships(viewer), customer_id="id")
    as_partner = Exists(Partnership, _partnerships(viewer), partner_id="id")
    return Among("id", viewer.organisation_ids) | as_customer | as_partner


def _memberships(viewer: Viewer) -> Q:
    own = equals("user_id", viewer.user_id) & Q(status=MembershipStatus.ACTIVE)
    return own & Among("organisation_id", viewer.organisation_ids) | _of_led_organisation(viewer)


def _of_led_organisation(viewer: Viewer) -> Q:
    return Among("organisation_id", viewer.led_organisation_ids)


def _teams(viewer: Viewer) -> Q:
    return _of_led_organisation(viewer) & Q(deleted_at__isnull=True)


def _team_members(viewer: Viewer) -> Q:
    return Exists(Team, _teams(viewer), id="team_id")


def _users(viewer: Viewer) -> Q:
    """Oneself, and the members of organisations one leads, as far as a token may read members."""
    oneself = equals("id", viewer.user_id)
    if not viewer.has_scope(Scope.MEMBERS_READ):
        return oneself
    led = Among("organisation_id", viewer.led_organisation_ids) & ~Q(status=MembershipStatus.REMOVED)
    return oneself | Exists(Membership, led, user_id="id")


def _assignments(viewer: Viewer) -> Q:
    """The partner's legal representatives and administrators see all, an employee their own."""
    led = Q(Among("partner_id", viewer.led_organisation_ids), allowed_customer(viewer))
    own = Among("membership_id", viewer.employee_membership_ids) & Exists(
        Partnership, serves(viewer), id="partnership_id"
    )
    return Exists(Partnership, led, id="partnership_id") | _for_employees(viewer, own)


def _customer_notes(viewer: Viewer) -> Q:
    """The partner's people who lead it or serve the customer; nobody of the customer, and none of the staff (M46)."""
    led = Among("partner_id", viewer.led_organisation_ids) & allowed_customer(viewer)
    return Exists(Partnership, led | serves(viewer), id="partnership_id")


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
    return on_behalf | in_its_name & _forallowed_customer(viewer)


def _exports(viewer: Viewer) -> Q:
    """Those one asked for, and all of organisations one leads."""
    own = equals("requested_by_id", viewer.user_id) & Among("organisation_id", viewer.organisation_ids)
    return own | _of_led_organisation(viewer)


def _forallowed_customer(viewer: Viewer) -> Q:
    """Of acts: those for no customer, or for one whom the token in use is not kept away from."""
    if viewer.token is None or (viewer.token.customer_ids is None and not viewer.token.excluded_ids):
        return EVERY_ROW
    return Q(on_behalf_of_id__isnull=True) | _allowed(viewer, "on_behalf_of_id")


def _receipts(viewer: Viewer) -> Q:
    """Both sides' legal representatives and administrators (D17)."""
    return Exists(Partnership, _led_side(viewer), id="partnership_id")


def _pending_actions(viewer: Viewer) -> Q:
    """Both sides' legal representatives and administrators; an employee what they asked, while they serve (E34)."""
    own = equals("requested_by_id", viewer.user_id) & Exists(Partnership, serves(viewer), id="partnership_id")
    return _led_side(viewer) | _for_employees(viewer, own)


def _support_access_grants(viewer: Viewer) -> Q:
    """People see their own, the programme's staff everybody's; a token none (M39)."""
    if viewer.token is not None:
        return NO_ROW
    return equals("user_id", viewer.user_id) | Exists(User, equals("id", viewer.user_id) & Q(is_staff=True))


def allowed_customer(viewer: Viewer) -> Q:
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


_PUBLIC_PARTNERS: Final = Q(partner_status__in=sorted(INVITABLE_PARTNERS))


def _customer_invitations(viewer: Viewer) -> Q:
    """The partner's legal representatives and administrators see theirs, and people those to their own address."""
    if viewer.token is not None:
        everybody = viewer.token.customer_ids is None
        return Among("partner_id", viewer.led_organisation_ids) if everybody else NO_ROW
    own = Exists(User, equals("id", viewer.user_id), email="email")
    return Among("partner_id", viewer.led_organisation_ids) | own


POLICIES: Final[dict[type[Model], tuple[Q, Scope | None, Policy]]] = {
    AccessChangeRequest: (NO_ROW, Scope.PARTNERSHIPS_READ, _through_partnership),
    ApiToken: (NO_ROW, None, _api_tokens),
    AuditEvent: (NO_ROW, Scope.AUDIT_READ, _audit_events),
    CatalogueItem: (Q(is_sellable=True), None, lambda viewer: Q(is_sellable=True)),
    CustomerInvitation: (NO_ROW, Scope.PARTNERSHIPS_READ, _customer_invitations),
    CustomerNote: (NO_ROW, Scope.PARTNERSHIPS_READ, _customer_notes),
    EmployeeAssignment: (NO_ROW, Scope.ASSIGNMENTS_READ, _assignments),
    Export: (NO_ROW, Scope.EXPORTS_CREATE, _exports),
    MemberInvitation: (NO_ROW, Scope.MEMBERS_READ, _of_led_organisation),
    Membership: (NO_ROW, Scope.MEMBERS_READ, _memberships),
    Organisation: (_PUBLIC_PARTNERS, Scope.ORGANISATION_READ, _organisations),
    OwnProductGrant: (NO_ROW, Scope.MEMBERS_READ, _of_led_organisation),
    Partnership: (NO_ROW, Scope.PARTNERSHIPS_READ, _partnerships),
    PendingAction: (NO_ROW, Scope.PRODUCTS_READ, _pending_actions),
    Product: (NO_ROW, Scope.PRODUCTS_READ, _products),
    ProductAccess: (NO_ROW, Scope.PARTNERSHIPS_READ, _through_partnership),
    Receipt: (NO_ROW, Scope.PARTNERSHIPS_READ, _receipts),
    RequestedProduct: (NO_ROW, Scope.PARTNERSHIPS_READ, _through_partnership),
    SupportAccessGrant: (NO_ROW, None, _support_access_grants),
    Team: (NO_ROW, Scope.MEMBERS_READ, _teams),
    TeamMember: (NO_ROW, Scope.MEMBERS_READ, _team_members),
    User: (NO_ROW, None, _users),
}
"""For each model: what everybody sees, the scope a token needs, and what the viewer sees beyond."""

SHOWN_BY: Final[dict[tuple[type[Model], str], Scope]] = {
    (Partnership, "customer_id"): Scope.ORGANISATION_READ,
    (Partnership, "partner_id"): Scope.ORGANISATION_READ,
}
"""Columns of rows whose visibility alone shows what they name, with the scope a token needs (`_organisations`)."""
