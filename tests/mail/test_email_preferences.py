"""Which e-mails follow a member's preferences, and which always arrive?"""

import re

import pytest

from server.domain.people.memberships import EmailPreference
from server.mail.topics import NOTICES
from server.models import Membership
from server.settings import Settings
from tests.mail.events import address, announce_in
from tests.mail.topics import GETS, PROGRAMME, expand
from tests.world import World

pytestmark = pytest.mark.postgres

FOLLOWS = {
    EmailPreference.PRODUCTS: {
        "access.product_added",
        "access.product_removed",
        "access.rights_changed",
        "product.terminated",
    }
    | {"access.product_given_back"},
    EmailPreference.BILLING: {"payment_mode.changed", "partnership.products_without_payer"},
}
"""The templates that follow each preference; all others arrive."""

FOLLOWING = {template for templates in FOLLOWS.values() for template in templates}
EVENTS = sorted(topic for topic, letters in NOTICES.items() if any(letter.template in FOLLOWING for letter in letters))


async def addressees(world: World, settings: Settings, topic: str) -> dict[str, list[str]]:
    """Who gets an e-mail about the world's event of this topic, by template."""
    found = dict[str, list[str]]()
    for email in await expand(settings, await announce_in(world, topic)):
        found.setdefault(email.template, []).append(email.address)
    return found


def test_each_email_is_about_what_the_table_says():
    about = {letter.template: letter.preference for letters in NOTICES.values() for letter in letters}

    assert {wish: {name for name, one in about.items() if one is wish} for wish in EmailPreference} == FOLLOWS


def test_the_programme_says_which_emails_follow_which_preference():
    text, told = PROGRAMME.read_text(), dict[EmailPreference, set[str]]()
    for wish, about in ((EmailPreference.BILLING, "billing"), (EmailPreference.PRODUCTS, "product")):
        (row,) = re.findall(rf"^\| {about} e-mails \|.*", text, re.MULTILINE)
        told[wish] = set(re.findall(r"`([\w.]+)`", row))

    assert told == FOLLOWS


@pytest.mark.parametrize("topic", GETS)
async def test_somebody_who_wants_none_gets_what_they_must_know_and_nothing_else(
    world: World, settings: Settings, topic: str
):
    await Membership.all().update(notify_billing=False, notify_products=False)

    told = await addressees(world, settings, topic)

    must = {template: names for template, names in GETS[topic].items() if template not in FOLLOWING}
    assert told == {template: [address(world, name) for name in names] for template, names in must.items()}


@pytest.mark.parametrize("topic", EVENTS)
@pytest.mark.parametrize("wish", EmailPreference)
async def test_one_preference_is_not_the_other(world: World, settings: Settings, topic: str, wish: EmailPreference):
    unwished = "notify_products" if wish is EmailPreference.BILLING else "notify_billing"
    await Membership.all().update(**{unwished: False})

    told = set(await addressees(world, settings, topic)) & FOLLOWING

    assert told == set(GETS[topic]) & FOLLOWS[wish]


async def test_each_person_who_serves_a_customer_gets_the_emails_they_want(world: World, settings: Settings):
    await Membership.filter(id=world.pL.membership.id).update(notify_products=False)

    assert await addressees(world, settings, "access.product_added") == {"access.product_added": [address(world, "pE")]}
