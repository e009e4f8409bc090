"""How are an organisation's own products withdrawn from its members, and where are the grants listed?"""

import pytest

from server.models import TeamMember
from server.schema.scalars import moment_text
from tests.api.products.own_product_grants import GRANT, TECHNICAL, audited_terms, gift, grant_products, sight
from tests.api.refusals import check_id
from tests.api.traces import act, acts, row_of
from tests.clients import Clients
from tests.snapshots import snapshot
from tests.statements import ENGINE, collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres


# Taking back


async def test_a_withdrawn_grant_ends_immediately_and_only_once(world: World, clients: Clients):
    await TeamMember.create(team_id=world.team.id, membership_id=world.cE.membership.id, joined_at=world.now)
    before = await sight(world, clients, world.cE)
    input = {"ownProductGrantId": world.id("own_grant")}

    answer = await clients.change("revokeOwnProducts", input, GRANT, as_=world.cA)

    row, after = await row_of(world.id("own_grant")), await snapshot()
    assert before == {"kept": TECHNICAL}
    assert await sight(world, clients, world.cE) == {}
    shown = answer.data["revokeOwnProducts"]["ownProductGrant"]
    assert (shown["revokedAt"], shown["version"]) == (moment_text(row.revoked_at), 2)
    assert await acts(answer) == [
        act(
            "own_products.revoked",
            row,
            world.cA,
            world.alpina,
            before=audited_terms(row),
            after=audited_terms(row, revoked_at=row.revoked_at.isoformat()),
        )
    ]
    again = await clients.change("revokeOwnProducts", input, GRANT, as_=world.cL)
    assert again.data == answer.data
    assert await snapshot() == after


async def test_withdrawn_products_may_be_granted_again(world: World, clients: Clients):
    await clients.change("revokeOwnProducts", {"ownProductGrantId": world.id("own_grant")}, GRANT, as_=world.cL)

    answer = await grant_products(clients, gift(world) | {"to": {"teamId": world.id("team")}}, world.cL)

    assert answer.data["grantOwnProducts"]["ownProductGrant"]["id"] != world.id("own_grant")


async def test_withdrawing_a_grant_takes_no_other_id(world: World, clients: Clients):
    input = {"ownProductGrantId": world.id("own_grant")}

    await check_id(clients, "revokeOwnProducts", input, "ownProductGrantId", foreign=world.own_grant, as_=world.qL)


async def test_the_grants_are_listed_for_the_organisation_its_members_and_teams(world: World, clients: Clients):
    made = await grant_products(clients, gift(world), world.cL)
    to_member = made.data["grantOwnProducts"]["ownProductGrant"]["id"]
    query = """
        query($org: ID!, $member: ID!, $team: ID!) {
          organisation(id: $org) { ownProductGrants { nodes { id } } }
          member: node(id: $member) { ... on Membership { productGrants { nodes { id } } } }
          team: node(id: $team) { ... on Team { productGrants { nodes { id } } } }
        }
    """
    ids = {"org": world.id("alpina"), "member": world.id("cE"), "team": world.id("team")}

    answer = await clients.ask(query, ids, as_=world.cA)

    assert answer.data == {
        "organisation": {"ownProductGrants": {"nodes": [{"id": world.id("own_grant")}, {"id": to_member}]}},
        "member": {"productGrants": {"nodes": [{"id": to_member}]}},
        "team": {"productGrants": {"nodes": [{"id": world.id("own_grant")}]}},
    }


@pytest.mark.parametrize(("who", "asks"), [("cL", False), ("cA", False), ("cE", True), ("cX", True)])
async def test_the_statement_looks_for_grants_only_for_viewers_who_need_them(
    world: World, engine_clients: Clients, who: str, asks: bool
):
    query = "query($id: ID!) { organisation(id: $id) { products { nodes { customerName viewerRights } } } }"

    with collect_statements(ENGINE) as statements:
        answer = await engine_clients.ask(query, {"id": world.id("alpina")}, as_=world.people[who])

    assert len(answer.data["organisation"]["products"]["nodes"]) == (0 if asks else 4)
    assert len(statements) == 1
    assert ("own_product_grant" in statements[0]) is asks
