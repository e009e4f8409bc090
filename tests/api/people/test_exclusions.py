"""How does a customer keep a partner's token away, and what does it reach from then on?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import ApiToken, ApiTokenExclusion, Partnership, Session
from tests.api.refusals import catch_denial, check_id, not_found
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

PAYLOAD = "organisation { id } userErrors { code }"


def away(world: World, token: str = "token_pL", **other: Any) -> dict[str, Any]:
    return {"customerId": world.id("alpina"), "apiTokenId": world.id(token), **other}


async def reachable_names(clients: Clients, world: World, token: str) -> set[str]:
    """The customers that this token serves, and whether it finds Alpina, a product of it and their partnership."""
    query = """
        query($nova: ID!, $ids: [ID!]!) {
          organisation(id: $nova) { managedCustomers { nodes { name } } auditLog { nodes { id } } }
          nodes(ids: $ids) { id }
        }
    """
    asked = [world.id(name) for name in ("alpina", "granted", "limited", "access", "assignment", "act", "borean")]
    answer = await clients.ask(query, {"nova": world.id("nova"), "ids": asked}, as_=world.tokens[token])
    data = answer.data
    found = {node["id"] for node in data["nodes"] if node} | {
        node["id"] for node in data["organisation"]["auditLog"]["nodes"]
    }
    names = {world.id(name): name for name in ("alpina", "granted", "limited", "access", "assignment", "act", "borean")}
    served = {node["name"] for node in data["organisation"]["managedCustomers"]["nodes"]}
    return served | {names[id] for id in found if id in names}


# Rule D8
async def test_a_token_that_is_kept_away_reaches_nothing_of_the_customer_any_more(world: World, clients: Clients):
    before = await reachable_names(clients, world, "pL")

    answer = await clients.change("excludeApiToken", away(world), PAYLOAD, as_=world.cL)

    assert answer.data["excludeApiToken"] == {"organisation": {"id": world.id("alpina")}, "userErrors": []}
    of_alpina = {"Alpina", "alpina", "granted", "limited", "access", "assignment", "act"}
    assert before == of_alpina | {"Borea", "Corvo", "borean"}
    assert await reachable_names(clients, world, "pL") == {"Borea", "Corvo", "borean"}
    assert "Alpina" in await reachable_names(clients, world, "reader")


async def test_an_excluded_token_is_refused_like_a_strangers(world: World, clients: Clients):
    await clients.change("excludeApiToken", away(world), PAYLOAD, as_=world.cL)

    input = {"productAccessId": world.id("access")}
    assert await catch_denial(clients, "revokeProductAccess", input, as_=world.tokens["pL"]) == not_found(
        "input", "productAccessId"
    )


async def test_an_exclusion_leaves_its_traces_and_happens_once(world: World, clients: Clients):
    before = await snapshot()
    answer = await clients.change("excludeApiToken", away(world), PAYLOAD, as_=world.cL)
    after = await snapshot()

    again = await clients.change("excludeApiToken", away(world), PAYLOAD, as_=world.cL)

    assert again.data["excludeApiToken"]["userErrors"] == []
    assert changed_models(before, after) == {"ApiTokenExclusion", "AuditEvent", "OutboxMessage"}
    assert await snapshot() == after
    assert await acts(answer) == [
        act("apiToken.excluded", world.token_pL, world.cL, world.alpina, after={"excluded": True})
    ]
    assert await announced_topics(answer) == [("token.excluded", world.id("token_pL"))]
    assert await ApiTokenExclusion.filter(customer_id=world.alpina.id).count() == 1


async def test_a_token_that_does_not_reach_the_customer_does_not_exist_for_it(world: World, clients: Clients):
    missing = not_found("input", "apiTokenId")

    assert await catch_denial(clients, "excludeApiToken", away(world, "token_only_borea"), as_=world.cL) == missing
    assert await catch_denial(clients, "excludeApiToken", away(world, "token_cL"), as_=world.cL) == missing
    await ApiToken.filter(id=world.token_pL.id).update(revoked_at=world.now)
    assert await catch_denial(clients, "excludeApiToken", away(world), as_=world.cL) == missing
    await Partnership.filter(id=world.limited.id).update(status=PartnershipStatus.TERMINATED)
    assert await catch_denial(clients, "excludeApiToken", away(world, "token_reader"), as_=world.cL) == missing


async def test_it_needs_a_password_typed_recently(world: World, clients: Clients):
    await Session.filter(user_id=world.cL.user.id).update(password_confirmed_at=world.now - timedelta(hours=2))

    assert await catch_denial(clients, "excludeApiToken", away(world), as_=world.cL) == {"code": "SUDO_REQUIRED"}


async def test_it_takes_no_other_ids(world: World, clients: Clients):
    await check_id(clients, "excludeApiToken", away(world), "customerId", foreign=world.borea, as_=world.cL)
    await check_id(clients, "excludeApiToken", away(world), "apiTokenId", foreign=world.token_cL, as_=world.cL)


@pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
async def test_a_token_that_is_over_cannot_be_excluded(world: World, engine_clients: Clients, column: str):
    await ApiToken.filter(id=world.token_pL.id).update(**{column: world.now})

    denied = await catch_denial(engine_clients, "excludeApiToken", away(world), as_=world.cL)

    assert denied == not_found("input", "apiTokenId")
