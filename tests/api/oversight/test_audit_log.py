"""Who reads what was done, and what does it say about the person who did it?"""

from datetime import timedelta
from typing import Any

import pytest

from server.jobs import DEADLINES, system_context
from server.models import AuditEvent, User
from server.resolvers import ids, journal
from server.resolvers.paging import moment_text
from server.settings import Settings
from tests.clients import Clients
from tests.rows import Person
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

EVENT = """
    id action at actor { id } actorId actorName apiTokenName actingOrganisation { name } onBehalfOf { name }
    subjectType subjectId partnership { id } productAccess { id } changes { field before after } requestId
"""


def query(field: str, selection: str = EVENT) -> str:
    filter = "PartnerActivityFilter" if field == "partnerActivity" else "AuditLogFilter"
    return f"""
        query($id: ID!, $filter: {filter}) {{
          organisation(id: $id) {{ {field}(filter: $filter) {{ nodes {{ {selection} }} }} }}
        }}
    """


async def list_events(
    clients: Clients, field: str, id: str, as_: Person | str, selection: str = EVENT, **filter: Any
) -> list[dict[str, Any]]:
    answer = await clients.ask(query(field, selection), {"id": id, "filter": filter or None}, as_=as_)
    return answer.data["organisation"][field]["nodes"]


async def actions(clients: Clients, field: str, id: str, as_: Person | str, **filter: Any) -> list[str]:
    return [event["action"] for event in await list_events(clients, field, id, as_, "action", **filter)]


# Rule E40
async def test_a_customer_reads_who_of_its_partner_did_what(world: World, clients: Clients):
    (event,) = await list_events(clients, "partnerActivity", world.id("alpina"), world.cL)

    assert event == {
        "id": world.id("act"),
        "action": "access.revoked",
        "at": moment_text((await AuditEvent.get(id=world.act.id)).created_at),
        "actor": None,
        "actorId": ids.encode(world.pE.user),
        "actorName": "pE Nova",
        "apiTokenName": None,
        "actingOrganisation": {"name": "Nova"},
        "onBehalfOf": {"name": "Alpina"},
        "subjectType": "ProductAccess",
        "subjectId": world.id("access"),
        "partnership": {"id": world.id("limited")},
        "productAccess": {"id": world.id("access")},
        "changes": [
            {"field": "productId", "before": world.id("granted"), "after": None},
            {"field": "revokedAt", "before": None, "after": "2026-01-02T03:04:05+00:00"},
        ],
        "requestId": "the first request",
    }


async def test_the_partner_reads_the_same_as_its_own_act(world: World, clients: Clients):
    (own,) = await list_events(clients, "auditLog", world.id("nova"), world.pA, "id actor { id } actorName")

    assert own == {"id": world.id("act"), "actor": {"id": ids.encode(world.pE.user)}, "actorName": "pE Nova"}


async def test_an_employee_reads_only_their_own_acts(world: World, clients: Clients):
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.pL)

    assert await actions(clients, "auditLog", world.id("nova"), world.pE) == ["access.revoked"]
    assert await actions(clients, "auditLog", world.id("nova"), world.pU) == []
    assert len(await actions(clients, "auditLog", world.id("nova"), world.pL)) == 2


# Rule E40
async def test_every_act_of_the_partner_for_the_customer_is_in_its_feed(world: World, clients: Clients):
    served = {"partnershipId": world.id("limited"), "membershipId": world.id("pU"), "rights": []}
    await clients.change("assignEmployee", served, as_=world.pL)
    await clients.change("unassignEmployee", {"assignmentId": world.id("assignment")}, as_=world.tokens["pL"])
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.pA)
    await clients.change("revokeProductAccess", {"productAccessId": world.id("watching")}, as_=world.cA)

    found = await list_events(
        clients, "partnerActivity", world.id("alpina"), world.cA, "action actorName apiTokenName partnership { id }"
    )

    told = [(event["action"], event["actorName"], event["apiTokenName"]) for event in found]
    tool = f"a tool (…{world.tokens['pL'][-4:]})"
    assert told == [
        ("access.revoked", "pA Nova", None),
        ("assignment.ended", "pL Nova", tool),
        ("assignment.made", "pL Nova", None),
        ("access.revoked", "pE Nova", None),
    ]
    assert {event["partnership"]["id"] for event in found} == {world.id("limited")}
    assert await actions(clients, "auditLog", world.id("alpina"), world.cL) == ["access.revoked"]


async def test_acts_of_the_programme_are_not_acts_of_a_partner(world: World, clients: Clients, settings: Settings):
    stopping = {"partnershipId": world.id("limited"), "reason": "A complaint"}
    await clients.change("suspendPartnership", stopping, as_=world.kL)
    await DEADLINES["expire proposals"](system_context(settings, world.now + timedelta(days=31)))

    found = {
        field: await actions(clients, field, world.id("alpina"), world.cA)
        for field in ("partnerActivity", "programmeActivity", "auditLog")
    }

    assert found == {
        "partnerActivity": ["access.revoked"],
        "programmeActivity": ["partnership.expired", "partnership.suspended"],
        "auditLog": [],
    }


async def test_an_expiry_is_read_by_the_organisations_that_it_concerns(
    world: World, clients: Clients, settings: Settings
):
    for deadline in ("proposals", "access changes", "pending actions", "member invitations"):
        await DEADLINES[f"expire {deadline}"](system_context(settings, world.now + timedelta(days=31)))

    found = {
        name: await actions(clients, "programmeActivity", world.id(name), world.people[reader])
        for name, reader in (("alpina", "cL"), ("borea", "bL"), ("rival", "qL"))
    }

    assert found == {
        "alpina": ["member.invitation_expired", "access.changeExpired", "partnership.expired"],
        "borea": ["pendingAction.expired"],
        "rival": ["customer.requestExpired", "customer.requestExpired"],
    }


async def test_a_feed_is_narrowed(world: World, clients: Clients):
    moment = (await AuditEvent.get(id=world.act.id)).created_at
    feed = ("partnerActivity", world.id("alpina"), world.cL)
    at, later = moment_text(moment), moment_text(moment + timedelta(microseconds=1))

    found = {
        "since": await actions(clients, *feed, since=at),
        "since later": await actions(clients, *feed, since=later),
        "until": await actions(clients, *feed, until=at),
        "until later": await actions(clients, *feed, until=later),
        "action": await actions(clients, *feed, action="access.revoked"),
        "other action": await actions(clients, *feed, action="access.granted"),
        "action longer than any": await actions(clients, *feed, action="a" * 300),
        "partner": await actions(clients, *feed, partnerId=world.id("nova")),
        "other partner": await actions(clients, *feed, partnerId=world.id("rival")),
        "actor": await actions(clients, *feed, actorId=ids.encode(world.pE.user)),
        "other actor": await actions(clients, *feed, actorId=ids.encode(world.pL.user)),
    }

    assert {name for name, events in found.items() if events} == {"since", "until later", "action", "partner", "actor"}


async def test_an_id_of_another_type_is_refused_at_its_place(world: World, clients: Clients):
    given = {"id": world.id("alpina"), "filter": {"partnerId": world.id("limited")}}

    answer = await clients.ask(query("partnerActivity"), given, as_=world.cL)

    assert answer.code == "BAD_USER_INPUT"
    assert answer.errors[0]["extensions"]["field"] == ["filter", "partnerId"]


async def test_an_act_of_another_customer_is_not_found(world: World, clients: Clients):
    for who in (world.qL, world.bL, world.cE, world.pU, world.tokens["only_borea"], world.tokens["products"]):
        answer = await clients.ask("query($id: ID!) { node(id: $id) { id } }", {"id": world.id("act")}, as_=who)
        assert answer.code == "NOT_FOUND"


async def test_a_name_is_the_one_of_today(world: World, clients: Clients):
    await User.filter(id=world.pE.user.id).update(first_name="Élodie")

    (event,) = await list_events(clients, "partnerActivity", world.id("alpina"), world.cL, "actorName")

    assert event == {"actorName": "Élodie Nova"}


async def test_a_feed_is_one_statement(world: World, engine_clients: Clients):
    with collect_statements("server.engine.running.connections") as statements, collect_statements() as others:
        await engine_clients.ask(query("partnerActivity"), {"id": world.id("alpina"), "filter": None}, as_=world.cL)

    read = [statement for statement in (*statements, *others) if "audit_event" in statement]
    assert len(read) == 1


def test_no_secret_is_logged(world: World):
    with pytest.raises(ValueError, match="password_hash"):
        journal.column_values(world.pE.user, "first_name", "password_hash")
