"""Is everything in an e-mail, in each language, and does it say what happened? test_recipients.py says who gets it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.people.users import LOCALES
from server.mail.rendering import render_email
from server.mail.topics import NOTICES, TEMPLATES
from server.models import EmailMessage
from server.resolvers import ids
from server.settings import Settings
from tests.databases import rolled_back
from tests.mail.events import (
    SECRET,
    UNKNOWN_ADDRESS,
    address,
    announce,
    announce_in,
    customer_invitation,
    payloads,
)
from tests.mail.topics import PROGRAMME, expand, sample_emails
from tests.world import World

ZONES = {
    "en_GB": "Central European",
    "fr_FR": "Europe centrale",
    "de_DE": "Mitteleurop",
    "it_IT": "Europa centrale",
    "es_ES": "Europa central",
}


@pytest.fixture(scope="module")
async def emails(standing_world: World, settings: Settings) -> list[EmailMessage]:
    """An e-mail of each template and topic, as one of its recipients gets it."""
    async with rolled_back():
        return await sample_emails(standing_world, settings)


@pytest.mark.postgres
async def test_every_topic_and_every_template_is_tried_here(world: World):
    assert set(NOTICES) == set(payloads(world))
    assert {letter.template for letters in NOTICES.values() for letter in letters} == set(TEMPLATES)


def test_the_programme_names_every_template():
    catalogue = PROGRAMME.read_text().partition("\n## E-mails\n")[2].partition("\n**Preferences.**")[0]

    assert set(TEMPLATES) - set(re.findall(r"`([\w.]+)`", catalogue)) == set()


def told_in_words(email: EmailMessage) -> list[str]:
    """The variables that are shown as they are: no timestamps, no codes, no addresses of pages."""
    shown = [value for value in email.variables.values() if isinstance(value, str)]
    return [value for value in shown if re.match(r"[A-Z_]+$|\d{4}-|https?:", value) is None]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_email_is_whole_in_every_language(emails: list[EmailMessage], locale: str):
    assert [fault for email in emails for fault in find_faults(email, locale)] == []


def find_faults(email: EmailMessage, locale: str) -> Iterator[str]:
    """What is wrong with an e-mail in this language."""
    letter = render_email(email.template, locale, email.name, email.variables)
    for part in (letter.subject, letter.text, letter.html.partition("<body")[2]):
        if found := re.search(r"[{}]\w|\w[{}]|None|Undefined", part):
            yield f"{email.template}: {found[0]}"
    shown = letter.subject + letter.text
    yield from (f"{email.template} lacks {value}" for value in told_in_words(email) if value not in shown)
    if (email.variables.get("link") or email.variables["page"]) not in letter.text:
        yield f"{email.template} has no link"
    if letter.text.count("\n") <= 4:
        yield f"{email.template} is short: {letter.text}"
    if f'lang="{locale[:2]}"' not in letter.html:
        yield f"{email.template} does not name its language"
    if "<b>grew" in letter.html:
        yield f"{email.template} has code in its HTML"


def test_no_two_languages_say_it_in_the_same_words(emails: list[EmailMessage]):
    for email in emails:
        subjects = {render_email(email.template, locale, email.name, email.variables).subject for locale in LOCALES}
        assert len(subjects) == len(LOCALES), email.template


@pytest.mark.parametrize("locale", LOCALES)
def test_no_email_shows_a_time_without_its_zone(emails: list[EmailMessage], locale: str):
    for email in emails:
        moments = len(re.findall(r"\d{4}-\d\d-\d\dT\d\d", str(email.variables)))
        letter = render_email(email.template, locale, email.name, email.variables, "Europe/Zurich")
        assert letter.text.count(ZONES[locale]) == moments, email.template
        assert str(datetime.now(UTC).year + 1) not in letter.subject


@pytest.mark.postgres
async def test_an_address_without_an_account_is_invited_in_the_language_that_was_chosen(
    world: World, settings: Settings
):
    [email] = await expand(settings, await announce_in(world, "member.invited"))

    assert (email.address, email.name, email.locale) == (UNKNOWN_ADDRESS, "Nina", "it_IT")
    assert email.variables == {
        "organisation": "Alpina",
        "role": "EMPLOYEE",
        "page": "http://127.0.0.1:8000/",
        "link": f"http://127.0.0.1:8000/invitations/{SECRET}",
    }


# Rule S1.2
@pytest.mark.postgres
async def test_a_partner_who_asks_an_unknown_address_invites_it_to_sign_up(world: World, settings: Settings):
    subject = ids.encode(await customer_invitation(world))

    [email] = await expand(settings, await announce("partnership.requested", subject, secret=SECRET))

    assert (email.template, email.address, email.name) == ("partnership.requested.sign_up", UNKNOWN_ADDRESS, "")
    letter = render_email(email.template, email.locale, email.name, email.variables)
    assert letter.text == (
        "Guten Tag\n\nNova möchte Ihre Hosting-Produkte verwalten. Wenn Sie noch kein Konto haben, registrieren Sie "
        "sich mit dieser E-Mail-Adresse und beantworten Sie dann die Anfrage. Bevor Sie annehmen, wird nichts "
        "freigegeben.\n\nZugriff: Vollständiger Zugriff\nZahlung: Der Partner bezahlt\n\n"
        f"Registrieren und antworten: http://127.0.0.1:8000/invitations/{SECRET}\n\n"
        "-- \nDiese Nachricht wurde vom Partnerprogramm automatisch versendet."
    )


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("partnership.cancelled", UNKNOWN_ADDRESS),
        ("partnership.declined", "pl@nova.example"),
        ("partnership.expired", "pl@nova.example"),
        ("partnership.reminder", UNKNOWN_ADDRESS),
    ],
)
async def test_a_request_to_an_unknown_address_is_answered_as_others_are(
    world: World, settings: Settings, topic: str, told: str
):
    subject = ids.encode(await customer_invitation(world))

    [email] = await expand(settings, await announce(topic, subject))

    assert email.address == told
    assert UNKNOWN_ADDRESS in render_email(topic, "en_GB", "", email.variables).text
    assert email.variables["page"] == "http://127.0.0.1:8000/"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("locale", "told"), [("en_GB", "Reason: No longer needed"), ("it_IT", "Motivo: Non più necessaria")]
)
async def test_the_reason_for_an_end_is_written_in_words(world: World, settings: Settings, locale: str, told: str):
    changes = {"ended_by": "CUSTOMER", "reason": "NO_LONGER_NEEDED", "words": "Thank you."}

    emails = await expand(settings, await announce_in(world, "partnership.terminated", **changes))

    for email in emails:
        text = render_email(email.template, locale, "", email.variables).text
        assert told in text
        assert "Thank you." in text


@pytest.mark.postgres
async def test_a_request_for_another_access_is_described_as_it_is_stored(world: World, settings: Settings):
    [email] = await expand(settings, await announce_in(world, "access.change_requested"))

    assert email.variables["terms"] == {"access_type": "COMPLETE", "payment_mode": "PARTNER", "products": []}
    assert email.variables["page"].startswith("http://127.0.0.1:8000/access-change-requests/acr_")


@pytest.mark.postgres
async def test_the_partner_is_notified_of_a_customers_answer(world: World, settings: Settings):
    world.limited.initiated_by = "PARTNER"
    await world.limited.save(update_fields=["initiated_by"])

    try:
        [email] = await expand(settings, await announce_in(world, "partnership.accepted"))
    finally:
        world.limited.initiated_by = "CUSTOMER"

    assert email.address == address(world, "pL")
    assert (email.variables["inviter"], email.variables["invitee"]) == ("Nova", "Alpina")


@pytest.mark.postgres
async def test_somebody_who_left_gets_no_email(world: World, settings: Settings):
    await type(world.pE.membership).filter(id=world.pE.membership.id).update(status=MembershipStatus.REMOVED)

    emails = await expand(settings, await announce_in(world, "access.product_added"))

    assert [email.address for email in emails] == [address(world, "pL")]


@pytest.mark.postgres
async def test_stored_values_are_shown_where_the_event_does_not_say_them(world: World, settings: Settings):
    event = await announce("partnership.accepted", world.id("limited"))

    [email] = await expand(settings, event)

    assert email.variables["terms"] == {
        "access_type": "LIMITED",
        "payment_mode": None,
        "products": [
            {"service_name": "granted.example", "rights": ["TECHNICAL", "STATISTICS"]},
            {"service_name": "watched.example", "rights": ["STATISTICS"]},
        ],
    }
