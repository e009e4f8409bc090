"""What is in the two forms of an export's file?"""

import csv
import gc
import io
import os
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError
from xlsxwriter.exceptions import FileCreateError

from server.domain.oversight.exports import ExportFormat, escape_cell
from server.resolvers.oversight.export_formats import Line, new_file
from server.settings import Settings
from tests.spreadsheets import read_sheet

AT = datetime(2026, 1, 31, 12, 34, 56, 789_000, tzinfo=UTC)
COLUMNS = ("id", "at", "name", "changes")


def write_file(format: ExportFormat, *rows: Line) -> bytes:
    file = new_file(format, COLUMNS, "audit-log", AT)
    try:
        for row in rows:
            file.add([row])
        file.finish()
        content = b"".join(file.parts())
    finally:
        file.close()
    assert (file.row_count, file.size) == (len(rows), len(content))
    return content


def test_a_file_for_programs_is_what_the_rfc_has():
    content = write_file(ExportFormat.CSV, ("1", AT, "É", None))

    assert content.decode() == ('"id","at","name","changes"\r\n"1","2026-01-31T12:34:56.789000Z","É",""\r\n')


def test_a_file_for_people_says_in_which_zone_its_timestamps_are():
    content = write_file(
        ExportFormat.XLSX, ("00012345678901234567890", AT, "Épicerie 日本 🐦", None), ("1", None, " a ", "=1")
    )

    assert read_sheet(content) == [
        ["id", "at (UTC)", "name", "changes"],
        ["00012345678901234567890", AT.replace(tzinfo=None), "Épicerie 日本 🐦", ""],
        ["1", "", " a ", "'=1"],
    ]


def test_a_timestamp_that_no_spreadsheet_has_is_text():
    first = datetime(1, 1, 1, tzinfo=UTC)

    assert read_sheet(write_file(ExportFormat.XLSX, ("1", first, "x", None)))[1][1] == "0001-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b\x00b", "a\ufffd\ufffdb"),
        ("<&>\"'", "<&>\"'"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("_x0041_", "_x0041_"),
        ("_x0041_x0042_", "_x0041_x0042_"),
        ("<r><t>A</t></r>", "<r><t>A</t></r>"),
        ("<r>&<c>_x0041_</r>", "<r>&<c>_x0041_</r>"),
        ("https://example.com", "https://example.com"),
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * 32_766 + "…"),
        ("🐦" * 16_384, "🐦" * 16_383 + "…"),
    ],
)
def test_a_cell_has_what_it_can_have(text, shown):
    assert read_sheet(write_file(ExportFormat.XLSX, ("1", None, text, None)))[1][2] == shown


@given(
    some.lists(
        some.text(some.characters(exclude_categories=["Cc", "Cs"], exclude_characters="_"), max_size=20), max_size=4
    )
)
def test_both_forms_have_the_same_texts(texts):
    rows = [("1", None, text, None) for text in texts]

    of_people = [row[2] for row in read_sheet(write_file(ExportFormat.XLSX, *rows))[1:]]
    of_programs = [row[2] for row in csv.reader(io.StringIO(write_file(ExportFormat.CSV, *rows).decode(), newline=""))][
        1:
    ]

    assert of_people == [escape_cell(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd") for text in texts]
    assert of_programs == [escape_cell(text) for text in texts]


def test_the_same_rows_are_the_same_file():
    row = ("1", AT, "x", None)

    assert write_file(ExportFormat.XLSX, row) == write_file(ExportFormat.XLSX, row)


def test_a_spreadsheet_knows_when_it_was_asked_for():
    with zipfile.ZipFile(io.BytesIO(write_file(ExportFormat.XLSX))) as archive:
        properties = archive.read("docProps/core.xml").decode()

    assert set(re.findall(r">([^<]+)</dcterms:", properties)) == {"2026-01-31T12:34:56Z"}


def test_no_export_is_longer_than_a_sheet():
    with pytest.raises(ValidationError, match="max_export_rows"):
        Settings(max_export_rows=1_048_576)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_file_that_is_written_leaves_nothing_behind(temporary: Path):
    write_file(ExportFormat.XLSX, ("1", AT, "x", None))

    assert list(temporary.iterdir()) == []


def test_a_file_that_is_given_up_leaves_nothing_behind_and_nothing_open(temporary: Path):
    file = new_file(ExportFormat.XLSX, COLUMNS, "audit-log", AT)
    file.add([("1", AT, "x", None)])

    file.close()

    assert list(temporary.iterdir()) == []
    del file
    gc.collect()  # what is open still is an error here


def test_a_file_that_cannot_be_put_together_leaves_nothing_behind(temporary: Path):
    file = new_file(ExportFormat.XLSX, COLUMNS, "audit-log", AT)
    file.add([("1", AT, "x", None)])
    for folder in temporary.iterdir():
        shutil.rmtree(folder)

    with pytest.raises(FileCreateError):
        file.finish()
    file.close()

    assert list(temporary.iterdir()) == []


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("soffice"), reason="soffice is not on PATH: `apt install libreoffice-calc`")
@pytest.mark.parametrize(("language", "moment"), [("de_DE", "31.01.2026 12:34:56"), ("fr_FR", "31/01/2026 12:34:56")])
def test_a_spreadsheet_shows_it_as_its_reader_writes(tmp_path: Path, language: str, moment: str):
    (tmp_path / "file.xlsx").write_bytes(write_file(ExportFormat.XLSX, ("00012345678901234567890", AT, "É; à", "1,5")))
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", as_csv]

    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "file.xlsx")],
        env=os.environ | {"LANG": f"{language}.UTF-8"},
        check=True,
        capture_output=True,
        timeout=120,
    )

    shown = list(csv.reader(io.StringIO((tmp_path / "file-audit-log.csv").read_text("utf-8"))))
    assert shown[1] == ["00012345678901234567890", moment, "É; à", "1,5"]
