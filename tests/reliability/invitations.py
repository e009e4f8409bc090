"""An invitation of each kind, with its event in the outbox, and the settings to send it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Role
from server.models import CustomerInvitation, MemberInvitation, Partnership
from server.models.base import new_id
from server.resolvers import ids
from server.settings import Settings
from tests.mail.events import SECRET, announce
from tests.post import PostOffice
from tests.rows import Person, customer_invitation, organisation, partnership, person

NOW = datetime.now(UTC)


def sending(settings: Settings, post: PostOffice, **changes: Any) -> Settings:
    """The settings with the tests' mail server."""
    chosen = {
        "smtp_host": "127.0.0.1",
        "smtp_port": post.port,
        "smtp_security": "none",
        "mail_from": "no-reply@hosting.example",
        "worker_poll_seconds": 0.05,
    }
    return settings.model_copy(update=chosen | changes)


async def inviter(name: str = "Inviting") -> Person:
    """Who invites: a legal representative."""
    return await person("leader", await organisation(name), Role.LEGAL_REPRESENTATIVE, NOW)


async def create_invitation(email: str) -> MemberInvitation:
    """Somebody is asked to become a member."""
    who = await inviter()
    row = await MemberInvitation.create(
        organisation_id=who.organisation_id,
        email=email,
        first_name="New",
        last_name="Comer",
        locale="en_GB",
        role=Role.EMPLOYEE,
        secret_digest=new_id().hex,
        invited_by_id=who.user.id,
        invited_at=NOW,
        expires_at=NOW + timedelta(days=14),
    )
    told = {"organisation": ids.encode_key(type(await who.membership.organisation), who.organisation_id)}
    told |= {"secret": SECRET, "email": email, "locale": "en_GB", "answer_by": row.expires_at.isoformat()}
    await announce("member.invited", ids.encode(row), NOW, **told)
    return row


async def asked_by_email(email: str) -> CustomerInvitation:
    """A partner asks an address."""
    who = await inviter()
    row = await customer_invitation(await who.membership.organisation, email, SECRET, now=NOW)
    told = {"secret": SECRET, "email": email, "answer_by": row.answer_by.isoformat()}
    await announce("partnership.requested", ids.encode(row), NOW, **told)
    return row


async def invited_partner() -> Partnership:
    """A customer invites a partner, which two people lead."""
    customer, partner = await organisation("Customer"), await organisation("Partner")
    await person("leader", customer, Role.LEGAL_REPRESENTATIVE, NOW)
    await person("leader", partner, Role.LEGAL_REPRESENTATIVE, NOW)
    await person("other", partner, Role.ADMINISTRATOR, NOW)
    row = await partnership(customer, partner, status=PartnershipStatus.INVITED, now=NOW)
    assert row.answer_by is not None
    await announce("partnership.invited", ids.encode(row), NOW, answer_by=row.answer_by.isoformat())
    return row
