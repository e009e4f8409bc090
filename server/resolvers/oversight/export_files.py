"""Files of exports: written by the worker, given to the person who asked, and deleted after some time (E42)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import closing
from datetime import timedelta
from typing import Final
from uuid import UUID

from server.domain.errors import NotFound
from server.domain.events import AuditAction
from server.domain.oversight import exports as rules
from server.domain.oversight.exports import ExportFailure, ExportState
from server.domain.people.email_links import link_digest
from server.models import Export, ExportPart
from server.models.conditions import OneOf
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.export_sheets import SHEETS
from server.resolvers.listings import batches
from server.resolvers.oversight.export_formats import File, new_file
from server.resolvers.oversight.exports import context_of_requester, reach_now, reach_of

_ROW_BATCH_SIZE: Final = 100
_EXPIRY_BATCH_SIZE: Final = 20

_OUTCOMES: Final = {
    ExportState.READY: AuditAction.EXPORT_READY,
    ExportState.FAILED: AuditAction.EXPORT_FAILED,
    ExportState.REFUSED: AuditAction.EXPORT_REFUSED,
}

LONGEST_DOWNLOAD: Final = timedelta(minutes=10)
"""The most time that a download may take. A file is kept that much longer, for a download that begins just before it
expires.

50 MB in this time is less than 0.1 MB per second.
"""


class TooManyRows(Exception):
    """The list exceeds the limit of a file."""


async def write(context: Context, export_id: UUID) -> None:
    """Write the file of an export with the current rights of the person who asked, and store it if they still have
    them.

    It can be retried: nothing is stored before the file is complete, and nothing once there is one.
    """
    export = await _begin(export_id)
    if export is None:
        return
    theirs = await context_of_requester(context, export)
    if theirs is None:
        await _end(context, export_id, ExportState.REFUSED)
        return
    columns, name = SHEETS[export.kind].columns, rules.sheet_name(export.kind)
    with closing(new_file(export.format, columns, name, export.created_at)) as file:
        await _write(file, context, theirs, export)


async def give_up(context: Context, export_id: UUID) -> None:
    """Record that an export failed after all attempts."""
    await _end(context, export_id, ExportState.FAILED, ExportFailure.INTERNAL)


async def _begin(export_id: UUID) -> Export | None:
    async with transaction():
        export = await lock_row(Export, export_id)
        if export.state not in rules.STARTABLE:
            return None
        export.state, export.failure = ExportState.RUNNING, None
        await export.save(update_fields=["state", "failure", "updated_at"])
    return export


async def _write(file: File, context: Context, theirs: Context, export: Export) -> None:
    reach = await reach_of(theirs.signed_in, export.organisation_id)
    try:
        await _fill(file, theirs, export)
    except TooManyRows:
        await _end(context, export.id, ExportState.FAILED, ExportFailure.TOO_MANY_ROWS)
    else:
        await _keep(context, export.id, file, reach)


async def _fill(file: File, theirs: Context, export: Export) -> None:
    """Write all rows of the list that the person who asked can see. Long batches are formatted in a thread."""
    sheet = SHEETS[export.kind]
    rows = batches(sheet.listing, theirs, export.organisation_id, sheet.narrow(export), _ROW_BATCH_SIZE)
    async for batch in rows:
        found = await asyncio.gather(*(sheet.lines(theirs, row) for row in batch))
        written = [line for lines in found for line in lines]
        if file.row_count + len(written) > theirs.settings.max_export_rows:
            raise TooManyRows
        await asyncio.to_thread(file.add, written)
        theirs.forget()
    await asyncio.to_thread(file.finish)


async def _keep(context: Context, export_id: UUID, file: File, reach: str) -> None:
    """Store the file, unless the rights with which it was written have changed."""
    async with transaction():
        export = await lock_row(Export, export_id)
        if export.state is not ExportState.RUNNING:
            return
        if await reach_now(context, export) != reach:
            await _note(context, export, ExportState.REFUSED)
            return
        for place, part in enumerate(file.parts()):
            await ExportPart.create(export_id=export_id, place=place, content=part)
        export.row_count, export.size_in_bytes, export.reach_digest = file.row_count, file.size, reach
        export.ready_at = context.now
        export.expires_at = context.now + timedelta(hours=context.settings.export_hours)
        await _note(context, export, ExportState.READY)


async def _end(context: Context, export_id: UUID, state: ExportState, failure: ExportFailure | None = None) -> None:
    async with transaction():
        export = await lock_row(Export, export_id)
        if export.state in rules.UNFINISHED:
            export.failure = failure
            await _note(context, export, state)


async def _note(context: Context, export: Export, state: ExportState) -> None:
    """Log and announce the outcome of an export: the system acts, and the asker is notified (decision 19)."""
    export.state = state
    export.version += 1
    await export.save()
    after = journal.column_values(export, "state", "failure", "row_count", "expires_at")
    action = _OUTCOMES[state]
    concerned = export.organisation_id
    await journal.record(context, action, export, acting=None, on_behalf_of=concerned, after=after)
    await journal.announce(context, action.topic, export, export.version, expires_at=export.expires_at)


async def export_behind_link(context: Context, secret: str) -> Export:
    """The export behind this link, for the viewer. Any other link is not found, for whatever reason."""
    export = await Export.get_or_none(link_digest=link_digest(secret), link_expires_at__gt=context.now)
    viewer = context.viewer
    if export is None or viewer is None or not rules.is_export_for(viewer, export):
        raise NotFound
    has_file = rules.EXPORT_EXPIRY.at(context.now, export.state, export.expires_at) is ExportState.READY
    if not has_file or await reach_now(context, export) != export.reach_digest:
        raise NotFound
    return export


async def take_file(context: Context, secret: str) -> Export:
    """The same, and use up the link. If several use it at the same time, only the first one finds it."""
    export = await export_behind_link(context, secret)
    async with transaction():
        open_still = Export.filter(id=export.id, link_digest=export.link_digest)
        if not await open_still.update(link_digest=None, link_expires_at=None, downloaded_at=context.now):
            raise NotFound
        after = {"downloaded_at": context.now.isoformat()}
        await journal.record(context, AuditAction.EXPORT_DOWNLOADED, export, acting=export.organisation_id, after=after)
    return export


async def content(export: Export) -> AsyncGenerator[bytes]:
    """The file, piece by piece."""
    place = 0
    while part := await ExportPart.get_or_none(export_id=export.id, place=place):
        yield part.content
        place += 1


async def expire_exports(context: Context) -> int:
    """Delete files past their retention time and the time for downloads. Returns how many; 0 if there are no more."""
    async with transaction():
        due = Export.filter(state=ExportState.READY, expires_at__lte=context.now - LONGEST_DOWNLOAD)
        rows = await due.order_by("id").limit(_EXPIRY_BATCH_SIZE).select_for_update(skip_locked=True)
        if rows:
            over = OneOf("id", [row.id for row in rows])
            await ExportPart.filter(OneOf("export_id", [row.id for row in rows])).delete()
            await Export.filter(over).update(state=ExportState.EXPIRED, link_digest=None, link_expires_at=None)
    return len(rows)
