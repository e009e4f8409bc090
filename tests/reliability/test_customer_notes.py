"""What happens to a note when many callers write it and several jobs delete it at the same time?"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from server.app import create_app
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import Role
from server.jobs import run_due, system_context
from server.models import AuditEvent, CustomerNote, Organisation, OutboxMessage, Partnership
from server.resolvers import ids
from server.resolvers.expiry import BATCH_SIZE
from server.resolvers.partnerships.customer_notes import delete_customer_notes
from server.settings import Settings
from tests.clients import Clients
from tests.reliability.races import ACTORS
from tests.rows import Person, customer_note, organisation, partnership, person

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)


async def _partner() -> tuple[Organisation, Person]:
    company = await organisation("Partner", partner_status=PartnerStatus.APPROVED)
    return company, await person("leader", company, Role.LEGAL_REPRESENTATIVE, NOW)


async def _delete_all(settings: Settings) -> int:
    """How much one clock deletes, until it finds nothing more."""
    context, done = system_context(settings, NOW + timedelta(days=settings.customer_note_days)), 0
    while found := await delete_customer_notes(context):
        done += found
    return done


async def test_the_first_words_of_many_at_once_are_one_note(own_database: Settings) -> None:
    company, who = await _partner()
    row = await partnership(await organisation("Customer"), company, now=NOW)

    async with Clients(create_app(own_database)) as clients:
        inputs = [{"partnershipId": ids.encode(row), "alias": f"name {number}"} for number in range(ACTORS)]
        answers = await asyncio.gather(*(clients.change("updateCustomerNote", one, as_=who) for one in inputs))

    assert [answer.data["updateCustomerNote"]["userErrors"] for answer in answers] == [[]] * ACTORS
    note = await CustomerNote.get()
    assert note.version == ACTORS
    assert await AuditEvent.filter(action="customerNote.updated", subject_id=note.id).count() == ACTORS
    assert await OutboxMessage.filter(topic="customer_note.updated").count() == ACTORS


async def test_one_of_many_writers_with_the_same_version_succeeds(own_database: Settings) -> None:
    company, who = await _partner()
    row = await partnership(await organisation("Customer"), company, now=NOW)

    async with Clients(create_app(own_database)) as clients:
        input = {"partnershipId": ids.encode(row), "expectedVersion": 0}
        inputs = [input | {"alias": f"name {number}"} for number in range(ACTORS)]
        answers = await asyncio.gather(*(clients.change("updateCustomerNote", one, as_=who) for one in inputs))

    codes = [error["code"] for answer in answers for error in answer.data["updateCustomerNote"]["userErrors"]]
    assert codes == ["STALE_VERSION"] * (ACTORS - 1)
    assert (await CustomerNote.get()).version == 1


async def test_the_jobs_of_the_product_delete_what_is_over(own_database: Settings) -> None:
    company, _ = await _partner()
    over, lasting = [await partnership(await organisation(name), company, now=NOW) for name in ("Over", "Lasting")]
    for row in (over, lasting):
        await customer_note(row, "an alias", "a note")
    await Partnership.filter(id=over.id).update(status=PartnershipStatus.TERMINATED, ended_at=NOW)

    await run_due(own_database, NOW + timedelta(days=own_database.customer_note_days))

    assert (await CustomerNote.get()).partnership_id == lasting.id


@pytest.mark.only_postgres  # SQLite has one writer at a time
async def test_several_clocks_delete_each_note_once_while_it_is_written(own_database: Settings) -> None:
    company, who = await _partner()
    rows = [await partnership(await organisation(f"Customer {n}"), company, now=NOW) for n in range(BATCH_SIZE + 10)]
    notes = [await customer_note(row, "an alias", "a note") for row in rows]
    await Partnership.all().update(status=PartnershipStatus.TERMINATED, ended_at=NOW)

    async with Clients(create_app(own_database)) as clients:
        inputs = [{"partnershipId": ids.encode(row), "alias": "another"} for row in rows[:ACTORS]]
        writing = [clients.change("updateCustomerNote", one, as_=who) for one in inputs]
        deleted, answers = await asyncio.gather(
            asyncio.gather(*(_delete_all(own_database) for _ in range(4))), asyncio.gather(*writing)
        )
    later = await _delete_all(own_database)

    assert [answer.data["updateCustomerNote"]["userErrors"] for answer in answers] == [[]] * ACTORS
    assert await CustomerNote.all().count() == 0
    written_anew = sum(deleted) + later - len(notes)
    assert 0 <= written_anew <= ACTORS
    told = await AuditEvent.filter(action="customerNote.deleted").values_list("subject_id", flat=True)
    assert len(told) == len(set(map(str, told))) == len(notes) + written_anew
