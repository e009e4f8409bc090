"""Does a date in an e-mail say when it is where the recipient is, and in whose time?"""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global

from server.mail import zones as zones_module
from server.mail.rendering import render_email
from server.mail.zones import zone_info, zone_of_country
from server.models import EmailMessage, Membership, Organisation
from server.settings import Settings
from tests.mail.events import address, announce_in
from tests.mail.topics import expand
from tests.world import World

LATE = "2027-07-01T22:30:00+00:00"
"""An hour before midnight in Lisbon, half past midnight in Zurich, and still the evening in New York."""

countries: dict[str, Any] = get_global("territory_zones")


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("CH", "Europe/Zurich"),
        ("LI", "Europe/Vaduz"),
        ("FR", "Europe/Paris"),
        ("DE", "Europe/Berlin"),
        ("ES", "Europe/Madrid"),
        ("PT", "Europe/Lisbon"),
        ("US", "America/New_York"),
        ("", "UTC"),
    ],
)
def test_a_country_has_one_usual_zone(country: str, expected: str):
    assert zone_of_country(country) == expected


def test_every_country_with_zones_has_one_that_this_machine_knows_and_that_fits_the_column():
    zones = {country: zone_of_country(country) for country in countries if country != "ZZ"}

    assert [country for country, name in zones.items() if name == "UTC"] == []
    assert all(len(name) <= EmailMessage._meta.fields_map["zone"].max_length for name in zones.values())
    # A country with several zones is decided here, and not by the order of somebody else's list.
    assert {country for country, names in countries.items() if len(names) > 1} - {"AQ", "UM", "ZZ", "001"} == set(
        zones_module._USUAL_ZONES
    )


def test_a_zone_that_is_not_known_is_utc():
    assert zone_info("Nowhere/At_All") == zone_info("../etc/passwd") == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Zurich", "2 July 2027, 00:30 (Central European Summer Time)"),
        ("Europe/Lisbon", "1 July 2027, 23:30 (Western European Summer Time)"),
        ("America/New_York", "1 July 2027, 18:30 (Eastern Daylight Time)"),
        ("Pacific/Auckland", "2 July 2027, 10:30 (New Zealand Standard Time)"),
        ("UTC", "1 July 2027, 22:30 (Coordinated Universal Time)"),
    ],
)
def test_a_deadline_late_in_the_evening_is_written_in_the_recipients_zone(zone: str, told: str):
    names = {"customer": "Alpina", "partner": "Nova", "ends_at": LATE, "page": "https://app.example/x"}

    letter = render_email("partnership.ending", "en_GB", "", names, zone)

    assert f"Until: {told}" in letter.text
    assert told in letter.html


@pytest.mark.postgres
async def test_each_side_reads_a_deadline_in_the_zone_of_its_organisation(world: World, settings: Settings):
    await Organisation.filter(id=world.alpina.id).update(country="PT", currency="EUR")
    await Organisation.filter(id=world.nova.id).update(country="US", currency="EUR")

    emails = await expand(settings, await announce_in(world, "partnership.ending", ends_at=LATE))

    assert {email.address: email.zone for email in emails} == {
        address(world, "cL"): "Europe/Lisbon",
        address(world, "pL"): "America/New_York",
    }


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("topic", "country_of"),
    [
        ("member.invited", "alpina"),
        ("token.expiring", "nova"),
        ("export.ready", "alpina"),
        ("pending_action.confirmed", None),
        ("support.access_granted", "alpina"),
        ("access.product_added", "nova"),
    ],
)
async def test_everybody_reads_times_in_the_zone_of_the_organisation_they_are_written_to_for(
    world: World, settings: Settings, topic: str, country_of: str | None
):
    organisation = getattr(world, country_of) if country_of else await _partner_of_asker(world)
    await Organisation.exclude(id=organisation.id).update(country="US", currency="EUR")
    await Organisation.filter(id=organisation.id).update(country="FI", currency="EUR")

    emails = await expand(settings, await announce_in(world, topic))

    assert {email.zone for email in emails} == {"Europe/Helsinki"}


async def _partner_of_asker(world: World) -> Organisation:
    asker = await Membership.get(id=world.pE.membership.id).select_related("organisation")
    return asker.organisation
