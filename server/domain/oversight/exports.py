"""Exports: which lists can be exported, by whom, how long files are kept, and the form of cells (E42, D14)."""

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
    """The list of an organisation to export."""

    AUDIT_LOG = "AUDIT_LOG"
    PARTNER_ACTIVITY = "PARTNER_ACTIVITY"
    ACCESS_REVIEW = "ACCESS_REVIEW"
    MANAGED_CUSTOMERS = "MANAGED_CUSTOMERS"


class ExportFormat(StrEnum):
    """The format of the file: for programs, or for people and their spreadsheets."""

    CSV = "CSV"
    XLSX = "XLSX"


MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportState(StrEnum):
    """State of an export."""

    REQUESTED = "REQUESTED"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


EXPORT_EXPIRY: Final = Expiry(ExportState.READY, ExportState.EXPIRED)
"""A file past its retention time has expired, whether or not it is deleted yet."""


class ExportFailure(StrEnum):
    """Why an export has no file."""

    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    INTERNAL = "INTERNAL"


UNFINISHED: Final = frozenset({ExportState.REQUESTED, ExportState.RUNNING})
STARTABLE: Final = UNFINISHED | {ExportState.FAILED}
"""The states in which a worker processes an export. A failed one can be retried."""

OPEN: Final = UNFINISHED | {ExportState.READY}
"""The states that count towards the limit of an organisation: files to be written, and files that are kept."""


class ExportFacts(Protocol):
    """The facts of an export that a rule needs. The models satisfy this protocol."""

    @property
    def organisation_id(self) -> UUID: ...
    @property
    def requested_by_id(self) -> UUID: ...
    @property
    def api_token_id(self) -> UUID | None: ...


def sees_export(viewer: Viewer, export: ExportFacts) -> bool:
    """The person who asked, while a member; and the organisation's leaders, so that they know what is exported."""
    membership = viewer.membership_in(export.organisation_id)
    return membership is not None and (membership.leads or viewer.user_id == export.requested_by_id)


def is_export_for(viewer: Viewer, export: ExportFacts) -> bool:
    """Whether the file is for this viewer. A token gets only its own exports, a person all of theirs."""
    by_credential = viewer.token is None or viewer.token.token_id == export.api_token_id
    return viewer.user_id == export.requested_by_id and by_credential


def check_export_is_for(viewer: Viewer, export: ExportFacts) -> None:
    """The file's content depends on the rights of the person who asked, so only they get it."""
    if not is_export_for(viewer, export):
        raise Refused(
            Refusal(OversightCode.EXPORT_OF_ANOTHER, N_("Only the person who requested an export can get its file."))
        )


def check_has_file(state: ExportState) -> None:
    """A link needs a file that is written and not deleted yet."""
    if state is not ExportState.READY:
        raise Refused(
            Refusal(
                OversightCode.EXPORT_NOT_READY,
                N_(
                    "This export has no file: it is not ready yet, or the file has been deleted. "
                    "Wait, or request a new export."
                ),
            )
        )


def check_reach(before: str | None, now: str | None) -> None:
    """Refuse a file if the reader's access has changed since it was written (E33, E42). None means no access at all."""
    if now is None or before != now:
        raise Refused(
            Refusal(
                OversightCode.EXPORT_OUTDATED,
                N_("Your rights have changed since this export was created. Request a new one."),
            )
        )


def check_number_of_exports_of_person(open_ones: int, most: int) -> None:
    """Refuse at the limit for one person, whose exports are `open_ones`. Nobody uses up the organisation's."""
    check_limit(
        open_ones,
        most,
        N_("You can have at most {most} exports in an organisation at a time. Wait until one has expired."),
        OversightCode.EXPORT_LIMIT_REACHED,
    )


def check_number_of_exports(open_ones: int, most: int) -> None:
    """Refuse at the limit for the organisation. `open_ones` are its exports that are being written or kept."""
    check_limit(
        open_ones,
        most,
        N_("An organisation can have at most {most} exports at a time. Wait until one has expired."),
        OversightCode.EXPORT_LIMIT_REACHED,
    )


def check_period(since: datetime | None, until: datetime | None, *, is_dated: bool) -> None:
    """Refuse an empty period, and any period if the list cannot be filtered by time (`is_dated`) (E39)."""
    given = [name for name, moment in (("since", since), ("until", until)) if moment is not None]
    if given and not is_dated:
        message = N_("This list cannot be filtered by time.")
        raise Refused(*(Refusal(CommonCode.VALIDATION_FAILED, message, (name,)) for name in given))
    if since is not None and until is not None and since >= until:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("The end must be after the start."), ("until",)))


def reach_digest(viewer: Viewer, organisation_id: UUID, assigned: Collection[UUID]) -> str:
    """A digest of everything that determines which rows a person can read in the organisation.

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
    """The list's name in a file and in its file name, such as `audit-log`."""
    return kind.value.lower().replace("_", "-")


def file_name(kind: ExportKind, requested_at: datetime, format: ExportFormat) -> str:
    """The file's name, such as `audit-log-2026-01-31.csv`."""
    return f"{sheet_name(kind)}-{requested_at:%Y-%m-%d}.{format.value.lower()}"


_RISKY: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""The characters that begin a formula in a spreadsheet, including their full-width forms."""
_RISKY_BLANKS: Final = frozenset("\t\r\n")


def escape_cell(value: str | None) -> str:
    """A text that no spreadsheet treats as a formula: an apostrophe precedes a potential one (D14)."""
    text = value or ""
    first, first_seen = text.lstrip(" ")[:1], text.lstrip()[:1]
    return f"'{text}" if first in _RISKY_BLANKS or first_seen in _RISKY else text


def render_csv(rows: Iterable[Sequence[str | None]]) -> bytes:
    """Rows as in RFC 4180, in UTF-8.

    Every cell is quoted, because a spreadsheet that separates by semicolons would otherwise split cells.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[escape_cell(value) for value in row] for row in rows])
    return written.getvalue().encode()
