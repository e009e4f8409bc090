"""Random worlds: who belongs where, who manages whom, as plain values and as rows.

A world obeys the programme's constraints by construction: what would break one is left out.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from tortoise.models import Model

from server.domain.oversight.exports import ExportKind
from server.domain.partnerships.partnerships import LIVE, AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductCategory
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.domain.support.support_access import SupportAccessKind
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
from tests.world import change_request, customer_invitation, organisation, pending_action, product

NOW = datetime.now(UTC)
ORGANISATIONS = 4
PRODUCTS_EACH = 2
USERS = 3
DEEDS = 5


@dataclass(frozen=True)
class Link:
    """A partnership of a random world."""

    id: UUID
    customer_id: UUID
    partner_id: UUID
    access_type: AccessType
    status: PartnershipStatus
    accesses: dict[UUID, list[ProductRight]]
    assigned: frozenset[UUID]
    access_keys: dict[UUID, UUID]
    """Each product's, those of revoked accesses among them."""
    assignment_keys: dict[UUID, UUID]
    """Each member's, those of ended assignments among them."""
    request_keys: dict[UUID, UUID]
    change_key: UUID
    """Of what the partner asks to have changed."""
    receipt_key: UUID
    asked_key: UUID
    """Actions that the partner may not do on its own, with the person who asked."""
    asked_by: UUID
    note_key: UUID
    """Of what the partner notes of the customer."""


@dataclass(frozen=True)
class Place:
    """A membership of a random world."""

    user_id: UUID
    organisation_id: UUID
    role: Role
    status: MembershipStatus


@dataclass(frozen=True)
class Token:
    """A token of a random world. Those that have ended are shown as the others are."""

    user_id: UUID
    organisation_id: UUID
    has_ended: bool


@dataclass(frozen=True)
class TakenAway:
    """An export of a random world."""

    organisation_id: UUID
    requested_by_id: UUID
    api_token_id: UUID | None = None


@dataclass(frozen=True)
class Deed:
    """An act of a random world; one in nobody's name is the clock's."""

    actor_id: UUID | None
    acting_organisation_id: UUID | None
    on_behalf_of_id: UUID | None


@dataclass(frozen=True)
class Gift:
    """A grant of an organisation to one of its own members, or to the one team it has."""

    id: UUID
    organisation_id: UUID
    membership_id: UUID | None
    product_id: UUID | None
    category: ProductCategory | None
    covers_until: datetime
    rights: list[ProductRight]
    is_revoked: bool


@dataclass(frozen=True)
class Group:
    """A team, with the key of each membership that is in it."""

    id: UUID
    is_deleted: bool
    places: dict[UUID, UUID]


@dataclass(frozen=True)
class Owned:
    """The facts of a product."""

    id: UUID
    organisation_id: UUID
    category: ProductCategory
    created_at: datetime


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


async def store(world: RandomWorld) -> None:
    """Write the world into the database, ended assignments and revoked accesses as well as those that hold."""
    for key, status in world.organisations.items():
        await organisation(f"Company {key.hex}", id=key, partner_status=status)
    for key, owner in world.products.items():
        await product(key.hex, await Organisation.get(id=owner), id=key, category=world.categories[key], created_at=NOW)
    for key, is_sellable in world.catalogue.items():
        await CatalogueItem.create(
            id=key, sku=key.hex, name="x", name_key="x", category="MAIL", period="YEAR", is_sellable=is_sellable
        )
    for key in world.users:
        is_staff = key in world.staff
        await User.create(id=key, email=f"{key.hex}@random.example", first_name="A", last_name="B", is_staff=is_staff)
    for key, user in world.opened.items():
        await SupportAccessGrant.create(
            id=key, user_id=user, kind=SupportAccessKind.MAIL, granted_at=NOW, expires_at=NOW
        )
    for key, place in world.memberships.items():
        await Membership.create(id=key, **asdict(place))
    for key, (partner, user) in world.asked.items():
        partner_row = await Organisation.get(id=partner)
        await customer_invitation(partner_row, f"{user.hex}@random.example", key.hex, now=NOW, id=key)
    for key, one in world.tokens.items():
        await ApiToken.create(
            id=key,
            user_id=one.user_id,
            organisation_id=one.organisation_id,
            name="a tool",
            secret_digest=key.hex,
            last_four="0000",
            scopes=[],
            expires_at=NOW,
            revoked_at=NOW if one.has_ended else None,
        )
    for link in world.links:
        await _store_link(link)
    for organisation_id in world.organisations:
        await _store_gifts(world, organisation_id)
    for key, taken in world.exports.items():
        await Export.create(id=key, **asdict(taken), kind=ExportKind.AUDIT_LOG)
    for key, deed in world.deeds.items():
        subject = {"subject_type": "User", "subject_id": key}
        await AuditEvent.create(id=key, **asdict(deed), **subject, action="a.deed", request_id="a request")


async def _store_gifts(world: RandomWorld, organisation_id: UUID) -> None:
    team = world.teams[organisation_id]
    deleted_at = NOW if team.is_deleted else None
    await Team.create(id=team.id, organisation_id=organisation_id, name="Team", name_key="team", deleted_at=deleted_at)
    for membership_id, key in team.places.items():
        await TeamMember.create(id=key, team_id=team.id, membership_id=membership_id, joined_at=NOW)
    giver, _ = await User.get_or_create(
        email="giver@random.example", defaults={"first_name": "A", "last_name": "Giver"}
    )
    for key, at in world.invitations.items():
        if at == organisation_id:
            await MemberInvitation.create(
                id=key,
                organisation_id=at,
                email=f"{key.hex}@random.example",
                first_name="A",
                last_name="B",
                locale="en_GB",
                role=Role.EMPLOYEE,
                secret_digest=key.hex,
                invited_by_id=giver.id,
                invited_at=NOW,
                expires_at=NOW,
            )
    for gift in world.gifts:
        if gift.organisation_id == organisation_id:
            await OwnProductGrant.create(
                id=gift.id,
                organisation_id=organisation_id,
                membership_id=gift.membership_id,
                team_id=None if gift.membership_id else team.id,
                product_id=gift.product_id,
                category=gift.category,
                covers_until=gift.covers_until,
                rights=gift.rights,
                granted_by_id=giver.id,
                granted_at=NOW,
                revoked_at=NOW if gift.is_revoked else None,
            )


async def _store_link(link: Link) -> None:
    complete = link.access_type is AccessType.COMPLETE
    await Partnership.create(
        id=link.id,
        customer_id=link.customer_id,
        partner_id=link.partner_id,
        access_type=link.access_type,
        payment_mode=PaymentMode.CUSTOMER if complete else None,
        status=link.status,
        initiated_by=Side.CUSTOMER,
        invited_at=NOW,
    )
    for key, product_id in link.access_keys.items():
        is_live = product_id in link.accesses
        await ProductAccess.create(
            id=key,
            partnership_id=link.id,
            product_id=product_id,
            rights=link.accesses[product_id] if is_live else list(ProductRight),
            granted_at=NOW,
            revoked_at=None if is_live else NOW,
        )
    lives = set(link.assigned)
    for key, membership_id in link.assignment_keys.items():
        await EmployeeAssignment.create(
            id=key,
            membership_id=membership_id,
            partnership_id=link.id,
            rights=[AssignmentRight.VIEW],
            assigned_at=NOW,
            ended_at=None if membership_id in lives else NOW,
        )
        lives.discard(membership_id)
    await Receipt.create(id=link.receipt_key, partnership_id=link.id, sequence=1, what="x", body="{}", hash="")
    await CustomerNote.create(id=link.note_key, partnership_id=link.id, alias="x", notes="x")
    row, owned = await Partnership.get(id=link.id), await Product.filter(organisation_id=link.customer_id).first()
    assert owned is not None
    await change_request(row, now=NOW, id=link.change_key)
    expired = {"id": link.asked_key, "status": PendingActionStatus.EXPIRED}
    await pending_action(row, owned, await User.get(id=link.asked_by), now=NOW, **expired)
    for key, product_id in link.request_keys.items():
        await RequestedProduct.create(
            id=key, partnership_id=link.id, product_id=product_id, service_name="x", rights=[ProductRight.TECHNICAL]
        )
