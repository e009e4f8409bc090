"""Formats of exports, CSV and XLSX, written a few rows at a time."""

import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import Any, Final

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from server.domain.oversight import exports as rules
from server.domain.oversight.exports import ExportFormat
from server.resolvers.export_sheets import Line, Value
from server.resolvers.paging import moment_text

_PART_BYTES: Final = 262_144
_IN_MEMORY: Final = 4 * _PART_BYTES


class File(ABC):
    """A file being written; a long one on disk."""

    def __init__(self) -> None:
        self.row_count = 0
        self.size = 0
        self._content = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)

    def add(self, rows: Sequence[Line]) -> None:
        self.row_count += len(rows)
        self._write(rows)

    def finish(self) -> None:
        """Complete the file."""
        self._end()
        self.size = self._content.tell()

    def parts(self) -> Iterator[bytes]:
        self._content.seek(0)
        while part := self._content.read(_PART_BYTES):
            yield part

    def close(self) -> None:
        self._content.close()

    @abstractmethod
    def _write(self, rows: Sequence[Line]) -> None: ...

    @abstractmethod
    def _end(self) -> None: ...


class CsvFile(File):
    """For programs: RFC 4180 in UTF-8 without a byte order mark."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self._write([tuple(columns)])

    def _write(self, rows: Sequence[Line]) -> None:
        self._content.write(rules.render_csv([[_text(value) for value in row] for row in rows]))

    def _end(self) -> None:
        """Nothing to do: every line is complete once written."""


class SpreadsheetFile(File):
    """For people: XLSX, which every spreadsheet opens in the same way, in any locale.

    Texts are stored as texts, so that no digit of a long number is lost and nothing is a formula. Timestamps are dates
    in UTC, which each spreadsheet shows in its reader's format. Rows wait on disk, in a separate folder, until `finish`
    assembles them.
    """

    def __init__(self, columns: Sequence[str], name: str, created_at: datetime) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(prefix="export-")
        self._whole = Path(self._folder.name, "whole")
        self._workbook = Workbook(self._whole, _OPTIONS | {"tmpdir": self._folder.name})
        self._workbook.set_properties({"created": created_at.astimezone(UTC)})
        self._plain = self._workbook.add_format()
        self._text = self._workbook.add_format({"num_format": _AS_TEXT})
        self._moment = self._workbook.add_format({"num_format": _AS_READERS_WRITE_DATES})
        self._row = 0
        self._sheet = self._workbook.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(columns) - 1, _WIDTH)
        self._write_header(columns)

    def close(self) -> None:
        # An abandoned workbook is not assembled, so nothing else closes its rows.
        self._sheet._opt_close()
        self._folder.cleanup()
        super().close()

    def _write_header(self, columns: Sequence[str]) -> None:
        bold = self._workbook.add_format({"num_format": _AS_TEXT, "bold": True})
        for at, column in enumerate(columns):
            self._sheet.write_string(0, at, f"{column} (UTC)" if is_of_moments(column) else column, bold)

    def _write(self, rows: Sequence[Line]) -> None:
        for row in rows:
            self._row += 1
            for at, value in enumerate(row):
                self._write_cell(at, value)

    def _write_cell(self, at: int, value: Value) -> None:
        if isinstance(value, datetime) and value >= _FIRST_SHOWN:
            self._sheet.write_datetime(self._row, at, value.astimezone(UTC).replace(tzinfo=None), self._moment)
        elif text := _shorten(_writable(rules.escape_cell(_text(value)))):
            self._write_text(at, text)

    def _write_text(self, at: int, text: str) -> None:
        first, *others = _INSIDE_OF_MARKUP.split(text)
        if others:
            pieces = [part for piece in others for part in (self._plain, piece)]
            self._sheet.write_rich_string(self._row, at, first, *pieces, self._text)
        else:
            self._sheet.write_string(self._row, at, text, self._text)

    def _end(self) -> None:
        self._workbook.close()
        with self._whole.open("rb") as whole:
            shutil.copyfileobj(whole, self._content)


def new_file(format: ExportFormat, columns: Sequence[str], name: str, created_at: datetime) -> File:
    """A new file in this format, with the names of its columns. The same rows always give the same file."""
    return SpreadsheetFile(columns, name, created_at) if format is ExportFormat.XLSX else CsvFile(columns)


def is_of_moments(column: str) -> bool:
    """Whether a column has timestamps, by its name in the API."""
    name = column.rpartition(".")[2]
    return name in ("at", "since") or name.endswith("At")


_OPTIONS: Final[dict[str, Any]] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Options of the library: rows on disk, and texts stay texts."""

_AS_TEXT: Final = 49
_AS_READERS_WRITE_DATES: Final = 22
"""A built-in number format that follows the spreadsheet's language."""

_WIDTH: Final = 24
_MAX_CHARACTERS: Final = 32_767
_FIRST_SHOWN: Final = datetime(1900, 3, 1, tzinfo=UTC)
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?")

_INSIDE_OF_MARKUP: Final = re.compile("(?<=^<)(?=r>)|(?<=_)(?=x[0-9A-Fa-f]{4}_)")
"""Where to split a text that would not be written literally.

The library treats `<r>…</r>` as its own markup, and spreadsheets read `_x0041_` as A. Split into pieces it is written
unchanged.
"""


def _text(value: Value) -> str | None:
    return moment_text(value) if isinstance(value, datetime) else value


def _writable(text: str) -> str:
    """The text without characters that XML cannot hold, with a spreadsheet's line ends."""
    return _UNWRITABLE.sub("\ufffd", _LINE_END.sub("\n", text))


def _shorten(text: str) -> str:
    """The text, cut to the limit of a cell in UTF-16 units, as spreadsheets count."""
    if len(text.encode("utf-16-le")) // 2 <= _MAX_CHARACTERS:
        return text
    return text.encode("utf-16-le")[: 2 * (_MAX_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"
