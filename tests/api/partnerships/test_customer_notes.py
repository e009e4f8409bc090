"""What does a partner note of a customer, who reads it, and how does nobody of the customer's side learn of it?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Role
from server.jobs import system_context
from server.models import AuditEvent, CustomerNote, EmailMessage, Membership, OutboxMessage, Partnership
from server.outbox import Outbox
from server.resolvers.expiry import BATCH_SIZE
from server.resolvers.partnerships.customer_notes import delete_customer_notes
from server.schema.scalars import moment_text
from server.settings import Settings
from tests.api.oversight.test_exports import export_rows
from tests.api.refusals import Refusal, catch_denial, check_id, collect_refusals, missing
from tests.api.traces import act, acts, announced_topics
from tests.clients import Answer, Clients
from tests.permissions.walks import documents, in_turn
from tests.snapshots import changed_models, contents, snapshot
from tests.world import Person, World, customer_note, organisation, partnership

pytestmark = pytest.mark.database

NOTE = """
    customerNote { alias notes version updatedAt }
    partnership { id version customerNote { alias notes version } }
    userErrors { code message field }
"""
MARKER = "Zyxwvut"
SIDE = {"alpina": ("cL", "cA", "cE", "cX"), "borea": ("bL",)}
NOT_KEPT = ("PARTNERSHIP_NOT_ACTIVE", "This partnership ended too long ago for notes to be added.")


async def update_note(clients: Clients, as_: Person | str, **input: Any) -> Answer:
    """Notes something, which works."""
    answer = await clients.change("updateCustomerNote", input, NOTE, as_=as_)
    assert answer.data["updateCustomerNote"]["userErrors"] == []
    return answer


async def read(clients: Clients, id: str, as_: Person | str) -> Any:
    """What somebody reads of the note in a partnership; the code of the error for whom that does not exist."""
    query = "query($id: ID!) { partnership(id: $id) { customerNote { alias notes version } } }"
    answer = await clients.ask(query, {"id": id}, as_=as_)
    return answer.code if answer.errors else answer.data["partnership"]["customerNote"]


async def ends(row: Partnership, at: datetime, status: PartnershipStatus = PartnershipStatus.TERMINATED) -> None:
    await Partnership.filter(id=row.id).update(status=status, ended_at=at)


# Noting


async def test_a_partner_notes_what_it_calls_a_customer(world: World, clients: Clients):
    before, id = await snapshot(), world.id("partner_pays")

    answer = await update_note(clients, world.pA, partnershipId=id, alias="  Raven ", notes=" Two lines\nof text ")

    row = await CustomerNote.get(partnership_id=world.partner_pays.id)
    texts = {"alias": "Raven", "notes": "Two lines\nof text", "version": 1}
    assert answer.data["updateCustomerNote"] == {
        "customerNote": texts | {"updatedAt": moment_text(row.updated_at)},
        "partnership": {"id": id, "version": 1, "customerNote": texts},
        "userErrors": [],
    }
    assert (row.alias, row.notes, row.version) == ("Raven", "Two lines\nof text", 1)
    assert changed_models(before, await snapshot()) == {"CustomerNote", "AuditEvent", "OutboxMessage"}


async def test_what_is_left_out_stays_and_null_clears(world: World, clients: Clients):
    id = world.id("limited")

    for input, texts in (
        ({"alias": "Alps"}, ("Alps", "what is noted in note")),
        ({"notes": None}, ("Alps", None)),
        ({"notes": "anew", "alias": None}, (None, "anew")),
        ({"notes": "  "}, (None, None)),
    ):
        await update_note(clients, world.pL, partnershipId=id, **input)
        row = await CustomerNote.get(id=world.note.id)
        assert (row.alias, row.notes) == texts

    assert (row.version, (await Partnership.get(id=world.limited.id)).version) == (5, 1)


@pytest.mark.parametrize("input", [{}, {"alias": "alias in note"}, {"alias": " alias in note ", "expectedVersion": 1}])
async def test_what_is_noted_already_changes_nothing(world: World, clients: Clients, input: dict[str, Any]):
    before = await contents()

    answer = await update_note(clients, world.pL, partnershipId=world.id("limited"), **input)

    assert answer.data["updateCustomerNote"]["customerNote"]["version"] == 1
    assert await contents() == before


@pytest.mark.parametrize("input", [{}, {"alias": None, "notes": None}, {"notes": " "}])
async def test_nothing_noted_leaves_no_note(world: World, clients: Clients, input: dict[str, Any]):
    before = await contents()

    answer = await update_note(clients, world.pL, partnershipId=world.id("partner_pays"), **input)

    assert answer.data["updateCustomerNote"]["customerNote"] is None
    assert await contents() == before


@pytest.mark.parametrize("status", PartnershipStatus)
async def test_a_partner_notes_in_every_status_of_a_partnership(
    world: World, clients: Clients, status: PartnershipStatus
):
    await ends(world.limited, world.now, status)

    await update_note(clients, world.pL, partnershipId=world.id("limited"), alias="Alps")

    assert (await read(clients, world.id("limited"), world.pA))["alias"] == "Alps"


async def test_a_note_leaves_its_traces_without_its_text(world: World, clients: Clients):
    answer = await update_note(
        clients, world.tokens["pL"], partnershipId=world.id("limited"), alias=MARKER, notes=f"{MARKER}, too"
    )

    after = {"changed": ["alias", "notes"]}
    assert await acts(answer) == [
        act("customerNote.updated", world.note, world.pL, world.nova, token=world.token_pL, after=after)
    ]
    assert await announced_topics(answer) == [("customer_note.updated", world.id("limited"))]
    assert MARKER not in str(await AuditEvent.all().values())
    assert MARKER not in str(await OutboxMessage.all().values())


async def test_the_partner_s_own_log_says_that_it_was_noted_and_what(world: World, clients: Clients):
    await update_note(clients, world.pL, partnershipId=world.id("limited"), alias="Alps")
    query = """
        query($id: ID!) { organisation(id: $id) { auditLog(filter: {action: "customerNote.updated"}) { nodes {
          actorName onBehalfOf { id } partnership { id } subjectType subjectId changes { field before after }
        } } } }
    """

    answer = await clients.ask(query, {"id": world.id("nova")}, as_=world.pA)

    assert answer.data["organisation"]["auditLog"]["nodes"] == [
        {
            "actorName": "pL Nova",
            "onBehalfOf": None,
            "partnership": {"id": world.id("limited")},
            "subjectType": "CustomerNote",
            "subjectId": None,
            "changes": [{"field": "changed", "before": None, "after": "alias"}],
        }
    ]


# Refusals


async def note_refusals(clients: Clients, world: World, **input: Any) -> list[Refusal]:
    return await collect_refusals(
        clients, "updateCustomerNote", {"partnershipId": world.id("limited"), **input}, as_=world.pL
    )


async def test_everything_wrong_with_a_note_is_reported_at_once(world: World, clients: Clients):
    def too_long(most: int, field: str) -> Refusal:
        return ("VALIDATION_FAILED", f"This must not be longer than {most} characters.", ["input", field])

    empty = ("VALIDATION_FAILED", "This must not be empty.", ["input", "alias"])
    controls = "This must not contain control characters."

    assert await note_refusals(clients, world, alias="x" * 121, notes="x" * 5_001) == [
        too_long(120, "alias"),
        too_long(5000, "notes"),
    ]
    assert await note_refusals(clients, world, alias=" \t") == [empty]
    assert await note_refusals(clients, world, alias="a\nb", notes="a\x07b") == [
        ("VALIDATION_FAILED", controls, ["input", "alias"]),
        ("VALIDATION_FAILED", controls, ["input", "notes"]),
    ]
    await update_note(clients, world.pL, partnershipId=world.id("limited"), alias="x" * 120, notes="x" * 5_000)


async def test_a_note_that_somebody_else_changed_is_not_overwritten(world: World, clients: Clients):
    stale = [
        (
            "STALE_VERSION",
            "Someone has changed this since you last read it. Read it again, then decide.",
            ["input", "expectedVersion"],
        )
    ]

    assert await note_refusals(clients, world, alias="Alps", expectedVersion=0) == stale
    assert await note_refusals(clients, world, alias="Alps", expectedVersion=2) == stale
    await update_note(clients, world.pL, partnershipId=world.id("limited"), alias="Alps", expectedVersion=1)
    assert await note_refusals(clients, world, alias="Peaks", expectedVersion=1) == stale
    await update_note(clients, world.pL, partnershipId=world.id("partner_pays"), alias="Raven", expectedVersion=0)


async def test_nothing_is_noted_once_the_note_is_to_be_deleted(world: World, clients: Clients, settings: Settings):
    await ends(world.limited, datetime.now(UTC) - timedelta(days=settings.customer_note_days))

    assert await note_refusals(clients, world, alias=" ") == [
        (*NOT_KEPT, ["input", "partnershipId"]),
        ("VALIDATION_FAILED", "This must not be empty.", ["input", "alias"]),
    ]


async def test_a_note_takes_no_other_id(world: World, clients: Clients):
    input = {"partnershipId": world.id("limited"), "alias": "Alps"}

    await check_id(clients, "updateCustomerNote", input, "partnershipId", foreign=world.at_rival, as_=world.pL)


async def test_an_employee_who_only_serves_a_customer_reads_and_does_not_write(world: World, clients: Clients):
    input = {"partnershipId": world.id("limited"), "alias": "Alps"}

    assert (await read(clients, world.id("limited"), world.pE))["alias"] == "alias in note"
    for who in (world.pE, world.tokens["pE"], world.cL, world.cA):
        assert await catch_denial(clients, "updateCustomerNote", input, as_=who) == missing("MANAGE_CUSTOMER_NOTE")
    reader = missing("MANAGE_CUSTOMER_NOTE", scope="PARTNERSHIPS_MANAGE")
    assert await catch_denial(clients, "updateCustomerNote", input, as_=world.tokens["reader"]) == reader


async def test_an_employee_reads_no_longer_than_they_serve(world: World, clients: Clients):
    await Partnership.filter(id=world.limited.id).update(status=PartnershipStatus.SUSPENDED)

    assert await read(clients, world.id("limited"), world.pE) == "NOT_FOUND"
    assert (await read(clients, world.id("limited"), world.pL))["alias"] == "alias in note"


# What the customer's side gets to know


@pytest.fixture
async def marked_clients(world: World, engine_clients: Clients) -> AsyncIterator[Clients]:
    """Clients in a world where Nova has noted the marker wherever it can."""
    for name in ("limited", "complete"):
        await update_note(
            engine_clients, world.pL, partnershipId=world.id(name), alias=f"{MARKER} A", notes=f"{MARKER} B"
        )
    yield engine_clients


async def test_no_answer_to_the_customer_s_people_or_to_the_staff_has_what_was_noted(
    world: World, marked_clients: Clients
):
    others = ["kL", *(name for names in SIDE.values() for name in names)]
    ids_of = {
        "Partnership": ["limited", "complete"],
        "Organisation": ["alpina", "borea", "nova"],
        "AuditEvent": ["act"],
    }
    walked = [*documents(3, lambda model: [world.id(name) for name in ids_of.get(model.__name__, [])])]
    assert any("customerNote" in text for text, _ in walked)

    for number, (text, variables) in enumerate(walked):
        for who in in_turn([*(world.people[name] for name in others), world.tokens["cL"]], number):
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


async def test_no_email_and_no_file_of_the_customer_has_what_was_noted(
    world: World, marked_clients: Clients, settings: Settings
):
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


async def test_who_is_a_member_of_both_sides_reads_as_the_partner_alone(world: World, clients: Clients):
    await Membership.create(user_id=world.cL.user.id, organisation_id=world.nova.id, role=Role.EXTERNAL)
    assert await read(clients, world.id("limited"), world.cL) is None

    await Membership.filter(user_id=world.cL.user.id, organisation_id=world.nova.id).update(role=Role.ADMINISTRATOR)
    assert (await read(clients, world.id("limited"), world.cL))["alias"] == "alias in note"


# Deletion


async def test_a_note_is_gone_ninety_days_after_the_end(world: World, clients: Clients, settings: Settings):
    await ends(world.limited, world.now)
    await ends(world.at_rival, world.now + timedelta(days=1), PartnershipStatus.DECLINED)

    def clock(**later: float) -> Any:
        return system_context(settings, world.now + timedelta(days=90, **later))

    assert await delete_customer_notes(clock(microseconds=-1)) == 0
    before = await snapshot()
    assert [await delete_customer_notes(clock()) for _ in range(2)] == [1, 0]

    assert changed_models(before, await snapshot()) == {"CustomerNote", "AuditEvent"}
    assert await CustomerNote.filter(id=world.note.id).count() == 0
    assert await read(clients, world.id("limited"), world.pL) is None
    event = await AuditEvent.get(action="customerNote.deleted")
    assert (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id) == (None, None, world.nova.id)
    assert (event.subject_id, event.partnership_id, event.before, event.after) == (
        world.note.id,
        world.limited.id,
        None,
        None,
    )
    assert await delete_customer_notes(clock(hours=24)) == 1
    assert {row.id for row in await CustomerNote.all()} == {world.complete_note.id}


async def test_notes_are_deleted_in_parts(world: World, settings: Settings):
    for number in range(BATCH_SIZE + 1):
        row = await partnership(world.delta, await organisation(f"Partner {number}"), now=world.now)
        await customer_note(row, "an alias", None)
        await ends(row, world.now)
    clock = system_context(settings, world.now + timedelta(days=90))

    assert [await delete_customer_notes(clock) for _ in range(3)] == [BATCH_SIZE, 1, 0]


async def test_the_days_are_a_setting(world: World, settings: Settings):
    await ends(world.limited, world.now)
    chosen = settings.model_copy(update={"customer_note_days": 5})

    assert await delete_customer_notes(system_context(chosen, world.now + timedelta(days=5))) == 1
