"""Events of every topic in the mail world: who acted, who began what it is about, and who has left in the meantime."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from server.domain.partnerships.partnerships import Side
from server.domain.people.memberships import MembershipStatus
from server.mail.expansion import expand
from server.mail.topics import NOTICES
from server.models import Membership, OutboxMessage, Partnership
from server.models.base import new_id
from server.resolvers import ids
from server.settings import Settings
from tests.mail.crowd import People
from tests.mail.events import CHANGE, access_change, customer_invitation, payloads
from tests.world import World

CHANGED_BY = {"access.product_removed": ("CUSTOMER", "PARTNER"), "member.removed": ("", "MEMBER")}
"""The actor that events name, where it is not always the same side. A member may leave, or be removed by another."""

NOT_ABOUT_A_PERSON = ("member.invited", "pending_action.requested")
TO_ADDRESS = "to an address"
LEFT = "the person has left"

Told = dict[str, list[str]]
"""By template, who gets it."""

By = dict[tuple[str, str], Told]


@dataclass
class Case:
    """Events of a topic of which the same people are notified."""

    topic: str
    label: str
    told: Told = field(default_factory=dict[str, list[str]])


async def cases(world: World, people: People, settings: Settings) -> list[Case]:
    found = list[Case]()
    outcomes = {topic: By() for topic in NOTICES}
    change = ids.encode(await access_change(world))
    for begun in Side:
        await Partnership.filter(partner_id=world.nova.id).update(initiated_by=begun)
        events = {
            (topic, by): _event(topic, change if subject == CHANGE else subject, payload | ({"by": by} if by else {}))
            for topic, (subject, payload) in payloads(world).items()
            if topic != "partnership.invited" or begun is Side.CUSTOMER
            for by in CHANGED_BY.get(topic, ("",))
        }
        told = await _expand(settings, people, list(events.values()))
        for (topic, by), event in events.items():
            outcomes[topic][by, begun] = told[event.id]
    for topic, by in outcomes.items():
        found += _distinct_cases(topic, by)
    found += await _address_cases(world, people, settings)
    return sorted(found + await _leaving_cases(world, people, settings), key=lambda case: case.topic)


async def _address_cases(world: World, people: People, settings: Settings) -> list[Case]:
    """What a partner asks somebody of whom it knows the address only, and invitations that are undeliverable."""
    request, newcomer = ids.encode(await customer_invitation(world)), world.id("newcomer")
    steps = ("requested", "declined", "cancelled", "expired", "reminder")
    to_address = [_event(f"partnership.{step}", request, {"days_left": 5}) for step in steps]
    to_address.append(_event("invitation.undeliverable", newcomer, {"address": "new@unknown.example"}))
    told = await _expand(settings, people, to_address)
    return [Case(event.topic, TO_ADDRESS, told[event.id]) for event in to_address]


async def _leaving_cases(world: World, people: People, settings: Settings) -> list[Case]:
    """What is announced about people who are no longer members by then: pE, cE and cL."""
    leaving = [people[name].membership.id for name in ("pE", "cE", "cL")]
    await Membership.filter(id__in=leaving).update(status=MembershipStatus.REMOVED)
    events = [
        _event(topic, subject, payload)
        for topic, (subject, payload) in payloads(world).items()
        if topic.startswith(("export.", "pending_action.", "support.", "token.", "member."))
        and topic not in NOT_ABOUT_A_PERSON
    ]
    events.append(_event("invitation.undeliverable", world.id("newcomer"), {"address": "new@unknown.example"}))
    told = await _expand(settings, people, events)
    await Membership.filter(id__in=leaving).update(status=MembershipStatus.ACTIVE)
    return [Case(event.topic, LEFT, told[event.id]) for event in events]


def _event(topic: str, subject: str, payload: dict[str, Any]) -> OutboxMessage:
    """An event that is not stored."""
    said = {"subject": subject, "requestId": "a-request"} | payload
    return OutboxMessage(id=new_id(), topic=topic, payload=said, dedupe_key=new_id().hex, run_after=datetime.now(UTC))


async def _expand(settings: Settings, people: People, events: list[OutboxMessage]) -> dict[Any, Told]:
    expansion = await expand(events, settings, datetime.now(UTC))
    assert expansion.failures == {}
    names = {person.user.email: name for name, person in people.items()}
    told = {event.id: Told() for event in events}
    for id, emails in expansion.emails.items():
        for email in emails:
            told[id].setdefault(email.template, []).append(names.get(email.address, email.address))
    return told


def _distinct_cases(topic: str, outcomes: By) -> list[Case]:
    """A case for each actor; and for each side that began it, if that makes a difference."""
    found = list[Case]()
    for by in CHANGED_BY.get(topic, ("",)):
        told = {begun: outcomes[by, begun] for begun in Side if (by, begun) in outcomes}
        acted = f"by {by.lower() or 'another'}" if topic in CHANGED_BY else ""
        if len({repr(each) for each in told.values()}) == 1:
            found.append(Case(topic, acted, told[Side.CUSTOMER]))
        else:
            found += [Case(topic, f"begun by {begun.lower()}", each) for begun, each in told.items()]
    return found
