"""How do members leave or get replaced, and what do they lose?"""

import pytest

from server.domain.products.own_product_grants import FOREVER
from server.domain.rights import ProductRight, Role
from server.models import (
    Membership,
    OwnProductGrant,
    Team,
    TeamMember,
)
from server.resolvers import ids
from tests.api.people.members import stale, terms
from tests.api.people.memberships import BINDING, LAST, change_member, second_legal_representative
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing
from tests.api.traces import acts, announced_topics
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# Removing and leaving


async def test_a_removed_member_reaches_nothing_from_the_next_request_on(world: World, clients: Clients):
    team = await Team.create(
        organisation_id=world.nova.id, name="Crew", name_key="crew", leader_id=world.pE.membership.id
    )
    await TeamMember.create(team_id=team.id, membership_id=world.pE.membership.id, joined_at=world.now)
    gift = await OwnProductGrant.create(
        organisation_id=world.nova.id,
        membership_id=world.pE.membership.id,
        product_id=world.novan.id,
        covers_until=FOREVER,
        rights=[ProductRight.TECHNICAL],
        granted_by_id=world.pL.user.id,
        granted_at=world.now,
    )
    before = await snapshot()

    answer = await change_member(clients, "removeMember", world.pA, world.id("pE"))

    after = await snapshot()
    assert answer.data["removeMember"]["membership"]["status"] == "REMOVED"
    assert changed_models(before, after) == {
        *("Membership", "ApiToken", "EmployeeAssignment", "OwnProductGrant", "Team", "TeamMember", "Session"),
        *("PendingAction", "AuditEvent", "OutboxMessage"),
    }
    (event,) = await acts(answer)
    assert event["after"] == terms(world.pE, status="REMOVED") | {
        "api_tokens": [world.token_pE.id.hex],
        "member_invitations": [],
        "assignments": sorted([world.assignment.id.hex, world.complete_assignment.id.hex]),
        "pending_actions": [world.pending.id.hex],
        "product_grants": [gift.id.hex],
        "teams": [team.id.hex],
    }
    assert await announced_topics(answer) == [("member.removed", world.id("pE"))]
    assert (await Team.get(id=team.id)).leader_id is None
    assert (await clients.ask("{ viewer { user { id } } }", as_=world.pE)).data["viewer"] is None
    assert (await clients.ask("{ viewer { user { id } } }", as_=world.tokens["pE"])).status == 401


async def test_a_member_of_another_organisation_stays_signed_in(world: World, clients: Clients):
    await Membership.create(user_id=world.cE.user.id, organisation_id=world.borea.id, role=Role.EMPLOYEE)

    await change_member(clients, "removeMember", world.cL, world.id("cE"))

    answer = await clients.ask("{ viewer { organisations { nodes { name } } } }", as_=world.cE)
    assert answer.data["viewer"]["organisations"]["nodes"] == [{"name": "Borea"}]


async def test_a_member_is_removed_once(world: World, clients: Clients):
    first = await change_member(clients, "removeMember", world.cL, world.id("cE"))
    before = await snapshot()

    second = await change_member(clients, "removeMember", world.cA, world.id("cE"))

    assert second.data == first.data
    assert await snapshot() == before


async def test_a_legal_representative_is_removed_only_by_another(world: World, clients: Clients):
    second = await second_legal_representative(world)
    input = {"membershipId": ids.encode(second.membership)}

    assert await collect_refusals(clients, "removeMember", input, as_=world.cA) == [
        ("LEGAL_REPRESENTATIVE_ONLY", BINDING, ["input", "membershipId"])
    ]
    await change_member(clients, "removeMember", world.cL, ids.encode(second.membership))


async def test_removing_needs_a_fresh_password_and_a_person(world: World, clients: Clients):
    input = {"membershipId": world.id("cE")}

    assert await catch_denial(clients, "removeMember", input, as_=world.tokens["cL"]) == missing("REMOVE_MEMBERS")
    await stale(world.cA, world)
    assert await catch_denial(clients, "removeMember", input, as_=world.cA) == {"code": "SUDO_REQUIRED"}


# Rule E8
async def test_the_last_legal_representative_stays(world: World, clients: Clients):
    assert await collect_refusals(clients, "removeMember", {"membershipId": world.id("cL")}, as_=world.cL) == LAST
    assert (
        await collect_refusals(clients, "leaveOrganisation", {"organisationId": world.id("alpina")}, as_=world.cL)
        == LAST
    )


async def test_a_member_who_leaves_their_only_organisation_is_signed_out(world: World, engine_clients: Clients):
    answer = await engine_clients.change("leaveOrganisation", {"organisationId": world.id("alpina")}, as_=world.cX)

    assert answer.data["leaveOrganisation"]["userErrors"] == []
    assert await announced_topics(answer) == [("member.removed", world.id("cX"))]
    assert 'session=""' in answer.response.headers["set-cookie"]
    assert (await engine_clients.ask("{ viewer { user { id } } }", as_=world.cX)).data["viewer"] is None


# Replacing

REPLACED = """
    incoming { id role status } outgoing { id role status } userErrors { code message field }
"""


@pytest.mark.parametrize(
    ("given", "role", "status"),
    [({}, "LEGAL_REPRESENTATIVE", "REMOVED"), ({"outgoingRole": "EMPLOYEE"}, "EMPLOYEE", "ACTIVE")],
)
async def test_a_legal_representative_is_replaced_in_one_step(
    world: World, engine_clients: Clients, given: dict[str, str], role: str, status: str
):
    input = {"outgoingMembershipId": world.id("cL"), "incomingMembershipId": world.id("cE"), **given}

    answer = await engine_clients.change("replaceLegalRepresentative", input, REPLACED, as_=world.cL)

    outgoing = await Membership.get(id=world.cL.membership.id)
    shown = answer.data["replaceLegalRepresentative"]
    assert shown["userErrors"] == []
    assert (outgoing.role.value, outgoing.status.value) == (role, status)
    assert shown["outgoing"] == {"id": world.id("cL"), "role": role, "status": status}
    assert (await Membership.get(id=world.cE.membership.id)).role is Role.LEGAL_REPRESENTATIVE
    actions = ["member.role_changed", "member.role_changed" if given else "member.removed"]
    assert [event["action"] for event in await acts(answer)] == actions


@pytest.mark.parametrize(
    ("outgoing", "incoming", "role", "field"),
    [
        ("cA", "cE", "EMPLOYEE", "outgoingMembershipId"),
        ("cL", "cL", "EMPLOYEE", "incomingMembershipId"),
        ("cL", "cE", "LEGAL_REPRESENTATIVE", "outgoingRole"),
    ],
)
async def test_a_replacement_that_makes_no_sense_is_refused(
    world: World, clients: Clients, outgoing: str, incoming: str, role: str, field: str
):
    input = {
        "outgoingMembershipId": world.id(outgoing),
        "incomingMembershipId": world.id(incoming),
        "outgoingRole": role,
    }

    (refusal,) = await collect_refusals(clients, "replaceLegalRepresentative", input, as_=world.cL)
    assert (refusal[0], refusal[2]) == ("VALIDATION_FAILED", ["input", field])


async def test_a_replacement_takes_no_other_ids(world: World, clients: Clients):
    input = {"outgoingMembershipId": world.id("cL"), "incomingMembershipId": world.id("cE")}

    for field in input:
        foreign = world.qE.membership
        await check_id(clients, "replaceLegalRepresentative", input, field, foreign=foreign, as_=world.cL)
