"""Is what docs/programme.md says of its rules true, by the tests that prove them? And of error codes and e-mails?"""

import re

from server.domain import errors
from server.domain.errors import Denied, Unavailable
from server.domain.expiry import REMINDED_AFTER_DAYS
from server.domain.partnerships.access_change_requests import CHANGE_REQUEST_LIFETIME_DAYS
from server.domain.people.tokens import (
    DEFAULT_LIFETIME,
    LONGEST_LIFETIME,
    MAX_TOKENS_PER_ORGANISATION,
    UNUSED_LIFETIME,
)
from server.mail.topics import TEMPLATES
from server.schema.hubs import ErrorCode
from server.schema.input_coercion import LONGEST_LIST
from server.settings import Settings
from tests.contract import programme
from tests.contract.programme import IN_FORCE, NEVER_IN_FORCE, PROGRAMME, rule_rows, statuses
from tests.contract.test_programme_matrix import OPERATIONS

_STATUS = re.compile("|".join([IN_FORCE, r"in part: \S.*", *map(re.escape, NEVER_IN_FORCE)]))

DEFAULTS = Settings(_env_file=None)

NUMBERS = {
    "S1.6": [f"{DEFAULTS.partnership_invitation_days} days", "day {} and day {}".format(*REMINDED_AFTER_DAYS)],
    "S1.7": [f"at most {DEFAULTS.resendings_per_day} times in 24 hours"],
    "S2.8": [f"{CHANGE_REQUEST_LIFETIME_DAYS} days"],
    "S11.4": [f"{DEFAULTS.member_invitation_days} days"],
    "S13.6": [f"{DEFAULTS.support_access_days} days after the grant"],
    "S15.6": [f"{DEFAULTS.pending_action_days} days"],
    "D9": [f"at most {LONGEST_LIST}"],
    "R15": [f"**{DEFAULTS.support_access_days} days**"],
    "R23": [f"after {UNUSED_LIFETIME.days // 365} year without use"],
    "E34": [f"{DEFAULTS.pending_action_days} days at most"],
    "E42": [f"{DEFAULTS.export_hours} hours; links last {DEFAULTS.export_link_minutes} minutes"],
    "Q7": [
        f"{DEFAULT_LIFETIME.days} days by default, {LONGEST_LIFETIME.days} at most",
        f"{MAX_TOKENS_PER_ORGANISATION} tokens per organisation",
    ],
}
"""What a rule says with the numbers of the code in it."""


def last_cell(row: str) -> str:
    return row.rstrip(" |").rpartition("|")[2].strip()


def test_every_rule_says_whether_it_is_in_force():
    assert len(statuses()) > 200
    assert {rule: status for rule, status in statuses().items() if not _STATUS.fullmatch(status)} == {}


def test_a_rule_has_one_row():
    rules = [number for number, _ in rule_rows()]

    assert sorted(rules) == sorted(set(rules))


def test_every_series_of_numbers_is_without_a_gap_so_that_no_number_is_used_again():
    series = dict[str, set[int]]()
    for number in statuses():
        name, _, last = number.rpartition(".") if "." in number else (number[0], "", number[1:])
        series.setdefault(name, set()).add(int(last.rstrip("ab")))

    assert {f"S{last}" for last in range(1, 16)} | set("CDEMQRW") == set(series)
    assert {name: numbers for name, numbers in series.items() if numbers != set(range(1, len(numbers) + 1))} == {}


def test_a_rule_that_is_in_force_is_proved_by_a_test():
    in_force = {rule for rule, status in statuses().items() if status not in NEVER_IN_FORCE}

    assert sorted(in_force - set(programme.proofs()) - set(OPERATIONS)) == []


def test_what_proves_a_rule_is_a_test():
    assert [rule for rule, tests in programme.proofs().items() if any(test.endswith("no test") for test in tests)] == []


def test_a_rule_that_is_not_in_force_is_cited_by_no_code_and_no_test():
    cited = programme.citations()

    assert {
        rule: cited[rule] for rule, status in statuses().items() if status in NEVER_IN_FORCE and rule in cited
    } == {}


def test_code_and_tests_cite_only_rules_that_exist():
    rules = set(statuses()) | {number.partition(".")[0] for number in statuses()}

    assert {rule: files for rule, files in programme.citations().items() if rule not in rules} == {}


def test_the_numbers_of_a_rule_are_those_of_the_code():
    rows = {number: " | ".join(cells) for number, cells in rule_rows()}

    assert {rule: [text for text in texts if text not in rows[rule]] for rule, texts in NUMBERS.items()} == {
        rule: [] for rule in NUMBERS
    }


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
