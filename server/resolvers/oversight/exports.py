"""Exports: requesting an organisation's lists as files, and links to the files (E42)."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.domain.errors import Denied, Problems
from server.domain.events import AuditAction, Topic
from server.domain.oversight import exports as rules
from server.domain.oversight.exports import ExportFormat, ExportKind, ExportState
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.email_links import link_digest, new_secret
from server.domain.rights import Right, Role
from server.domain.viewer import Viewer
from server.models import EmployeeAssignment, Export, Organisation
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.models.visibility.viewers import reload_viewer, viewer_in
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.export_sheets import SHEETS
from server.resolvers.ids import ExportId, OrganisationId
from server.resolvers.listings import Listing
from server.resolvers.locking import lock_organisation
from server.resolvers.permissions import RightOn, allow


class ExportOrderField(StrEnum):
    """Fields by which exports can be sorted."""

    REQUESTED_AT = "REQUESTED_AT"


EXPORTS = Listing(
    name="exports",
    model=Export,
    parent="organisation_id",
    orders={ExportOrderField.REQUESTED_AT: "created_at"},
    moments=frozenset({"created_at"}),
    latest_first=True,
)

MAY_VIEW_EXPORTS = (RightOn(Right.CREATE_EXPORT, Organisation),)


def state_now(context: Context, row: Export) -> ExportState:
    """The export's current state."""
    return rules.EXPORT_EXPIRY.at(context.now, row.state, row.expires_at)


@allow(RightOn(Right.CREATE_EXPORT, Organisation, "organisation_id"))
async def request_export(
    context: Context,
    organisation_id: OrganisationId,
    kind: ExportKind,
    since: datetime | None,
    until: datetime | None,
    format: ExportFormat,
) -> dict[str, object]:
    """Export a list that you may read, as a file for programs or for people. You get an e-mail when it is ready.

    You need the rights and scopes of the list itself, now and when the file is written.
    """
    await check_readable(context, organisation_id, kind)
    async with transaction():
        await lock_organisation(context, organisation_id, Right.CREATE_EXPORT)
        problems = Problems()
        problems.check(rules.check_period, since, until, is_dated=SHEETS[kind].is_dated)
        await _note_limits(context, organisation_id, problems)
        problems.raise_if_any()
        viewer = context.signed_in
        export = await Export.create(
            organisation_id=organisation_id,
            requested_by_id=viewer.user_id,
            api_token_id=viewer.token.token_id if viewer.token else None,
            kind=kind,
            since=since,
            until=until,
            format=format,
        )
        after = journal.column_values(export, "kind", "since", "until", "format", "state")
        await journal.record(context, AuditAction.EXPORT_REQUESTED, export, acting=organisation_id, after=after)
        await journal.announce(context, Topic.EXPORT_REQUESTED, export)
    return {"export": export}


@allow(RightOn(Right.CREATE_EXPORT, Organisation, "export_id", by="organisation_id"))
async def create_export_link(context: Context, export_id: ExportId) -> dict[str, object]:
    """Get a link to the file of an export that you requested. It works once, for a few minutes, and only for you.

    A new link replaces the previous one. Send your session cookie or your API token with it.
    """
    async with transaction():
        export = await lock_row(Export, export_id)
        await _check_linkable(context.for_viewer(await reload_viewer(context.signed_in, context.now)), export)
        before = journal.column_values(export, "link_expires_at")
        secret = new_secret()
        expires_at = context.now + timedelta(minutes=context.settings.export_link_minutes)
        await store_changes(export, link_digest=link_digest(secret), link_expires_at=expires_at)
        after = journal.column_values(export, "link_expires_at")
        acting = export.organisation_id
        await journal.record(
            context, AuditAction.EXPORT_LINK_CREATED, export, acting=acting, before=before, after=after
        )
        await journal.announce(context, Topic.EXPORT_LINK_CREATED, export, export.version)
    return {"export": export, "path": f"/exports/{secret}", "expires_at": expires_at}


async def _check_linkable(context: Context, export: Export) -> None:
    """A link requires that the viewer asked for the file, that it exists, and that they may still read all of it."""
    rules.check_export_is_for(context.signed_in, export)
    rules.check_has_file(state_now(context, export))
    await check_readable(context, export.organisation_id, export.kind)
    rules.check_reach(export.reach_digest, await reach_now(context, export))


async def check_readable(context: Context, organisation_id: UUID, kind: ExportKind) -> None:
    """An export requires the right to export and the permissions of the list's own field (D1)."""
    organisation = await context.require_row(Organisation, organisation_id, ("input", "organisation_id"))
    for permission in (*MAY_VIEW_EXPORTS, *SHEETS[kind].permissions):
        await permission.check(context, organisation, {})


async def context_of_requester(context: Context, export: Export) -> Context | None:
    """The current viewer who asked for the export. None if they may no longer read the list."""
    viewer = await viewer_in(export.organisation_id, export.requested_by_id, export.api_token_id, context.now)
    theirs = context.for_viewer(viewer)
    try:
        await check_readable(theirs, export.organisation_id, export.kind)
    except Denied:
        return None
    return theirs


async def reach_now(context: Context, export: Export) -> str | None:
    """The current access to the list of the person who asked. None if they may no longer read it."""
    theirs = await context_of_requester(context, export)
    return None if theirs is None else await reach_of(theirs.signed_in, export.organisation_id)


async def reach_of(viewer: Viewer, organisation_id: UUID) -> str:
    """The viewer's access in the organisation, as stored with a file."""
    membership = viewer.membership_in(organisation_id)
    assigned = list[UUID]()
    if membership is not None and membership.role is Role.EMPLOYEE:
        mine = EmployeeAssignment.filter(
            membership_id=membership.membership_id, ended_at__isnull=True, partnership__status=PartnershipStatus.ACTIVE
        )
        assigned = [assignment.partnership_id for assignment in await mine]
    return rules.reach_digest(viewer, organisation_id, assigned)


async def _note_limits(context: Context, organisation_id: UUID, problems: Problems) -> None:
    """Collects errors at the limits of exports being written or kept, of the organisation and of the viewer."""
    found = await Export.filter(organisation_id=organisation_id, state__in=sorted(rules.OPEN))
    open_ones = [export for export in found if state_now(context, export) in rules.OPEN]
    own = [export for export in open_ones if export.requested_by_id == context.signed_in.user_id]
    problems.check(rules.check_number_of_exports, len(open_ones), context.settings.max_exports)
    problems.check(rules.check_number_of_exports_of_person, len(own), context.settings.max_exports_per_person)
