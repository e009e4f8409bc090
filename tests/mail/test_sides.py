"""Who acted, and who is notified? The side that did not act, of every topic and in both directions."""

from typing import Any
from uuid import UUID

import pytest

from server.domain.partnerships.partnerships import Side
from server.domain.people.memberships import MembershipStatus
from server.mail.rendering import render_email
from server.mail.topics import NOTICES
from server.models import Membership, Partnership
from server.outbox import Outbox
from server.settings import Settings
from tests.clients import Clients
from tests.mail.events import address, announce_in
from tests.mail.topics import expand
from tests.world import World

pytestmark = pytest.mark.postgres

CUSTOMER, PARTNER, STAFF, CLOCK = "customer", "partner", "staff", "clock"
PERSON, ORGANISATION = "person", "organisation"

ACTS: dict[str, dict[str, dict[str, str]]] = {
    "partnership.invited": {
        CUSTOMER: {"partnership.invited": PARTNER, "partnership.invited.receipt": CUSTOMER},
    },
    "partnership.requested": {PARTNER: {"partnership.requested": CUSTOMER}},
    "partnership.accepted": {
        PARTNER: {"partnership.accepted": CUSTOMER},
        CUSTOMER: {"partnership.accepted": PARTNER},
    },
    "partnership.granted_differs": {CUSTOMER: {"partnership.granted_differs": PARTNER}},
    "partnership.declined": {
        PARTNER: {"partnership.declined": CUSTOMER},
        CUSTOMER: {"partnership.declined": PARTNER},
    },
    "partnership.cancelled": {
        CUSTOMER: {"partnership.cancelled": PARTNER},
        PARTNER: {"partnership.cancelled": CUSTOMER},
    },
    "partnership.expired": {CLOCK: {"partnership.expired": CUSTOMER}},
    "partnership.reminder": {CLOCK: {"partnership.reminder": PARTNER}},
    "partnership.review_due": {CLOCK: {"partnership.review_due": "both"}},
    "partnership.ending": {CLOCK: {"partnership.ending": "both"}},
    "partnership.suspended": {STAFF: {"partnership.suspended": "both"}},
    "partnership.resumed": {STAFF: {"partnership.resumed": "both"}},
    "partnership.terminated": {
        by: {"partnership.terminated.customer": CUSTOMER, "partnership.terminated.partner": PARTNER}
        for by in (CUSTOMER, PARTNER, STAFF, CLOCK)
    },
    # The customer has something to do, no matter who acted.
    "partnership.products_without_payer": {
        by: {"partnership.products_without_payer": CUSTOMER} for by in (CUSTOMER, PARTNER, STAFF, CLOCK)
    },
    "access.product_added": {CUSTOMER: {"access.product_added": PARTNER}},
    "access.product_removed": {
        CUSTOMER: {"access.product_removed": PARTNER},
        PARTNER: {"access.product_given_back": CUSTOMER},
    },
    "access.product_ended": {CUSTOMER: {"product.terminated": PARTNER}},
    "access.rights_changed": {CUSTOMER: {"access.rights_changed": PARTNER}},
    "access.type_changed": {CUSTOMER: {"access.type_changed": PARTNER, "access.type_changed.receipt": CUSTOMER}},
    "access.change_requested": {PARTNER: {"access.change_requested": CUSTOMER}},
    "access.change_answered": {CUSTOMER: {"access.change_answered": PARTNER}},
    "product.terminated": {CUSTOMER: {"product.terminated": PARTNER}},
    "pending_action.requested": {PARTNER: {"pending_action.requested": CUSTOMER}},
    "pending_action.confirmed": {CUSTOMER: {"pending_action.closed": PARTNER}},
    "pending_action.refused": {CUSTOMER: {"pending_action.closed": PARTNER}},
    "pending_action.expired": {CLOCK: {"pending_action.closed": PARTNER}},
    "payment_mode.changed": {CUSTOMER: {"payment_mode.changed": PARTNER, "payment_mode.changed.receipt": CUSTOMER}},
    "member.invited": {ORGANISATION: {"member.invited": "address"}},
    "member.invitation_expired": {CLOCK: {"member.invitation_expired": PERSON}},
    "member.role_changed": {ORGANISATION: {"member.role_changed": PERSON}},
    "member.removed": {
        ORGANISATION: {"member.removed": PERSON},
        # The person has it in writing too, as after any other end of what they had.
        PERSON: {"member.removed": PERSON, "member.left": ORGANISATION},
    },
    # A person hears of everything that acts in their name or opens what is theirs, no matter who created or ended it.
    "token.created": {by: {"token.created": PERSON} for by in (PERSON, STAFF)},
    "token.expiring": {CLOCK: {"token.expiring": PERSON}},
    "token.revoked": {by: {"token.revoked": PERSON} for by in (PERSON, ORGANISATION, STAFF)},
    "export.failed": {CLOCK: {"export.failed": PERSON}},
    "export.refused": {CLOCK: {"export.failed": PERSON}},
    "export.ready": {CLOCK: {"export.ready": PERSON}},
    "support.access_granted": {PERSON: {"support.access_granted": PERSON}},
    "support.access_expiring": {CLOCK: {"support.access_expiring": PERSON}},
    "support.access_revoked": {by: {"support.access_revoked": PERSON} for by in (PERSON, CLOCK)},
    "invitation.undeliverable": {CLOCK: {"invitation.undeliverable.organisation": CUSTOMER}},
}
"""By topic and by acting side: which e-mail goes to which side."""

CASES = [(topic, by) for topic, acts in ACTS.items() for by in acts]


def test_every_topic_is_looked_at_here():
    assert set(ACTS) == set(NOTICES)


@pytest.mark.parametrize(("topic", "by"), CASES)
async def test_the_side_that_did_not_act_is_notified(world: World, settings: Settings, topic: str, by: str):
    event = await announce_in(world, topic, **said_of(by))
    if by in (CUSTOMER, PARTNER) and len(ACTS[topic]) == 2 and topic.startswith("partnership."):
        await begun_by(event.payload["subject"], PARTNER if answers(topic, by) is PARTNER else CUSTOMER)

    emails = await expand(settings, event)

    told: dict[str, set[str]] = {}
    for email in emails:
        told.setdefault(email.template, set()).update(await sides_of(email.address, event.payload["subject"], topic))
    expected = ACTS[topic][by]
    assert set(told) == set(expected)
    for template, side in expected.items():
        assert told[template] & ({CUSTOMER, PARTNER} if side == "both" else {side}), (template, told)
        if side in (CUSTOMER, PARTNER):
            assert not told[template] & ({CUSTOMER, PARTNER} - {side})


def said_of(by: str) -> dict[str, Any]:
    """What events say about the acting side, where it is not always the same."""
    return {"by": by.upper()} if by in (CUSTOMER, PARTNER) else {"by": "MEMBER"} if by == PERSON else {}


def answers(topic: str, by: str) -> str:
    """Which side began what is answered, declined or withdrawn by this one."""
    if topic == "partnership.cancelled":
        return by
    return CUSTOMER if by == PARTNER else PARTNER


async def begun_by(subject: str, side: str) -> None:
    key = subject.partition("_")[2]
    await Partnership.filter(id=UUID(key)).update(initiated_by=Side(side.upper()))


async def sides_of(email: str, subject: str, topic: str) -> set[str]:
    """On which sides somebody with this address may be meant."""
    memberships = await Membership.filter(user__email=email, status=MembershipStatus.ACTIVE)
    if not memberships:
        return {"address"}
    if topic.startswith(("member.", "token.", "export.", "support.")):
        return {PERSON, ORGANISATION}
    served = await Partnership.filter(partner_id__in=[row.organisation_id for row in memberships]).exists()
    return {PARTNER if served else CUSTOMER}


async def test_the_words_say_who_acted(world: World, settings: Settings):
    found = dict[str, str]()
    for by in ("CUSTOMER", "PARTNER"):
        for email in await expand(settings, await announce_in(world, "access.product_removed", by=by)):
            found[email.address] = render_email(email.template, "en_GB", email.name, email.variables).subject

    assert found == {
        address(world, "pE"): "Alpina has withdrawn access to a product",
        address(world, "pL"): "Alpina has withdrawn access to a product",
        address(world, "cL"): "Nova has given up its access to a product",
    }


@pytest.mark.parametrize(
    ("who", "template", "told"),
    [("pA", "access.product_given_back", ["cL"]), ("cL", "access.product_removed", ["pE", "pL"])],
)
async def test_the_customer_is_notified_of_a_product_that_is_given_back_and_one_that_is_taken_to_the_partner(
    world: World, clients: Clients, settings: Settings, who: str, template: str, told: list[str]
):
    answer = await clients.change(
        "revokeProductAccess", {"productAccessId": world.id("access")}, as_=getattr(world, who)
    )

    assert answer.data["revokeProductAccess"]["userErrors"] == []
    assert await emails_of(settings) == {template: [address(world, name) for name in told]}


async def test_a_limited_partner_hears_that_a_product_ended_and_not_that_it_was_taken_back(
    world: World, clients: Clients, settings: Settings
):
    input = {"productId": world.id("granted"), "confirmation": "granted"}

    answer = await clients.change("terminateProduct", input, as_=world.cL)

    assert answer.data["terminateProduct"]["userErrors"] == []
    assert await emails_of(settings) == {"product.terminated": [address(world, "pE"), address(world, "pL")]}


async def test_a_leader_hears_that_a_member_left(world: World, clients: Clients, settings: Settings):
    answer = await clients.change("leaveOrganisation", {"organisationId": world.id("alpina")}, as_=world.cX)

    assert answer.data["leaveOrganisation"]["userErrors"] == []
    told = await emails_of(settings)
    assert told["member.left"] == sorted(address(world, name) for name in ("cA", "cL"))
    assert told["member.removed"] == [address(world, "cX")]


async def emails_of(settings: Settings) -> dict[str, list[str]]:
    """All that the events became, by template."""
    from server.models import EmailMessage, OutboxMessage

    outbox, newest = Outbox(settings), (await OutboxMessage.all().order_by("-run_after").first()).run_after
    while await outbox.expand_next(newest):
        pass
    found = dict[str, list[str]]()
    for email in await EmailMessage.all().order_by("template", "address"):
        found.setdefault(email.template, []).append(email.address)
    return found
