"""Is a session that the server remembers ended, or different, from the commit that changes it?"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from server.models import Session
from tests.reliability.houses import CUSTOMERS, WITHIN, House, elsewhere, fill_in, house, moment
from tests.rows import Person
from tests.waiting import until

pytestmark = pytest.mark.postgres

__all__ = ["house"]
# A session

SESSION_ENDINGS = {
    "it is ended": "UPDATE session SET ended_at = '{now}' WHERE user_id = '{user}'",
    "its end is set to a moment ago": "UPDATE session SET expires_at = '{past}' WHERE user_id = '{user}'",
    "it is deleted": "DELETE FROM session WHERE user_id = '{user}'",
}


@pytest.mark.parametrize("ending", SESSION_ENDINGS)
async def test_a_known_session_is_nobody_when(house: House, ending: str):
    owner = await house.employee()
    await house.get_to_know(owner)

    await elsewhere(house.settings, fill_in(SESSION_ENDINGS[ending], house, owner))

    assert await house.soon(lambda: house.is_nobody(owner)) < WITHIN


async def test_a_known_session_is_nobody_from_the_time_at_which_it_ends(house: House):
    owner = await house.employee()
    ends = datetime.now(UTC) + timedelta(seconds=0.6)
    await Session.filter(user_id=owner.user.id).update(expires_at=ends)
    await house.get_to_know(owner)

    await until(lambda: house.is_nobody(owner))

    assert datetime.now(UTC) >= ends


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_known_session_that_signs_out_is_nobody_in_the_next_request(house: House, everywhere: bool):
    owner = await house.employee()
    await house.get_to_know(owner)

    await house.clients.change("signOut", {"everywhere": everywhere}, as_=owner)

    assert await house.is_nobody(owner)


async def test_a_known_session_ends_where_another_session_signs_out_everywhere(house: House):
    owner = await house.employee()
    input = {"email": owner.user.email, "password": "correct horse battery staple"}
    signed_in = await house.clients.change("signIn", input)
    other = Person(owner.user, owner.membership, signed_in.response.cookies["session"])
    await house.get_to_know(owner, other)

    await house.clients.change("signOut", {"everywhere": True}, as_=other)

    assert await house.is_nobody(owner)
    assert await house.is_nobody(other)


async def test_a_known_session_loses_what_its_membership_gave(house: House):
    owner = await house.employee()
    await house.get_to_know(owner)
    before = (await house.clients.ask(CUSTOMERS, as_=owner)).data["viewer"]["organisations"]["nodes"]

    await elsewhere(house.settings, f"UPDATE membership SET status = 'REMOVED' WHERE id = '{owner.membership.id}'")

    async def has_none() -> bool:
        return (await house.clients.ask(CUSTOMERS, as_=owner)).data["viewer"]["organisations"]["nodes"] == []

    assert await house.soon(has_none) < WITHIN
    assert len(before) == 1


async def test_a_known_session_gains_what_a_new_membership_gives(house: House):
    owner = await house.employee()
    await house.get_to_know(owner)

    await elsewhere(
        house.settings,
        "INSERT INTO membership (id, created_at, updated_at, version, role, status, joined_at, organisation_id, user_id)"
        f" VALUES ('{uuid4()}', '{moment()}', '{moment()}', 1, 'EMPLOYEE', 'ACTIVE', '{moment()}',"
        f" '{house.world.rival.id}', '{owner.user.id}')",
    )

    async def has_two() -> bool:
        return len((await house.clients.ask(CUSTOMERS, as_=owner)).data["viewer"]["organisations"]["nodes"]) == 2

    assert await house.soon(has_two) < WITHIN
