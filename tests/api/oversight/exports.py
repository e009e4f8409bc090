"""Requests for exports, and the resulting files, as tests send and read them."""

import csv
import io
from typing import Any

from server.models import (
    AuditEvent,
    Export,
    ExportPart,
    OutboxMessage,
)
from server.outbox import Outbox
from server.resolvers import ids
from server.settings import Settings
from tests.api.traces import stored_columns
from tests.clients import Clients
from tests.rows import Person
from tests.snapshots import contents

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


async def check_closed(clients: Clients, path: str, as_: Person | str | None) -> None:
    """The link gives the answer of one that never was, and nothing changes."""
    before = await contents()
    for method in ("GET", "HEAD"):
        closed, never = [await get(clients, one, as_, method) for one in (path, "/exports/x")]
        assert closed.status_code == never.status_code == GONE
        assert (closed.content, closed.headers) == (never.content, never.headers)
    assert await contents() == before
