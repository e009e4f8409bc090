"""Who writes and reads a partner's notes about a customer, and does the customer learn nothing of them?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import AuditEvent, CustomerNote, OutboxMessage, Partnership
from server.schema.scalars import moment_text
from server.settings import Settings
from tests.api.partnerships.customer_notes import MARKER, ends, read, update_note
from tests.api.refusals import Refusal, catch_denial, check_id, collect_refusals, missing
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.snapshots import changed_models, contents, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
NOT_KEPT = ("PARTNERSHIP_NOT_ACTIVE", "This partnership ended too long ago for notes to be added.")


# Noting


async def test_a_partner_stores_its_own_name_for_a_customer(world: World, clients: Clients):
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


async def test_a_field_left_out_stays_and_null_clears_it(world: World, clients: Clients):
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
async def test_the_same_note_again_changes_nothing(world: World, clients: Clients, input: dict[str, Any]):
    before = await contents()

    answer = await update_note(clients, world.pL, partnershipId=world.id("limited"), **input)

    assert answer.data["updateCustomerNote"]["customerNote"]["version"] == 1
    assert await contents() == before


@pytest.mark.parametrize("input", [{}, {"alias": None, "notes": None}, {"notes": " "}])
async def test_an_empty_note_is_not_stored(world: World, clients: Clients, input: dict[str, Any]):
    before = await contents()

    answer = await update_note(clients, world.pL, partnershipId=world.id("partner_pays"), **input)

    assert answer.data["updateCustomerNote"]["customerNote"] is None
    assert await contents() == before


@pytest.mark.parametrize("status", PartnershipStatus)
async def test_a_partner_writes_notes_in_every_status_of_a_partnership(
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


async def test_a_note_cannot_be_written_after_its_deletion_is_due(world: World, clients: Clients, settings: Settings):
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
