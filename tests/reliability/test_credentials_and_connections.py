"""Do credentials hold until the second they end, and connections come back, where that is easily forgotten?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from server.authentication import viewer_cache
from server.authentication.viewer_cache import ViewerCache
from server.domain.people.tokens import new_token, token_digest
from server.domain.viewer import Viewer
from server.settings import Settings
from tests.reliability.houses import (
    LISTENERS,
    WHO,
    WITHIN,
    House,
    elsewhere,
    fill_in,
    house,
    interleave,
    listeners,
    open_transaction,
    revoking,
)
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.postgres


# Two kinds of credential share one memory


async def test_a_known_cookie_is_not_an_api_token(house: House):
    owner = await house.employee()
    before = await house.clients.ask(WHO, as_=owner.session)
    await house.get_to_know(owner)

    after = await house.clients.ask(WHO, as_=owner.session)

    assert (before.status, after.status) == (401, 401)


async def test_a_known_api_token_is_not_a_cookie(house: House):
    _, secret = await house.token(await house.employee())
    cookie = {"Cookie": f"session={secret}"}
    before = await house.clients.ask(WHO, headers=cookie)
    await house.get_to_know(secret)

    after = await house.clients.ask(WHO, headers=cookie)

    assert (before.json, after.json) == ({"data": {"viewer": None}},) * 2


# Changes that nobody is notified of on PostgreSQL

UNTOLD = {
    "the token gets another secret": "UPDATE api_token SET secret_digest = '{digest}' WHERE id = '{token}'",
    "the token gets another owner": "UPDATE api_token SET user_id = '{other}' WHERE id = '{token}'",
    "the membership becomes somebody else's": "UPDATE membership SET user_id = '{other}' WHERE id = '{membership}'",
}


@pytest.mark.parametrize("change", UNTOLD)
async def test_a_known_token_is_another_when(house: House, change: str):
    owner, other = await house.employee(), await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)
    before = (await house.clients.ask(WHO, as_=secret)).json
    if "membership" in UNTOLD[change]:
        await elsewhere(house.settings, f"DELETE FROM membership WHERE id = '{other.membership.id}'")
        await house.get_to_know(secret)

    sql = UNTOLD[change].replace("{other}", str(other.user.id)).replace("{digest}", token_digest(new_token()))
    await elsewhere(house.settings, fill_in(sql, house, owner, row))

    async def is_another() -> bool:
        return (await house.clients.ask(WHO, as_=secret)).json != before

    assert await house.soon(is_another) < WITHIN


@pytest.mark.only_postgres
async def test_a_known_session_of_another_person_is_only_theirs(house: House):
    owner, other = await house.employee(), await house.employee()
    await house.get_to_know(owner)

    await elsewhere(house.settings, f"UPDATE session SET user_id = '{other.user.id}' WHERE user_id = '{owner.user.id}'")

    async def is_theirs() -> bool:
        return (await house.clients.ask(WHO, as_=owner)).data["viewer"]["user"]["email"] == other.user.email

    assert await house.soon(is_theirs) < WITHIN


@pytest.mark.only_postgres
async def test_emptying_the_table_of_sessions_ends_them_all(house: House):
    owner = await house.employee()
    await house.get_to_know(owner)

    await elsewhere(house.settings, "TRUNCATE session")

    assert await house.soon(lambda: house.is_nobody(owner)) < WITHIN


@pytest.mark.only_postgres
async def test_emptying_the_table_of_tokens_ends_them_all(house: House):
    owner = await house.employee()
    _, secret = await house.token(owner)
    await house.get_to_know(secret)

    async with open_transaction(
        house.settings, "CREATE TABLE kept AS TABLE api_token", "TRUNCATE api_token CASCADE"
    ) as end:
        await end("COMMIT")
    try:
        assert await house.soon(lambda: house.is_refused(secret)) < WITHIN
    finally:
        await elsewhere(house.settings, "INSERT INTO api_token TABLE kept", "DROP TABLE kept")


# The listener


@pytest.mark.only_postgres
async def test_a_viewer_looked_up_before_somebody_listened_is_not_kept(house: House, monkeypatch: pytest.MonkeyPatch):
    row, secret = await house.token(await house.employee())
    await until(house.is_listening)
    await listeners(house.settings, LISTENERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"))
    await until(lambda: _not(house.is_listening()))

    async def revoked_unheard() -> None:
        """Committed while nobody listens; then somebody does, and only then is the viewer kept."""
        await elsewhere(house.settings, revoking(row))
        await until(house.is_listening)

    with interleave("memberships_of", revoked_unheard):
        during = await house.clients.ask(WHO, as_=secret)

    assert during.status == 200
    assert await house.is_refused(secret)


async def _not(found: Any) -> bool:
    return not await found


@pytest.mark.only_postgres
async def test_nothing_is_known_over_a_connection_that_has_gone_silent(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(viewer_cache, "_SECONDS_BETWEEN_SIGNS", 0.1)
    monkeypatch.setattr(viewer_cache, "_SECONDS_FOR_A_SIGN", 0.1)
    known = ViewerCache()
    frozen = asyncio.Event()
    async with proxy(house.settings, frozen) as through, known.cache_while_open(through):
        await until(lambda: _is_open(known))
        known.put("digest", Viewer(uuid4()), datetime.now(UTC) + timedelta(hours=12), known.changes)
        assert known.find("digest", datetime.now(UTC))

        frozen.set()  # as where a firewall forgets the connection, or the database's machine is switched off

        async def is_forgotten() -> bool:
            return known.find("digest", datetime.now(UTC)) is None

        await until(is_forgotten)


async def _is_open(known: ViewerCache) -> bool:
    return known.is_open


@asynccontextmanager
async def proxy(settings: Settings, frozen: asyncio.Event) -> AsyncIterator[Settings]:
    """PostgreSQL over TCP, by a connection on which nothing comes any more once it is `frozen`."""
    folder = parse_qs(urlsplit(settings.database_url).query)["host"][0]
    pumps = set[asyncio.Task[None]]()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            if frozen.is_set():
                await asyncio.Event().wait()
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_database, to_database = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        both = {asyncio.create_task(pump(reader, to_database)), asyncio.create_task(pump(from_database, writer))}
        pumps.update(both)
        await asyncio.wait(both)
        for end in (writer, to_database):
            end.close()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    database = urlsplit(settings.database_url).path
    try:
        yield settings.model_copy(update={"database_url": f"asyncpg://postgres:@127.0.0.1:{port}{database}"})
    finally:
        for one in pumps:
            one.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        server.close()
