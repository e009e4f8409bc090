"""Who follows the link to a file, how often and for how long?"""

from datetime import timedelta

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Role
from server.models import (
    Export,
    Membership,
    Session,
)
from server.resolvers import journal
from server.settings import Settings
from tests.api.oversight.exports import GONE, check_closed, get, link, request_export, work
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import act, acts
from tests.clients import Clients
from tests.rows import Person
from tests.world import World

pytestmark = pytest.mark.postgres


async def becomes(who: Person, role: Role) -> None:
    await Membership.filter(id=who.membership.id).update(role=role)


# Rule E42
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


async def test_a_link_is_for_the_person_who_created_it(world: World, engine_clients: Clients):
    path = await link(engine_clients, world.id("export"), world.cL)

    for who in (None, world.cA, world.cE, world.qL, world.tokens["cL"], "rsl_pat_wrong"):
        await check_closed(engine_clients, path, who)

    assert (await get(engine_clients, path, world.cL)).status_code == 200


async def test_a_link_ends_with_the_role_the_membership_the_session_or_its_deadline(
    world: World, engine_clients: Clients
):
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


# Rule E42
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
