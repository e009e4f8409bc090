"""How do members get another role, and leave? And what ends with it?"""

from typing import Any

import pytest

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import (
    ApiToken,
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OutboxMessage,
)
from tests.api.people.members import stale, terms
from tests.api.people.memberships import BINDING, LAST, change_member, second_legal_representative
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
ROLE = ("LEGAL_REPRESENTATIVE_ONLY", BINDING, ["input", "role"])
NOTHING_ENDED: dict[str, list[str]] = {"api_tokens": [], "member_invitations": []}


# Roles


async def test_an_administrator_changes_a_role(world: World, clients: Clients):
    before = await snapshot()

    answer = await change_member(clients, "changeMemberRole", world.cA, world.id("cE"), role="EXTERNAL")

    after = await snapshot()
    assert answer.data["changeMemberRole"]["membership"] == {
        "id": world.id("cE"),
        "role": "EXTERNAL",
        "status": "ACTIVE",
        "canManageBilling": False,
        "notifyBilling": True,
        "notifyProducts": True,
        "version": 2,
    }
    assert changed_models(before, after) == {"Membership", "AuditEvent", "OutboxMessage"}
    ended = NOTHING_ENDED | {"assignments": [], "pending_actions": []}
    assert await acts(answer) == [
        act(
            "member.role_changed",
            world.cE.membership,
            world.cA,
            world.alpina,
            before=terms(world.cE),
            after=terms(world.cE, role="EXTERNAL") | ended,
        )
    ]
    assert await announced_topics(answer) == [("member.role_changed", world.id("cE"))]
    (message,) = await OutboxMessage.filter(topic="member.role_changed")
    assert (message.payload["before"], message.payload["after"]) == ("EMPLOYEE", "EXTERNAL")


async def test_the_same_role_again_changes_nothing(world: World, clients: Clients):
    before = await snapshot()

    await change_member(clients, "changeMemberRole", world.cA, world.id("cE"), role="EMPLOYEE")

    assert await snapshot() == before


@pytest.mark.parametrize(("member", "role"), [("cE", "LEGAL_REPRESENTATIVE"), ("cL", "EMPLOYEE")])
async def test_an_administrator_decides_about_no_legal_representative(
    world: World, clients: Clients, member: str, role: str
):
    input = {"membershipId": world.id(member), "role": role}

    assert await collect_refusals(clients, "changeMemberRole", input, as_=world.cA) == [ROLE]


# Rules M11, R14
async def test_a_legal_representative_makes_another_in_person_with_a_fresh_password(world: World, clients: Clients):
    input = {"membershipId": world.id("cE"), "role": "LEGAL_REPRESENTATIVE"}

    by_token = await catch_denial(clients, "changeMemberRole", input, as_=world.tokens["cL"])
    assert by_token == missing("MANAGE_LEGAL_REPRESENTATIVES")
    await change_member(clients, "changeMemberRole", world.cL, world.id("cA"), role="LEGAL_REPRESENTATIVE")
    await stale(world.cL, world)
    assert await catch_denial(clients, "changeMemberRole", input, as_=world.cL) == {"code": "SUDO_REQUIRED"}


# Rule R14
async def test_the_last_legal_representative_is_not_lowered(world: World, clients: Clients):
    input = {"membershipId": world.id("cL"), "role": "EMPLOYEE"}

    assert await collect_refusals(clients, "changeMemberRole", input, as_=world.cL) == LAST


async def test_a_member_who_lowers_themselves_sees_less_at_once(world: World, clients: Clients):
    await second_legal_representative(world)

    answer = await change_member(clients, "changeMemberRole", world.cL, world.id("cL"), role="EXTERNAL")

    assert answer.data["changeMemberRole"]["membership"]["role"] == "EXTERNAL"
    query = "query($id: ID!) { organisation(id: $id) { viewerRole viewerRights products { totalCount } } }"
    seen = await clients.ask(query, {"id": world.id("alpina")}, as_=world.cL)
    assert seen.data["organisation"] == {
        "viewerRole": "EXTERNAL",
        "viewerRights": ["VIEW_PRODUCTS", "LEAVE_ORGANISATION", "SET_EMAIL_WISHES"],
        "products": {"totalCount": 0},
    }


# Rule E7
async def test_a_lower_role_ends_tokens_and_what_could_no_longer_be_sent(world: World, clients: Clients):
    await second_legal_representative(world)
    binding = await MemberInvitation.get(id=world.newcomer.id)
    await MemberInvitation.filter(id=binding.id).update(role=Role.LEGAL_REPRESENTATIVE)

    answer = await change_member(clients, "changeMemberRole", world.cL, world.id("cL"), role="ADMINISTRATOR")

    token, invitation = await ApiToken.get(id=world.token_cL.id), await row_of(world.id("newcomer"))
    assert token.revoked_at is not None
    assert invitation.status is MemberInvitationStatus.CANCELLED
    (event,) = await acts(answer)
    assert (event["after"]["api_tokens"], event["after"]["member_invitations"]) == ([token.id.hex], [binding.id.hex])


async def test_an_invitation_that_could_still_be_sent_stays_open(world: World, clients: Clients):
    await second_legal_representative(world)

    await change_member(clients, "changeMemberRole", world.cL, world.id("cL"), role="ADMINISTRATOR")

    assert (await row_of(world.id("newcomer"))).status is MemberInvitationStatus.PENDING


async def test_a_higher_role_ends_assignments_and_no_token(world: World, clients: Clients):
    await change_member(clients, "changeMemberRole", world.pA, world.id("pE"), role="ADMINISTRATOR")

    assert await EmployeeAssignment.filter(membership_id=world.pE.membership.id, ended_at__isnull=True).count() == 0
    assert (await ApiToken.get(id=world.token_pE.id)).revoked_at is None


async def test_a_former_member_gets_no_role(world: World, clients: Clients):
    await Membership.filter(id=world.cE.membership.id).update(status=MembershipStatus.REMOVED)
    left = [("NOT_A_MEMBER", "This person is not an active member of the organisation.", ["input", "membershipId"])]
    input = {"membershipId": world.id("cE")}

    assert await collect_refusals(clients, "changeMemberRole", input | {"role": "EXTERNAL"}, as_=world.cL) == left
    assert await collect_refusals(clients, "updateMember", input | {"notifyProducts": False}, as_=world.cL) == left


@pytest.mark.parametrize(
    ("mutation", "more"),
    [("changeMemberRole", {"role": "EXTERNAL"}), ("updateMember", {"notifyProducts": False}), ("removeMember", {})],
)
async def test_a_stale_version_and_another_id_are_refused(
    world: World, clients: Clients, mutation: str, more: dict[str, Any]
):
    input = {"membershipId": world.id("cE"), **more}

    (refusal,) = await collect_refusals(clients, mutation, input | {"expectedVersion": 2}, as_=world.cL)
    assert (refusal[0], refusal[2]) == ("STALE_VERSION", ["input", "expectedVersion"])
    await check_id(clients, mutation, input, "membershipId", foreign=world.qE.membership, as_=world.cL)
