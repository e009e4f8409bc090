"""Random worlds: who belongs where, who manages whom, as plain values and as rows.

A world obeys the programme's constraints by construction: what would break one is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from tortoise.models import Model

from server.domain.partnerships.partnerships import LIVE, AccessType, PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.products.products import ProductCategory
from server.domain.rights import ProductRight, Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
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
from server.models.base import new_id
from tests.models.world_parts import Deed, Gift, Group, Link, Place, TakenAway, Token

NOW = datetime.now(UTC)
ORGANISATIONS = 4
PRODUCTS_EACH = 2
USERS = 3
DEEDS = 5


@dataclass
class RandomWorld:
    """Keys of rows, and the facts that decide who sees them."""

    organisations: dict[UUID, PartnerStatus | None] = field(default_factory=dict)
    products: dict[UUID, UUID] = field(default_factory=dict)
    catalogue: dict[UUID, bool] = field(default_factory=dict)
    asked: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    """Which partner asks which person by e-mail."""
    users: list[UUID] = field(default_factory=list)
    memberships: dict[UUID, Place] = field(default_factory=dict)
    tokens: dict[UUID, Token] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    deeds: dict[UUID, Deed] = field(default_factory=dict)
    exports: dict[UUID, TakenAway] = field(default_factory=dict)
    categories: dict[UUID, ProductCategory] = field(default_factory=dict)
    teams: dict[UUID, Group] = field(default_factory=dict)
    """The one that each organisation has."""
    gifts: list[Gift] = field(default_factory=list)
    invitations: dict[UUID, UUID] = field(default_factory=dict)
    """The organisation of each."""
    staff: set[UUID] = field(default_factory=set)
    """Those of the users who work for the programme."""
    opened: dict[UUID, UUID] = field(default_factory=dict)
    """Whose mail each grant opens to support."""

    def viewer_memberships(self, user: UUID) -> tuple[ViewerMembership, ...]:
        """What counts of a person's memberships: those in force."""
        return tuple(
            ViewerMembership(key, place.organisation_id, place.role)
            for key, place in self.memberships.items()
            if place.user_id == user and place.status is MembershipStatus.ACTIVE
        )

    def viewers(self) -> Iterator[Viewer]:
        """Every person, and tokens of each: unrestricted, for one customer, for all but one, and for some scopes."""
        first = frozenset([next(iter(self.organisations))])
        nobody = frozenset[UUID]()
        for user in self.users:
            yield Viewer(user, self.viewer_memberships(user))
        for key, token in self.tokens.items():
            memberships = tuple(
                one for one in self.viewer_memberships(token.user_id) if one.organisation_id == token.organisation_id
            )
            for scopes, customers, excluded in (
                (frozenset(Scope), None, nobody),
                (frozenset(Scope), first, nobody),
                (frozenset(Scope), None, first),
                (frozenset([Scope.PRODUCTS_MANAGE, Scope.PARTNERSHIPS_READ]), None, nobody),
                (frozenset([Scope.MEMBERS_READ, Scope.ASSIGNMENTS_MANAGE]), None, nobody),
                (frozenset[Scope](), None, nobody),
            ):
                grant = TokenGrant(key, token.organisation_id, scopes, customers, excluded)
                yield Viewer(token.user_id, memberships, token=grant)

    def keys(self) -> dict[type[Model], set[UUID]]:
        """The rows that exist, no matter who sees them."""
        return {
            AccessChangeRequest: {link.change_key for link in self.links},
            ApiToken: set(self.tokens),
            AuditEvent: set(self.deeds),
            CatalogueItem: set(self.catalogue),
            CustomerInvitation: set(self.asked),
            CustomerNote: {link.note_key for link in self.links},
            Export: set(self.exports),
            EmployeeAssignment: {key for link in self.links for key in link.assignment_keys},
            MemberInvitation: set(self.invitations),
            Membership: set(self.memberships),
            Organisation: set(self.organisations),
            OwnProductGrant: {gift.id for gift in self.gifts},
            Partnership: {link.id for link in self.links},
            PendingAction: {link.asked_key for link in self.links},
            Product: set(self.products),
            ProductAccess: {key for link in self.links for key in link.access_keys},
            Receipt: {link.receipt_key for link in self.links},
            RequestedProduct: {key for link in self.links for key in link.request_keys},
            SupportAccessGrant: set(self.opened),
            Team: {team.id for team in self.teams.values()},
            TeamMember: {key for team in self.teams.values() for key in team.places.values()},
            User: set(self.users),
        }


@st.composite
def worlds(draw: st.DrawFn) -> RandomWorld:
    world = RandomWorld()
    for _ in range(ORGANISATIONS):
        key = new_id()
        world.organisations[key] = draw(st.sampled_from([None, *PartnerStatus]))
        world.products |= {new_id(): key for _ in range(PRODUCTS_EACH)}
    keys = list(world.organisations)
    world.catalogue = {new_id(): is_sellable for is_sellable in (True, False)}
    world.users = [new_id() for _ in range(USERS)]
    world.staff = set(draw(st.frozensets(st.sampled_from(world.users))))
    world.opened = {new_id(): user for user in world.users}
    statuses = st.sampled_from([MembershipStatus.ACTIVE, MembershipStatus.ACTIVE, *MembershipStatus])
    for user in world.users:
        for at in draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True)):
            if draw(st.booleans()):
                world.memberships[new_id()] = Place(user, at, Role.EMPLOYEE, MembershipStatus.REMOVED)
            world.memberships[new_id()] = Place(user, at, draw(st.sampled_from(Role)), draw(statuses))
            world.tokens[new_id()] = Token(user, at, has_ended=draw(st.booleans()))
    for user in world.users:
        world.asked[new_id()] = (draw(st.sampled_from(keys)), user)
    pairs = st.tuples(st.sampled_from(keys), st.sampled_from(keys))
    for customer, partner in draw(st.lists(pairs, max_size=8)):
        _link(draw, world, customer, partner)
    for at in keys:
        world.exports[new_id()] = TakenAway(at, draw(st.sampled_from(world.users)))
    acting = st.sampled_from([None, *keys])
    for _ in range(DEEDS):
        world.deeds[new_id()] = Deed(draw(st.sampled_from([None, *world.users])), draw(acting), draw(acting))
    _give(draw, world)
    return world


CATEGORIES = (ProductCategory.MAIL, ProductCategory.DOMAIN)


def _give(draw: st.DrawFn, world: RandomWorld) -> None:
    """What organisations grant to their own people, whatever their role: by product or category, now or for ever."""
    world.categories = {key: draw(st.sampled_from(CATEGORIES)) for key in world.products}
    rights = st.lists(st.sampled_from(ProductRight), min_size=1, unique=True)
    for organisation_id in world.organisations:
        members = [key for key, place in world.memberships.items() if place.organisation_id == organisation_id]
        inside = draw(st.frozensets(st.sampled_from(members))) if members else frozenset()
        is_deleted = not inside and draw(st.booleans())
        world.teams[organisation_id] = Group(new_id(), is_deleted, {member: new_id() for member in inside})
        world.invitations[new_id()] = organisation_id
        # A product that is not its own is one that it gave away: the grant stays, and is no longer valid.
        extents = [(key, None) for key in world.products] + [(None, category) for category in CATEGORIES]
        for holder, (product_id, category) in draw(
            st.lists(st.tuples(st.sampled_from([None, *members]), st.sampled_from(extents)), max_size=4, unique=True)
        ):
            until = draw(st.sampled_from([NOW - timedelta(days=1), NOW, FOREVER]))
            is_revoked = draw(st.booleans())
            world.gifts.append(
                Gift(new_id(), organisation_id, holder, product_id, category, until, draw(rights), is_revoked)
            )


def _link(draw: st.DrawFn, world: RandomWorld, customer: UUID, partner: UUID) -> None:
    access_type = draw(st.sampled_from(AccessType))
    status = draw(st.sampled_from([PartnershipStatus.ACTIVE, PartnershipStatus.ACTIVE, *PartnershipStatus]))
    others = [link for link in world.links if link.customer_id == customer]
    live = [link for link in others if link.partner_id == partner and link.status in LIVE]
    active = [link for link in others if link.status is PartnershipStatus.ACTIVE]
    clashes = status is PartnershipStatus.ACTIVE and any(
        link.access_type is AccessType.COMPLETE or access_type is AccessType.COMPLETE for link in active
    )
    if customer == partner or (live and status in LIVE) or clashes:
        return
    managed = {key for link in world.links for key in link.accesses}
    own = [key for key, owner in world.products.items() if owner == customer and key not in managed]
    limited = access_type is AccessType.LIMITED
    rights = st.lists(st.sampled_from(ProductRight), min_size=1, unique=True)
    accesses = draw(st.dictionaries(st.sampled_from(own), rights)) if own and limited else {}
    revoked = set(own) - set(accesses) if limited else set[UUID]()
    members = [key for key, place in world.memberships.items() if place.organisation_id == partner]
    assigned = draw(st.frozensets(st.sampled_from(members))) if members else frozenset()
    ended = draw(st.frozensets(st.sampled_from(members))) if members else frozenset()
    requested = draw(st.frozensets(st.sampled_from(list(world.products))))
    link = Link(
        new_id(),
        customer,
        partner,
        access_type,
        status,
        accesses,
        assigned,
        {new_id(): key for key in (*accesses, *revoked)},
        {new_id(): key for key in (*assigned, *ended)},
        {new_id(): key for key in requested},
        new_id(),
        new_id(),
        new_id(),
        draw(st.sampled_from(world.users)),
        new_id(),
    )
    world.links.append(link)
