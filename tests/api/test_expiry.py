"""What do scheduled jobs do: reminders, warnings, expiry, ends (S1.6, S2.8, S11.4, S13.6, D4)?"""

from datetime import datetime, timedelta

import pytest
from strawberry.utils.str_converters import to_camel_case

from server.domain.errors import Refused
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.support.support_access import SupportAccessStatus
from server.jobs import DEADLINES, system_context
from server.models import (
    AccessChangeRequest,
    AuditEvent,
    CustomerInvitation,
    MemberInvitation,
    Organisation,
    OutboxMessage,
    Partnership,
    ProductAccess,
    SupportAccessGrant,
)
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import BATCH_SIZE
from server.settings import Settings
from tests.clients import Clients
from tests.rows import organisation, partnership
from tests.snapshots import snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


async def expiry_notices(topic: str) -> list[tuple[str, int | None]]:
    """Whom the messages on this topic are about, and how many days they say are left."""
    messages = await OutboxMessage.filter(topic=topic).order_by("payload")
    return sorted((message.payload["subject"], message.payload.get("days_left")) for message in messages)


def clock(settings: Settings, world: World, **later: float) -> Context:
    """The clock so much later."""
    return system_context(settings, world.now + timedelta(**later))


async def test_nothing_happens_before_its_time(world: World, settings: Settings):
    before = await snapshot()

    for name, do in DEADLINES.items():
        if name != "expire exports":  # a file is kept for some hours only
            assert await do(clock(settings, world, days=6, hours=23)) == 0

    assert await snapshot() == before


# Rule S1.6
async def test_an_unanswered_proposal_expires_and_its_sender_is_notified(world: World, settings: Settings):
    expire = DEADLINES["expire proposals"]
    open_ = ("asked", "invitation", "wooed")
    assert await expire(clock(settings, world, days=30, microseconds=-1)) == 0

    assert await expire(clock(settings, world, days=30)) == 5
    assert await expire(clock(settings, world, days=30)) == 0

    rows = await Partnership.filter(id__in=[world.rows[name].id for name in open_])
    assert {(row.status, row.version, row.ended_at) for row in rows} == {
        (PartnershipStatus.EXPIRED, 2, world.now + timedelta(days=30))
    }
    assert (await CustomerInvitation.get(id=world.by_email.id)).status is PartnershipStatus.EXPIRED
    assert await expiry_notices("partnership.expired") == sorted(
        (world.id(name), None) for name in (*open_, "by_email", "to_newcomer")
    )
    events = await AuditEvent.filter(action="partnership.expired")
    assert {
        (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id, event.subject_id) for event in events
    } == {(None, None, world.rows[name].customer_id, world.rows[name].id) for name in open_}
    assert {(event.before["status"], event.after["status"]) for event in events} == {("INVITED", "EXPIRED")}


# Rule S1.6
async def test_anyone_who_has_not_answered_is_reminded_twice(world: World, settings: Settings):
    remind = DEADLINES["remind of proposals"]

    assert await remind(clock(settings, world, days=7)) == 5
    assert await remind(clock(settings, world, days=8)) == 0
    assert {left for _, left in await expiry_notices("partnership.reminder")} == {23}
    assert await remind(clock(settings, world, days=25)) == 5
    assert await remind(clock(settings, world, days=29)) == 0
    assert await remind(clock(settings, world, days=30)) == 0

    reminders = await expiry_notices("partnership.reminder")
    assert len(reminders) == 10
    assert (await Partnership.get(id=world.asked.id)).version == 1


async def test_a_recipient_who_missed_two_reminders_gets_one(world: World, settings: Settings):
    assert await DEADLINES["remind of proposals"](clock(settings, world, days=26)) == 5

    assert {left for _, left in await expiry_notices("partnership.reminder")} == {4}


@pytest.mark.parametrize(
    ("name", "mutation", "field", "who"),
    [
        ("wooed", "resendInvitation", "partnershipId", "pL"),
        ("by_email", "resendCustomerInvitation", "customerInvitationId", "qL"),
    ],
)
async def test_what_was_sent_again_is_reminded_of_again(
    world: World, clients: Clients, settings: Settings, name: str, mutation: str, field: str, who: str
):
    remind, row = DEADLINES["remind of proposals"], world.rows[name]
    await type(row).filter(id=row.id).update(sent_at=world.now - timedelta(days=10))
    assert await remind(clock(settings, world)) == 1

    answer = await clients.change(mutation, {field: world.id(name)}, as_=world.people[who])

    assert answer.data[mutation]["userErrors"] == []
    sent_at = (await type(row).get(id=row.id)).sent_at
    assert await remind(clock(settings, world, days=6)) == 0
    assert await remind(system_context(settings, sent_at + timedelta(days=7))) == 5
    assert [days for id, days in await expiry_notices("partnership.reminder") if id == world.id(name)] == [23, 30]


async def test_nobody_is_reminded_of_a_suspended_partner(world: World, settings: Settings):
    await Organisation.exclude(id=world.rival.id).update(partner_status=PartnerStatus.SUSPENDED)

    assert await DEADLINES["remind of proposals"](clock(settings, world, days=7)) == 2

    of_rival = sorted([world.id("by_email"), world.id("to_newcomer")])
    assert [subject for subject, _ in await expiry_notices("partnership.reminder")] == of_rival


# Rule S2.8
async def test_a_request_for_another_access_expires(world: World, settings: Settings):
    expire = DEADLINES["expire access changes"]
    assert await expire(clock(settings, world, days=30, microseconds=-1)) == 0
    assert await expire(clock(settings, world, days=30)) == 1

    assert (await AccessChangeRequest.get(id=world.change.id)).status is AccessChangeStatus.EXPIRED


# Rule S11.4
async def test_an_invitation_of_a_member_expires_and_the_inviter_is_notified(world: World, settings: Settings):
    expire = DEADLINES["expire member invitations"]
    assert await expire(clock(settings, world, days=14, microseconds=-1)) == 0
    assert [await expire(clock(settings, world, days=14)) for _ in range(2)] == [1, 0]

    row = await MemberInvitation.get(id=world.newcomer.id)
    assert (row.status, row.version, row.answered_at) == (MemberInvitationStatus.EXPIRED, 2, None)
    assert await expiry_notices("member.invitation_expired") == [(world.id("newcomer"), None)]
    event = await AuditEvent.get(action="member.invitation_expired")
    assert (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id) == (None, None, world.alpina.id)
    assert (event.before, event.after) == ({"status": "PENDING"}, {"status": "EXPIRED"})


# Rule S13.6
async def test_support_access_ends_automatically_a_day_after_a_warning(world: World, settings: Settings):
    warn, expire = DEADLINES["warn of support access"], DEADLINES["expire support access"]

    assert [await warn(clock(settings, world, days=days)) for days in (8, 9, 9.5)] == [0, 1, 0]
    assert await expiry_notices("support.access_expiring") == [(world.id("support_access"), 1)]
    assert await expire(clock(settings, world, days=10, microseconds=-1)) == 0
    assert [await expire(clock(settings, world, days=10)) for _ in range(2)] == [1, 0]

    row = await SupportAccessGrant.get(id=world.support_access.id)
    assert (row.status, row.version, row.revoked_at) == (SupportAccessStatus.EXPIRED, 2, None)
    assert await expiry_notices("support.access_revoked") == []
    event = await AuditEvent.get(action="supportAccess.expired")
    assert (event.actor_id, event.acting_organisation_id, event.subject_id) == (None, None, row.id)


# Rule D4
async def test_a_partnership_ends_on_its_last_day_after_two_warnings(world: World, settings: Settings):
    await Partnership.filter(id=world.limited.id).update(expires_at=world.now + timedelta(days=100))
    warn, end = DEADLINES["warn of ends"], DEADLINES["end partnerships"]

    assert [await warn(clock(settings, world, days=days)) for days in (69, 70, 71, 93, 94, 99)] == [0, 1, 0, 1, 0, 0]
    assert await expiry_notices("partnership.ending") == [(world.id("limited"), 7), (world.id("limited"), 30)]
    assert await end(clock(settings, world, days=100, microseconds=-1)) == 0
    assert await end(clock(settings, world, days=100)) == 1
    assert await end(clock(settings, world, days=101)) == 0

    row = await Partnership.get(id=world.limited.id)
    assert (row.status, row.ended_by, row.termination_reason) == ("TERMINATED", "CLOCK", "DATE_REACHED")
    assert await ProductAccess.filter(partnership_id=row.id, revoked_at__isnull=True).count() == 0
    assert await expiry_notices("partnership.terminated") == [(world.id("limited"), None)]
    event = await AuditEvent.get(action="partnership.terminated")
    assert (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id) == (None, None, world.alpina.id)


@pytest.mark.parametrize("name", ["expires_at", "review_at"])
async def test_a_day_that_is_set_once_more_keeps_nobody_from_being_warned(
    world: World, clients: Clients, settings: Settings, name: str
):
    day, later = ((world.now + timedelta(days=days)).isoformat() for days in (5, 6))
    field = to_camel_case(name)
    warn, topic = DEADLINES["warn of ends"], {"expires_at": "ending", "review_at": "review_due"}[name]
    await _set_day(clients, world, {field: day})
    assert await warn(clock(settings, world, hours=1)) == 1

    await _set_day(clients, world, {field: day})
    assert await warn(clock(settings, world, hours=2)) == 0
    for moment in (later, day):
        await _set_day(clients, world, {field: moment})
    await Partnership.filter(id=world.complete.id).update(**{name: world.now + timedelta(days=5)})
    assert await warn(clock(settings, world, hours=3)) == 2

    assert await expiry_notices(f"partnership.{topic}") == sorted(
        (world.id(name), 4) for name in ("limited", "limited", "complete")
    )
    assert await AuditEvent.filter(action="partnership.datesSet").count() == 3


async def test_a_date_that_stays_is_not_announced_again_when_the_other_changes(
    world: World, clients: Clients, settings: Settings
):
    ends, review = ((world.now + timedelta(days=days)).isoformat() for days in (5, 4))
    warn = DEADLINES["warn of ends"]
    await _set_day(clients, world, {"expiresAt": ends})
    assert await warn(clock(settings, world, hours=1)) == 1

    await _set_day(clients, world, {"expiresAt": ends, "reviewAt": review})

    assert await warn(clock(settings, world, hours=2)) == 1
    assert await expiry_notices("partnership.ending") == [(world.id("limited"), 4)]
    assert await expiry_notices("partnership.review_due") == [(world.id("limited"), 3)]


async def test_a_partnership_that_cannot_end_does_not_keep_others_from_ending(world: World, settings: Settings):
    due = Partnership.filter(id__in=[world.limited.id, world.complete.id])
    await due.update(expires_at=world.now + timedelta(days=1))
    taken = journal.announcement_key("partnership.terminated", world.limited)
    await OutboxMessage.create(topic="other", payload={}, dedupe_key=taken, run_after=world.now)
    end = DEADLINES["end partnerships"]

    assert await end(clock(settings, world, days=1)) == 1
    with pytest.raises(Refused):
        await end(clock(settings, world, days=1))

    found = {row.id: row.status for row in await due}
    assert found == {world.limited.id: PartnershipStatus.ACTIVE, world.complete.id: PartnershipStatus.TERMINATED}


async def _set_day(clients: Clients, world: World, days: dict[str, str]) -> None:
    answer = await clients.change(
        "setPartnershipDates",
        {"partnershipId": world.id("limited"), **days},
        "userErrors { code message field }",
        as_=world.cL,
    )
    assert answer.data["setPartnershipDates"]["userErrors"] == []


# Rule D4
async def test_a_review_is_announced_once(world: World, settings: Settings):
    await Partnership.filter(id=world.limited.id).update(review_at=world.now + timedelta(days=20))
    warn = DEADLINES["warn of ends"]

    assert [await warn(clock(settings, world, days=days)) for days in (5, 6, 7, 19)] == [0, 1, 0, 0]
    assert await expiry_notices("partnership.review_due") == [(world.id("limited"), 14)]


async def test_many_deadlines_are_processed_in_batches(world: World, settings: Settings):
    for number in range(BATCH_SIZE):
        partner = await organisation(f"Partner {number}")
        await partnership(world.delta, partner, status=PartnershipStatus.INVITED, now=world.now)
    expire = DEADLINES["expire proposals"]

    assert [await expire(clock(settings, world, days=31)) for _ in range(3)] == [BATCH_SIZE + 2, 3, 0]


@pytest.mark.parametrize("job", ["warn of ends", "remind of proposals", "warn of support access"])
async def test_nothing_is_announced_that_is_over_already(world: World, settings: Settings, job: str):
    at = clock(settings, world, days=40)
    over: dict[str, datetime] = {"expires_at": at.now, "review_at": at.now}
    await Partnership.filter(status=PartnershipStatus.ACTIVE).update(**over)
    await Partnership.filter(status=PartnershipStatus.INVITED).update(answer_by=at.now)
    await CustomerInvitation.all().update(answer_by=at.now)
    await SupportAccessGrant.all().update(expires_at=at.now)

    assert await DEADLINES[job](at) == 0


@pytest.mark.parametrize("status", sorted(set(PartnershipStatus) - {PartnershipStatus.ACTIVE}))
async def test_nobody_is_warned_of_the_end_of_what_is_not_active(
    world: World, settings: Settings, status: PartnershipStatus
):
    soon = world.now + timedelta(days=5)
    await Partnership.filter(id=world.limited.id).update(status=status, expires_at=soon, review_at=soon)

    assert await DEADLINES["warn of ends"](clock(settings, world)) == 0
