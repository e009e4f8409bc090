"""Invitations of members, as tests send and accept them."""

from typing import Any

from server.models import MemberInvitation, OutboxMessage
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.world import World

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


async def payload(answer: Answer) -> dict[str, Any]:
    """What the request put into the outbox for the person who is invited."""
    request_id = answer.response.headers["x-request-id"]
    (message,) = [
        row for row in await OutboxMessage.filter(topic="member.invited") if row.payload["requestId"] == request_id
    ]
    return message.payload


def audited_terms(invitation: MemberInvitation, **other: Any) -> dict[str, Any]:
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
