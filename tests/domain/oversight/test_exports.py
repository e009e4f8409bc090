"""What is in an exported cell, for whom is the file, and when is it refused?"""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.domain.oversight import exports as rules
from server.domain.oversight.exports import ExportFormat, ExportKind, ExportState
from server.domain.rights import Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from tests.domain.refusals import refusals

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
USER, COMPANY, MEMBER, TOKEN = uuid4(), uuid4(), uuid4(), uuid4()


@dataclass(frozen=True)
class Export:
    organisation_id: UUID = COMPANY
    requested_by_id: UUID = USER
    api_token_id: UUID | None = None


def viewer(role: Role = Role.EMPLOYEE, *, user: UUID = USER, token: TokenGrant | None = None) -> Viewer:
    return Viewer(user, (ViewerMembership(MEMBER, COMPANY, role),), token=token)


def grant(**columns: object) -> TokenGrant:
    return TokenGrant(**({"token_id": TOKEN, "organisation_id": COMPANY, "scopes": frozenset(Scope)} | columns))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


# Rule D14
@pytest.mark.parametrize(
    "text",
    [
        *("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", " =1", "\u00a0=1", "\t=1", "\n@x", "\tx", " \rx", "\nx"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\u2028=1"),
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text):
    assert rules.escape_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Alpina", "a=b", "'=1", "1-1", "Épicerie ñ 株 🐦", 'a "b", c;d\r\ne', "[]", "{}"])
def test_any_other_text_stays_as_it_is(text):
    assert rules.escape_cell(text) == text


def test_a_line_is_written_as_the_rfc_has_it():
    written = rules.render_csv([["id", "name"], ["1", None], ['say "hi"', "two\r\nlines, 株;=1"]])

    assert written.decode() == '"id","name"\r\n"1",""\r\n"say ""hi""","two\r\nlines, 株;=1"\r\n'


@given(some.lists(some.lists(some.text(), min_size=2, max_size=2), max_size=4))
def test_every_written_cell_is_harmless_when_read_again(rows):
    assert read(rules.render_csv(rows)) == [[rules.escape_cell(text) for text in row] for row in rows]
    assert not [one for row in rows for one in map(rules.escape_cell, row) if one.strip()[:1] in tuple("=+-@")]


@pytest.mark.parametrize(
    ("who", "sees", "gets"),
    [
        (viewer(), True, True),
        (viewer(Role.ADMINISTRATOR), True, True),
        (viewer(user=uuid4()), False, False),
        (viewer(Role.ADMINISTRATOR, user=uuid4()), True, False),
        (viewer(token=grant()), True, False),
        (Viewer(USER), False, True),
    ],
)
def test_leaders_see_every_export_and_only_the_person_who_asked_gets_it(who, sees, gets):
    assert (rules.sees_export(who, Export()), rules.is_export_for(who, Export())) == (sees, gets)


def test_an_export_of_a_token_is_for_the_token_and_its_owner():
    asked = Export(api_token_id=TOKEN)

    assert rules.is_export_for(viewer(token=grant()), asked)
    assert rules.is_export_for(viewer(), asked)
    assert not rules.is_export_for(viewer(token=grant(token_id=uuid4())), asked)


def test_a_file_has_expired_at_the_time_that_was_announced():
    until = NOW + timedelta(hours=1)

    assert rules.EXPORT_EXPIRY.at(until - timedelta(microseconds=1), ExportState.READY, until) is ExportState.READY
    assert rules.EXPORT_EXPIRY.at(until, ExportState.READY, until) is ExportState.EXPIRED
    assert rules.EXPORT_EXPIRY.at(until, ExportState.FAILED, until) is ExportState.FAILED
    assert rules.EXPORT_EXPIRY.at(until, ExportState.REQUESTED, None) is ExportState.REQUESTED


def test_the_digest_of_a_reach_has_everything_that_decides_about_rows():
    customer = frozenset([uuid4()])
    reaches = [
        (viewer(), ()),
        (viewer(Role.ADMINISTRATOR), ()),
        (Viewer(USER), ()),
        (viewer(), customer),
        (viewer(token=grant()), ()),
        (viewer(token=grant(scopes=frozenset())), ()),
        (viewer(token=grant(customer_ids=customer)), ()),
        (viewer(token=grant(customer_ids=frozenset())), ()),
        (viewer(token=grant(excluded_ids=customer)), ()),
    ]

    digests = [rules.reach_digest(who, COMPANY, assigned) for who, assigned in reaches]

    assert len(set(digests)) == len(reaches)
    assert digests == [rules.reach_digest(who, COMPANY, assigned) for who, assigned in reaches]


def test_a_refusal_names_its_code_and_field():
    told = [
        *refusals(rules.check_export_is_for, viewer(user=uuid4()), Export()),
        *refusals(rules.check_has_file, ExportState.RUNNING),
        *refusals(rules.check_has_file, ExportState.EXPIRED),
        *refusals(rules.check_reach, "a", "b"),
        *refusals(rules.check_reach, None, None),
        *refusals(rules.check_number_of_exports, 3, 3),
        *refusals(rules.check_period, NOW, NOW, is_dated=True),
        *refusals(rules.check_period, NOW, NOW + timedelta(days=1), is_dated=False),
    ]

    assert told == [
        ("EXPORT_OF_ANOTHER", ""),
        ("EXPORT_NOT_READY", ""),
        ("EXPORT_NOT_READY", ""),
        ("EXPORT_OUTDATED", ""),
        ("EXPORT_OUTDATED", ""),
        ("EXPORT_LIMIT_REACHED", ""),
        ("VALIDATION_FAILED", "until"),
        ("VALIDATION_FAILED", "since"),
        ("VALIDATION_FAILED", "until"),
    ]


def test_an_export_within_the_limits_is_allowed():
    rules.check_export_is_for(viewer(), Export())
    rules.check_has_file(ExportState.READY)
    rules.check_reach("a", "a")
    rules.check_number_of_exports(2, 3)
    rules.check_period(NOW, NOW + timedelta(microseconds=1), is_dated=True)
    rules.check_period(None, None, is_dated=False)


def test_a_file_is_called_after_its_list_and_its_day():
    assert rules.file_name(ExportKind.AUDIT_LOG, NOW, ExportFormat.CSV) == "audit-log-2026-01-31.csv"
    assert rules.file_name(ExportKind.ACCESS_REVIEW, NOW, ExportFormat.XLSX) == "access-review-2026-01-31.xlsx"
