"""CSV and XLSX: how does an export become a file, a few rows at a time?"""

import re
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from string import ascii_uppercase
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from xml.sax.saxutils import escape

from server.domain import exports as rules
from server.domain.exports import ExportFormat
from server.resolvers.paging import moment_text

Value = str | datetime | None
Line = tuple[Value, ...]

_PART_BYTES: Final = 262_144
_IN_MEMORY: Final = 4 * _PART_BYTES


class File(ABC):
    """A file while it is written: a long one on the disk, without a name, so that it goes with the process."""

    def __init__(self) -> None:
        self.row_count = 0
        self.size = 0
        self._content = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)

    def add(self, rows: Sequence[Line]) -> None:
        self.row_count += len(rows)
        self._write(rows)

    def finish(self) -> None:
        """Nothing is added any more."""
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
    """For programs: RFC 4180 in UTF-8, without a mark that says so."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self._write([tuple(columns)])

    def _write(self, rows: Sequence[Line]) -> None:
        self._content.write(rules.lines([[_text(value) for value in row] for row in rows]))

    def _end(self) -> None:
        """A line is whole as soon as it is written."""


class SpreadsheetFile(File):
    """For people: XLSX (ECMA-376), which every spreadsheet opens alike, whatever the country it is set to.

    Texts are texts, so that no digit of a long number is lost and nothing is a formula; moments are dates in UTC, which
    each spreadsheet shows as its reader writes them. One sheet is all there is, so that no library is needed: it is
    compressed as it is written, and nothing of it is in a file with a name.
    """

    def __init__(self, columns: Sequence[str], name: str) -> None:
        super().__init__()
        self._archive = zipfile.ZipFile(self._content, "w", zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]
        for place, part in _PARTS.items():
            self._archive.writestr(_entry(place), part.replace("NAME", escape(name)))
        self._sheet: IO[bytes] = self._archive.open(_entry("xl/worksheets/sheet1.xml"), "w")
        self._row = 0
        self._sheet.write(_SHEET_BEGINS.encode())
        named = [f"{column} (UTC)" if is_of_moments(column) else column for column in columns]
        self._sheet.write(self._line(named, _HEADER).encode())

    def _write(self, rows: Sequence[Line]) -> None:
        self._sheet.write("".join(self._line(row) for row in rows).encode())

    def _end(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()

    def close(self) -> None:
        if self._archive.fp:
            self._sheet.close()
            self._archive.close()
        super().close()

    def _line(self, values: Sequence[Value], style: str = "1") -> str:
        self._row += 1
        cells = (_cell(f"{ascii_uppercase[at]}{self._row}", value, style) for at, value in enumerate(values))
        return f'<row r="{self._row}">{"".join(cells)}</row>'


def new_file(format: ExportFormat, columns: Sequence[str], name: str) -> File:
    """An empty file in this form, which begins with the names of its columns."""
    return SpreadsheetFile(columns, name) if format is ExportFormat.XLSX else CsvFile(columns)


def is_of_moments(column: str) -> bool:
    """Whether a column holds moments, by its name in the API."""
    name = column.rpartition(".")[2]
    return name in ("at", "since") or name.endswith("At")


_HEADER: Final = "3"
_MOST_CHARACTERS: Final = 32_767
_FIRST_DAY: Final = datetime(1899, 12, 30, tzinfo=UTC)
_FIRST_SHOWN: Final = datetime(1900, 3, 1, tzinfo=UTC)
_SECONDS_A_DAY: Final = 86_400
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_READ_AS_AN_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def _text(value: Value) -> str | None:
    return moment_text(value) if isinstance(value, datetime) else value


def _cell(at: str, value: Value, style: str) -> str:
    if isinstance(value, datetime) and value >= _FIRST_SHOWN:
        days = (value - _FIRST_DAY).total_seconds() / _SECONDS_A_DAY
        return f'<c r="{at}" s="2"><v>{days:.9f}</v></c>'
    text = rules.cell(_text(value))
    if not text:
        return ""
    written = _READ_AS_AN_ESCAPE.sub("_x005F_", _UNWRITABLE.sub("\ufffd", _shortened(text)))
    return f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(written)}</t></is></c>'


def _shortened(text: str) -> str:
    """As much as a cell takes, counted as spreadsheets count it: in units of UTF-16."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 <= _MOST_CHARACTERS:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * (_MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"


def _entry(place: str) -> zipfile.ZipInfo:
    """Without the moment at which it was written: the same rows are the same file."""
    entry = zipfile.ZipInfo(place)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS: Final = f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'

_PARTS: Final[dict[str, str]] = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_RELATIONS}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="NAME" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_RELATIONS}<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'{_XML}<styleSheet xmlns="{_MAIN}">'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
"""All of a workbook but its sheet. The styles are nothing, text, the reader's date and time, and text in bold."""

_SHEET_BEGINS: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    f'<cols><col min="1" max="{len(ascii_uppercase)}" width="24" customWidth="1"/></cols><sheetData>'
)
