"""Which lists are taken away as files, for how long, by whom, and what stands in a cell (E42, D14)?"""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.expiry import Expiry
from server.domain.limits import check_limit
from server.domain.oversight.error_codes import OversightCode
from server.domain.viewer import Viewer


class ExportKind(StrEnum):
    """Which list of an organisation is exported."""

    AUDIT_LOG = "AUDIT_LOG"
    PARTNER_ACTIVITY = "PARTNER_ACTIVITY"
    ACCESS_REVIEW = "ACCESS_REVIEW"
    MANAGED_CUSTOMERS = "MANAGED_CUSTOMERS"


class ExportFormat(StrEnum):
    """For whom the file is: for programs, or for people and their spreadsheets."""

    CSV = "CSV"
    XLSX = "XLSX"


MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportState(StrEnum):
    """Where an export is in its life."""

    REQUESTED = "REQUESTED"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


EXPORT_EXPIRY: Final = Expiry(ExportState.READY, ExportState.EXPIRED)
"""A file that was kept for its time has expired, whether or not it is deleted already."""


class ExportFailure(StrEnum):
    """Why no file came of an export."""

    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    INTERNAL = "INTERNAL"


UNFINISHED: Final = frozenset({ExportState.REQUESTED, ExportState.RUNNING})
STARTABLE: Final = UNFINISHED | {ExportState.FAILED}
"""What a worker takes in hand; one that failed, when somebody begins anew with it."""

OPEN: Final = UNFINISHED | {ExportState.READY}
"""What counts for how many an organisation may have: files to be written, and files that are kept."""


class ExportFacts(Protocol):
    """What a rule needs to know of an export. Models satisfy it as they are."""

    @property
    def organisation_id(self) -> UUID: ...
    @property
    def requested_by_id(self) -> UUID: ...
    @property
    def api_token_id(self) -> UUID | None: ...


def sees_export(viewer: Viewer, export: ExportFacts) -> bool:
    """Whoever asked for it, while they are a member; and who leads the organisation, to know what leaves it."""
    membership = viewer.membership_in(export.organisation_id)
    return membership is not None and (membership.leads or viewer.user_id == export.requested_by_id)


def is_for(viewer: Viewer, export: ExportFacts) -> bool:
    """Whether the file is for this viewer: who asked. A token gets what it asked for itself, a person all of theirs."""
    by_credential = viewer.token is None or viewer.token.token_id == export.api_token_id
    return viewer.user_id == export.requested_by_id and by_credential


def check_is_for(viewer: Viewer, export: ExportFacts) -> None:
    """What is in the file was decided by the rights of who asked; it is for nobody else."""
    if not is_for(viewer, export):
        raise Refused(
            Refusal(OversightCode.EXPORT_OF_ANOTHER, N_("Only the person who requested an export can get its file."))
        )


def check_has_file(state: ExportState) -> None:
    """A link leads to a file that is written and not deleted yet."""
    if state is not ExportState.READY:
        raise Refused(
            Refusal(OversightCode.EXPORT_NOT_READY, N_("This export does not have a file yet, or no longer has one."))
        )


def check_reach(before: str | None, now: str | None) -> None:
    """A file shows what its reader reached when it was written: it is for who still reaches the same (E33, E42).

    None is nothing at all.
    """
    if now is None or before != now:
        raise Refused(
            Refusal(
                OversightCode.EXPORT_OUTDATED,
                N_("Your rights have changed since this export was created. Request a new one."),
            )
        )


def check_number_of_exports_of_person(open_ones: int, most: int) -> None:
    """`open_ones` is how many of the organisation's exports this person asked for: nobody uses up those of all."""
    check_limit(
        open_ones,
        most,
        OversightCode.EXPORT_LIMIT_REACHED,
        N_("You can have at most {most} exports in an organisation at a time. Wait until one has expired."),
    )


def check_number_of_exports(open_ones: int, most: int) -> None:
    """`open_ones` is how many exports of the organisation are being written or kept."""
    check_limit(
        open_ones,
        most,
        OversightCode.EXPORT_LIMIT_REACHED,
        N_("An organisation can have at most {most} exports at a time. Wait until one has expired."),
    )


def check_period(since: datetime | None, until: datetime | None, *, is_dated: bool) -> None:
    """`is_dated` says whether the list can be narrowed by time at all; a period has something in it (E39)."""
    given = [name for name, moment in (("since", since), ("until", until)) if moment is not None]
    if given and not is_dated:
        message = N_("This list cannot be filtered by time.")
        raise Refused(*(Refusal(CommonCode.VALIDATION_FAILED, message, (name,)) for name in given))
    if since is not None and until is not None and since >= until:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("The end must be after the start."), ("until",)))


def reach_digest(viewer: Viewer, organisation_id: UUID, assigned: Collection[UUID]) -> str:
    """All that decides which rows somebody reads in the organisation, in few characters.

    `assigned` are the partnerships through which they serve customers as an employee.
    """
    membership, token = viewer.membership_in(organisation_id), viewer.token
    decisive = (
        membership and (membership.membership_id.hex, membership.role),
        _in_order(assigned),
        token and sorted(token.scopes),
        token and (None if token.customer_ids is None else _in_order(token.customer_ids)),
        token and _in_order(token.excluded_ids),
    )
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()


def _in_order(keys: Collection[UUID]) -> list[str]:
    return sorted(key.hex for key in keys)


def sheet_name(kind: ExportKind) -> str:
    """What the list is called in a file and in the file's own name, such as `audit-log`."""
    return kind.value.lower().replace("_", "-")


def file_name(kind: ExportKind, requested_at: datetime, format: ExportFormat) -> str:
    """What the file is called when it is saved, such as `audit-log-2026-01-31.csv`."""
    return f"{sheet_name(kind)}-{requested_at:%Y-%m-%d}.{format.value.lower()}"


_RISKY: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What begins a formula in a spreadsheet, in the wide forms of East Asia too."""
_RISKY_BLANKS: Final = frozenset("\t\r\n")


def cell(value: str | None) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what could be one (D14)."""
    text = value or ""
    first, first_seen = text.lstrip(" ")[:1], text.lstrip()[:1]
    return f"'{text}" if first in _RISKY_BLANKS or first_seen in _RISKY else text


def lines(rows: Iterable[Sequence[str | None]]) -> bytes:
    """Rows as RFC 4180 has them, in UTF-8.

    Every cell is in quotes: a spreadsheet that separates by semicolons would find new cells within the others.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[cell(value) for value in row] for row in rows])
    return written.getvalue().encode()
