"""Does docs/programme.md say of each rule whether it is in force, and is that true of error codes and e-mails?"""

import re
from pathlib import Path

from server.domain import errors
from server.domain.errors import Denied, Unavailable
from server.mail.topics import TEMPLATES
from server.schema.hubs import ErrorCode

PROGRAMME = (Path(__file__).parents[2] / "docs" / "programme.md").read_text("utf-8")
_RULE = re.compile(r"^\| \*\*([A-Z]\d+(?:\.\d+[ab]?)?)\*\*.*$", re.MULTILINE)
_STATUS = re.compile(r"in force|in part: \S.*|not yet|– \(context\)")


def last_cell(row: str) -> str:
    return row.rstrip(" |").rpartition("|")[2].strip()


def test_every_rule_says_whether_it_is_in_force():
    statuses = {match[1]: last_cell(match[0]) for match in _RULE.finditer(PROGRAMME)}

    assert len(statuses) > 200
    assert {rule: status for rule, status in statuses.items() if not _STATUS.fullmatch(status)} == {}


def test_a_rule_has_one_row():
    rules = _RULE.findall(PROGRAMME)

    assert sorted(rules) == sorted(set(rules))


def test_an_error_code_is_in_force_if_the_server_has_it():
    section = PROGRAMME.partition("\n## Error codes\n")[2].partition("\n## ")[0]
    rows = [row for row in section.splitlines() if row.startswith("| `")]
    codes = {code: last_cell(row) for row in rows for code in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}

    assert codes == {code: "in force" if code in server_codes() else "not yet" for code in codes}


def test_an_email_is_in_force_if_it_has_a_template():
    section = PROGRAMME.partition("\n## E-mails\n")[2].partition("\n**Preferences.**")[0]
    rows = [row for row in section.splitlines() if row.startswith("| ") and "`" in row]

    assert {row: last_cell(row) for row in rows} == {row: email_status(row.split("|")[2]) for row in rows}


def email_status(cell: str) -> str:
    names = re.findall(r"`([a-z_.]+)`", cell)
    if not (missing := [name for name in names if name not in TEMPLATES]):
        return "in force"
    return "not yet" if missing == names else f"in part: not {', '.join(f'`{name}`' for name in missing)}"


def server_codes() -> set[str]:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, (Denied, Unavailable))
    ]
    return {*ErrorCode.__members__, *(kind.code for kind in kinds), "INTERNAL"}
