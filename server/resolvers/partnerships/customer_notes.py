"""A partner's private note about a customer, and its own name for it (M46)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import customer_notes as rules
from server.domain.rights import Right
from server.domain.text import paragraph, single_line
from server.domain.versions import check_version
from server.models import CustomerNote, Partnership
from server.models.conditions import Exists, OneOf
from server.models.units import leave, leave_columns
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.expiry import expire_due
from server.resolvers.maybe import Some
from server.resolvers.partnerships.held import Held, Payload, holds, rows_by
from server.resolvers.partnerships.partnerships import customers_of, row_keys
from server.resolvers.permissions import RightOn, allow

MAY_VIEW_NOTE: Final = (RightOn(Right.VIEW_CUSTOMER_NOTE, Partnership),)

Texts = dict[str, str | None]


_NOTE = rows_by(CustomerNote, partnership_id="partnership_id")


@allow(RightOn(Right.MANAGE_CUSTOMER_NOTE, Partnership, "partnership_id"))
@holds(_NOTE)
def update_customer_note(
    context: Context,
    held: Held[Partnership],
    alias: Some[str] | None,
    notes: Some[str] | None,
    expected_version: int | None,
) -> Payload:
    """Change the partner's private note about a customer, and its own name for them. The customer sees neither.

    Fields left out keep their values; null clears them. Possible from the invitation until some time after the
    partnership ends.
    """
    kept, problems, note = timedelta(days=context.settings.customer_note_days), Problems(), held.first(_NOTE)
    check_version(note.version if note else 0, expected_version)
    problems.check(rules.check_is_kept, held.partnership.ended_at, context.now, kept)
    wanted = _texts(problems, alias, notes)
    problems.raise_if_any()
    changed = [name for name, text in wanted.items() if text != (getattr(note, name) if note else None)]
    if changed:
        note = _leave_note(note, held.partnership, {name: wanted[name] for name in changed})
        _log(held, note, changed)
    return {"customer_note": note, "partnership": held.partnership}


async def delete(context: Context, notes: Sequence[CustomerNote]) -> None:
    """Delete notes, which are locked. Only the partner's audit log records it."""
    named = Partnership.filter(OneOf("id", [note.partnership_id for note in notes]))
    partners: dict[UUID, UUID] = dict(await named.values_list("id", "partner_id"))
    acts = [journal.Act(AuditAction.CUSTOMER_NOTE_DELETED, note, None, partners[note.partnership_id]) for note in notes]
    await journal.record_all(context, acts)
    await CustomerNote.filter(OneOf("id", row_keys(notes))).delete()


def _texts(problems: Problems, alias: Some[str] | None, notes: Some[str] | None) -> Texts:
    """The name and the note that were sent, as they are stored: a blank note as null. A name must not be blank."""
    wanted = Texts()
    if alias is not None:
        given = alias.value
        wanted["alias"] = (
            given if given is None else problems.check(single_line, given, rules.MAX_ALIAS_CHARACTERS, ("alias",))
        )
    if notes is not None:
        written = problems.check(paragraph, notes.value or "", rules.MAX_NOTES_CHARACTERS, ("notes",))
        wanted["notes"] = written or None
    return wanted


def _leave_note(note: CustomerNote | None, partnership: Partnership, columns: Texts) -> CustomerNote:
    if note is not None:
        leave_columns(note, **columns)
        return note
    made = CustomerNote(partnership_id=partnership.id, alias=columns.get("alias"), notes=columns.get("notes"))
    leave(made)
    return made


def _log(held: Held[Partnership], note: CustomerNote, changed: list[str]) -> None:
    """Log a change, but not its text, which the log would keep forever.

    It is not logged on behalf of the customer, who could read it.
    """
    acting = held.partnership.partner_id
    held.log(journal.Act(AuditAction.CUSTOMER_NOTE_UPDATED, note, acting, after={"changed": changed}))
    held.announce(Topic.CUSTOMER_NOTE_UPDATED, held.partnership, note.version)


async def delete_customer_notes(context: Context) -> int:
    """Delete customer notes some time after the partnership ended, for whatever reason (S4)."""
    before = context.now - timedelta(days=context.settings.customer_note_days)
    over = Exists(Partnership, Q(ended_at__lte=before), id="partnership_id")
    return await expire_due(context, CustomerNote, over, customers_of, delete)
