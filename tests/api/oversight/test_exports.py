"""Who gets which list as a file, with which rights at which time, and what is in it?"""

import json
import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from graphql import get_named_type

from server.domain.oversight.exports import ExportKind
from server.domain.rights import Role
from server.models import (
    EmployeeAssignment,
    ExportPart,
    Membership,
    Organisation,
    OutboxMessage,
)
from server.resolvers import ids
from server.resolvers.export_sheets import SHEETS
from server.resolvers.oversight import export_files
from server.settings import Settings
from tests.api.oversight.exports import COLUMNS, check_told, export_rows, get, key, link, request_export, rows_of, work
from tests.api.traces import act, acts, announced_topics, row_of, stored_columns
from tests.clients import Clients
from tests.permissions.walks import SCHEMA
from tests.spreadsheets import read_sheet
from tests.world import World

pytestmark = pytest.mark.postgres


def is_field(type_: Any, path: list[str]) -> bool:
    """Whether the API has a field at the end of this path."""
    if not path:
        return True
    name, *rest = path
    return name in getattr(type_, "fields", {}) and is_field(get_named_type(type_.fields[name].type), rest)


@pytest.mark.parametrize("kind", ExportKind)
def test_the_first_line_has_the_names_of_the_api(kind: ExportKind):
    type_ = "ManagedCustomerEdge" if kind is ExportKind.MANAGED_CUSTOMERS else None
    type_ = type_ or ("ReviewedPartnership" if kind is ExportKind.ACCESS_REVIEW else "AuditEvent")

    unknown = [column for column in SHEETS[kind].columns if not is_field(SCHEMA.type_map[type_], column.split("."))]

    assert unknown == []


async def test_a_request_waits_for_the_worker(world: World, clients: Clients):
    input = {"organisationId": world.id("alpina"), "kind": "AUDIT_LOG", "since": "2026-01-01T00:00:00Z"}

    answer = await clients.change("requestExport", input, f"export {{ {COLUMNS} }} userErrors {{ code }}", as_=world.cE)

    shown = answer.data["requestExport"]["export"]
    export = await row_of(shown.pop("id"))
    nothing = ("until", "failure", "rowCount", "sizeInBytes", "readyAt", "expiresAt", "downloadedAt")
    since = "2026-01-01T00:00:00.000000Z"
    given = {"kind": "AUDIT_LOG", "format": "CSV", "since": since, "state": "REQUESTED"}
    assert shown == given | dict.fromkeys(nothing)
    assert (export.organisation_id, export.requested_by_id) == (world.alpina.id, world.cE.user.id)
    after = {
        "kind": "AUDIT_LOG",
        "since": "2026-01-01T00:00:00+00:00",
        "until": None,
        "format": "CSV",
        "state": "REQUESTED",
    }
    assert await acts(answer) == [act("export.requested", export, world.cE, world.alpina, after=after)]
    assert await announced_topics(answer) == [("export.requested", ids.encode(export))]


async def test_the_worker_writes_what_the_api_shows_and_tells_who_asked(
    world: World, engine_clients: Clients, settings: Settings
):
    await engine_clients.change("revokeProductAccess", {"productAccessId": world.id("watching")}, as_=world.pL)
    fields = """
        id action at actorId actorName apiTokenName actingOrganisation { name } onBehalfOf { name } subjectType
        subjectId partnership { id } productAccess { id } changes { field before after } requestId
    """
    query = f"query($id: ID!) {{ organisation(id: $id) {{ partnerActivity {{ nodes {{ {fields} }} }} }} }}"
    answer = await engine_clients.ask(query, {"id": world.id("alpina")}, as_=world.cA)

    id = await request_export(engine_clients, world.id("alpina"), "PARTNER_ACTIVITY", world.cA)
    await work(settings)

    shown, rows = answer.data["organisation"]["partnerActivity"]["nodes"], await rows_of(id)
    assert len(shown) == 2
    assert [json.loads(row.pop("changes")) for row in rows] == [node.pop("changes") for node in shown]
    assert rows == [{name: at(node, name) for name in rows[0]} for node in shown]
    export = await stored_columns(id)
    assert (export["state"], export["row_count"], export["failure"]) == ("READY", 2, None)
    assert export["expires_at"] - export["ready_at"] == timedelta(hours=settings.export_hours)
    await check_told(id, "export.ready")
    (mail,) = await OutboxMessage.filter(topic="export.ready")
    assert "/exports" not in str(mail.payload)


def at(node: dict[str, Any], path: str) -> str:
    """The value at a path of an answer, as a cell has it."""
    value: Any = node
    for name in path.split("."):
        value = value and value[name]
    return value or ""


async def test_a_spreadsheet_has_the_same_rows_and_is_saved_as_what_it_is(
    world: World, engine_clients: Clients, settings: Settings
):
    await Organisation.filter(id=world.nova.id).update(name='=1+1 "é" & <Co>')
    of_programs = await request_export(engine_clients, world.id("alpina"), "ACCESS_REVIEW", world.cL)
    of_people = await request_export(engine_clients, world.id("alpina"), "ACCESS_REVIEW", world.cL, format="XLSX")
    await work(settings)

    answer = await get(engine_clients, await link(engine_clients, of_people, world.cL), world.cL)

    header, *rows = read_sheet(answer.content)
    texts = await rows_of(of_programs)
    assert [name.removesuffix(" (UTC)") for name in header] == list(texts[0])
    assert [dict(zip(texts[0], map(as_text, row), strict=True)) for row in rows] == [
        {name: as_text(text) for name, text in row.items()} for row in texts
    ]
    assert {'\'=1+1 "é" & <Co>'} < {row["partner.name"] for row in texts}
    are_moments = {name for row in rows for name, value in zip(header, row, strict=True) if isinstance(value, datetime)}
    assert are_moments == {name for name in header if name.endswith(" (UTC)")}
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert re.search(r'filename="access-review-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["content-disposition"])
    assert len(answer.content) == (await stored_columns(of_people))["size_in_bytes"]


def as_text(value: Any) -> str:
    """A timestamp to the second, which is what a sheet keeps for sure, and every other value as it is."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}"
    is_moment = re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value)
    return as_text(datetime.fromisoformat(value).replace(tzinfo=None)) if is_moment else value


async def test_a_review_has_a_row_for_each_person_and_each_token_that_its_reader_may_keep_away(
    world: World, engine_clients: Clients, settings: Settings
):
    of_leader = await export_rows(engine_clients, settings, world.id("alpina"), "ACCESS_REVIEW", world.cL)
    of_administrator = await export_rows(engine_clients, settings, world.id("alpina"), "ACCESS_REVIEW", world.cA)

    people = [row["people.name"] for row in of_leader if row["people.name"]]
    assert people == ["pA Nova", "pE Nova", "pL Nova", "qL Rival"]
    assert {row["apiTokens.ownerName"] for row in of_leader if row["apiTokens.id"]} == {"pL Nova", "pE Nova"}
    assert [row["people.name"] for row in of_administrator] == people


# Rule E33
async def test_an_employee_exports_only_the_customers_they_serve(
    world: World, engine_clients: Clients, settings: Settings
):
    taken = {
        who: [
            row["node.name"]
            for row in await export_rows(engine_clients, settings, world.id("nova"), "MANAGED_CUSTOMERS", by)
        ]
        for who, by in (("pL", world.pL), ("pE", world.pE), ("pU", world.pU), ("tE", world.tokens["pE"]))
    }

    assert taken == {"pL": ["Alpina", "Borea", "Corvo"], "pE": ["Alpina", "Borea"], "pU": [], "tE": ["Alpina", "Borea"]}


async def test_hostile_text_is_harmless_in_the_file(world: World, engine_clients: Clients, settings: Settings):
    hostile = "=cmd|' /C calc'!A0;\"株\"\r\n@SUM(1)"
    await Organisation.filter(id=world.alpina.id).update(name=hostile)

    rows = await export_rows(engine_clients, settings, world.id("nova"), "MANAGED_CUSTOMERS", world.pL)

    assert f"'{hostile}" in [row["node.name"] for row in rows]


async def test_a_list_is_read_in_batches_and_narrowed_by_time(
    world: World, engine_clients: Clients, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.resolvers.oversight.export_files._ROW_BATCH_SIZE", 2)
    monkeypatch.setattr("server.resolvers.oversight.export_formats._PART_BYTES", 100)
    for name in ("access", "watching"):
        await engine_clients.change("revokeProductAccess", {"productAccessId": world.id(name)}, as_=world.cL)
    for name in ("limited", "at_rival"):
        expiry = {"partnershipId": world.id(name), "expiresAt": "2999-01-01T00:00:00Z"}
        await engine_clients.change("setPartnershipDates", expiry, as_=world.cL)

    rows = await export_rows(engine_clients, settings, world.id("alpina"), "AUDIT_LOG", world.cL)
    later = {"since": rows[1]["at"], "until": rows[0]["at"]}
    narrowed = await request_export(engine_clients, world.id("alpina"), "AUDIT_LOG", world.cL, **later)
    await work(settings)

    actions = ["export.requested", *["partnership.datesSet"] * 2, *["access.revoked"] * 2]
    assert [row["action"] for row in rows] == actions
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert [row["id"] for row in await rows_of(narrowed)] == [rows[1]["id"]]


@pytest.mark.parametrize("left", [{"role": Role.EMPLOYEE}, {"status": "REMOVED"}])
async def test_a_right_that_ended_before_the_worker_came_gives_no_file(
    world: World, engine_clients: Clients, settings: Settings, left: dict[str, Any]
):
    id = await request_export(engine_clients, world.id("alpina"), "PARTNER_ACTIVITY", world.cA)
    await Membership.filter(id=world.cA.membership.id).update(**left)

    await work(settings)

    await check_refused(id)


# Rule E42
async def test_a_right_that_ends_while_the_file_is_written_gives_no_file(
    world: World, engine_clients: Clients, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    read = export_files.batches

    async def batches(*arguments: Any) -> AsyncGenerator[list[Any]]:
        async for batch in read(*arguments):
            yield batch
        await EmployeeAssignment.filter(id=world.assignment.id).update(ended_at=world.now)

    id = await request_export(engine_clients, world.id("nova"), "MANAGED_CUSTOMERS", world.pE)
    monkeypatch.setattr(export_files, "batches", batches)
    await work(settings)

    await check_refused(id)


async def check_refused(id: str) -> None:
    export = await stored_columns(id)
    assert (export["state"], export["row_count"], export["link_digest"]) == ("REFUSED", None, None)
    assert await ExportPart.filter(export_id=key(id)).count() == 0
    await check_told(id, "export.refused")
