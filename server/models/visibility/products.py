"""Row policies of products, own product grants, pending actions and catalogue items."""

from typing import Final

from tortoise.expressions import Q

from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models.conditions import Among, AtMost, Exists, TwoPartPolicy, equals
from server.models.partnerships.partnerships import Partnership, ProductAccess
from server.models.people.teams import TeamMember
from server.models.products.catalogue import CatalogueItem
from server.models.products.own_product_grants import OwnProductGrant
from server.models.products.pending_actions import PendingAction
from server.models.products.products import Product
from server.models.visibility.clauses import (
    NO_ROW,
    Policies,
    for_employees,
    led_side,
    of_led_organisation,
    reaches_whole,
    serves_customer,
)


def _product_is_granted(viewer: Viewer) -> Q:
    """Products that a partnership grants individually. The row's own part of the policy."""
    partnership = Exists(Partnership, Q(access_type="LIMITED") & serves_customer(viewer), id="partnership_id")
    return Exists(ProductAccess, Q(revoked_at__isnull=True) & partnership, product_id="id")


def own_grants_in_force(viewer: Viewer) -> Q:
    """Own product grants in force for the viewer or one of their teams."""
    mine = Among("membership_id", viewer.grantee_membership_ids)
    in_team = Exists(TeamMember, Among("membership_id", viewer.grantee_membership_ids), team_id="team_id")
    return Q(revoked_at__isnull=True) & (mine | in_team)


COVERAGE_COLUMNS: Final[tuple[dict[str, str | AtMost], ...]] = (
    {"product_id": "id", "organisation_id": "organisation_id"},
    {"organisation_id": "organisation_id", "category": "category", "covers_until": AtMost("created_at")},
)
"""How own product grants are correlated with the products they cover: individually, and by category (M12)."""


def _product_is_own(viewer: Viewer) -> Q:
    """Products that their organisation granted to the viewer, individually or by category (M12)."""
    held = own_grants_in_force(viewer)
    one, by_category = (Exists(OwnProductGrant, held, **ties) for ties in COVERAGE_COLUMNS)
    # Stated in addition to the grants, so that other organisations' products are not scanned.
    return Among("organisation_id", viewer.organisation_ids) & (one | by_category)


def _products(viewer: Viewer) -> Q:
    own = _product_is_granted(viewer)
    if viewer.grantee_membership_ids:
        own |= _product_is_own(viewer)
    return TwoPartPolicy("organisation_id", lambda key: reaches_whole(viewer, key), own)


def _pending_actions(viewer: Viewer) -> Q:
    """Both sides' legal representatives and administrators; an employee only their own, while they serve (E34)."""
    own = equals("requested_by_id", viewer.user_id) & Exists(Partnership, serves_customer(viewer), id="partnership_id")
    return led_side(viewer) | for_employees(viewer, own)


POLICIES: Final[Policies] = {
    CatalogueItem: (Q(is_sellable=True), None, lambda viewer: Q(is_sellable=True)),
    OwnProductGrant: (NO_ROW, Scope.MEMBERS_READ, of_led_organisation),
    PendingAction: (NO_ROW, Scope.PRODUCTS_READ, _pending_actions),
    Product: (NO_ROW, Scope.PRODUCTS_READ, _products),
}
