"""Is a file written once and downloaded once, no matter what happens to workers and how many callers try?"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from starlette.types import Message

from server.app import create_app
from server.app import exports as downloads
from server.domain.oversight.exports import ExportKind, ExportState
from server.domain.rights import Role, Scope
from server.jobs import JOBS, run_due
from server.models import AuditEvent, EmailMessage, Export, ExportPart, OutboxMessage
from server.outbox import CLAIM, EVENT_WORK, EventWork, Outbox, retry_parked
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.oversight import export_files
from server.settings import Settings
from server.worker import Worker
from tests.clients import Clients
from tests.mail.events import announce
from tests.rows import Person, export, organisation, person, token
from tests.waiting import until

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)


async def leader() -> Person:
    return await person("leader", await organisation("Company"), Role.LEGAL_REPRESENTATIVE, NOW)


async def waiting(who: Person) -> tuple[Export, OutboxMessage]:
    """An export that was just asked for, and its event."""
    row = await Export.create(
        organisation_id=who.organisation_id, requested_by_id=who.user.id, kind=ExportKind.AUDIT_LOG
    )
    payload = {"subject": ids.encode(row), "requestId": "a-request"}
    event = await OutboxMessage.create(
        topic="export.requested", payload=payload, dedupe_key=f"export.requested:{row.id.hex}", run_after=NOW
    )
    return row, event


async def test_a_worker_that_dies_in_the_middle_is_followed_by_another_and_there_is_one_file(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
):
    row, event = await waiting(await leader())

    async def cancel(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(export_files, "_keep", cancel)
        with pytest.raises(asyncio.CancelledError):
            await Outbox(own_database).work_next(NOW)
    await row.refresh_from_db()
    assert (row.state, await ExportPart.all().count()) == (ExportState.RUNNING, 0)

    assert await Outbox(own_database).work_next(NOW + CLAIM - timedelta(seconds=1)) is False
    assert await Outbox(own_database).work_next(NOW + CLAIM) is True

    await check_one_file(row)
    await event.refresh_from_db()
    assert event.sent_at == NOW + CLAIM


async def test_workers_who_write_the_same_export_at_once_leave_one_file(own_database: Settings):
    row, _ = await waiting(await leader())
    context = Context(None, NOW, "a-request", own_database)

    await asyncio.gather(*(export_files.write(context, row.id) for _ in range(4)), return_exceptions=True)
    await export_files.write(context, row.id)

    await check_one_file(row)


async def check_one_file(row: Export) -> None:
    await row.refresh_from_db()
    assert (row.state, row.failure) == (ExportState.READY, None)
    (part,) = await ExportPart.filter(export_id=row.id)
    assert len(part.content) == row.size_in_bytes
    assert await OutboxMessage.filter(topic="export.ready").count() == 1
    assert await AuditEvent.filter(action="export.ready").count() == 1


async def test_an_export_that_never_succeeds_is_parked_and_can_be_restarted(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
):
    settings = own_database.model_copy(update={"mail_attempts": 2, "mail_pause_seconds": 1})
    row, event = await waiting(await leader())

    async def fail(*_: object) -> None:
        raise OSError("no space left on the disk")

    with monkeypatch.context() as patched:
        patched.setattr(export_files, "_fill", fail)
        await Outbox(settings).work_next(NOW)
        await row.refresh_from_db()
        assert row.state is ExportState.RUNNING
        await Outbox(settings).work_next(NOW + timedelta(seconds=1))
    await row.refresh_from_db()
    await event.refresh_from_db()
    assert (row.state, row.failure) == (ExportState.FAILED, "INTERNAL")
    assert "no space left" in str(event.last_error)

    await retry_parked(event, NOW)
    await Outbox(settings).work_next(NOW)

    await check_one_file(row)


async def test_one_of_many_callers_who_use_a_link_at_once_gets_the_file(own_database: Settings):
    who = await leader()
    row = await export(who, now=NOW, size_in_bytes=3)
    await ExportPart.create(export_id=row.id, place=0, content=b"abc")
    async with Clients(create_app(own_database)) as clients:
        input = {"exportId": ids.encode(row)}
        answer = await clients.change("createExportLink", input, "path userErrors { code }", as_=who)
        path = answer.data["createExportLink"]["path"]
        headers = {"Cookie": f"session={who.session}"}

        clients.http.cookies.clear()
        given: list[Any] = await asyncio.gather(*(clients.http.get(path, headers=headers) for _ in range(8)))

    assert sorted(one.status_code for one in given) == [200] + [404] * 7
    assert [one.content for one in given if one.status_code == 200] == [b"abc"]
    assert await AuditEvent.filter(action="export.downloaded").count() == 1


# Rule E42
async def test_files_are_deleted_after_their_time_and_the_others_stay(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_files, "_EXPIRY_BATCH_SIZE", 2)
    who = await leader()
    at_last = NOW - export_files.LONGEST_DOWNLOAD
    over = [await export(who, now=NOW, expires_at=at_last, link_digest=f"{place}") for place in range(5)]
    kept = await export(who, now=NOW, expires_at=at_last + timedelta(seconds=1))
    for row in (*over, kept):
        await ExportPart.create(export_id=row.id, place=0, content=b"abc")

    await run_due(own_database, NOW, [job for job in JOBS if job.name == "expire exports"])

    assert await ExportPart.all().values_list("export_id", flat=True) == [kept.id]
    expired = await Export.filter(state=ExportState.EXPIRED, link_digest=None).values_list("id", flat=True)
    assert sorted(expired) == sorted(row.id for row in over)
    assert await EmailMessage.all().count() == 0


async def test_a_download_that_began_in_the_last_second_gets_the_whole_file(own_database: Settings):
    row = await export(await leader(), now=NOW, expires_at=NOW, size_in_bytes=6)
    for place, part in enumerate((b"abc", b"def")):
        await ExportPart.create(export_id=row.id, place=place, content=part)
    parts = export_files.content(row)
    first = await anext(parts)

    await run_due(own_database, NOW + timedelta(minutes=5), [job for job in JOBS if job.name == "expire exports"])

    assert [first, *[part async for part in parts]] == [b"abc", b"def"]


async def test_a_download_that_nobody_takes_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(downloads, "LONGEST_DOWNLOAD", timedelta(seconds=0.1))
    sent = list[str]()

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b"abc"

    async def stall(message: Message) -> None:
        sent.append(message["type"])
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async with asyncio.timeout(5):
        await downloads.Download(endless()).stream_response(stall)

    assert sent == ["http.response.start", "http.response.body"]


async def test_a_long_export_keeps_no_email_waiting(own_database: Settings, monkeypatch: pytest.MonkeyPatch):
    who = await leader()
    _, event = await waiting(who)
    row, _ = await token(who, [Scope.PRODUCTS_READ], [], now=NOW)
    is_written, may_end = asyncio.Event(), asyncio.Event()

    async def write(*_: object) -> None:
        is_written.set()
        await may_end.wait()

    monkeypatch.setitem(
        cast("dict[str, EventWork]", EVENT_WORK), "export.requested", EventWork(write, export_files.give_up)
    )
    worker = Worker(own_database.model_copy(update={"demo": True, "worker_poll_seconds": 0.05}))
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        await is_written.wait()
        await announce("token.created", ids.encode(row), NOW)
        await until(lambda: EmailMessage.filter(sent_at__isnull=False).exists())
        may_end.set()
        worker.stop()
        await running

    await event.refresh_from_db()
    assert event.sent_at is not None
