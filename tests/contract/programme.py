"""The rules of docs/programme.md as a table: their numbers, their statuses, and where tests and code cite them.

A test proves a rule if a comment above it says so: `# Rule E4`, or `# Rules S2.1, M19`. Rows of the permission matrix
are proved by the rows of tests/permissions/matrix.py that `tests/contract/test_programme_matrix.py` compares with them.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMME = (ROOT / "docs" / "programme.md").read_text("utf-8")
NUMBER = r"[A-Z]\d+(?:\.\d+[ab]?)?"
IN_FORCE, NOT_YET = "in force", "not yet"
NEVER_IN_FORCE = (NOT_YET, "withdrawn", "– (context)")

_ROW = re.compile(rf"^\| \*\*({NUMBER})\*\*.*$", re.MULTILINE)
_PROOF = re.compile(rf"^# Rules? ({NUMBER}(?:, {NUMBER})*)$")
_CITED = re.compile(rf"(?<![\w=.])({NUMBER})(?![\w.]*\w)")
_COMMENT = re.compile(r"(?:^|\s)# .*$", re.MULTILINE)
_TEST = re.compile(r"(?:async )?def (test_\w+)")


def rule_rows() -> Iterator[tuple[str, list[str]]]:
    """Number and cells of each row that defines a rule; a rule with two rows comes twice."""
    for row in _ROW.finditer(PROGRAMME):
        yield row[1], [cell.strip() for cell in row[0].strip("| ").split("|")]


def statuses() -> dict[str, str]:
    """The last cell of each rule: whether it is in force."""
    return {number: cells[-1] for number, cells in rule_rows()}


def proofs() -> dict[str, list[str]]:
    """The tests that prove each rule, as `file.py::test_name`."""
    found = dict[str, list[str]]()
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        lines = file.read_text("utf-8").splitlines()
        for at, line in enumerate(lines):
            if match := _PROOF.match(line):
                name = next((test[1] for below in lines[at + 1 :] if (test := _TEST.match(below))), "no test")
                for number in match[1].split(", "):
                    found.setdefault(number, []).append(f"{file.name}::{name}")
    return found


@cache
def citations() -> dict[str, set[str]]:
    """The files of server/ and tests/ in which a comment or a docstring has each number."""
    found = dict[str, set[str]]()
    for file in sorted([*(ROOT / "server").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]):
        for number in _CITED.findall(_prose(file.read_text("utf-8"))):
            found.setdefault(number, set()).add(file.relative_to(ROOT).as_posix())
    return found


def _prose(source: str) -> str:
    """The comments and docstrings of a file."""
    comments = [comment for comment in _COMMENT.findall(source) if "noqa" not in comment]
    texts = [
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    return "\n".join([*comments, *texts])
