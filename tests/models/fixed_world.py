"""A world written by hand, in which each condition of each row policy decides about a row.

    company   status       members                          with Nova                   products
    ────────  ───────────  ───────────────────────────────  ──────────────────────────  ─────────────────────────────
    Alp       -            lea leads it, emp, old is gone   limited; eve serves it      granted, taken back, private
    Bor       -            -                                complete; eve serves it     all
    Cor       -            -                                limited; eve no longer      shown
    Del       -            -                                complete, suspended; eve    frozen
    Eta       -            -                                nothing (Rival, limited)    far, left
    Gam       -            eve (external)                   nothing                     mail of Gam
    Nova      suspended    boss leads it, eve, max, eve     -                           mail of Nova, given
    Rival     approved     -                                -                           -
    Gone      revoked      -                                -                           -

sta works for the programme. Tokens are the boss's, but for those of eve and sta: for every customer, for Alp, for
all but Alp, and for everything but one scope. A product of Eta is `left`: Nova's access to it stands in a partnership
that is complete today. Nova began
with Cor, every other customer with its partner. Names say the rest.
"""

from datetime import timedelta
from uuid import UUID

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.products.products import ProductCategory
from server.domain.rights import ProductRight, Role, Scope
from server.domain.viewer import TokenGrant, Viewer
from server.models.base import new_id
from tests.models.world_parts import Deed, Gift, Group, Link, Place, TakenAway, Token
from tests.models.worlds import NOW, RandomWorld

ACTIVE, REMOVED = MembershipStatus.ACTIVE, MembershipStatus.REMOVED
FAMILIES = ("ORGANISATION", "MEMBERS", "PRODUCTS", "PARTNERSHIPS", "ASSIGNMENTS", "AUDIT", "EXPORTS")
"""What the names of scopes begin with: to be without one is to be without `…_READ` and `…_MANAGE`."""

Keys = dict[str, UUID]


class Named(Keys):
    """Keys by name: a new one for each new name."""

    def __missing__(self, name: str) -> UUID:
        return self.setdefault(name, new_id())

    def by_names(self, *names: str) -> dict[UUID, UUID]:
        """The key of the first part of `access to granted`, by what its last word names."""
        return {self[name]: self[name.rpartition(" ")[2]] for name in names}


def fixed_world() -> tuple[RandomWorld, Keys]:
    """The world, and the key of every row in it."""
    key, world = Named(), RandomWorld()
    partners = {"Nova": PartnerStatus.SUSPENDED, "Rival": PartnerStatus.APPROVED, "Gone": PartnerStatus.REVOKED}
    for name in ("Alp", "Bor", "Cor", "Del", "Eta", "Gam", "Nova", "Rival", "Gone"):
        world.organisations[key[name]] = partners.get(name)
    world.catalogue = {key["sold"]: True, key["not sold"]: False}
    _stock(world, key)
    _settle(world, key)
    _connect(world, key)
    _give(world, key)
    _remember(world, key)
    return world, dict(key)


def _stock(world: RandomWorld, key: Named) -> None:
    stock = {
        "Alp": ("granted", "taken", "private", "domain"),
        "Bor": ("all",),
        "Cor": ("shown",),
        "Del": ("frozen",),
        "Eta": ("far", "left"),
        "Gam": ("gamma",),
        "Nova": ("novan", "given"),
        "Rival": ("rivals",),
    }
    world.products = {key[name]: key[owner] for owner, names in stock.items() for name in names}
    world.categories = dict.fromkeys(world.products, ProductCategory.WEB_HOSTING)
    world.categories |= dict.fromkeys((key["private"], key["gamma"], key["novan"]), ProductCategory.MAIL)
    world.categories[key["domain"]] = ProductCategory.DOMAIN


def _settle(world: RandomWorld, key: Named) -> None:
    world.users = [key[name] for name in ("lea", "emp", "old", "boss", "eve", "max", "sta")]
    world.staff = {key["sta"]}
    world.opened = {key["mail of lea"]: key["lea"], key["mail of sta"]: key["sta"]}
    for name, at, role, status in (
        ("lea", "Alp", Role.LEGAL_REPRESENTATIVE, ACTIVE),
        ("emp", "Alp", Role.EMPLOYEE, ACTIVE),
        ("old", "Alp", Role.ADMINISTRATOR, REMOVED),
        ("boss", "Nova", Role.ADMINISTRATOR, ACTIVE),
        ("eve", "Nova", Role.EMPLOYEE, ACTIVE),
        ("eve", "Gam", Role.EXTERNAL, ACTIVE),
        ("max", "Nova", Role.EMPLOYEE, ACTIVE),
    ):
        world.memberships[key[f"{name} at {at}"]] = Place(key[name], key[at], role, status)
    world.memberships[key["eve before"]] = Place(key["eve"], key["Nova"], Role.EMPLOYEE, REMOVED)
    for name, at in (("boss", "Nova"), ("eve", "Nova"), ("lea", "Alp"), ("sta", "Nova")):
        world.tokens[key[f"token of {name}"]] = Token(key[name], key[at], has_ended=False)
    for asking, asked in (("Nova", "lea"), ("Rival", "boss"), ("Rival", "eve")):
        world.asked[key[f"{asking} asks {asked}"]] = (key[asking], key[asked])


def _connect(world: RandomWorld, key: Named) -> None:
    eve, then, other = "eve at Nova", "eve before", "max at Nova"
    _link(world, key, "Alp", "Nova", "LIMITED", asked_by="eve", serving=(eve,), before=(other, eve, then))
    _link(world, key, "Bor", "Nova", "COMPLETE", asked_by="boss", serving=(eve, then))
    _link(world, key, "Cor", "Nova", "LIMITED", asked_by="eve", begun_by=Side.PARTNER, before=(eve,))
    _link(world, key, "Del", "Nova", "COMPLETE", PartnershipStatus.SUSPENDED, asked_by="eve", serving=(eve,))
    _link(world, key, "Eta", "Rival", "LIMITED", asked_by="lea")
    live = {"Alp": ("granted",), "Bor": ("left",), "Cor": ("shown",), "Eta": ("far",)}
    for link, customer in zip(world.links, ("Alp", "Bor", "Cor", "Del", "Eta"), strict=True):
        granted = live.get(customer, ())
        link.accesses.update({key[name]: list(ProductRight) for name in granted})
        link.access_keys.update({key[f"access to {name}"]: key[name] for name in granted})
    world.links[0].access_keys[key["access to taken"]] = key["taken"]


def _link(
    world: RandomWorld,
    key: Named,
    customer: str,
    partner: str,
    access: str,
    status: PartnershipStatus = PartnershipStatus.ACTIVE,
    *,
    asked_by: str,
    begun_by: Side = Side.CUSTOMER,
    serving: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
) -> None:
    name = f"{customer}-{partner}"
    world.links.append(
        Link(
            id=key[name],
            customer_id=key[customer],
            partner_id=key[partner],
            access_type=AccessType(access),
            status=status,
            accesses={},
            assigned=frozenset(key[member] for member in serving),
            access_keys={},
            assignment_keys={key[f"{member} for {name}"]: key[member] for member in serving}
            | {key[f"{member} for {name}, ended"]: key[member] for member in before},
            request_keys={key[f"request of {name}"]: key["private"]},
            change_key=key[f"change of {name}"],
            receipt_key=key[f"receipt of {name}"],
            asked_key=key[f"action of {name}"],
            asked_by=key[asked_by],
            initiated_by=begun_by,
            note_key=key[f"note on {customer}"],
        )
    )


def _give(world: RandomWorld, key: Named) -> None:
    """The teams of Nova and of Gam have a member each. Alp's was deleted with one in it."""
    teams = {"Alp": (True, "emp at Alp"), "Nova": (False, "max at Nova"), "Gam": (False, "eve at Gam")}
    for at, (is_deleted, member) in teams.items():
        world.teams[key[at]] = Group(key[f"team of {at}"], is_deleted, {key[member]: key[f"{member} in team"]})
    world.invitations = {key[f"invitation to {at}"]: key[at] for at in ("Alp", "Nova", "Rival")}
    mail, past, rights = ProductCategory.MAIL, NOW - timedelta(days=1), list(ProductRight)
    for name, giver, holder, product, category, until, is_revoked in (
        ("taken to emp, revoked", "Alp", "emp at Alp", "taken", None, FOREVER, True),
        ("granted to emp", "Alp", "emp at Alp", "granted", None, FOREVER, False),
        ("mail to emp", "Alp", "emp at Alp", None, mail, NOW, False),
        ("domains to emp, past", "Alp", "emp at Alp", None, ProductCategory.DOMAIN, past, False),
        ("Rival's to emp", "Rival", "emp at Alp", "rivals", None, FOREVER, False),
        ("mail to eve", "Gam", "eve at Gam", None, mail, FOREVER, False),
        ("Nova's by Gam to eve", "Gam", "eve at Gam", "given", None, FOREVER, False),
        ("novan to the team", "Nova", None, "novan", None, FOREVER, False),
    ):
        world.gifts.append(
            Gift(
                id=key[f"grant of {name}"],
                organisation_id=key[giver],
                membership_id=key[holder] if holder else None,
                product_id=key[product] if product else None,
                category=category,
                covers_until=until,
                rights=rights,
                is_revoked=is_revoked,
            )
        )


def _remember(world: RandomWorld, key: Named) -> None:
    """Acts: who, in the name of which company, on behalf of which."""
    for actor, acting, concerned in (
        ("eve", "Nova", "Alp"),
        ("eve", "Nova", None),
        ("boss", "Nova", "Bor"),
        ("eve", "Rival", "Eta"),
        (None, None, "Alp"),
        ("lea", "Rival", "Nova"),
    ):
        name = f"{actor or 'nobody'} for {acting or 'nobody'} on {concerned or 'nobody'}"
        world.deeds[key[name]] = Deed(
            key[actor] if actor else None, key[acting] if acting else None, key[concerned] if concerned else None
        )
    for at, by in (("Alp", "emp"), ("Alp", "lea"), ("Rival", "emp"), ("Nova", "boss")):
        world.exports[key[f"export of {by} from {at}"]] = TakenAway(key[at], key[by])


def fixed_viewers(world: RandomWorld, keys: Keys) -> dict[str, Viewer | None]:
    """By the short names of the table: a visitor, people, and what their tokens may do."""
    people = {name: Viewer(keys[name], world.viewer_memberships(keys[name])) for name in PEOPLE}
    every, alp = frozenset(Scope), frozenset([keys["Alp"]])

    def token(of: str, scopes: frozenset[Scope] = every, **restricted: frozenset[UUID]) -> Viewer:
        key = keys[f"token of {of}"]
        at = world.tokens[key].organisation_id
        memberships = tuple(one for one in people[of].memberships if one.organisation_id == at)
        return Viewer(keys[of], memberships, token=TokenGrant(key, at, scopes, **restricted))

    without = {family: frozenset(scope for scope in Scope if not scope.startswith(family)) for family in FAMILIES}
    return {
        "vis": None,
        **people,
        "all": token("boss"),
        "Alp": token("boss", customer_ids=alp),
        "not": token("boss", excluded_ids=alp),
        **{f"-{family[:2].lower()}": token("boss", scopes) for family, scopes in without.items()},
        "t:e": token("eve"),
        "t:s": token("sta"),
    }


PEOPLE = ("lea", "emp", "old", "boss", "eve", "max", "sta")
