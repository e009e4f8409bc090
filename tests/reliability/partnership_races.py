"""Partners and customers, for races."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from server.app import create_app
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import Role
from server.models import (
    Organisation,
)
from server.settings import Settings
from tests.clients import Clients
from tests.reliability.races import ACTORS, Race
from tests.rows import Person, organisation, person

NOW = datetime.now(UTC)
HALF = ACTORS // 2


@pytest.fixture
async def race(own_database: Settings) -> AsyncIterator[Race]:
    """The application over an empty database."""
    async with Clients(create_app(own_database)) as clients:
        yield Race(clients)


async def partners(number: int = ACTORS) -> list[tuple[Organisation, Person]]:
    """Approved partners, each with a person who may answer for it."""
    found = list[tuple[Organisation, Person]]()
    for place in range(number):
        company = await organisation(f"Partner {place}", partner_status=PartnerStatus.APPROVED)
        found.append((company, await person("leader", company, Role.LEGAL_REPRESENTATIVE, NOW)))
    return found


def codes(outcomes: Counter[tuple[str, str]]) -> set[str]:
    return {code for _, code in outcomes}
