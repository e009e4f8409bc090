"""How does somebody become a member: invited, by a link that works once, with an account or without?"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.partnerships.email_links import digest
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import AuditEvent, MemberInvitation, Membership, OutboxMessage, Team, TeamMember, User
from server.models.base import new_id
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.people.members import stale
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.snapshots import changed_models, snapshot
from tests.world import INVITED, Person, World, person

pytestmark = pytest.mark.database

INVITATION = """
    memberInvitation {
        id email firstName lastName locale role status invitedBy { email } invitedAt expiresAt answeredAt version
        organisation { name }
    }
    userErrors { code message field }
"""
ACCEPTED = """
    membership { id role status organisation { name } user { email firstName locale } canManageBilling }
    viewer { user { email } organisations { nodes { name } } }
    userErrors { code message field }
"""
NEW_PERSON = {"password": "a long new password", "firstName": "Nadja", "lastName": "Comer"}
USED = [("INVITATION_USED", "This invitation is no longer open.", None)]


def call(world: World, email: str = "other@alpina.example", role: str = "EMPLOYEE", **other: Any) -> dict[str, Any]:
    """The input with which Alpina invites somebody."""
    named = {"firstName": "Ann", "lastName": "Other"}
    return {"organisationId": world.id("alpina"), "email": email, "role": role, **named, **other}


async def invite_member(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Invites, which works."""
    answer = await clients.change("inviteMember", input, INVITATION, as_=as_)
    assert answer.data["inviteMember"]["userErrors"] == []
    return answer


async def accept_invitation(clients: Clients, as_: Person | None = None, **input: Any) -> Answer:
    """Accepts the invitation of the newcomer, which works."""
    answer = await clients.change("acceptMemberInvitation", {"token": INVITED, **input}, ACCEPTED, as_=as_)
    assert answer.data["acceptMemberInvitation"]["userErrors"] == []
    return answer


async def payload(answer: Answer) -> dict[str, Any]:
    """What the request put into the outbox for the person who is invited."""
    request_id = answer.response.headers["x-request-id"]
    (message,) = [
        row for row in await OutboxMessage.filter(topic="member.invited") if row.payload["requestId"] == request_id
    ]
    return message.payload


def _terms(invitation: MemberInvitation, **other: Any) -> dict[str, Any]:
    """What an audit event writes down of an invitation."""
    terms = {
        "email": invitation.email,
        "role": invitation.role.value,
        "status": "PENDING",
        "expires_at": invitation.expires_at.isoformat(),
        "can_manage_billing": invitation.can_manage_billing,
        "notify_billing": invitation.notify_billing,
        "notify_products": invitation.notify_products,
    }
    return terms | other


# Inviting


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
    assert row.secret_digest == digest(secret)
    tables = await snapshot()
    assert secret not in repr({name: rows for name, rows in tables.items() if name != "OutboxMessage"})
    assert secret not in answer.response.text
    assert await acts(answer) == [act("member.invited", row, world.cL, world.alpina, after=_terms(row))]


async def test_an_invitation_by_a_token_names_the_token(world: World, clients: Clients):
    answer = await invite_member(clients, call(world), world.tokens["cL"])

    row = await row_of(answer.data["inviteMember"]["memberInvitation"]["id"])
    assert await acts(answer) == [
        act("member.invited", row, world.cL, world.alpina, token=world.token_cL, after=_terms(row))
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
        ("newcomer@alpina.example", "INVITATION_PENDING", "There is already an open invitation for this address."),
    ],
)
async def test_nobody_is_invited_twice(world: World, clients: Clients, email: str, code: str, message: str):
    assert await collect_refusals(clients, "inviteMember", call(world, email), as_=world.cL) == [
        (code, message, ["input", "email"])
    ]


async def test_who_did_not_answer_in_time_is_invited_again(world: World, clients: Clients):
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


async def test_a_legal_representative_is_invited_with_a_fresh_password_by_a_person(world: World, clients: Clients):
    input = call(world, role="LEGAL_REPRESENTATIVE")
    await invite_member(clients, input, world.cL)
    another = call(world, "third@alpina.example", "LEGAL_REPRESENTATIVE")

    by_token = await catch_denial(clients, "inviteMember", another, as_=world.tokens["cL"])
    await stale(world.cL, world)
    later = await catch_denial(clients, "inviteMember", another, as_=world.cL)

    assert by_token == missing("MANAGE_LEGAL_REPRESENTATIVES")
    assert later == {"code": "SUDO_REQUIRED"}


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


async def test_who_leads_sees_the_invitations(world: World, clients: Clients):
    query = "query($id: ID!) { organisation(id: $id) { memberInvitations { nodes { email status } totalCount } } }"

    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=world.cA)
    await MemberInvitation.filter(id=world.newcomer.id).update(expires_at=world.now)
    late = await clients.ask(query, {"id": world.id("alpina")}, as_=world.cA)

    node = {"email": "newcomer@alpina.example", "status": "PENDING"}
    assert answer.data["organisation"]["memberInvitations"] == {"nodes": [node], "totalCount": 1}
    assert late.data["organisation"]["memberInvitations"]["nodes"] == [node | {"status": "EXPIRED"}]


# Sending again and cancelling


async def test_sent_again_the_old_link_is_dead_and_the_new_one_works(world: World, clients: Clients):
    input = {"memberInvitationId": world.id("newcomer")}

    answer = await clients.change("resendMemberInvitation", input, INVITATION, as_=world.cA)

    row, secret = await row_of(world.id("newcomer")), (await payload(answer))["secret"]
    assert answer.data["resendMemberInvitation"]["memberInvitation"]["version"] == 2
    assert row.expires_at > world.newcomer.expires_at
    assert await collect_refusals(clients, "declineMemberInvitation", {"token": INVITED}, as_=None) == USED
    declined = await clients.change("declineMemberInvitation", {"token": secret})
    assert declined.data["declineMemberInvitation"]["userErrors"] == []
    assert await acts(answer) == [
        act(
            "member.invitation_sent_again",
            row,
            world.cA,
            world.alpina,
            before=_terms(world.newcomer),
            after=_terms(row, expires_at=row.expires_at.isoformat()),
        )
    ]


async def test_an_organisation_invites_a_hundred_people_a_day(world: World, clients: Clients):
    (before,) = await MemberInvitation.filter(id=world.newcomer.id).values()
    before |= {"status": MemberInvitationStatus.CANCELLED}
    await MemberInvitation.bulk_create(
        [
            MemberInvitation(**before | {"id": new_id(), "email": f"{number}@x.example", "secret_digest": str(number)})
            for number in range(99)
        ]
    )

    assert await collect_refusals(clients, "inviteMember", call(world), as_=world.cL) == [
        ("TOO_MANY_ATTEMPTS", "An organisation can invite at most 100 people within 24 hours.", None)
    ]

    await MemberInvitation.filter(id=world.newcomer.id).update(invited_at=world.now - timedelta(days=1))
    await invite_member(clients, call(world), world.cL)


async def test_an_invitation_is_sent_again_three_times_a_day(world: World, clients: Clients):
    input = {"memberInvitationId": world.id("newcomer")}
    for _ in range(3):
        answer = await clients.change("resendMemberInvitation", input, as_=world.cL)
        assert answer.data["resendMemberInvitation"]["userErrors"] == []

    assert await collect_refusals(clients, "resendMemberInvitation", input, as_=world.cL) == [
        ("TOO_MANY_ATTEMPTS", "An invitation can be sent again at most 3 times within 24 hours.", None)
    ]

    row = await row_of(world.id("newcomer"))
    lately = [datetime.fromisoformat(moment) - timedelta(hours=24) for moment in row.sent_again]
    await MemberInvitation.filter(id=row.id).update(sent_again=[moment.isoformat() for moment in lately])
    answer = await clients.change("resendMemberInvitation", input, as_=world.cL)
    assert answer.data["resendMemberInvitation"]["userErrors"] == []


async def test_a_cancelled_invitation_is_dead(world: World, clients: Clients):
    input = {"memberInvitationId": world.id("newcomer")}

    answer = await clients.change("cancelMemberInvitation", input, INVITATION, as_=world.cA)

    row = await row_of(world.id("newcomer"))
    shown = answer.data["cancelMemberInvitation"]["memberInvitation"]
    assert (shown["status"], shown["answeredAt"]) == ("CANCELLED", moment_text(row.answered_at))
    assert await announced_topics(answer) == [("member.invitation_cancelled", world.id("newcomer"))]
    accept = {"token": INVITED, "newPerson": NEW_PERSON}
    assert await collect_refusals(clients, "acceptMemberInvitation", accept, as_=None) == USED
    for again in ("cancelMemberInvitation", "resendMemberInvitation"):
        assert await collect_refusals(clients, again, input, as_=world.cL) == USED


async def test_an_administrator_changes_nothing_about_a_legal_representative(world: World, clients: Clients):
    await MemberInvitation.filter(id=world.newcomer.id).update(role=Role.LEGAL_REPRESENTATIVE)
    input = {"memberInvitationId": world.id("newcomer")}

    for mutation in ("cancelMemberInvitation", "resendMemberInvitation"):
        (refusal,) = await collect_refusals(clients, mutation, input, as_=world.cA)
        assert refusal[0] == "LEGAL_REPRESENTATIVE_ONLY"


async def test_an_invitation_takes_no_other_id(world: World, clients: Clients):
    input = {"memberInvitationId": world.id("newcomer")}

    for mutation in ("cancelMemberInvitation", "resendMemberInvitation"):
        await check_id(clients, mutation, input, "memberInvitationId", foreign=world.newcomer, as_=world.qL)


# Accepting and declining


async def test_a_new_person_gets_an_account_and_is_signed_in(world: World, engine_clients: Clients):
    before = await snapshot()

    answer = await accept_invitation(engine_clients, newPerson=NEW_PERSON | {"locale": "it_IT"})

    after, user = await snapshot(), await User.get(email="newcomer@alpina.example")
    member = await Membership.get(user_id=user.id)
    assert answer.data["acceptMemberInvitation"] == {
        "membership": {
            "id": ids.encode(member),
            "role": "EMPLOYEE",
            "status": "ACTIVE",
            "organisation": {"name": "Alpina"},
            "user": {"email": "newcomer@alpina.example", "firstName": "Nadja", "locale": "it_IT"},
            "canManageBilling": False,
        },
        "viewer": {"user": {"email": "newcomer@alpina.example"}, "organisations": {"nodes": [{"name": "Alpina"}]}},
        "userErrors": [],
    }
    assert user.email_verified_at is not None
    assert changed_models(before, after) == {
        *("User", "Membership", "Session", "SignInSource", "MemberInvitation", "AuditEvent", "OutboxMessage")
    }
    cookie = answer.response.cookies["session"]
    again = await engine_clients.ask("{ viewer { user { email } } }", as_=Person(user, member, cookie))
    assert again.data["viewer"]["user"]["email"] == "newcomer@alpina.example"
    signed_in = await engine_clients.change("signIn", {"email": user.email, "password": NEW_PERSON["password"]})
    assert signed_in.data["signIn"]["userErrors"] == []


async def test_joining_leaves_its_traces(world: World, clients: Clients):
    answer = await accept_invitation(clients, newPerson=NEW_PERSON)

    events = await acts(answer)
    user = await User.get(email="newcomer@alpina.example")
    member = await Membership.get(user_id=user.id)
    assert [(event["action"], event["subject_id"]) for event in events[1:]] == [
        ("member.invitation_accepted", world.newcomer.id),
        ("member.joined", member.id),
    ]
    assert {event["actor_id"] for event in events} == {user.id}
    assert await announced_topics(answer) == [
        ("member.invitation_accepted", world.id("newcomer")),
        ("member.joined", ids.encode(member)),
    ]


async def test_who_has_an_account_signs_in_and_accepts(world: World, clients: Clients):
    await MemberInvitation.filter(id=world.newcomer.id).update(
        email=world.bL.user.email, role=Role.EMPLOYEE, can_manage_billing=True
    )

    answer = await accept_invitation(clients, world.bL)

    assert answer.data["acceptMemberInvitation"]["viewer"]["organisations"] == {
        "nodes": [{"name": "Alpina"}, {"name": "Borea"}]
    }
    assert answer.data["acceptMemberInvitation"]["membership"]["canManageBilling"] is True
    assert "set-cookie" not in answer.response.headers


async def test_an_invitation_works_once(world: World, clients: Clients):
    await accept_invitation(clients, newPerson=NEW_PERSON)
    await User.filter(email="newcomer@alpina.example").update(email="moved@alpina.example")

    accept = {"token": INVITED, "newPerson": NEW_PERSON}
    assert await collect_refusals(clients, "acceptMemberInvitation", accept, as_=None) == USED
    assert await collect_refusals(clients, "declineMemberInvitation", {"token": INVITED}, as_=None) == USED


async def test_the_link_alone_grants_nothing(world: World, clients: Clients):
    nobody = await catch_denial(clients, "acceptMemberInvitation", {"token": INVITED}, as_=None)
    other = await collect_refusals(clients, "acceptMemberInvitation", {"token": INVITED}, as_=world.qE)

    assert nobody == {"code": "UNAUTHENTICATED"}
    assert other == [("NOT_INVITED", "This invitation was sent to another address.", None)]


async def test_an_account_is_revealed_only_to_the_holder_of_the_link(world: World, clients: Clients):
    await MemberInvitation.filter(id=world.newcomer.id).update(email=world.bL.user.email)

    with_link = await collect_refusals(
        clients, "acceptMemberInvitation", {"token": INVITED, "newPerson": NEW_PERSON}, as_=None
    )
    without = await collect_refusals(
        clients, "acceptMemberInvitation", {"token": "x", "newPerson": NEW_PERSON}, as_=None
    )

    assert with_link == [
        ("ACCOUNT_EXISTS", "There is already an account with this address. Sign in first.", ["input", "newPerson"])
    ]
    assert without == USED


async def test_all_mistakes_of_a_new_person_are_reported_at_once(world: World, clients: Clients):
    wrong = {"password": "short", "firstName": "", "lastName": "", "locale": "xx"}

    errors = await collect_refusals(clients, "acceptMemberInvitation", {"token": INVITED, "newPerson": wrong}, as_=None)

    assert [field for _, _, field in errors] == [
        ["input", "newPerson", name] for name in ("password", "firstName", "lastName", "locale")
    ]


async def test_somebody_who_is_signed_in_is_not_a_new_person(world: World, clients: Clients):
    accept = {"token": INVITED, "newPerson": NEW_PERSON}

    assert await collect_refusals(clients, "acceptMemberInvitation", accept, as_=world.bL) == [
        ("VALIDATION_FAILED", "You are signed in, so leave out the new person.", ["input", "newPerson"])
    ]


async def test_an_invitation_expires_after_its_last_second(world: World, clients: Clients):
    await MemberInvitation.filter(id=world.newcomer.id).update(expires_at=datetime.now(UTC))

    for mutation, more in (("acceptMemberInvitation", {"newPerson": NEW_PERSON}), ("declineMemberInvitation", {})):
        assert await collect_refusals(clients, mutation, {"token": INVITED, **more}, as_=None) == [
            ("INVITATION_EXPIRED", "This invitation has expired.", None)
        ]


@pytest.mark.parametrize("change", [{"role": Role.EMPLOYEE}, {"status": MembershipStatus.REMOVED}])
async def test_an_invitation_ends_when_its_sender_loses_the_right(
    world: World, clients: Clients, change: dict[str, Any]
):
    await MemberInvitation.filter(id=world.newcomer.id).update(invited_by_id=world.cA.user.id)
    await Membership.filter(id=world.cA.membership.id).update(**change)

    accept = {"token": INVITED, "newPerson": NEW_PERSON}
    assert await collect_refusals(clients, "acceptMemberInvitation", accept, as_=None) == USED


async def test_who_became_a_member_otherwise_does_not_join_twice(world: World, clients: Clients):
    await MemberInvitation.filter(id=world.newcomer.id).update(email=world.cX.user.email)

    assert await collect_refusals(clients, "acceptMemberInvitation", {"token": INVITED}, as_=world.cX) == [
        ("ALREADY_A_MEMBER", "This person is already a member of the organisation.", None)
    ]


async def test_somebody_who_left_comes_back_by_an_invitation(world: World, clients: Clients):
    former = await person("former", world.alpina, Role.EMPLOYEE, world.now)
    await Membership.filter(id=former.membership.id).update(status=MembershipStatus.REMOVED)
    await MemberInvitation.filter(id=world.newcomer.id).update(email=former.user.email)

    answer = await accept_invitation(clients, former)

    assert answer.data["acceptMemberInvitation"]["membership"]["id"] != ids.encode(former.membership)


async def test_an_invitation_is_declined_with_the_link_alone(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("declineMemberInvitation", {"token": INVITED})

    after, row = await snapshot(), await row_of(world.id("newcomer"))
    assert row.status is MemberInvitationStatus.DECLINED
    assert changed_models(before, after) == {"MemberInvitation", "AuditEvent", "OutboxMessage"}
    assert await announced_topics(answer) == [("member.invitation_declined", world.id("newcomer"))]


@pytest.mark.parametrize("mutation", ["acceptMemberInvitation", "declineMemberInvitation"])
async def test_no_program_answers_for_a_person(world: World, clients: Clients, mutation: str):
    assert await catch_denial(clients, mutation, {"token": INVITED}, as_=world.tokens["cL"]) == {"code": "FORBIDDEN"}
