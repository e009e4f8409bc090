"""Who takes which list away as a file, with which rights at which time, and what is in it?"""

import csv
import io
import json
import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from graphql import get_named_type

from server.domain.oversight.exports import ExportKind
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Role, Scope
from server.models import (
    ApiToken,
    AuditEvent,
    EmployeeAssignment,
    Export,
    ExportPart,
    Membership,
    Organisation,
    OutboxMessage,
    Session,
)
from server.outbox import Outbox
from server.resolvers import ids, journal
from server.resolvers.export_sheets import SHEETS
from server.resolvers.oversight import export_files
from server.settings import Settings
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics, row_of, stored_columns
from tests.clients import Answer, Clients
from tests.permissions.walks import SCHEMA
from tests.snapshots import contents
from tests.spreadsheets import read_sheet
from tests.world import Person, World, token

pytestmark = pytest.mark.database

COLUMNS = "id kind format since until state failure rowCount sizeInBytes readyAt expiresAt downloadedAt"
GONE = 404


async def request_export(clients: Clients, id: str, kind: str, as_: Person | str, **period: str) -> str:
    """The id of an export that somebody asks for."""
    input = {"organisationId": id, "kind": kind, **period}
    answer = await clients.change("requestExport", input, f"export {{ {COLUMNS} }} userErrors {{ code }}", as_=as_)
    assert answer.data["requestExport"]["userErrors"] == []
    return answer.data["requestExport"]["export"]["id"]


async def work(settings: Settings, **changes: Any) -> None:
    """What the worker does with all that waits, however long it has to wait."""
    while message := await OutboxMessage.filter(sent_at=None, dead_at=None).order_by("-run_after").first():
        outbox = Outbox(settings.model_copy(update=changes))
        assert await outbox.work_next(message.run_after) or await outbox.expand_next(message.run_after)


async def rows_of(id: str) -> list[dict[str, str]]:
    """What is in the file, by the names in its first line."""
    content = b"".join([part.content for part in await ExportPart.filter(export_id=key(id)).order_by("place")])
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def key(id: str) -> Any:
    return ids.decode(id, Export)


async def export_rows(
    clients: Clients, settings: Settings, id: str, kind: str, as_: Person | str
) -> list[dict[str, str]]:
    export = await request_export(clients, id, kind, as_)
    await work(settings)
    return await rows_of(export)


async def link(clients: Clients, id: str, as_: Person | str) -> str:
    payload = "path userErrors { code }"
    answer = await clients.change("createExportLink", {"exportId": id}, payload, as_=as_)
    assert answer.data["createExportLink"]["userErrors"] == []
    return answer.data["createExportLink"]["path"]


async def get(clients: Clients, path: str, as_: Person | str | None, method: str = "GET") -> Any:
    clients.http.cookies.clear()
    headers = {"X-Request-Id": "the-same-request"}
    if isinstance(as_, str):
        headers["Authorization"] = f"Bearer {as_}"
    elif as_ is not None:
        headers["Cookie"] = f"session={as_.session}"
    return await clients.http.request(method, path, headers=headers)


async def becomes(who: Person, role: Role) -> None:
    await Membership.filter(id=who.membership.id).update(role=role)


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


async def check_told(id: str, what: str) -> None:
    """What became of an export is nobody's act, which concerns its organisation, and an e-mail to the person who asked."""
    export = await stored_columns(id)
    event = await AuditEvent.get(action=what, subject_id=key(id))
    assert (event.actor_id, event.acting_organisation_id, event.on_behalf_of_id) == (
        *(None, None),
        export["organisation_id"],
    )
    (told,) = await OutboxMessage.filter(topic__in=["export.ready", "export.failed", "export.refused"])
    assert (told.topic, told.payload["subject"]) == (what, id)


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


async def test_an_employee_takes_away_the_customers_they_serve_alone(
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
    monkeypatch.setattr("server.resolvers.oversight.export_files._ROWS_AT_ONCE", 2)
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


async def test_the_file_is_given_once_and_looked_at_before(world: World, engine_clients: Clients):
    path = await link(engine_clients, world.id("export"), world.cL)

    looked = await get(engine_clients, path, world.cL, "HEAD")
    given = await get(engine_clients, path, world.cL)
    again = await get(engine_clients, path, world.cL)

    assert (looked.status_code, given.status_code, again.status_code) == (200, 200, GONE)
    assert given.text == f'"id"\r\n"{world.id("act")}"\r\n'
    assert looked.headers == given.headers
    assert {name: given.headers[name] for name in ("content-type", "cache-control", "x-content-type-options")} == {
        "content-type": "text/csv; charset=utf-8; header=present",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    assert given.headers["content-disposition"].startswith('attachment; filename="partner-activity-')
    export = await Export.get(id=world.export.id)
    assert (export.link_digest, export.link_expires_at) == (None, None)
    answer = await engine_clients.ask(
        "{ viewer { user { id } } }", as_=world.cL, headers={"X-Request-Id": "the-same-request"}
    )
    after = {"downloaded_at": journal.to_json(export.downloaded_at)}
    (downloaded,) = await acts(answer)
    assert downloaded == act("export.downloaded", export, world.cL, world.alpina, after=after)


async def test_a_new_link_ends_the_one_before(world: World, engine_clients: Clients):
    first = await link(engine_clients, world.id("export"), world.cL)
    second = await link(engine_clients, world.id("export"), world.cL)

    assert (await get(engine_clients, first, world.cL)).status_code == GONE
    assert (await get(engine_clients, second, world.cL)).status_code == 200


async def check_closed(clients: Clients, path: str, as_: Person | str | None) -> None:
    """The link gives the answer of one that never was, and nothing changes."""
    before = await contents()
    for method in ("GET", "HEAD"):
        closed, never = [await get(clients, one, as_, method) for one in (path, "/exports/x")]
        assert closed.status_code == never.status_code == GONE
        assert (closed.content, closed.headers) == (never.content, never.headers)
    assert await contents() == before


async def test_a_link_is_for_the_person_who_created_it(world: World, engine_clients: Clients):
    path = await link(engine_clients, world.id("export"), world.cL)

    for who in (None, world.cA, world.cE, world.qL, world.tokens["cL"], "rsl_pat_wrong"):
        await check_closed(engine_clients, path, who)

    assert (await get(engine_clients, path, world.cL)).status_code == 200


async def test_a_link_ends_with_the_role_the_membership_the_session_and_the_time(world: World, engine_clients: Clients):
    await becomes(world.cA, Role.LEGAL_REPRESENTATIVE)
    path = await link(engine_clients, world.id("export"), world.cL)
    mine = (Membership, {"id": world.cL.membership.id})
    export = (Export, {"id": world.export.id})
    session = (Session, {"user_id": world.cL.user.id})
    for (model, which), lost, kept in (
        (mine, {"role": "ADMINISTRATOR"}, {"role": "LEGAL_REPRESENTATIVE"}),
        (mine, {"role": "EMPLOYEE"}, {"role": "LEGAL_REPRESENTATIVE"}),
        (mine, {"status": "REMOVED"}, {"status": "ACTIVE"}),
        (session, {"ended_at": world.now}, {"ended_at": None}),
        (export, {"link_expires_at": world.now}, {"link_expires_at": world.now + timedelta(minutes=5)}),
        (export, {"expires_at": world.now}, {"expires_at": world.now + timedelta(hours=1)}),
    ):
        await model.filter(**which).update(**lost)
        await check_closed(engine_clients, path, world.cL)
        await model.filter(**which).update(**kept)

    assert (await get(engine_clients, path, world.cL)).status_code == 200


async def test_no_link_is_created_without_the_rights_the_file_was_written_with(
    world: World, clients: Clients, settings: Settings
):
    served = await request_export(clients, world.id("nova"), "MANAGED_CUSTOMERS", world.pE)
    await work(settings)
    outdated = "Your rights have changed since this export was created. Request a new one."

    for row, lost, kept in (
        (world.limited, {"status": PartnershipStatus.SUSPENDED}, {"status": PartnershipStatus.ACTIVE}),
        (world.assignment, {"ended_at": world.now}, {"ended_at": None}),
    ):
        await type(row).filter(id=row.id).update(**lost)
        told = await collect_refusals(clients, "createExportLink", {"exportId": served}, as_=world.pE)
        assert told == [("EXPORT_OUTDATED", outdated, None)]
        await type(row).filter(id=row.id).update(**kept)

    input = {"exportId": world.id("export")}
    await becomes(world.cA, Role.LEGAL_REPRESENTATIVE)
    await becomes(world.cL, Role.EMPLOYEE)
    assert await catch_denial(clients, "createExportLink", input, as_=world.cL) == missing("VIEW_PARTNER_ACTIVITY")
    await becomes(world.cL, Role.EXTERNAL)
    assert await catch_denial(clients, "createExportLink", input, as_=world.cL) == missing("CREATE_EXPORT")
    await Membership.filter(id=world.cL.membership.id).update(status="REMOVED")
    assert await catch_denial(clients, "createExportLink", input, as_=world.cL) == not_found("input", "exportId")


async def test_a_token_exports_within_its_scopes_and_ends_with_them(world: World, clients: Clients, settings: Settings):
    input = {"organisationId": world.id("alpina"), "kind": "AUDIT_LOG"}
    _, narrow = await token(world.cL, [Scope.ORGANISATION_READ, Scope.EXPORTS_CREATE], [], now=world.now)
    told = await catch_denial(clients, "requestExport", input, as_=narrow)
    assert told == missing("VIEW_AUDIT_LOG", scope="AUDIT_READ")

    row, secret = await token(world.cL, list(Scope), [], now=world.now)
    id = await request_export(clients, world.id("alpina"), "AUDIT_LOG", secret)
    await work(settings)
    assert (await stored_columns(id))["api_token_id"] == row.id
    assert (await get(clients, await link(clients, id, secret), secret)).status_code == 200
    assert (await get(clients, await link(clients, id, world.cL), world.cL)).status_code == 200
    path = await link(clients, id, secret)
    await ApiToken.filter(id=row.id).update(revoked_at=world.now)
    for who in (secret, world.cL, world.tokens["cL"]):
        await check_closed(clients, path, who)


async def test_requests_that_cannot_be_met_name_all_their_mistakes(world: World, clients: Clients, settings: Settings):
    period = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    dated = {"organisationId": world.id("alpina"), "kind": "AUDIT_LOG", **period}
    undated = {**dated, "kind": "ACCESS_REVIEW"}
    no_period = "This list cannot be filtered by time."
    turned = ("VALIDATION_FAILED", "The end must be after the start.", ["input", "until"])

    assert await collect_refusals(clients, "requestExport", dated, as_=world.cL) == [turned]
    assert await collect_refusals(clients, "requestExport", undated, as_=world.cL) == [
        ("VALIDATION_FAILED", no_period, ["input", name]) for name in ("since", "until")
    ]
    for _ in range(settings.max_exports - 1):
        await Export.create(organisation_id=world.alpina.id, requested_by_id=world.cA.user.id, kind="AUDIT_LOG")
    limit = f"An organisation can have at most {settings.max_exports} exports at a time. Wait until one has expired."
    told = await collect_refusals(clients, "requestExport", dated, as_=world.cL)
    assert told == [turned, ("EXPORT_LIMIT_REACHED", limit, None)]
    await Export.filter(id=world.export.id).update(expires_at=world.now)
    await request_export(clients, world.id("alpina"), "AUDIT_LOG", world.cL)


async def test_nobody_uses_up_the_exports_of_their_organisation(world: World, clients: Clients, settings: Settings):
    wanted = {"organisationId": world.id("alpina"), "kind": "AUDIT_LOG"}
    for _ in range(settings.max_exports_per_person):
        await request_export(clients, world.id("alpina"), "AUDIT_LOG", world.cA)
    most = f"You can have at most {settings.max_exports_per_person} exports in an organisation at a time"

    told = await collect_refusals(clients, "requestExport", wanted, as_=world.cA)

    assert told == [("EXPORT_LIMIT_REACHED", f"{most}. Wait until one has expired.", None)]
    await request_export(clients, world.id("alpina"), "AUDIT_LOG", world.cL)


async def test_a_link_needs_a_file_of_ones_own(world: World, clients: Clients):
    waiting = await request_export(clients, world.id("alpina"), "AUDIT_LOG", world.cL)
    other = [("EXPORT_OF_ANOTHER", "Only the person who requested an export can get its file.", None)]

    for who in (world.cA, world.tokens["cL"]):
        assert await collect_refusals(clients, "createExportLink", {"exportId": world.id("export")}, as_=who) == other
    assert await collect_refusals(clients, "createExportLink", {"exportId": waiting}, as_=world.cL) == [
        ("EXPORT_NOT_READY", "This export does not have a file yet, or no longer has one.", None)
    ]


async def test_a_list_that_is_too_long_gives_no_file(world: World, engine_clients: Clients, settings: Settings):
    id = await request_export(engine_clients, world.id("nova"), "MANAGED_CUSTOMERS", world.pL)

    await work(settings, max_export_rows=2)

    export = await stored_columns(id)
    assert (export["state"], export["failure"], export["row_count"]) == ("FAILED", "TOO_MANY_ROWS", None)
    assert await ExportPart.filter(export_id=key(id)).count() == 0
    await check_told(id, "export.failed")


async def test_an_employee_sees_the_exports_they_asked_for_and_leaders_see_all(world: World, clients: Clients):
    own = await request_export(clients, world.id("alpina"), "AUDIT_LOG", world.cE)
    query = "query($id: ID!) { organisation(id: $id) { exports { nodes { id requestedBy { id } apiToken { id } } } } }"

    async def visible_exports(who: Person | str) -> list[str]:
        answer: Answer = await clients.ask(query, {"id": world.id("alpina")}, as_=who)
        return [node["id"] for node in answer.data["organisation"]["exports"]["nodes"]]

    assert await visible_exports(world.cE) == [own]
    assert await visible_exports(world.cA) == await visible_exports(world.tokens["cL"]) == [own, world.id("export")]
    node = "query($id: ID!) { node(id: $id) { ... on Export { state } } }"
    assert (await clients.ask(node, {"id": own}, as_=world.cX)).code == "NOT_FOUND"
    assert (await clients.ask(node, {"id": own}, as_=world.cA)).data == {"node": {"state": "REQUESTED"}}
