"""Random worlds: who belongs where, who manages whom, as plain values and as rows.

A world obeys the programme's constraints by construction: what would break one is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from server.domain.access import Serving, reach, sees_partnership, serves
from server.domain.memberships import MembershipStatus
from server.domain.organisations import INVITABLE_PARTNERS, PartnerStatus
from server.domain.partnerships import LIVE, AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.domain.viewer import Standing, TokenGrant, Viewer
from server.models import EmployeeAssignment, Membership, Organisation, Partnership, ProductAccess, User
from server.models.rows import new_id
from tests.world import organisation, product

NOW = datetime.now(UTC)
ORGANISATIONS = 4
PRODUCTS_EACH = 2
USERS = 3


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
    revoked: frozenset[UUID]


@dataclass
class RandomWorld:
    """Keys of rows, and the facts that decide who sees them."""

    organisations: dict[UUID, PartnerStatus | None] = field(default_factory=dict)
    products: dict[UUID, UUID] = field(default_factory=dict)
    standings: dict[UUID, list[Standing]] = field(default_factory=dict)
    removed: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def viewers(self) -> Iterator[Viewer]:
        """Every person, and tokens of each: unrestricted, for one customer, for all but one, and for some scopes."""
        for user, standings in self.standings.items():
            yield Viewer(user, tuple(standings))
            for standing in standings:
                yield self._token(user, standing, frozenset(Scope), None)
                first = frozenset([next(iter(self.organisations))])
                yield self._token(user, standing, frozenset(Scope), first)
                yield self._token(user, standing, frozenset(Scope), None, first)
                yield self._token(user, standing, frozenset([Scope.PRODUCTS_MANAGE, Scope.PARTNERSHIPS_READ]), None)

    @staticmethod
    def _token(
        user: UUID,
        standing: Standing,
        scopes: frozenset[Scope],
        customers: frozenset[UUID] | None,
        excluded: frozenset[UUID] = frozenset(),
    ) -> Viewer:
        grant = TokenGrant(new_id(), standing.organisation_id, scopes, customers, excluded)
        return Viewer(user, (standing,), token=grant)

    def sees_product(self, viewer: Viewer, key: UUID) -> bool:
        owner = self.products[key]
        servings = [
            Serving(link.access_type is AccessType.COMPLETE, link.accesses, self._assignment(viewer, link))
            for link in self.links
            if link.customer_id == owner and serves(viewer, link, link.assigned)
        ]
        visible = bool(reach(viewer, owner, servings).rights_on_product(key))
        return visible and viewer.has_scope(Scope.PRODUCTS_READ)

    def sees_link(self, viewer: Viewer, link: Link) -> bool:
        return viewer.has_scope(Scope.PARTNERSHIPS_READ) and sees_partnership(viewer, link, link.assigned)

    def sees_organisation(self, viewer: Viewer, key: UUID) -> bool:
        related = (link for link in self.links if key in (link.customer_id, link.partner_id))
        inside = viewer.standing_in(key) is not None
        if viewer.has_scope(Scope.ORGANISATION_READ) and (
            inside or any(sees_partnership(viewer, link, link.assigned) for link in related)
        ):
            return True
        return self.organisations[key] in INVITABLE_PARTNERS

    @staticmethod
    def _assignment(viewer: Viewer, link: Link) -> list[AssignmentRight] | None:
        standing = viewer.standing_in(link.partner_id)
        assert standing is not None
        return None if standing.leads else [AssignmentRight.VIEW]


@st.composite
def worlds(draw: st.DrawFn) -> RandomWorld:
    world = RandomWorld()
    for _ in range(ORGANISATIONS):
        key = new_id()
        world.organisations[key] = draw(st.sampled_from([None, *PartnerStatus]))
        world.products |= {new_id(): key for _ in range(PRODUCTS_EACH)}
    keys = list(world.organisations)
    for _ in range(USERS):
        roles = draw(st.dictionaries(st.sampled_from(keys), st.sampled_from(Role), max_size=2))
        world.standings[new_id()] = [Standing(new_id(), at, role) for at, role in roles.items()]
    pairs = st.tuples(st.sampled_from(keys), st.sampled_from(keys))
    for customer, partner in draw(st.lists(pairs, max_size=8)):
        _link(draw, world, customer, partner)
    return world


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
    employees = [
        standing.membership_id
        for standings in world.standings.values()
        for standing in standings
        if standing.organisation_id == partner
    ]
    assigned = draw(st.frozensets(st.sampled_from(employees))) if employees else frozenset()
    revoked = frozenset(own) - set(accesses) if limited else frozenset()
    world.links.append(Link(new_id(), customer, partner, access_type, status, accesses, assigned, revoked))


async def store(world: RandomWorld) -> None:
    """Write the world into the database, ended assignments and revoked accesses beside those that hold."""
    for key, status in world.organisations.items():
        await organisation(f"Company {key.hex}", id=key, partner_status=status)
    for key, owner in world.products.items():
        await product(key.hex, await Organisation.get(id=owner), id=key)
    for user, standings in world.standings.items():
        await User.create(id=user, email=f"{user.hex}@random.example", first_name="A", last_name="B")
        for standing in standings:
            await Membership.create(
                id=standing.membership_id,
                user_id=user,
                organisation_id=standing.organisation_id,
                role=standing.role,
                status=MembershipStatus.ACTIVE,
            )
    for link in world.links:
        await _store_link(link)


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
    for key, rights in link.accesses.items():
        await ProductAccess.create(partnership_id=link.id, product_id=key, rights=rights, granted_at=NOW)
    for key in link.revoked:
        await ProductAccess.create(
            partnership_id=link.id, product_id=key, rights=list(ProductRight), granted_at=NOW, revoked_at=NOW
        )
    for membership in link.assigned:
        for ended_at in (NOW - timedelta(days=1), None):
            await EmployeeAssignment.create(
                membership_id=membership,
                partnership_id=link.id,
                rights=[AssignmentRight.VIEW],
                assigned_at=NOW,
                ended_at=ended_at,
            )
