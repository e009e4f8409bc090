"""How is an invitation of a member sent again or withdrawn?"""

from datetime import datetime, timedelta

import pytest

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.rights import Role
from server.models import MemberInvitation
from server.models.base import new_id
from server.schema.scalars import moment_text
from tests.api.people.member_invitations import (
    INVITATION,
    NEW_PERSON,
    USED,
    audited_terms,
    call,
    invite_member,
    payload,
)
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Clients
from tests.world import INVITED, World

pytestmark = pytest.mark.postgres


# Sending again and cancelling


async def test_an_invitation_sent_again_has_a_new_link_and_the_old_one_is_dead(world: World, clients: Clients):
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
            before=audited_terms(world.newcomer),
            after=audited_terms(row, expires_at=row.expires_at.isoformat()),
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


async def test_what_another_organisation_sent_does_not_count(world: World, clients: Clients):
    (before,) = await MemberInvitation.filter(id=world.newcomer.id).values()
    before |= {"status": MemberInvitationStatus.CANCELLED, "organisation_id": world.borea.id}
    await MemberInvitation.bulk_create(
        [MemberInvitation(**before | {"id": new_id(), "secret_digest": str(number)}) for number in range(100)]
    )
    open_still = {"id": new_id(), "status": MemberInvitationStatus.PENDING, "email": call(world)["email"]}
    await MemberInvitation.create(**before | open_still | {"secret_digest": "open"})

    answer = await invite_member(clients, call(world), world.cL)

    assert answer.data["inviteMember"]["userErrors"] == []


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


# Rule S11.3
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
