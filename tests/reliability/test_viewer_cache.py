"""Is a viewer whom the server remembers looked up again after the commit that changes them, in every process?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tortoise.transactions import in_transaction

from server.authentication.viewer_cache import ViewerCache
from server.domain.viewer import Viewer
from server.models import ApiToken
from tests.clients import Answer
from tests.reliability.houses import (
    CUSTOMERS,
    LISTENERS,
    WHO,
    WITHIN,
    House,
    _is,
    elsewhere,
    house,
    interleave,
    listeners,
    open_transaction,
    revoking,
    server,
)
from tests.servers import NO_CERTIFICATES
from tests.waiting import until, until_somebody_waits

pytestmark = pytest.mark.postgres

__all__ = ["house", "server"]


# Transactions


async def test_a_revocation_that_is_not_committed_changes_nothing(house: House):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)

    async with open_transaction(house.settings, revoking(row)) as end:
        during = await house.looked_up(secret), await house.is_refused(secret)
        await end("ROLLBACK")
    await house.hear()

    assert during == (0, False)
    assert (await house.looked_up(secret), await house.is_refused(secret)) == (0, False)


async def test_a_viewer_looked_up_during_a_revocation_is_refused_after_its_commit(house: House):
    row, secret = await house.token(await house.employee())

    async with open_transaction(house.settings, revoking(row)) as end:
        await house.get_to_know(secret)
        await end("COMMIT")

    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN


async def test_a_change_that_this_process_takes_back_lets_nothing_of_it_in(house: House):
    row, secret = await house.token(await house.employee())
    waiting = asyncio.Event()

    async def asking() -> Answer:
        await waiting.wait()
        return await house.clients.ask(WHO, as_=secret)

    # Begun outside of the transaction: a request of its own.
    asked = asyncio.create_task(asking())
    with pytest.raises(ZeroDivisionError):
        async with in_transaction():
            await ApiToken.filter(id=row.id).update(user_id=house.world.qL.user.id, revoked_at=datetime.now(UTC))
            waiting.set()
            await (until_somebody_waits(house.settings, asked) if house.settings.is_sqlite else asyncio.wait([asked]))
            raise ZeroDivisionError
    answer = await asked

    assert answer.data["viewer"]["token"] == {"id": f"tok_{row.id.hex}"}
    assert (await house.clients.ask(WHO, as_=secret)).json == answer.json


async def test_a_mutation_that_is_refused_leaves_everybody_known(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret, owner)

    refused = await house.clients.change(
        "createApiToken",
        {"organisationId": f"org_{house.world.nova.id.hex}", "name": "", "scopes": []},
        as_=owner,
    )

    assert {error["code"] for error in refused.data["createApiToken"]["userErrors"]} == {"VALIDATION_FAILED"}
    assert not await house.is_refused(secret)
    await house.get_to_know(secret, owner)
    assert (await ApiToken.get(id=row.id)).revoked_at is None


@pytest.mark.parametrize("heard", ["before it is kept", "after it is kept"])
@pytest.mark.parametrize("step", ["memberships_of", "grant_of"])
async def test_a_revocation_between_look_up_and_keeping_is_not_missed(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, heard: str
):
    row, secret = await house.token(await house.employee())
    await until(house.is_listening)
    await house.looked_up(house.world.pL)

    async def revoke() -> None:
        before = house.viewer_cache.changes
        await elsewhere(house.settings, revoking(row))
        if not house.settings.is_sqlite and heard == "before it is kept":
            await until(lambda: _is(_value(house.viewer_cache.changes > before), True))

    with interleave(step, revoke):
        during = await house.clients.ask(WHO, as_=secret)

    if heard == "before it is kept":
        assert await house.is_refused(secret)
    assert during.status == 200
    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN


async def test_a_demotion_while_a_session_is_looked_up_is_not_missed(house: House, monkeypatch: pytest.MonkeyPatch):
    owner = await house.employee()
    demotion = f"UPDATE membership SET role = 'EMPLOYEE' WHERE id = '{owner.membership.id}'"

    with interleave("memberships_of", lambda: elsewhere(house.settings, demotion)):
        await house.clients.ask(WHO, as_=owner)

    async def is_employee() -> bool:
        answer = await house.clients.ask(CUSTOMERS, as_=owner)
        return answer.data["viewer"]["organisations"]["nodes"][0]["managedCustomers"]["nodes"] == []

    assert await house.soon(is_employee) < WITHIN


async def _value(value: Any) -> Any:
    return value


async def test_a_hundred_requests_while_a_token_is_revoked_end_with_a_refusal(house: House):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)

    revoking_, statuses = None, set[int]()
    while revoking_ is None or not revoking_.done():
        answers = await asyncio.gather(*(house.clients.ask(WHO, as_=secret) for _ in range(10)))
        statuses |= {answer.status for answer in answers}
        revoking_ = revoking_ or asyncio.create_task(elsewhere(house.settings, revoking(row)))

    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN
    assert {
        answer.status for answer in await asyncio.gather(*(house.clients.ask(WHO, as_=secret) for _ in range(20)))
    } == {401}
    assert statuses <= {200, 401}


@pytest.mark.only_postgres
async def test_while_nobody_listens_nothing_is_known_and_everything_is_answered(house: House):
    row, secret = await house.token(await house.employee())
    await house.get_to_know(secret)
    before = await listeners(house.settings)
    outages = list[int]()

    await listeners(house.settings, LISTENERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"))
    await until(lambda: _is(house.is_listening(), False), WITHIN)
    deaf = await house.looked_up(secret), await house.looked_up(secret), await house.is_refused(secret)
    await elsewhere(house.settings, revoking(row))
    refused = await house.is_refused(secret)
    while not house.viewer_cache.is_open:
        number = await house.looked_up(house.world.pL)
        outages += [] if house.viewer_cache.is_open else [number]

    assert len(before) == 1
    assert deaf == (3, 3, False)
    assert refused
    assert all(outages)
    assert await house.is_refused(secret)
    await house.get_to_know(house.world.pL)
    after = await listeners(house.settings)
    assert len(after) == 1
    assert after != before


async def test_a_stopped_process_remembers_nobody_and_listens_no_more(house: House):
    known = ViewerCache()
    before = [] if house.settings.is_sqlite else await listeners(house.settings)

    async with known.cache_while_open(house.settings):
        await until(lambda: _value(known.is_open))
        known.find("digest", datetime.now(UTC))
        known.put("digest", Viewer(uuid4()), datetime.now(UTC) + timedelta(hours=1), known.changes)
        during = len(known._entries)

    assert (during, len(known._entries), known.is_open) == (1, 0, False)
    if not house.settings.is_sqlite:
        await until(lambda: _is(listeners(house.settings), before), WITHIN)


@asynccontextmanager
async def asking(house: House, url: str) -> AsyncIterator[Callable[..., Awaitable[httpx2.Response]]]:
    """Asks the other process, once it listens as this one does."""

    async def both_listen() -> bool:
        return len(await listeners(house.settings)) == 2

    await until(both_listen)
    async with httpx2.AsyncClient(verify=NO_CERTIFICATES) as http:

        async def ask(query: str, variables: Any = None, **headers: str) -> httpx2.Response:
            http.cookies.clear()
            body = {"query": query, "variables": variables or {}}
            return await http.post(f"{url}/graphql", json=body, headers=headers)

        yield ask


@pytest.mark.only_postgres
@pytest.mark.long
async def test_a_token_revoked_here_is_refused_by_the_other_process_within_a_second(house: House, server: str):
    async with asking(house, server) as ask:
        for _ in range(5):
            owner = await house.employee()
            row, secret = await house.token(owner)
            bearer = f"Bearer {secret}"
            before = [(await ask(WHO, Authorization=bearer)).status_code for _ in range(3)]

            await house.clients.change("revokeApiToken", {"apiTokenId": f"tok_{row.id.hex}"}, as_=owner)

            async def is_refused(bearer: str = bearer) -> bool:
                return (await ask(WHO, Authorization=bearer)).status_code == 401

            await until(is_refused, WITHIN)
            assert before == [200] * 3


@pytest.mark.only_postgres
@pytest.mark.long
async def test_a_token_revoked_in_the_other_process_is_refused_here_within_a_second(house: House, server: str):
    document = "mutation($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code } } }"
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)

    async with asking(house, server) as ask:
        before = [(await ask(WHO, Authorization=f"Bearer {secret}")).status_code for _ in range(3)]
        variables = {"input": {"apiTokenId": f"tok_{row.id.hex}"}}
        revoked = await ask(document, variables, Cookie=f"session={owner.session}")
        there = await ask(WHO, Authorization=f"Bearer {secret}")

    await until(lambda: house.is_refused(secret), WITHIN)
    assert revoked.json() == {"data": {"revokeApiToken": {"userErrors": []}}}
    assert (before, there.status_code) == ([200] * 3, 401)


@pytest.mark.only_postgres
@pytest.mark.long
async def test_a_session_signed_out_of_this_process_is_nobody_in_the_other_within_a_second(house: House, server: str):
    owner = await house.employee()
    cookie = f"session={owner.session}"
    async with asking(house, server) as ask:
        before = [(await ask(WHO, Cookie=cookie)).json()["data"]["viewer"]["token"] for _ in range(3)]

        await house.clients.change("signOut", {"everywhere": True}, as_=owner)

        async def is_nobody() -> bool:
            return (await ask(WHO, Cookie=cookie)).json() == {"data": {"viewer": None}}

        await until(is_nobody, WITHIN)
    assert before == [None] * 3
