"""Which rows of a random world does a viewer see? The rules are stated for plain values, as the row policies state them in SQL."""

from collections.abc import Callable, Iterator
from uuid import UUID

from tortoise.models import Model

from server.domain.access import (
    reach,
    sees_customer_note,
    sees_partnership,
    sees_pending_action,
    sees_support_access,
    serves_customer,
)
from server.domain.gates import Serving
from server.domain.oversight.exports import sees_export
from server.domain.partnerships.partnerships import AccessType
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.domain.products.own_product_grants import granted_rights
from server.domain.rights import AssignmentRight, ProductRight, Scope
from server.domain.viewer import Viewer
from server.models import (
    AccessChangeRequest,
    ApiToken,
    AuditEvent,
    CatalogueItem,
    CustomerInvitation,
    CustomerNote,
    EmployeeAssignment,
    Export,
    MemberInvitation,
    Membership,
    Organisation,
    OwnProductGrant,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
    Receipt,
    RequestedProduct,
    SupportAccessGrant,
    Team,
    TeamMember,
    User,
)
from tests.models.world_parts import Link, Owned
from tests.models.worlds import NOW, RandomWorld

Rule = Callable[[RandomWorld, Viewer], set[UUID]]


def _partnerships(world: RandomWorld, viewer: Viewer) -> Iterator[Link]:
    if viewer.has_scope(Scope.PARTNERSHIPS_READ):
        yield from (link for link in world.links if sees_partnership(viewer, link, link.assigned))


def partnerships(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    return {link.id for link in _partnerships(world, viewer)}


def product_accesses(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """Anyone who sees the partnership sees what was granted in it, including what was revoked since."""
    return {key for link in _partnerships(world, viewer) for key in link.access_keys}


def requested_products(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    return {key for link in _partnerships(world, viewer) for key in link.request_keys}


def access_change_requests(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    return {link.change_key for link in _partnerships(world, viewer)}


def customer_invitations(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """Those of partners that the viewer leads, and those to the viewer's own address; a token for some customers reads none."""
    if not viewer.has_scope(Scope.PARTNERSHIPS_READ):
        return set()
    if viewer.token is not None and viewer.token.customer_ids is not None:
        return set()
    addressed = viewer.user_id if viewer.token is None else None
    return {
        key
        for key, (partner, user) in world.asked.items()
        if partner in viewer.led_organisation_ids or user == addressed
    }


def customer_notes(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """The partner's notes belong only to the partner, whatever became of the partnership."""
    if not viewer.has_scope(Scope.PARTNERSHIPS_READ):
        return set()
    return {link.note_key for link in world.links if sees_customer_note(viewer, link, link.assigned)}


def products(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """What the viewer reaches by their own membership, or through the partnerships they serve the owner by."""
    if not viewer.has_scope(Scope.PRODUCTS_READ):
        return set()
    return {key for key, owner in world.products.items() if _reaches(world, viewer, owner, key)}


def _reaches(world: RandomWorld, viewer: Viewer, owner: UUID, key: UUID) -> bool:
    servings = [
        Serving(link.access_type is AccessType.COMPLETE, link.accesses, _assignment(viewer, link))
        for link in world.links
        if link.customer_id == owner and serves_customer(viewer, link, link.assigned)
    ]
    return bool(reach(viewer, owner, servings).rights_on_product(key, _rights_from_gifts(world, viewer, key)))


def _rights_from_gifts(world: RandomWorld, viewer: Viewer, key: UUID) -> frozenset[ProductRight]:
    """What the viewer and their teams were given on a product by its organisation (M12)."""
    mine = {membership.membership_id for membership in viewer.memberships if not membership.leads}
    held = [
        gift
        for gift in world.gifts
        if not gift.is_revoked
        and (
            gift.membership_id in mine
            or (gift.membership_id is None and mine & set(world.teams[gift.organisation_id].places))
        )
    ]
    return granted_rights(held, Owned(key, world.products[key], world.categories[key], NOW))


def _assignment(viewer: Viewer, link: Link) -> list[AssignmentRight] | None:
    membership = viewer.membership_in(link.partner_id)
    assert membership is not None
    return None if membership.leads else [AssignmentRight.VIEW]


def organisations(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """Approved partners, the viewer's own organisations, and both sides of partnerships that the viewer sees."""
    found = {key for key, status in world.organisations.items() if status in INVITABLE_PARTNERS}
    if viewer.has_scope(Scope.ORGANISATION_READ):
        found |= set(viewer.organisation_ids)
        seen = [link for link in world.links if sees_partnership(viewer, link, link.assigned)]
        found |= {side for link in seen for side in (link.customer_id, link.partner_id)}
    return found


def assignments(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """All of a partner that the viewer leads; an employee's own, those that have ended too, while they serve the customer."""
    if not viewer.has_scope(Scope.ASSIGNMENTS_READ):
        return set()
    found = set[UUID]()
    for link in world.links:
        leads = link.partner_id in viewer.led_organisation_ids and viewer.may_serve(link.customer_id)
        own = viewer.employee_membership_ids if serves_customer(viewer, link, link.assigned) else ()
        found |= {key for key, member in link.assignment_keys.items() if leads or member in own}
    return found


def memberships(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """The viewer's own in force, and all of organisations that the viewer leads, including the invited and the removed."""
    if not viewer.has_scope(Scope.MEMBERS_READ):
        return set()
    own = {membership.membership_id for membership in viewer.memberships}
    return own | {key for key, one in world.memberships.items() if one.organisation_id in viewer.led_organisation_ids}


def _led_organisations(viewer: Viewer) -> list[UUID]:
    """Organisations whose people the viewer may read about."""
    return viewer.led_organisation_ids if viewer.has_scope(Scope.MEMBERS_READ) else []


def member_invitations(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    return {key for key, at in world.invitations.items() if at in _led_organisations(viewer)}


def own_product_grants(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    return {gift.id for gift in world.gifts if gift.organisation_id in _led_organisations(viewer)}


def teams(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """Those that exist; a deleted one is nobody's."""
    return {team.id for at, team in world.teams.items() if at in _led_organisations(viewer) and not team.is_deleted}


def team_members(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    seen = teams(world, viewer)
    return {key for team in world.teams.values() if team.id in seen for key in team.places.values()}


def users(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """The viewer, and anyone who is a member, or invited to be one, of an organisation that the viewer leads."""
    members = [one for one in world.memberships.values() if one.status is not MembershipStatus.REMOVED]
    return {viewer.user_id} | {one.user_id for one in members if one.organisation_id in _led_organisations(viewer)}


def api_tokens(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """A token sees itself; people see their own, and those of organisations they lead."""
    if viewer.token is not None:
        return {viewer.token.token_id}
    led = viewer.led_organisation_ids
    return {key for key, one in world.tokens.items() if one.user_id == viewer.user_id or one.organisation_id in led}


def audit_events(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """For organisations that the viewer leads, all that was done for them or in their name; the viewer's own acts in any."""
    if not viewer.has_scope(Scope.AUDIT_READ):
        return set()
    led, found = viewer.led_organisation_ids, set[UUID]()
    for key, deed in world.deeds.items():
        own = deed.actor_id == viewer.user_id and deed.acting_organisation_id in viewer.organisation_ids
        in_its_name = deed.acting_organisation_id in led or own
        allowed = deed.on_behalf_of_id is None or viewer.may_serve(deed.on_behalf_of_id)
        if deed.on_behalf_of_id in led or (in_its_name and allowed):
            found.add(key)
    return found


def exports(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    if not viewer.has_scope(Scope.EXPORTS_CREATE):
        return set()
    return {key for key, export in world.exports.items() if sees_export(viewer, export)}


def receipts(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    """Both sides' leaders keep them, whatever the partnership's status; no employee does (D17)."""
    if not viewer.has_scope(Scope.PARTNERSHIPS_READ):
        return set()
    led = viewer.led_organisation_ids
    return {
        link.receipt_key
        for link in world.links
        if link.customer_id in led or (link.partner_id in led and viewer.may_serve(link.customer_id))
    }


def pending_actions(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    if not viewer.has_scope(Scope.PRODUCTS_READ):
        return set()
    return {link.asked_key for link in world.links if sees_pending_action(viewer, link, link.asked_by, link.assigned)}


def support_access_grants(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    is_staff = viewer.user_id in world.staff
    return {key for key, user in world.opened.items() if sees_support_access(viewer, user, is_staff=is_staff)}


def catalogue(world: RandomWorld, viewer: Viewer) -> set[UUID]:
    return {key for key, is_sellable in world.catalogue.items() if is_sellable}


RULES: dict[type[Model], Rule] = {
    AccessChangeRequest: access_change_requests,
    ApiToken: api_tokens,
    AuditEvent: audit_events,
    CatalogueItem: catalogue,
    CustomerInvitation: customer_invitations,
    CustomerNote: customer_notes,
    EmployeeAssignment: assignments,
    Export: exports,
    MemberInvitation: member_invitations,
    Membership: memberships,
    Organisation: organisations,
    OwnProductGrant: own_product_grants,
    Partnership: partnerships,
    PendingAction: pending_actions,
    Product: products,
    ProductAccess: product_accesses,
    Receipt: receipts,
    RequestedProduct: requested_products,
    SupportAccessGrant: support_access_grants,
    Team: teams,
    TeamMember: team_members,
    User: users,
}
"""The rule of each model that has a row policy."""
