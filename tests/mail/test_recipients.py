"""Who gets which e-mail, on every topic? The mail world is in crowd.py: who has which role, preference and assignment."""

import pytest

from server.mail.topics import NOTICES
from server.settings import Settings
from tests.mail.cases import Case, cases
from tests.mail.crowd import gather
from tests.mail.recipients import TABLE
from tests.world import World

pytestmark = pytest.mark.postgres


async def test_everybody_gets_the_emails_of_the_table_and_no_other(world: World, settings: Settings):
    people = await gather(world)

    found = await cases(world, people, settings)

    assert render_table(found) == TABLE


def test_every_topic_that_is_mailed_has_a_row():
    assert {line.split()[0] for line in TABLE.splitlines() if line} == set(NOTICES)


def render_table(found: list[Case]) -> str:
    lines = [
        f"{case.topic:<36}{case.label:<26}{template:<40}{' '.join(sorted(names))}".rstrip()
        for case in found
        for template, names in sorted((case.told or {"nobody": []}).items())
    ]
    return "\n".join(["", *lines, ""])
