"""Which viewers does the server remember, and for how long?"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from server import authentication
from server.authentication import token_uses
from server.authentication.viewer_cache import ViewerCache
from server.domain.people.tokens import new_token
from server.domain.viewer import Viewer
from server.models import ApiToken
from tests.reliability.houses import WHO, House, house
from tests.statements import ENGINE, collect_statements
from tests.waiting import until

pytestmark = pytest.mark.postgres

__all__ = ["house"]
README = re.search(r"```graphql\n(.*?)```", (Path(__file__).parents[2] / "README.md").read_text(), re.DOTALL)


# What is kept, and for how long


async def test_the_use_of_a_known_token_is_noticed_again_when_its_time_has_come(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(token_uses, "_PAUSE_SECONDS", 0.01)
    used = datetime.now(UTC)
    row, secret = await house.token(await house.employee(), last_used_at=used)
    await house.get_to_know(secret)
    before = (await ApiToken.get(id=row.id)).last_used_at
    monkeypatch.setattr(authentication, "_USE_RECORDED_EVERY", timedelta(seconds=0.3))
    house.viewer_cache.drop(str(row.user_id))

    async def is_written() -> bool:
        await house.clients.ask(WHO, as_=secret)
        return (await ApiToken.get(id=row.id)).last_used_at != used

    await until(is_written)

    after = (await ApiToken.get(id=row.id)).last_used_at
    assert before == used
    assert timedelta(seconds=0.3) <= after - used < timedelta(seconds=5)


@pytest.mark.only_postgres
async def test_noticing_a_use_makes_nobody_unknown(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(token_uses, "_PAUSE_SECONDS", 0.01)
    row, secret = await house.token(await house.employee(), last_used_at=None)
    _, other = await house.token(await house.employee())
    await house.get_to_know(other)
    changes = house.viewer_cache.changes

    first, second = await house.looked_up(secret), await house.looked_up(secret)

    async def is_written() -> bool:
        return (await ApiToken.get(id=row.id)).last_used_at is not None

    await until(is_written)
    await house.hear()
    assert (first, second, await house.looked_up(other)) == (3, 0, 0)
    assert house.viewer_cache.changes == changes + 1  # the last thing to hear


def test_the_cache_evicts_the_viewers_used_least_recently_beyond_ten_thousand():
    known, now = ViewerCache(), datetime.now(UTC)
    known.is_open = True
    for number in range(10_000):
        known.put(str(number), Viewer(uuid4()), now + timedelta(hours=1), 0)
    known.find("0", now)

    known.put("new", Viewer(uuid4()), now + timedelta(hours=1), 0)

    assert len(known._entries) == 10_000
    assert known.find("1", now) is None
    assert all(known.find(digest, now) for digest in ("0", "2", "new"))


def test_keeping_somebody_again_takes_no_more_room_and_the_newest_counts():
    known, now, viewer = ViewerCache(), datetime.now(UTC), Viewer(uuid4())
    known.is_open = True
    for _ in range(3):
        known.put("digest", Viewer(uuid4()), now + timedelta(hours=1), 0)

    known.put("digest", viewer, now + timedelta(seconds=1), 0)

    assert len(known._entries) == 1
    assert known.find("digest", now) is viewer
    assert known.find("digest", now + timedelta(seconds=1)) is None


def test_nobody_is_kept_after_a_change_or_where_nobody_listens():
    known, now, viewer = ViewerCache(), datetime.now(UTC), Viewer(uuid4())

    known.put("deaf", viewer, now + timedelta(hours=1), known.changes)
    known.is_open = True
    before = known.changes
    known.drop(str(uuid4()))
    known.put("late", viewer, now + timedelta(hours=1), before)

    assert known._entries == {}


CREDENTIALS: dict[str, dict[str, str]] = {
    "nobody": {},
    "an unknown token": {"Authorization": f"Bearer {new_token()}"},
    "a mistyped token": {"Authorization": f"Bearer {new_token()[:-1]}!"},
    "no token": {"Authorization": "Bearer x"},
    "an empty token": {"Authorization": "Bearer "},
    "another scheme": {"Authorization": "Basic eDp5"},
    "an unknown session": {"Cookie": "session=unknown"},
    "an empty session": {"Cookie": "session="},
}


@pytest.mark.parametrize("what", CREDENTIALS)
async def test_a_caller_who_is_not_let_in_is_not_kept(house: House, what: str):
    await until(house.is_listening)
    await house.looked_up(house.world.pL)
    before = list(house.viewer_cache._entries)

    for _ in range(3):
        await house.clients.ask(WHO, headers=CREDENTIALS[what])

    assert list(house.viewer_cache._entries) == before


async def test_the_cache_holds_neither_a_token_nor_a_cookie(house: House):
    owner = await house.employee()
    _, secret = await house.token(owner)

    await house.get_to_know(secret, owner)

    kept = repr(house.viewer_cache._entries)
    assert len(house.viewer_cache._entries) >= 2
    assert secret not in kept
    assert owner.session not in kept


async def test_a_token_dead_when_it_is_looked_up_is_not_kept(house: House):
    owner = await house.employee()
    _, secret = await house.token(owner, revoked_at=datetime.now(UTC))

    looked_up = [await house.looked_up(secret) for _ in range(3)]

    assert looked_up == [1, 1, 1]


# What it is for


async def test_the_operation_of_the_readme_takes_one_statement_and_none_for_a_known_viewer(house: House):
    assert README is not None
    _, secret = await house.token(await house.employee())
    await house.clients.ask(README[1], as_=secret)
    await house.get_to_know(secret)

    with collect_statements() as by_tortoise, collect_statements(ENGINE) as by_engine:
        answer = await house.clients.ask(README[1], as_=secret)

    (nova,) = answer.data["viewer"]["organisations"]["nodes"]
    assert [edge["node"]["name"] for edge in nova["managedCustomers"]["edges"]] == ["Alpina"]
    assert by_tortoise == []
    assert len(by_engine) == 1
    assert by_engine[0].lstrip().startswith(("SELECT", "WITH"))


async def test_a_known_session_takes_one_statement_as_well(house: House):
    assert README is not None
    owner = await house.employee()
    await house.get_to_know(owner)

    with collect_statements() as by_tortoise, collect_statements(ENGINE) as by_engine:
        answer = await house.clients.ask(README[1], as_=owner)

    assert answer.data["viewer"]["user"] == {"firstName": owner.user.first_name}
    assert (by_tortoise, len(by_engine)) == ([], 1)
