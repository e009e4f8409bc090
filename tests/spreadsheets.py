"""What does a spreadsheet see in an XLSX file?"""

import io
import re
import zipfile
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DATE_AND_TIME = "22"
"""The number format that each spreadsheet shows as its reader writes dates."""


def read_sheet(content: bytes) -> list[list[str | datetime]]:
    """The rows of the one sheet, each as long as the first; what is empty is empty text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        styles = ET.fromstring(archive.read("xl/styles.xml"))
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    formats = [style.get("numFmtId", "") for style in styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    rows = [[(cell.get("r", ""), _value(cell, formats)) for cell in row] for row in sheet.iter(f"{MAIN}row")]
    width = len(rows[0])
    return [
        [dict(row).get(f"{chr(ord('A') + at)}{number}", "") for at in range(width)]
        for number, row in enumerate(rows, 1)
    ]


def _value(cell: ET.Element, formats: list[str]) -> str | datetime:
    if cell.get("t") == "inlineStr":
        return "".join(_as_read(text) for text in cell.itertext())
    assert formats[int(cell.get("s", "0"))] == DATE_AND_TIME
    days = float(cell.findtext(f"{MAIN}v") or "")
    return datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400, 3))


def _as_read(text: str) -> str:
    """What a spreadsheet makes of `_x0041_`: the character of that number."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
