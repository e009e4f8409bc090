"""When are the notes of an ended partnership deleted?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.jobs import system_context
from server.models import AuditEvent, CustomerNote
from server.resolvers.expiry import BATCH_SIZE
from server.resolvers.partnerships.customer_notes import delete_customer_notes
from server.settings import Settings
from tests.api.partnerships.customer_notes import ends, read
from tests.clients import Clients
from tests.rows import customer_note, organisation, partnership
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


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
