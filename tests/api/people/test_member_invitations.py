"""How does somebody become a member: invited, by a link that works once, with an account or without?"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.people.email_links import link_digest
from server.domain.people.member_invitations import MemberInvitationStatus
from server.models import AuditEvent, MemberInvitation, Membership, OutboxMessage, Team, TeamMember
from server.models.base import new_id
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.people.member_invitations import ACCEPTED, NEW_PERSON, audited_terms, call, invite_member, payload
from tests.api.people.members import stale
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, row_of
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# Inviting


# Rule S11.1
async def test_an_administrator_invites_an_employee(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await invite_member(clients, call(world, " Other@Alpina.example ", locale="de_DE"), world.cA)

    after, made = await snapshot(), answer.data["inviteMember"]["memberInvitation"]
    row = await row_of(made["id"])
    assert start <= row.invited_at <= datetime.now(UTC)
    assert row.expires_at == row.invited_at + timedelta(days=14)
    assert made == {
        "id": ids.encode(row),
        "email": "other@alpina.example",
        "firstName": "Ann",
        "lastName": "Other",
        "locale": "de_DE",
        "role": "EMPLOYEE",
        "status": "PENDING",
        "invitedBy": {"email": "ca@alpina.example"},
        "invitedAt": moment_text(row.invited_at),
        "expiresAt": moment_text(row.expires_at),
        "answeredAt": None,
        "version": 1,
        "organisation": {"name": "Alpina"},
    }
    assert changed_models(before, after) == {"MemberInvitation", "AuditEvent", "OutboxMessage"}


# Rule S11.2
async def test_the_invited_join_the_teams_they_were_invited_to_that_are_still_there(world: World, clients: Clients):
    gone = await Team.create(organisation_id=world.alpina.id, name="Gone", name_key="gone")
    teams = [ids.encode(gone), world.id("team"), world.id("team")]
    shown = "memberInvitation { id teams { name } } userErrors { code }"
    answer = await clients.change("inviteMember", call(world, teamIds=teams), shown, as_=world.cA)
    invitation = answer.data["inviteMember"]["memberInvitation"]
    assert invitation["teams"] == [{"name": "Gone"}, {"name": "Web"}]
    (event,) = await acts(answer)
    assert event["after"]["teams"] == [gone.id.hex, world.team.id.hex]
    token = (await payload(answer))["secret"]

    await clients.change("deleteTeam", {"teamId": ids.encode(gone)}, as_=world.cL)
    left = "query($id: ID!) { node(id: $id) { ... on MemberInvitation { teams { name } } } }"
    assert (await clients.ask(left, {"id": invitation["id"]}, as_=world.cL)).data["node"] == {
        "teams": [{"name": "Web"}]
    }
    joined = await clients.change("acceptMemberInvitation", {"token": token, "newPerson": NEW_PERSON}, ACCEPTED)

    member = await row_of(joined.data["acceptMemberInvitation"]["membership"]["id"])
    assert await TeamMember.all().values_list("team_id", "membership_id") == [(world.team.id, member.id)]
    assert (await acts(joined))[-1]["after"]["teams"] == [world.team.id.hex]


async def test_nobody_is_invited_to_a_team_that_is_not_the_organisations(world: World, clients: Clients):
    other = await Team.create(organisation_id=world.nova.id, name="Crew", name_key="crew")

    for id in (ids.encode(other), f"team_{new_id().hex}"):
        input = call(world, teamIds=[world.id("team"), id])
        assert await catch_denial(clients, "inviteMember", input, as_=world.cL) == not_found("input", "teamIds", "1")


async def test_the_secret_is_in_the_outbox_only(world: World, clients: Clients):
    answer = await invite_member(clients, call(world), world.cL)

    row = await row_of(answer.data["inviteMember"]["memberInvitation"]["id"])
    sent = await payload(answer)
    secret = sent.pop("secret")
    assert sent == {
        "subject": ids.encode(row),
        "requestId": answer.response.headers["x-request-id"],
        "answer_by": row.expires_at.isoformat(),
        "email": "other@alpina.example",
        "first_name": "Ann",
        "locale": "en_GB",
        "organisation": world.id("alpina"),
        "role": "EMPLOYEE",
    }
    assert row.secret_digest == link_digest(secret)
    tables = await snapshot()
    assert secret not in repr({name: rows for name, rows in tables.items() if name != "OutboxMessage"})
    assert secret not in answer.response.text
    assert await acts(answer) == [act("member.invited", row, world.cL, world.alpina, after=audited_terms(row))]


async def test_an_invitation_by_a_token_names_the_token(world: World, clients: Clients):
    answer = await invite_member(clients, call(world), world.tokens["cL"])

    row = await row_of(answer.data["inviteMember"]["memberInvitation"]["id"])
    assert await acts(answer) == [
        act("member.invited", row, world.cL, world.alpina, token=world.token_cL, after=audited_terms(row))
    ]


async def test_inviting_says_the_same_whether_or_not_there_is_an_account(world: World, clients: Clients):
    known = await invite_member(clients, call(world, world.bL.user.email), world.cL)
    unknown = await invite_member(clients, call(world, "xl@home.example"), world.cL)

    texts = [re.sub(r"[bx]l@|[0-9a-f]{32}|\d{4}-[\dT:.-]+Z", "…", answer.response.text) for answer in (known, unknown)]
    assert texts[0] == texts[1]


async def test_nobody_is_a_member_before_they_accept(world: World, clients: Clients):
    members = await Membership.all().count()

    await invite_member(clients, call(world, world.bL.user.email), world.cL)

    assert await Membership.all().count() == members


async def test_all_mistakes_of_an_invitation_are_reported_at_once(world: World, clients: Clients):
    wrong = call(world, "a@b", firstName=" ", lastName="x" * 81, locale="xx", canManageBilling=True, role="EXTERNAL")

    assert await collect_refusals(clients, "inviteMember", wrong, as_=world.cL) == [
        ("VALIDATION_FAILED", "This is not an e-mail address.", ["input", "email"]),
        ("VALIDATION_FAILED", "This must not be empty.", ["input", "firstName"]),
        ("VALIDATION_FAILED", "This must not be longer than 80 characters.", ["input", "lastName"]),
        ("VALIDATION_FAILED", "Choose one of de_DE, en_GB, es_ES, fr_FR, it_IT.", ["input", "locale"]),
        (
            "VALIDATION_FAILED",
            "The billing permission follows from the role. You can set it only for employees.",
            ["input", "canManageBilling"],
        ),
    ]


@pytest.mark.parametrize(
    ("email", "code", "message"),
    [
        ("CE@alpina.example", "ALREADY_A_MEMBER", "This person is already a member of the organisation."),
        (
            "newcomer@alpina.example",
            "INVITATION_PENDING",
            "There is already an open invitation for this address. Send it again instead.",
        ),
    ],
)
async def test_nobody_is_invited_twice(world: World, clients: Clients, email: str, code: str, message: str):
    assert await collect_refusals(clients, "inviteMember", call(world, email), as_=world.cL) == [
        (code, message, ["input", "email"])
    ]


# Rule S11.4
async def test_somebody_who_did_not_answer_in_time_is_invited_again(world: World, clients: Clients):
    await MemberInvitation.filter(id=world.newcomer.id).update(expires_at=world.now)

    await invite_member(clients, call(world, "newcomer@alpina.example"), world.cL)

    row = await row_of(world.id("newcomer"))
    assert (row.status, row.version) == (MemberInvitationStatus.EXPIRED, 2)
    event = await AuditEvent.get(action="member.invitation_expired")
    assert (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id) == (None, None, world.alpina.id)
    assert (event.subject_id, event.before["status"], event.after["status"]) == (row.id, "PENDING", "EXPIRED")
    told = await OutboxMessage.get(topic="member.invitation_expired")
    assert told.payload["subject"] == world.id("newcomer")


async def test_an_administrator_makes_no_legal_representative(world: World, clients: Clients):
    assert await collect_refusals(clients, "inviteMember", call(world, role="LEGAL_REPRESENTATIVE"), as_=world.cA) == [
        (
            "LEGAL_REPRESENTATIVE_ONLY",
            "Only a legal representative can add, change or remove legal representatives.",
            ["input", "role"],
        )
    ]


# Rule M11
async def test_a_legal_representative_is_invited_with_a_fresh_password_by_a_person(world: World, clients: Clients):
    input = call(world, role="LEGAL_REPRESENTATIVE")
    await invite_member(clients, input, world.cL)
    another = call(world, "third@alpina.example", "LEGAL_REPRESENTATIVE")

    by_token = await catch_denial(clients, "inviteMember", another, as_=world.tokens["cL"])
    await stale(world.cL, world)
    later = await catch_denial(clients, "inviteMember", another, as_=world.cL)

    assert by_token == missing("MANAGE_LEGAL_REPRESENTATIVES")
    assert later == {"code": "SUDO_REQUIRED"}


# Rule E35
@pytest.mark.parametrize("partner", ["pL", "pA", "qL"])
async def test_a_partner_never_manages_its_customers_members(world: World, clients: Clients, partner: str):
    own_employee = call(world, world.pU.user.email)

    assert await catch_denial(clients, "inviteMember", own_employee, as_=world.people[partner]) == missing(
        "MANAGE_MEMBERS"
    )


async def test_even_complete_access_gives_no_right_over_members(world: World, clients: Clients):
    into_borea = call(world) | {"organisationId": world.id("borea")}
    remove = {"membershipId": world.id("bL")}

    assert await catch_denial(clients, "inviteMember", into_borea, as_=world.pL) == missing("MANAGE_MEMBERS")
    assert await catch_denial(clients, "removeMember", remove, as_=world.pL) == not_found("input", "membershipId")


async def test_a_leader_sees_the_invitations(world: World, clients: Clients):
    query = "query($id: ID!) { organisation(id: $id) { memberInvitations { nodes { email status } totalCount } } }"

    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=world.cA)
    await MemberInvitation.filter(id=world.newcomer.id).update(expires_at=world.now)
    late = await clients.ask(query, {"id": world.id("alpina")}, as_=world.cA)

    node = {"email": "newcomer@alpina.example", "status": "PENDING"}
    assert answer.data["organisation"]["memberInvitations"] == {"nodes": [node], "totalCount": 1}
    assert late.data["organisation"]["memberInvitations"]["nodes"] == [node | {"status": "EXPIRED"}]
