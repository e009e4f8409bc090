"""Is a token that the server remembers refused, or different, from the commit that changes it?"""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.domain.rights import Role
from tests.clients import scope_of
from tests.reliability.houses import (
    WHO,
    WITHIN,
    House,
    _is,
    customers,
    elsewhere,
    fill_in,
    house,
    moment,
    revoking,
    server,
)
from tests.waiting import until

pytestmark = pytest.mark.postgres

__all__ = ["house", "server"]
# A token that is no longer one

ENDINGS = {
    "it is revoked": "UPDATE api_token SET revoked_at = '{now}' WHERE id = '{token}'",
    "its end is set to a moment ago": "UPDATE api_token SET expires_at = '{past}' WHERE id = '{token}'",
    "it is deleted": "DELETE FROM api_token WHERE id = '{token}'",
    "its owner is removed": "UPDATE membership SET status = 'REMOVED' WHERE id = '{membership}'",
    "its owner is only invited": "UPDATE membership SET status = 'INVITED' WHERE id = '{membership}'",
    "its owner's membership is deleted": "DELETE FROM membership WHERE id = '{membership}'",
    "it is moved to another organisation": "UPDATE api_token SET organisation_id = '{rival}' WHERE id = '{token}'",
    "its owner is moved to another organisation": "UPDATE membership SET organisation_id = '{rival}' WHERE id = '{membership}'",
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_known_token_is_refused_when(house: House, ending: str):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)

    await elsewhere(house.settings, fill_in(ENDINGS[ending], house, owner, row))

    seconds = await house.soon(lambda: house.is_refused(secret))
    assert seconds < WITHIN
    assert await house.is_refused(secret)


async def test_a_known_token_is_refused_from_the_time_at_which_it_ends(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner, expires_at=datetime.now(UTC) + timedelta(seconds=0.6))
    await house.get_to_know(secret)

    await until(lambda: house.is_refused(secret))

    assert datetime.now(UTC) >= row.expires_at


async def test_a_known_token_that_its_owner_revokes_is_refused_by_the_next_request(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret, owner)

    revoked = await house.clients.change("revokeApiToken", {"apiTokenId": f"tok_{row.id.hex}"}, as_=owner)

    assert revoked.data["revokeApiToken"]["userErrors"] == []
    assert await house.is_refused(secret)


async def test_a_known_token_that_is_revoked_while_the_body_arrives_is_refused(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret, owner)
    request = house.clients.http.build_request(
        "POST", "/graphql", json={"query": WHO}, headers={"Authorization": f"Bearer {secret}"}
    )
    statuses = list[int]()

    async def receive() -> dict[str, Any]:
        await house.clients.change("revokeApiToken", {"apiTokenId": f"tok_{row.id.hex}"}, as_=owner)
        return {"type": "http.request", "body": request.content}

    async def send(message: dict[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    await house.app(scope_of(request, ("127.0.0.1", 123)), receive, send)

    assert statuses == [401]


async def test_only_the_revoked_one_of_two_known_tokens_is_refused(house: House):
    owner, other = await house.employee(), await house.employee()
    row, secret = await house.token(owner)
    _, sister = await house.token(owner)
    _, foreign = await house.token(other)
    await house.get_to_know(secret, sister, foreign)

    await elsewhere(house.settings, revoking(row))
    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN

    assert not await house.is_refused(sister)
    assert not await house.is_refused(foreign)


@pytest.mark.only_postgres
async def test_a_notification_about_one_person_keeps_the_others_cached(house: House):
    owner, other = await house.employee(), await house.employee()
    row, secret = await house.token(owner)
    _, foreign = await house.token(other)
    await house.get_to_know(secret, foreign)

    await elsewhere(house.settings, revoking(row))
    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN

    assert await house.looked_up(foreign) == 0


@pytest.mark.long
async def test_a_known_token_revoked_by_the_command_line_is_refused(house: House):
    owner = await house.employee()
    row, secret = await house.token(owner)
    await house.get_to_know(secret)
    environment = os.environ | {"RESELLER_DATABASE_URL": house.settings.database_url}
    command = [sys.executable, "-m", "server", "token", "revoke", f"tok_{row.id.hex}"]

    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=subprocess.DEVNULL)
    assert await process.wait() == 0

    assert await house.soon(lambda: house.is_refused(secret)) < WITHIN


# A token that is another

ALL_CUSTOMERS = ["Alpina", "Borea", "Corvo"]
CHANGES: dict[str, tuple[list[str], list[str] | str]] = {
    "the owner is demoted": (["UPDATE membership SET role = 'EMPLOYEE' WHERE id = '{membership}'"], []),
    "a scope is taken": (
        ["UPDATE api_token SET scopes = '[\"ORGANISATION_READ\"]' WHERE id = '{token}'"],
        "FORBIDDEN",
    ),
    "it is restricted to a customer": (
        [
            (
                "INSERT INTO api_token_customer (id, created_at, api_token_id, customer_id)"
                " VALUES ('{new}', '{now}', '{token}', '{borea}')"
            ),
            "UPDATE api_token SET is_for_some_customers = TRUE WHERE id = '{token}'",
        ],
        ["Borea"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_known_token_shows_something_else_when(house: House, change: str):
    owner = await house.employee()
    row, secret = await house.token(owner)
    statements, shown = CHANGES[change]
    await house.get_to_know(secret)
    before = await customers(house, secret)

    await elsewhere(house.settings, *(fill_in(sql, house, owner, row) for sql in statements))

    assert await house.soon(lambda: _is(customers(house, secret), shown)) < WITHIN
    assert before == ALL_CUSTOMERS


RESTRICTIONS = {
    "another customer is added": (
        (
            "INSERT INTO api_token_customer (id, created_at, api_token_id, customer_id)"
            " VALUES ('{new}', '{now}', '{token}', '{alpina}')"
        ),
        ["Alpina", "Borea"],
    ),
    "the customer becomes another": (
        "UPDATE api_token_customer SET customer_id = '{alpina}' WHERE api_token_id = '{token}'",
        ["Alpina"],
    ),
    "a customer keeps it away": (
        (
            "INSERT INTO api_token_exclusion (id, created_at, api_token_id, customer_id)"
            " VALUES ('{new}', '{now}', '{token}', (SELECT customer_id FROM api_token_customer"
            " WHERE api_token_id = '{token}'))"
        ),
        [],
    ),
    "the customer is taken away": ("DELETE FROM api_token_customer WHERE api_token_id = '{token}'", []),
    "the restriction ends": (
        "UPDATE api_token SET is_for_some_customers = FALSE WHERE id = '{token}'",
        ALL_CUSTOMERS,
    ),
}


@pytest.mark.parametrize("change", RESTRICTIONS)
async def test_a_known_token_for_one_customer_shows_others_when(house: House, change: str):
    owner = await house.employee()
    row, secret = await house.token(owner, [house.world.borea])
    statement, shown = RESTRICTIONS[change]
    await house.get_to_know(secret)
    before = await customers(house, secret)

    await elsewhere(house.settings, fill_in(statement, house, owner, row))

    assert await house.soon(lambda: _is(customers(house, secret), shown)) < WITHIN
    assert before == ["Borea"]


async def test_facts_of_rows_are_never_cached_with_the_viewer(house: House):
    owner = await house.employee(Role.EMPLOYEE)
    _, secret = await house.token(owner)
    await house.get_to_know(secret)
    before = await customers(house, secret)
    assignment = uuid4()

    await elsewhere(
        house.settings,
        "INSERT INTO employee_assignment"
        " (id, created_at, updated_at, version, membership_id, partnership_id, rights, assigned_at)"
        f" VALUES ('{assignment}', '{moment()}', '{moment()}', 1, '{owner.membership.id}', '{house.world.complete.id}', '[\"VIEW\"]', '{moment()}')",
    )
    during = await customers(house, secret)
    await elsewhere(house.settings, f"DELETE FROM employee_assignment WHERE id = '{assignment}'")

    assert (before, during, await customers(house, secret)) == ([], ["Borea"], [])
