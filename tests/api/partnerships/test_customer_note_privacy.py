"""Does a note of the partner stay hidden from the customer?"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.domain.rights import Role
from server.models import EmailMessage, Membership, OutboxMessage
from server.outbox import Outbox
from server.settings import Settings
from tests.api.oversight.exports import export_rows
from tests.api.partnerships.customer_notes import MARKER, read, update_note
from tests.clients import Clients
from tests.long import amount
from tests.permissions.walks import documents, in_turn
from tests.rows import Person
from tests.world import World

pytestmark = pytest.mark.postgres
SIDE = {"alpina": ("cL", "cA", "cE", "cX"), "borea": ("bL",)}


# What the customer's side gets to know


@pytest.fixture
async def marked_clients(world: World, engine_clients: Clients) -> AsyncIterator[Clients]:
    """Clients in a world where Nova has noted the marker wherever it can."""
    for name in ("limited", "complete"):
        await update_note(
            engine_clients, world.pL, partnershipId=world.id(name), alias=f"{MARKER} A", notes=f"{MARKER} B"
        )
    yield engine_clients


@pytest.mark.scaled
async def test_no_answer_to_the_customers_people_or_to_the_staff_has_the_note(world: World, marked_clients: Clients):
    others = ["kL", *(name for names in SIDE.values() for name in names)]
    ids_of = {
        "Partnership": ["limited", "complete"],
        "Organisation": ["alpina", "borea", "nova"],
        "AuditEvent": ["act"],
    }
    walked = [*documents(3, lambda model: [world.id(name) for name in ids_of.get(model.__name__, [])])]
    assert any("customerNote" in text for text, _ in walked)

    everybody = [*(world.people[name] for name in others), world.tokens["cL"]]
    for number, (text, variables) in enumerate(walked):
        few = 2 if "customerNote" in text else 1
        for who in in_turn(everybody, number, amount(few, long=len(everybody))):
            assert MARKER not in (await marked_clients.ask(text, variables, as_=who)).response.text, text


async def test_the_partner_s_people_read_it_in_the_same_answers(world: World, marked_clients: Clients):
    query = """query($id: ID!) { organisation(id: $id) { managedCustomers { edges {
        partnership { customerNote { alias } } node { name } } } } }"""

    for who, names in (("pL", ["Alpina", "Borea", "Corvo"]), ("pE", ["Alpina", "Borea"]), ("pU", [])):
        answer = await marked_clients.ask(query, {"id": world.id("nova")}, as_=world.people[who])
        edges = answer.data["organisation"]["managedCustomers"]["edges"]
        aliases = [f"{MARKER} A", f"{MARKER} A", None][: len(names)]
        assert [edge["node"]["name"] for edge in edges] == names
        assert [edge["partnership"]["customerNote"] for edge in edges] == [
            alias and {"alias": alias} for alias in aliases
        ]


ALL_THAT_TELLS = """
    query($id: ID!, $partnership: ID!) {
      organisation(id: $id) {
        version updatedAt
        partnerships { totalCount nodes {
          id version status customerNote { version } receipts { totalCount nodes { id } } viewerRights
        } }
        auditLog { totalCount } partnerActivity { totalCount nodes { id } } programmeActivity { totalCount }
        accessReview { nodes { people { name lastActAt } apiTokens { name lastUsedAt } } }
      }
      partnership(id: $partnership) { version customerNote { alias } }
    }
"""


async def test_a_note_changes_nothing_that_the_customer_can_look_at(world: World, clients: Clients):
    variables = {"id": world.id("alpina"), "partnership": world.id("limited")}
    before = await clients.ask(ALL_THAT_TELLS, variables, as_=world.cL)
    file = f"/partnerships/{world.id('limited')}/receipts.jsonl"
    kept = (await receipts(clients, file, world.cL)).text

    await update_note(clients, world.tokens["pL"], partnershipId=world.id("limited"), alias=MARKER)

    assert (await clients.ask(ALL_THAT_TELLS, variables, as_=world.cL)).data == before.data
    assert before.data["partnership"] == {"version": 1, "customerNote": None}
    assert (await receipts(clients, file, world.cL)).text == kept


async def receipts(clients: Clients, file: str, who: Person) -> Any:
    clients.http.cookies.clear()
    return await clients.http.get(file, headers={"Cookie": f"session={who.session}"})


async def test_the_customer_s_version_does_not_go_stale_by_a_note(world: World, clients: Clients):
    await update_note(clients, world.pL, partnershipId=world.id("limited"), alias=MARKER)

    input = {"partnershipId": world.id("limited"), "expiresAt": "2999-01-01T00:00:00Z", "expectedVersion": 1}
    answer = await clients.change("setPartnershipDates", input, as_=world.cL)

    assert answer.data["setPartnershipDates"]["userErrors"] == []


async def test_no_email_or_file_of_the_customer_has_the_note(world: World, marked_clients: Clients, settings: Settings):
    input = {"partnershipId": world.id("limited"), "confirmation": "Alpina", "reason": "NO_LONGER_NEEDED"}
    taken = [
        await export_rows(marked_clients, settings, world.id("alpina"), kind, world.cL)
        for kind in ("AUDIT_LOG", "PARTNER_ACTIVITY", "ACCESS_REVIEW")
    ]

    assert MARKER not in (await marked_clients.change("terminatePartnership", input, as_=world.cL)).response.text

    while message := await OutboxMessage.filter(sent_at=None, dead_at=None).order_by("-run_after").first():
        await Outbox(settings).expand_next(message.run_after)
    assert await EmailMessage.filter(template="partnership.terminated.customer").exists()
    for found in (taken, await EmailMessage.all().values(), await OutboxMessage.all().values()):
        assert MARKER not in str(found)


async def test_the_partner_takes_the_aliases_of_its_customers_away(
    world: World, marked_clients: Clients, settings: Settings
):
    taken = {
        who: [
            (row["node.name"], row["partnership.customerNote.alias"])
            for row in await export_rows(marked_clients, settings, world.id("nova"), "MANAGED_CUSTOMERS", by)
        ]
        for who, by in (("pL", world.pL), ("pE", world.pE), ("tP", world.tokens["pL"]))
    }

    served = [("Alpina", f"{MARKER} A"), ("Borea", f"{MARKER} A")]
    assert taken == {"pL": [*served, ("Corvo", "")], "pE": served, "tP": [*served, ("Corvo", "")]}


async def test_a_member_of_both_sides_reads_only_as_the_partner(world: World, clients: Clients):
    await Membership.create(user_id=world.cL.user.id, organisation_id=world.nova.id, role=Role.EXTERNAL)
    assert await read(clients, world.id("limited"), world.cL) is None

    await Membership.filter(user_id=world.cL.user.id, organisation_id=world.nova.id).update(role=Role.ADMINISTRATOR)
    assert (await read(clients, world.id("limited"), world.cL))["alias"] == "alias in note"
