"""Who has access to a customer, through which partner, person and token, since when, and when was it last used?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.models import ApiToken, AuditEvent, EmployeeAssignment, Membership, Partnership
from server.resolvers import ids
from server.resolvers.paging import moment_text
from tests.clients import Clients
from tests.rows import Person
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

QUERY = """
    query($id: ID!) {
      organisation(id: $id) {
        accessReview {
          totalCount
          nodes {
            id partner { name } accessType since
            partnership { productAccesses { nodes { product { customerName } rights grantedAt } } }
            people { actorId name role rights since lastActAt }
            apiTokens { id name lastFour ownerName scopes createdAt expiresAt lastUsedAt }
          }
        }
      }
    }
"""


async def review_by_partner(clients: Clients, id: str, as_: Person | str) -> dict[str, dict[str, Any]]:
    """The partnerships of a review, by the partner's name."""
    answer = await clients.ask(QUERY, {"id": id}, as_=as_)
    return {node["partner"]["name"]: node for node in answer.data["organisation"]["accessReview"]["nodes"]}


def names(node: dict[str, Any]) -> list[str]:
    return [person["name"] for person in node["people"]]


def tokens(node: dict[str, Any]) -> list[str]:
    return [token["lastFour"] for token in node["apiTokens"]]


# Rule D7
async def test_one_query_shows_who_has_access(world: World, clients: Clients):
    found = await review_by_partner(clients, world.id("alpina"), world.cL)

    nova = found["Nova"]
    now = moment_text(world.now)
    act = moment_text((await AuditEvent.get(id=world.act.id)).created_at)
    assert sorted(found) == ["Nova", "Rival"]
    assert (nova["id"], nova["accessType"], nova["since"]) == (world.id("limited"), "LIMITED", now)
    assert nova["partnership"]["productAccesses"]["nodes"] == [
        {"product": {"customerName": "granted"}, "rights": ["TECHNICAL", "STATISTICS"], "grantedAt": now},
        {"product": {"customerName": "watched"}, "rights": ["STATISTICS"], "grantedAt": now},
    ]
    assert nova["people"] == [
        {
            "actorId": ids.encode(world.people[who].user),
            "name": f"{who} Nova",
            "role": role,
            "rights": rights,
            "since": now,
            "lastActAt": last,
        }
        for who, role, rights, last in (
            ("pA", "ADMINISTRATOR", None, None),
            ("pE", "EMPLOYEE", ["VIEW"], act),
            ("pL", "LEGAL_REPRESENTATIVE", None, None),
        )
    ]
    assert names(found["Rival"]) == ["qL Rival"]
    assert found["Rival"]["apiTokens"] == []


# Rule D8
async def test_every_living_token_that_reaches_the_customer_is_listed(world: World, clients: Clients):
    nova = (await review_by_partner(clients, world.id("alpina"), world.cL))["Nova"]

    row = await ApiToken.get(id=world.token_pE.id)
    assert tokens(nova) == [world.tokens[name][-4:] for name in ("pL", "pE", "reader", "products")]
    assert nova["apiTokens"][1] == {
        "id": world.id("token_pE"),
        "name": "a tool",
        "lastFour": world.tokens["pE"][-4:],
        "ownerName": "pE Nova",
        "scopes": row.scopes,
        "createdAt": moment_text(row.created_at),
        "expiresAt": moment_text(row.expires_at),
        "lastUsedAt": moment_text(row.last_used_at),
    }


@pytest.mark.parametrize("who", ["cA", "cL's token"])
async def test_tokens_are_listed_for_those_who_may_keep_them_away(world: World, clients: Clients, who: str):
    viewer = world.people.get(who, world.tokens["cL"])

    nova = (await review_by_partner(clients, world.id("alpina"), viewer))["Nova"]

    assert nova["apiTokens"] is None
    assert nova["people"]


async def test_a_restricted_token_is_listed_by_its_customer_only(world: World, clients: Clients):
    borea = (await review_by_partner(clients, world.id("borea"), world.bL))["Nova"]

    assert world.tokens["only_borea"][-4:] in tokens(borea)


async def test_access_that_has_ended_is_not_listed(world: World, clients: Clients):
    await ApiToken.filter(id=world.token_pL.id).update(revoked_at=world.now)
    await ApiToken.filter(id=world.token_reader.id).update(expires_at=world.now - timedelta(hours=1))
    await EmployeeAssignment.filter(id=world.assignment.id).update(ended_at=world.now)
    await Membership.filter(id=world.pA.membership.id).update(status=MembershipStatus.REMOVED)
    await Partnership.filter(id=world.at_rival.id).update(status=PartnershipStatus.TERMINATED)

    found = await review_by_partner(clients, world.id("alpina"), world.cL)

    assert list(found) == ["Nova"]
    assert names(found["Nova"]) == ["pL Nova"]
    assert tokens(found["Nova"]) == [world.tokens["products"][-4:]]


async def test_a_token_that_is_kept_away_is_listed_no_more(world: World, clients: Clients):
    input = {"customerId": world.id("alpina"), "apiTokenId": world.id("token_pE")}
    await clients.change("excludeApiToken", input, as_=world.cL)

    nova = (await review_by_partner(clients, world.id("alpina"), world.cL))["Nova"]

    assert tokens(nova) == [world.tokens[name][-4:] for name in ("pL", "reader", "products")]


async def test_the_last_act_is_the_one_for_this_customer_in_the_partners_name(world: World, clients: Clients):
    act = {
        name: getattr(world.act, name)
        for name in ("actor_id", "acting_organisation_id", "on_behalf_of_id", "action", "subject_type", "subject_id")
    }
    later = world.now + timedelta(days=1)
    await AuditEvent.create(**act, request_id="later", created_at=later)
    other = {"on_behalf_of_id": world.borea.id, "created_at": later + timedelta(days=1)}
    await AuditEvent.create(**(act | other), request_id="of another")

    nova = (await review_by_partner(clients, world.id("alpina"), world.cL))["Nova"]

    last = {person["name"]: person["lastActAt"] for person in nova["people"]}
    assert last == {"pL Nova": None, "pA Nova": None, "pE Nova": moment_text(later)}


async def test_a_review_is_one_statement(world: World, engine_clients: Clients):
    await review_by_partner(engine_clients, world.id("alpina"), world.cL)

    with collect_statements("server.engine.running.connections") as statements, collect_statements() as others:
        await review_by_partner(engine_clients, world.id("alpina"), world.cL)

    assert len([one for one in (*statements, *others) if "audit_event" in one]) == 1
