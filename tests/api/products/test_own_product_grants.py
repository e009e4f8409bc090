"""Which of its products does an organisation open to its own people, and what do they see then?"""

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.products.products import ProductCategory
from server.models import Membership, OwnProductGrant, Product, Team, TeamMember
from server.schema.scalars import moment_text
from tests.api.products.own_product_grants import TECHNICAL, audited_terms, gift, grant_products, sight
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Clients
from tests.rows import product
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
STATISTICS = ["VIEW_PRODUCT", "VIEW_STATISTICS"]
BOTH = ["VIEW_PRODUCT", "MANAGE_PRODUCT", "VIEW_STATISTICS"]


# Opening


async def test_an_administrator_opens_a_product_to_an_employee(world: World, clients: Clients):
    before = await snapshot()

    answer = await grant_products(clients, gift(world, "cE", "kept", "STATISTICS", "TECHNICAL", "STATISTICS"), world.cA)

    after, made = await snapshot(), answer.data["grantOwnProducts"]["ownProductGrant"]
    row = await row_of(made["id"])
    assert made == {
        "id": made["id"],
        "organisation": {"name": "Alpina"},
        "member": {"id": world.id("cE")},
        "team": None,
        "product": {"customerName": "kept"},
        "category": None,
        "includeFutureProducts": False,
        "rights": ["TECHNICAL", "STATISTICS"],
        "grantedBy": {"email": "ca@alpina.example"},
        "grantedAt": moment_text(row.granted_at),
        "revokedAt": None,
        "version": 1,
    }
    assert changed_models(before, after) == {"OwnProductGrant", "AuditEvent", "OutboxMessage"}
    assert await acts(answer) == [act("own_products.granted", row, world.cA, world.alpina, after=audited_terms(row))]
    assert await announced_topics(answer) == [("own_products.granted", made["id"])]


@pytest.mark.parametrize("member", ["cE", "cX"])
async def test_members_see_exactly_what_was_opened_to_them(world: World, clients: Clients, member: str):
    before = await sight(world, clients, world.people[member])

    await grant_products(clients, gift(world, member, "kept", "TECHNICAL"), world.cL)
    await grant_products(clients, gift(world, member, "watched", "STATISTICS"), world.cL)

    assert before == {}
    assert await sight(world, clients, world.people[member]) == {"kept": TECHNICAL, "watched": STATISTICS}
    other = world.people["cX" if member == "cE" else "cE"]
    assert await sight(world, clients, other) == {}


async def test_rights_are_the_union_of_personal_grants_and_those_of_teams(world: World, clients: Clients):
    await grant_products(clients, gift(world, "cE", "kept", "STATISTICS"), world.cL)
    await TeamMember.create(team_id=world.team.id, membership_id=world.cE.membership.id, joined_at=world.now)
    together = await sight(world, clients, world.cE)

    await TeamMember.filter(team_id=world.team.id).delete()

    assert together == {"kept": BOTH}
    assert await sight(world, clients, world.cE) == {"kept": STATISTICS}


async def test_a_team_passes_what_it_has_to_its_members(world: World, clients: Clients):
    to_team = gift(world) | {"to": {"teamId": world.id("team")}, "of": {"productId": world.id("watched")}}
    await grant_products(clients, to_team, world.cL)
    await TeamMember.create(team_id=world.team.id, membership_id=world.cX.membership.id, joined_at=world.now)

    assert await sight(world, clients, world.cX) == {"kept": TECHNICAL, "watched": TECHNICAL}
    assert await sight(world, clients, world.cE) == {}


@pytest.mark.parametrize(("future", "seen"), [(True, {"kept", "later"}), (False, {"kept"})])
async def test_a_category_covers_later_products_where_the_grant_says_so(
    world: World, clients: Clients, future: bool, seen: set[str]
):
    await Product.filter(id=world.kept.id).update(category=ProductCategory.MAIL)
    by_category = gift(world, includeFutureProducts=future) | {"of": {"category": "MAIL"}}

    answer = await grant_products(clients, by_category, world.cL)
    await product("later", world.alpina, category=ProductCategory.MAIL)

    shown = answer.data["grantOwnProducts"]["ownProductGrant"]
    assert (shown["category"], shown["product"], shown["includeFutureProducts"]) == ("MAIL", None, future)
    assert set(await sight(world, clients, world.cE)) == seen


async def test_a_category_granted_again_covers_what_came_since(world: World, clients: Clients):
    by_category = gift(world) | {"of": {"category": "MAIL"}}
    await grant_products(clients, by_category, world.cL)
    await product("later", world.alpina, category=ProductCategory.MAIL)

    answer = await grant_products(clients, by_category, world.cL)

    assert answer.data["grantOwnProducts"]["ownProductGrant"]["version"] == 2
    assert set(await sight(world, clients, world.cE)) == {"later"}


async def test_other_rights_change_the_existing_grant(world: World, clients: Clients):
    await grant_products(clients, gift(world), world.cL)
    first = await row_of(
        (await grant_products(clients, gift(world), world.cL)).data["grantOwnProducts"]["ownProductGrant"]["id"]
    )

    answer = await grant_products(clients, gift(world, "cE", "kept", "STATISTICS"), world.cA)

    row = await OwnProductGrant.get(id=first.id)
    assert (row.rights, row.version, first.version) == (["STATISTICS"], 2, 1)
    assert await acts(answer) == [
        act(
            "own_products.granted",
            row,
            world.cA,
            world.alpina,
            before=audited_terms(row, rights=["TECHNICAL"]),
            after=audited_terms(row),
        )
    ]


async def test_a_product_that_went_elsewhere_is_seen_no_longer(world: World, clients: Clients):
    await grant_products(clients, gift(world), world.cL)

    await Product.filter(id=world.kept.id).update(organisation_id=world.borea.id)

    answer = await clients.ask("query($id: ID!) { node(id: $id) { id } }", {"id": world.id("kept")}, as_=world.cE)
    assert answer.code == "NOT_FOUND"


async def test_a_token_of_an_employee_sees_what_they_see_within_its_scopes(world: World, clients: Clients):
    await OwnProductGrant.create(
        organisation_id=world.nova.id,
        membership_id=world.pE.membership.id,
        category=ProductCategory.WEB_HOSTING,
        covers_until=FOREVER,
        rights=["TECHNICAL"],
        granted_by_id=world.pL.user.id,
        granted_at=world.now,
    )

    answer = await clients.ask(
        "query($id: ID!) { product(id: $id) { viewerRights } }", {"id": world.id("novan")}, as_=world.tokens["pE"]
    )

    assert answer.data["product"]["viewerRights"] == TECHNICAL


async def test_all_mistakes_of_a_grant_are_reported_at_once(world: World, clients: Clients):
    await Membership.filter(id=world.cA.membership.id).update(status=MembershipStatus.REMOVED)
    wrong = gift(world, "cA", includeFutureProducts=True) | {"rights": []}

    assert await collect_refusals(clients, "grantOwnProducts", wrong, as_=world.cL) == [
        ("NOT_A_MEMBER", "This person is not an active member of the organisation.", ["input", "to", "membershipId"]),
        (
            "VALIDATION_FAILED",
            "Legal representatives and administrators already see every product.",
            ["input", "to", "membershipId"],
        ),
        ("VALIDATION_FAILED", "Choose at least one right.", ["input", "rights"]),
        (
            "VALIDATION_FAILED",
            "Only a grant by category can include future products.",
            ["input", "includeFutureProducts"],
        ),
    ]


async def test_a_partner_opens_its_customers_products_to_nobody(world: World, clients: Clients):
    of_customer = {
        "organisationId": world.id("nova"),
        "to": {"membershipId": world.id("pE")},
        "of": {"productId": world.id("borean")},
        "rights": ["TECHNICAL"],
    }

    assert await collect_refusals(clients, "grantOwnProducts", of_customer, as_=world.pL) == [
        ("PRODUCT_NOT_OWNED", "This product does not belong to the organisation.", ["input", "of", "productId"])
    ]


async def test_a_grant_takes_no_other_ids_not_even_of_another_organisation_that_one_leads(
    world: World, clients: Clients
):
    check = (clients, "grantOwnProducts")
    to_team = gift(world) | {"to": {"teamId": world.id("team")}}
    await Membership.create(user_id=world.cL.user.id, organisation_id=world.rival.id, role=world.cL.membership.role)

    await check_id(*check, gift(world), "to", "membershipId", foreign=world.qE.membership, as_=world.cL)
    await check_id(*check, gift(world), "of", "productId", foreign=world.borean, as_=world.cL)
    foreign = await Team.create(organisation_id=world.rival.id, name="Web", name_key="web")
    await check_id(*check, to_team, "to", "teamId", foreign=foreign, as_=world.cL)


async def test_a_grant_in_another_version_stays_as_it_is(world: World, clients: Clients):
    await grant_products(clients, gift(world), world.cL)

    for mutation, input in (
        ("grantOwnProducts", gift(world, "cE", "kept", "STATISTICS", expectedVersion=2)),
        ("revokeOwnProducts", {"ownProductGrantId": world.id("own_grant"), "expectedVersion": 2}),
    ):
        (refusal,) = await collect_refusals(clients, mutation, input, as_=world.cL)
        assert refusal[0] == "STALE_VERSION"
