"""How do members get another role, and leave? And what ends with it?"""

from typing import Any

import pytest

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.rights import ProductRight, Role
from server.models import (
    ApiToken,
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OutboxMessage,
    OwnProductGrant,
    Team,
    TeamMember,
)
from server.resolvers import ids
from tests.api.people.members import stale, terms
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.snapshots import changed_models, snapshot
from tests.world import Person, World, person

pytestmark = pytest.mark.database

MEMBER = """
    membership { id role status canManageBilling notifyBilling notifyProducts version }
    userErrors { code message field }
"""
LAST = [("LAST_LEGAL_REPRESENTATIVE", "An organisation must keep at least one legal representative.", None)]
BINDING = "Only a legal representative can add, change or remove legal representatives."
ROLE = ("LEGAL_REPRESENTATIVE_ONLY", BINDING, ["input", "role"])


async def change_member(clients: Clients, mutation: str, as_: Person | str, member: str, **input: Any) -> Answer:
    """Changes or removes a member, which works."""
    answer = await clients.change(mutation, {"membershipId": member, **input}, MEMBER, as_=as_)
    assert answer.data[mutation]["userErrors"] == []
    return answer


async def second_legal_representative(world: World) -> Person:
    return await person("second", world.alpina, Role.LEGAL_REPRESENTATIVE, world.now)


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


async def test_a_legal_representative_makes_another_in_person_with_a_fresh_password(world: World, clients: Clients):
    input = {"membershipId": world.id("cE"), "role": "LEGAL_REPRESENTATIVE"}

    by_token = await catch_denial(clients, "changeMemberRole", input, as_=world.tokens["cL"])
    assert by_token == missing("MANAGE_LEGAL_REPRESENTATIVES")
    await change_member(clients, "changeMemberRole", world.cL, world.id("cA"), role="LEGAL_REPRESENTATIVE")
    await stale(world.cL, world)
    assert await catch_denial(clients, "changeMemberRole", input, as_=world.cL) == {"code": "SUDO_REQUIRED"}


async def test_the_last_legal_representative_is_not_lowered(world: World, clients: Clients):
    input = {"membershipId": world.id("cL"), "role": "EMPLOYEE"}

    assert await collect_refusals(clients, "changeMemberRole", input, as_=world.cL) == LAST


async def test_who_lowers_themselves_sees_less_at_once(world: World, clients: Clients):
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


async def test_who_left_gets_no_role(world: World, clients: Clients):
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


# The e-mails that members get, and whether they pay


async def test_a_member_is_updated_as_far_as_something_is_given(world: World, clients: Clients):
    answer = await change_member(
        clients, "updateMember", world.cA, world.id("cE"), canManageBilling=True, notifyProducts=False
    )

    shown = answer.data["updateMember"]["membership"]
    assert (shown["canManageBilling"], shown["notifyBilling"], shown["notifyProducts"]) == (True, True, False)
    assert await acts(answer) == [
        act(
            "member.updated",
            world.cE.membership,
            world.cA,
            world.alpina,
            before=terms(world.cE),
            after=terms(world.cE, can_manage_billing=True, notify_products=False),
        )
    ]
    assert await announced_topics(answer) == [("member.updated", world.id("cE"))]


@pytest.mark.parametrize("input", [{}, {"notifyBilling": True, "canManageBilling": None}])
async def test_an_update_that_says_nothing_new_changes_nothing(world: World, clients: Clients, input: dict[str, Any]):
    before = await snapshot()

    await change_member(clients, "updateMember", world.cA, world.id("cE"), **input)

    assert await snapshot() == before


async def test_a_new_role_begins_without_the_billing_permission(world: World, clients: Clients):
    await change_member(clients, "updateMember", world.cA, world.id("cE"), canManageBilling=True)
    await change_member(clients, "changeMemberRole", world.cA, world.id("cE"), role="EXTERNAL")

    answer = await change_member(clients, "changeMemberRole", world.cA, world.id("cE"), role="EMPLOYEE")

    assert answer.data["changeMemberRole"]["membership"]["canManageBilling"] is False


async def test_a_role_decides_without_a_switch_and_the_only_one_is_notified(world: World, clients: Clients):
    wrong = {"membershipId": world.id("cL"), "canManageBilling": False, "notifyBilling": False}

    assert await collect_refusals(clients, "updateMember", wrong, as_=world.cL) == [
        (
            "VALIDATION_FAILED",
            "The billing permission follows from the role. You can set it only for employees.",
            ["input", "canManageBilling"],
        ),
        (
            "LAST_LEGAL_REPRESENTATIVE",
            "At least one legal representative must receive the billing e-mails.",
            ["input", "notifyBilling"],
        ),
    ]


async def test_the_only_one_left_is_notified_of_invoices(world: World, clients: Clients):
    second = await second_legal_representative(world)
    await change_member(clients, "updateMember", world.cL, ids.encode(second.membership), notifyBilling=False)

    await change_member(clients, "removeMember", second, world.id("cL"))

    assert (await Membership.get(id=second.membership.id)).notify_billing is True


async def test_an_administrator_updates_no_legal_representative(world: World, clients: Clients):
    input = {"membershipId": world.id("cL"), "notifyProducts": False}

    assert await collect_refusals(clients, "updateMember", input, as_=world.cA) == [
        ("LEGAL_REPRESENTATIVE_ONLY", BINDING, ["input", "membershipId"])
    ]


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


async def test_who_is_a_member_elsewhere_stays_signed_in(world: World, clients: Clients):
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


async def test_the_last_legal_representative_stays(world: World, clients: Clients):
    assert await collect_refusals(clients, "removeMember", {"membershipId": world.id("cL")}, as_=world.cL) == LAST
    assert (
        await collect_refusals(clients, "leaveOrganisation", {"organisationId": world.id("alpina")}, as_=world.cL)
        == LAST
    )


async def test_who_leaves_their_only_organisation_is_signed_out(world: World, engine_clients: Clients):
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
