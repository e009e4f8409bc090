"""How are teams created, changed and deleted?"""

from typing import Any

import pytest

from server.domain.people.memberships import MembershipStatus
from server.models import Membership, OwnProductGrant, Team, TeamMember
from server.resolvers import ids
from tests.api.partnerships.invitations import join
from tests.api.refusals import catch_denial, check_id, collect_refusals, not_found
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

TEAM = """
    team {
        id name version organisation { name } leader { id } members { nodes { member { id } } totalCount }
        productGrants { nodes { id revokedAt } }
    }
    userErrors { code message field }
"""
TAKEN = [("NAME_TAKEN", "There is already a team with this name.", ["input", "name"])]
LEFT = ("NOT_A_MEMBER", "This person is not an active member of the organisation.")


async def change_team(clients: Clients, mutation: str, as_: Person | str, **input: Any) -> Answer:
    """Changes a team, which works."""
    answer = await clients.change(mutation, input, TEAM, as_=as_)
    assert answer.data[mutation]["userErrors"] == []
    return answer


def audited_terms(team: Team, **other: Any) -> dict[str, Any]:
    leader = team.leader_id.hex if team.leader_id else None
    return {"name": team.name, "leader_id": leader, "deleted_at": None} | other


async def test_an_administrator_makes_a_team_with_a_leader(world: World, clients: Clients):
    before = await snapshot()

    answer = await change_team(
        clients, "createTeam", world.cA, organisationId=world.id("alpina"), name="  Émail ", leaderId=world.id("cX")
    )

    after, made = await snapshot(), answer.data["createTeam"]["team"]
    row = await row_of(made["id"])
    assert made == {
        "id": made["id"],
        "name": "Émail",
        "version": 1,
        "organisation": {"name": "Alpina"},
        "leader": {"id": world.id("cX")},
        "members": {"nodes": [{"member": {"id": world.id("cX")}}], "totalCount": 1},
        "productGrants": {"nodes": []},
    }
    assert changed_models(before, after) == {"Team", "TeamMember", "AuditEvent", "OutboxMessage"}
    assert await acts(answer) == [act("team.created", row, world.cA, world.alpina, after=audited_terms(row))]
    assert await announced_topics(answer) == [("team.created", made["id"])]


@pytest.mark.parametrize("name", ["Web", "wéb"])
async def test_no_two_teams_have_the_same_name(world: World, clients: Clients, name: str):
    other = await Team.create(organisation_id=world.alpina.id, name="Other", name_key="other")
    rename = {"teamId": ids.encode(other), "name": name}

    assert (
        await collect_refusals(
            clients, "createTeam", {"organisationId": world.id("alpina"), "name": name}, as_=world.cL
        )
        == TAKEN
    )
    assert await collect_refusals(clients, "updateTeam", rename, as_=world.cL) == TAKEN


async def test_another_organisation_may_use_the_same_name(world: World, clients: Clients):
    answer = await change_team(clients, "createTeam", world.bL, organisationId=world.id("borea"), name="Web")

    made = answer.data["createTeam"]["team"]
    assert (made["name"], made["organisation"]) == ("Web", {"name": "Borea"})


async def test_all_mistakes_of_a_team_are_reported_at_once(world: World, clients: Clients):
    await Membership.filter(id=world.cE.membership.id).update(status=MembershipStatus.REMOVED)
    wrong = {"organisationId": world.id("alpina"), "name": " ", "leaderId": world.id("cE")}

    assert await collect_refusals(clients, "createTeam", wrong, as_=world.cL) == [
        ("VALIDATION_FAILED", "This must not be empty.", ["input", "name"]),
        (*LEFT, ["input", "leaderId"]),
    ]


async def test_a_team_gets_another_name_and_leader(world: World, clients: Clients):
    await change_team(clients, "updateTeam", world.cL, teamId=world.id("team"), name="Web", leaderId=world.id("cE"))

    answer = await change_team(clients, "updateTeam", world.cL, teamId=world.id("team"), name="Sites")

    shown, row = answer.data["updateTeam"]["team"], await row_of(world.id("team"))
    assert (shown["name"], shown["leader"], shown["version"]) == ("Sites", None, 3)
    assert shown["members"]["nodes"] == [{"member": {"id": world.id("cE")}}]
    assert await acts(answer) == [
        act(
            "team.updated",
            row,
            world.cL,
            world.alpina,
            before=audited_terms(row, name="Web", leader_id=world.cE.membership.id.hex),
            after=audited_terms(row),
        )
    ]
    assert await announced_topics(answer) == [("team.updated", world.id("team"))]


async def test_the_same_name_and_leader_change_nothing(world: World, clients: Clients):
    before = await snapshot()

    await change_team(clients, "updateTeam", world.cL, teamId=world.id("team"), name="Web")

    assert await snapshot() == before


async def test_members_come_and_go_once(world: World, clients: Clients):
    place = {"teamId": world.id("team"), "membershipId": world.id("cX")}

    added = await change_team(clients, "addTeamMember", world.cA, **place)
    after_first = await snapshot()
    await change_team(clients, "addTeamMember", world.cL, **place)
    assert await snapshot() == after_first
    removed = await change_team(clients, "removeTeamMember", world.cA, **place)
    after_second = await snapshot()
    await change_team(clients, "removeTeamMember", world.cL, **place)

    assert await snapshot() == after_second
    assert added.data["addTeamMember"]["team"]["members"]["totalCount"] == 1
    assert removed.data["removeTeamMember"]["team"]["members"]["totalCount"] == 0
    assert await announced_topics(added) == [("team.member_added", world.id("team"))]
    assert await announced_topics(removed) == [("team.member_removed", world.id("team"))]
    (event,) = await acts(removed)
    assert event["after"]["membership_id"] == world.cX.membership.id.hex


async def test_a_leader_who_goes_leads_no_longer(world: World, clients: Clients):
    await change_team(clients, "updateTeam", world.cL, teamId=world.id("team"), name="Web", leaderId=world.id("cE"))

    answer = await change_team(
        clients, "removeTeamMember", world.cL, teamId=world.id("team"), membershipId=world.id("cE")
    )

    assert answer.data["removeTeamMember"]["team"]["leader"] is None


async def test_a_former_member_joins_no_team(world: World, clients: Clients):
    await Membership.filter(id=world.cE.membership.id).update(status=MembershipStatus.REMOVED)
    place = {"teamId": world.id("team"), "membershipId": world.id("cE")}

    assert await collect_refusals(clients, "addTeamMember", place, as_=world.cL) == [(*LEFT, ["input", "membershipId"])]


async def test_a_deleted_team_takes_its_grants_along(world: World, clients: Clients):
    await change_team(clients, "addTeamMember", world.cL, teamId=world.id("team"), membershipId=world.id("cE"))
    before = await snapshot()

    payload = "organisation { teams { totalCount } } userErrors { code message field }"
    answer = await clients.change("deleteTeam", {"teamId": world.id("team")}, payload, as_=world.cA)

    assert answer.data["deleteTeam"] == {"organisation": {"teams": {"totalCount": 0}}, "userErrors": []}
    assert changed_models(before, await snapshot()) == {
        *("Team", "TeamMember", "OwnProductGrant", "AuditEvent", "OutboxMessage")
    }
    row = await row_of(world.id("team"))
    assert (await OwnProductGrant.get(id=world.own_grant.id)).revoked_at is not None
    assert await TeamMember.filter(team_id=row.id).count() == 0
    assert await acts(answer) == [
        act(
            "team.deleted",
            row,
            world.cA,
            world.alpina,
            before=audited_terms(row),
            after=audited_terms(row, deleted_at=row.deleted_at.isoformat())
            | {"members": [world.cE.membership.id.hex], "product_grants": [world.own_grant.id.hex]},
        )
    ]
    assert (
        await clients.ask("query($id: ID!) { node(id: $id) { id } }", {"id": world.id("team")}, as_=world.cA)
    ).code == ("NOT_FOUND")


@pytest.mark.parametrize(
    ("mutation", "more"),
    [
        ("updateTeam", {"name": "Sites"}),
        ("deleteTeam", {}),
        ("addTeamMember", {"membershipId": "cX"}),
        ("removeTeamMember", {"membershipId": "cX"}),
    ],
)
async def test_teams_and_members_of_others_are_not_found(
    world: World, clients: Clients, mutation: str, more: dict[str, str]
):
    foreign = await Team.create(organisation_id=world.rival.id, name="Web", name_key="web")
    named = {name: world.id(value) if name == "membershipId" else value for name, value in more.items()}
    input = {"teamId": world.id("team"), **named}

    await check_id(clients, mutation, input, "teamId", foreign=foreign, as_=world.cL)
    if "membershipId" in more:
        await check_id(clients, mutation, input, "membershipId", foreign=world.qE.membership, as_=world.cL)
    else:
        (refusal,) = await collect_refusals(clients, mutation, input | {"expectedVersion": 7}, as_=world.cL)
        assert refusal[0] == "STALE_VERSION"


async def test_a_leader_is_of_the_same_organisation(world: World, clients: Clients):
    create = {"organisationId": world.id("alpina"), "name": "Mail", "leaderId": world.id("cE")}

    await check_id(clients, "createTeam", create, "leaderId", foreign=world.qE.membership, as_=world.cL)


async def test_a_member_shows_their_teams_to_leaders(world: World, clients: Clients):
    await change_team(clients, "addTeamMember", world.cL, teamId=world.id("team"), membershipId=world.id("cE"))
    query = "query($id: ID!) { node(id: $id) { ... on Membership { teams { nodes { team { name } } } } } }"

    seen = [await clients.ask(query, {"id": world.id("cE")}, as_=who) for who in (world.cA, world.cE)]

    assert [answer.data["node"]["teams"]["nodes"] for answer in seen] == [[{"team": {"name": "Web"}}], []]


async def test_a_leader_stays_when_somebody_else_goes(world: World, engine_clients: Clients):
    await change_team(
        engine_clients, "updateTeam", world.cL, teamId=world.id("team"), name="Web", leaderId=world.id("cE")
    )
    place = {"teamId": world.id("team"), "membershipId": world.id("cX")}
    await change_team(engine_clients, "addTeamMember", world.cL, **place)

    await change_team(engine_clients, "removeTeamMember", world.cL, **place)

    assert (await Team.get(id=world.team.id)).leader_id == world.cE.membership.id


async def test_the_name_of_a_deleted_team_can_be_used_again(world: World, engine_clients: Clients):
    await Team.filter(id=world.team.id).update(deleted_at=world.now)

    answer = await change_team(engine_clients, "createTeam", world.cL, organisationId=world.id("alpina"), name="Web")

    assert answer.data["createTeam"]["team"]["name"] == "Web"


async def test_nobody_is_invited_into_a_team_of_their_inviter_s_other_organisation(
    world: World, engine_clients: Clients
):
    await join(world.cL, world.borea)
    other = await Team.create(organisation_id=world.borea.id, name="Web", name_key="web")
    named = {"email": "new@alpina.example", "firstName": "New", "lastName": "Comer", "role": "EMPLOYEE"}
    input = {"organisationId": world.id("alpina"), "teamIds": [ids.encode(other)], **named}

    assert await catch_denial(engine_clients, "inviteMember", input, as_=world.cL) == not_found("input", "teamIds", "0")
