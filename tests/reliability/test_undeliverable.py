"""What happens to an undeliverable invitation, and to an e-mail whose worker has to stop?"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.mail import delivery
from server.models import EmailMessage, Membership, OutboxMessage
from server.outbox import Outbox, retry_parked
from server.settings import Settings
from server.worker import Worker
from tests.mail.events import UNKNOWN_ADDRESS
from tests.mail.test_delivery import ACCENTED, silent_server
from tests.post import UNKNOWN, UNWANTED, PostOffice, parts
from tests.reliability.invitations import NOW, asked_by_email, create_invitation, invited_partner, sending
from tests.rows import person

pytestmark = pytest.mark.postgres

LATER = NOW + timedelta(minutes=1)
PARTNERS = ("leader@partner.example", "other@partner.example")


async def all_sent(settings: Settings, now: datetime = NOW) -> None:
    """Everything that waits has been tried."""
    outbox = Outbox(settings)
    while await outbox.expand_next(now) or await outbox.send_next(now):
        pass


async def undeliverable_at(row: Any) -> Any:
    await row.refresh_from_db()
    return row.undeliverable_at


# Rule E41
@pytest.mark.parametrize("refusal", ["recipient", "content", "letters"])
@pytest.mark.parametrize("invite", [create_invitation, asked_by_email])
async def test_an_invitation_that_is_refused_permanently_says_so_and_the_inviter_is_notified(
    own_database: Settings, post: PostOffice, refusal: str, invite: Any
):
    address = ACCENTED if refusal == "letters" else UNKNOWN_ADDRESS
    invitation = await invite(address)
    if refusal == "recipient":
        post.answers[address] = UNKNOWN
    settings = sending(own_database, post)
    await Outbox(settings).expand_next(NOW)
    post.to_content = UNWANTED if refusal == "content" else post.to_content

    await Outbox(settings).send_next(NOW)

    email = await EmailMessage.get()
    assert (email.dead_at, email.sent_at, email.attempts, email.variables["link"]) == (NOW, None, 1, None)
    assert await undeliverable_at(invitation) == NOW
    post.forget()
    await all_sent(settings)
    [told] = post.arrived
    assert (post.recipients, told["Subject"]) == (["leader@inviting.example"], "Your invitation could not be delivered")
    assert f"E-mail address: {address}" in parts(told)[0]


@pytest.mark.parametrize(
    ("status", "told"),
    [(MembershipStatus.ACTIVE, "leader@inviting.example"), (MembershipStatus.REMOVED, "boss@inviting.example")],
)
async def test_an_administrator_hears_of_their_own_invitation_while_they_are_a_member(
    own_database: Settings, post: PostOffice, status: MembershipStatus, told: str
):
    invitation = await create_invitation(UNKNOWN_ADDRESS)
    await person("boss", await invitation.organisation, Role.LEGAL_REPRESENTATIVE, NOW)
    own = Membership.filter(user_id=invitation.invited_by_id)
    await own.update(role=Role.ADMINISTRATOR, status=status)
    post.answers[UNKNOWN_ADDRESS] = UNKNOWN

    await all_sent(sending(own_database, post))

    assert post.recipients == [told]


async def test_an_invitation_that_reaches_one_of_several_is_delivered(own_database: Settings, post: PostOffice):
    invitation = await invited_partner()
    post.answers[PARTNERS[0]] = UNKNOWN

    await all_sent(sending(own_database, post))

    assert await undeliverable_at(invitation) is None
    assert sorted(post.recipients) == ["leader@customer.example", PARTNERS[1]]
    assert await OutboxMessage.filter(topic="invitation.undeliverable").count() == 0


async def test_an_inviter_of_an_organisation_that_cannot_be_reached_learns_no_address(
    own_database: Settings, post: PostOffice
):
    invitation = await invited_partner()
    post.answers |= dict.fromkeys(PARTNERS, UNKNOWN)

    await all_sent(sending(own_database, post))

    assert await undeliverable_at(invitation) == NOW
    [told] = [message for message in post.arrived if "could not be delivered" in message["Subject"]]
    assert told["Subject"] == "Your proposal to Partner could not be delivered"
    assert "partner.example" not in "".join(parts(told))


async def test_an_email_that_is_restarted_may_yet_arrive_or_be_refused_again(own_database: Settings, post: PostOffice):
    invitation = await invited_partner()
    post.answers |= dict.fromkeys(PARTNERS, UNKNOWN)
    await all_sent(sending(own_database, post))
    parked = await EmailMessage.get(address=PARTNERS[0], dead_at__isnull=False)

    await retry_parked(parked, NOW)
    between = await undeliverable_at(invitation)
    await all_sent(sending(own_database, post), LATER)

    assert (between, await undeliverable_at(invitation)) == (None, LATER)
    assert await OutboxMessage.filter(topic="invitation.undeliverable").count() == 2


@pytest.mark.parametrize("changes", [{"status": PartnershipStatus.DECLINED}, {"answer_by": NOW + timedelta(days=31)}])
async def test_an_invitation_answered_or_sent_again_is_not_undeliverable_because_of_an_earlier_email(
    own_database: Settings, post: PostOffice, changes: dict[str, Any]
):
    invitation = await invited_partner()
    post.answers |= dict.fromkeys(PARTNERS, UNKNOWN)
    await type(invitation).filter(id=invitation.id).update(**changes)

    await all_sent(sending(own_database, post))

    assert await undeliverable_at(invitation) is None
    assert await OutboxMessage.filter(topic="invitation.undeliverable").count() == 0


async def test_a_worker_that_is_asked_to_stop_leaves_what_a_silent_server_has_not_taken(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delivery, "SECONDS_TO_END", 0.05)
    await create_invitation(UNKNOWN_ADDRESS)
    async with silent_server() as (office, came), asyncio.timeout(20):
        worker = Worker(sending(own_database, office, mail_attempts=1))
        running = asyncio.create_task(worker.run())
        await came.wait()
        worker.stop()
        await running

    email = await EmailMessage.get()
    assert (email.attempts, email.sent_at, email.dead_at, email.last_error) == (0, None, None, None)
    assert await Outbox(sending(own_database, post)).send_next(email.run_after) >= 1
    assert post.recipients == [UNKNOWN_ADDRESS]
