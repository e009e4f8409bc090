"""Random worlds: who belongs where, who manages whom, as plain values.

A world obeys the programme's constraints by construction: what would break one is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from server.domain.partnerships.partnerships import LIVE, AccessType, PartnershipStatus, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.products.products import ProductCategory
from server.domain.rights import ProductRight, Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models.base import new_id
from tests.models.world_parts import Deed, Gift, Group, Link, Place, TakenAway, Token

NOW = datetime.now(UTC)
ORGANISATIONS = 4
PRODUCTS_EACH = 2
USERS = 3
DEEDS = 5
MAX_LINKS = 8
MAX_GIFTS = 4
CATEGORIES = (ProductCategory.MAIL, ProductCategory.DOMAIN)

T = TypeVar("T")


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

    viewers: list[Viewer] = field(default_factory=list)
    """Every person, and every token with scopes and customers that are chosen at random."""

    def viewer_memberships(self, user: UUID) -> tuple[ViewerMembership, ...]:
        """What counts of a person's memberships: those in force."""
        return tuple(
            ViewerMembership(key, place.organisation_id, place.role)
            for key, place in self.memberships.items()
            if place.user_id == user and place.status is MembershipStatus.ACTIVE
        )

    def facts(self, ids: Iterable[str]) -> list[str]:
        """What is known of these ids, a fact a line, for a failure to show."""
        kept = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "viewers"}
        facts = [
            f"{name}: {fact!r}"
            for name, known in kept.items()
            for fact in (known.items() if isinstance(known, dict) else known)
        ]
        return [fact for fact in facts if any(id in fact for id in ids)]

    def few_viewers(self) -> list[Viewer]:
        """A few who see a lot, for what takes long: people who are members wherever several are, and some tokens."""
        crowds = [self.users[place::USERS] for place in range(USERS)]
        people = [
            Viewer(crowd[0], tuple(one for user in crowd for one in self.viewer_memberships(user))) for crowd in crowds
        ]
        tokens = [viewer for viewer in self.viewers if viewer.token and viewer.token.scopes and viewer.memberships]
        return [*people, *tokens[:: 1 + len(tokens) // 2]]


def join_worlds(worlds: Sequence[RandomWorld]) -> RandomWorld:
    """One world of several that do not know each other."""
    joined: Any = RandomWorld()
    for part in fields(RandomWorld):
        kept = getattr(joined, part.name)
        add = kept.extend if isinstance(kept, list) else kept.update
        for world in worlds:
            add(getattr(world, part.name))
    return joined


ScopeSets = Sequence[frozenset[Scope]]


def scope_sets(random: Random) -> ScopeSets:
    """What tokens are for: everything, nothing, and some halves with the other halves. Few, as a statement is written for each."""
    halves = [frozenset(random.sample(list(Scope), len(Scope) // 2)) for _ in range(2)]
    return [frozenset(Scope), frozenset(), *halves, *(frozenset(Scope) - half for half in halves)]


def random_world(random: Random, scopes: ScopeSets) -> RandomWorld:
    world = RandomWorld()
    for _ in range(ORGANISATIONS):
        key = new_id()
        world.organisations[key] = random.choice([None, *PartnerStatus])
        world.products |= {new_id(): key for _ in range(PRODUCTS_EACH)}
    keys = list(world.organisations)
    world.catalogue = {new_id(): is_sellable for is_sellable in (True, False)}
    world.users = [new_id() for _ in range(USERS)]
    world.staff = set(_some(random, world.users))
    world.opened = {new_id(): user for user in world.users}
    for user in world.users:
        _settle(random, world, user)
        world.asked[new_id()] = (random.choice(keys), user)
    for _ in range(random.randint(0, MAX_LINKS)):
        _link(random, world, *random.sample(keys, 2))
    for at in keys:
        world.exports[new_id()] = TakenAway(at, random.choice(world.users))
    for _ in range(DEEDS):
        acting, concerned = random.choice([None, *keys]), random.choice([None, *keys])
        world.deeds[new_id()] = Deed(random.choice([None, *world.users]), acting, concerned)
    world.categories = {key: random.choice(CATEGORIES) for key in world.products}
    for at in keys:
        _give(random, world, at)
    world.viewers = [
        *(Viewer(user, world.viewer_memberships(user)) for user in world.users),
        *(_by_token(random, world, key, random.choice(scopes)) for key in world.tokens),
    ]
    return world


def _some(random: Random, choices: Sequence[T], least: int = 0) -> list[T]:
    """Some of them, in no order; none if there are none."""
    return random.sample(choices, random.randint(min(least, len(choices)), len(choices)))


def _settle(random: Random, world: RandomWorld, user: UUID) -> None:
    """A person's memberships, former ones among them, with a token for each place."""
    statuses = [MembershipStatus.ACTIVE, MembershipStatus.ACTIVE, *MembershipStatus]
    for at in random.sample(list(world.organisations), random.randint(1, 3)):
        if random.choice([True, False]):
            world.memberships[new_id()] = Place(user, at, Role.EMPLOYEE, MembershipStatus.REMOVED)
        world.memberships[new_id()] = Place(user, at, random.choice(list(Role)), random.choice(statuses))
        world.tokens[new_id()] = Token(user, at, has_ended=random.choice([True, False]))


def _by_token(random: Random, world: RandomWorld, key: UUID, scopes: frozenset[Scope]) -> Viewer:
    """The viewer behind a token: for all customers or some, and excluded by none or some."""
    token, keys = world.tokens[key], list(world.organisations)
    customers = random.choice([None, None, frozenset(_some(random, keys))])
    excluded = frozenset(random.choice([[], [], _some(random, keys)]))
    grant = TokenGrant(key, token.organisation_id, scopes, customers, excluded)
    memberships = world.viewer_memberships(token.user_id)
    return Viewer(
        token.user_id, tuple(one for one in memberships if one.organisation_id == token.organisation_id), token=grant
    )


def _give(random: Random, world: RandomWorld, organisation_id: UUID) -> None:
    """What an organisation grants its own people, whatever their role: by product or category, now or for ever."""
    members = [key for key, place in world.memberships.items() if place.organisation_id == organisation_id]
    inside = _some(random, members)
    is_deleted = not inside and random.choice([True, False])
    world.teams[organisation_id] = Group(new_id(), is_deleted, {member: new_id() for member in inside})
    world.invitations[new_id()] = organisation_id
    # A product that is not its own is one that it gave away: the grant stays, and is no longer valid.
    extents = [(key, None) for key in world.products] + [(None, category) for category in CATEGORIES]
    pairs = [(holder, extent) for holder in (None, *members) for extent in extents]
    for holder, (product_id, category) in random.sample(pairs, random.randint(0, MAX_GIFTS)):
        until = random.choice([NOW - timedelta(days=1), NOW, FOREVER])
        rights, is_revoked = _some(random, list(ProductRight), 1), random.choice([True, False])
        world.gifts.append(Gift(new_id(), organisation_id, holder, product_id, category, until, rights, is_revoked))


def _link(random: Random, world: RandomWorld, customer: UUID, partner: UUID) -> None:
    """A partnership, unless the rules do not allow it with those that there are."""
    access_type = random.choice(list(AccessType))
    status = random.choice([PartnershipStatus.ACTIVE, PartnershipStatus.ACTIVE, *PartnershipStatus])
    if _clashes(world, customer, partner, access_type, status):
        return
    managed = {key for link in world.links for key in link.accesses}
    own = [key for key, owner in world.products.items() if owner == customer and key not in managed]
    limited = access_type is AccessType.LIMITED
    accesses = {key: _some(random, list(ProductRight), 1) for key in (_some(random, own) if limited else ())}
    revoked = [key for key in own if key not in accesses] if limited else []
    members = [key for key, place in world.memberships.items() if place.organisation_id == partner]
    assigned, ended = _some(random, members), _some(random, members)
    world.links.append(
        Link(
            id=new_id(),
            customer_id=customer,
            partner_id=partner,
            access_type=access_type,
            status=status,
            accesses=accesses,
            assigned=frozenset(assigned),
            access_keys={new_id(): key for key in (*accesses, *revoked)},
            assignment_keys={new_id(): key for key in (*assigned, *ended)},
            request_keys={new_id(): key for key in _some(random, list(world.products))},
            change_key=new_id(),
            receipt_key=new_id(),
            asked_key=new_id(),
            asked_by=random.choice(world.users),
            initiated_by=random.choice(list(Side)),
            note_key=new_id(),
        )
    )


def _clashes(
    world: RandomWorld, customer: UUID, partner: UUID, access_type: AccessType, status: PartnershipStatus
) -> bool:
    """Whether it would be a second live one of the two (C1), or share the customer with a complete one (C2, C4)."""
    others = [link for link in world.links if link.customer_id == customer]
    live = [link for link in others if link.partner_id == partner and link.status in LIVE]
    active = [link for link in others if link.status is PartnershipStatus.ACTIVE]
    complete = any(AccessType.COMPLETE in (link.access_type, access_type) for link in active)
    return (bool(live) and status in LIVE) or (complete and status is PartnershipStatus.ACTIVE)
