"""How does a person accept or decline an invitation to become a member?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import MemberInvitation, Membership, User
from server.resolvers import ids
from tests.api.people.member_invitations import ACCEPTED, NEW_PERSON, USED
from tests.api.refusals import catch_denial, collect_refusals
from tests.api.traces import acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.rows import Person, person
from tests.snapshots import changed_models, snapshot
from tests.world import INVITED, World

pytestmark = pytest.mark.postgres


async def accept_invitation(clients: Clients, as_: Person | None = None, **input: Any) -> Answer:
    """Accepts the invitation of the newcomer, which works."""
    answer = await clients.change("acceptMemberInvitation", {"token": INVITED, **input}, ACCEPTED, as_=as_)
    assert answer.data["acceptMemberInvitation"]["userErrors"] == []
    return answer


# Accepting and declining


# Rule S11.2
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


async def test_a_person_with_an_account_signs_in_and_accepts(world: World, clients: Clients):
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


# Rule E24
async def test_the_link_on_its_own_grants_nothing(world: World, clients: Clients):
    nobody = await catch_denial(clients, "acceptMemberInvitation", {"token": INVITED}, as_=None)
    other = await collect_refusals(clients, "acceptMemberInvitation", {"token": INVITED}, as_=world.qE)

    assert nobody == {"code": "UNAUTHENTICATED"}
    assert other == [("NOT_INVITED", "This invitation was sent to another address. Sign in with that address.", None)]


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
            ("INVITATION_EXPIRED", "This invitation has expired. Ask for a new one.", None)
        ]


@pytest.mark.parametrize("change", [{"role": Role.EMPLOYEE}, {"status": MembershipStatus.REMOVED}])
async def test_an_invitation_ends_when_its_sender_loses_the_right(
    world: World, clients: Clients, change: dict[str, Any]
):
    await MemberInvitation.filter(id=world.newcomer.id).update(invited_by_id=world.cA.user.id)
    await Membership.filter(id=world.cA.membership.id).update(**change)

    accept = {"token": INVITED, "newPerson": NEW_PERSON}
    assert await collect_refusals(clients, "acceptMemberInvitation", accept, as_=None) == USED


async def test_somebody_who_became_a_member_otherwise_does_not_join_twice(world: World, clients: Clients):
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


# Rule S11.2
async def test_an_invitation_is_declined_with_nothing_but_the_link(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("declineMemberInvitation", {"token": INVITED})

    after, row = await snapshot(), await row_of(world.id("newcomer"))
    assert row.status is MemberInvitationStatus.DECLINED
    assert changed_models(before, after) == {"MemberInvitation", "AuditEvent", "OutboxMessage"}
    assert await announced_topics(answer) == [("member.invitation_declined", world.id("newcomer"))]


@pytest.mark.parametrize("mutation", ["acceptMemberInvitation", "declineMemberInvitation"])
async def test_no_program_answers_for_a_person(world: World, clients: Clients, mutation: str):
    assert await catch_denial(clients, mutation, {"token": INVITED}, as_=world.tokens["cL"]) == {"code": "FORBIDDEN"}
