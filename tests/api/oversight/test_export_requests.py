"""Which exports may somebody request, how many, and who sees them in the list?"""

import pytest

from server.domain.rights import Scope
from server.models import (
    ApiToken,
    Export,
    ExportPart,
)
from server.settings import Settings
from tests.api.oversight.exports import check_closed, check_told, get, key, link, request_export, work
from tests.api.refusals import catch_denial, collect_refusals, missing
from tests.api.traces import stored_columns
from tests.clients import Answer, Clients
from tests.rows import Person, export, token
from tests.world import World

pytestmark = pytest.mark.postgres


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


async def test_a_link_needs_a_file_of_the_callers_own(world: World, clients: Clients):
    waiting = await request_export(clients, world.id("alpina"), "AUDIT_LOG", world.cL)
    other = [("EXPORT_OF_ANOTHER", "Only the person who requested an export can get its file.", None)]

    for who in (world.cA, world.tokens["cL"]):
        assert await collect_refusals(clients, "createExportLink", {"exportId": world.id("export")}, as_=who) == other
    assert await collect_refusals(clients, "createExportLink", {"exportId": waiting}, as_=world.cL) == [
        (
            "EXPORT_NOT_READY",
            "This export has no file: it is not ready yet, or the file has been deleted. Wait, or request a new export.",
            None,
        )
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


async def test_another_organisation_s_exports_do_not_count(world: World, engine_clients: Clients, settings: Settings):
    for _ in range(settings.max_exports):
        await export(world.bL, now=world.now)

    id = await request_export(engine_clients, world.id("alpina"), "AUDIT_LOG", world.cL)

    assert await Export.filter(id=key(id), organisation_id=world.alpina.id).exists()
