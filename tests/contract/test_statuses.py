"""Does docs/api.md list every status and every code that a request can be refused with?"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from server.app.bodies import BadRequest
from server.domain.errors import Denied, Unavailable

PROJECT = Path(__file__).parents[2]
DOCUMENTED = (PROJECT / "docs" / "api.md").read_text()
_STATUS = re.compile(r"\b[45][0-9][0-9]\b")


def _kinds(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _statuses(text: str) -> set[str]:
    known = {str(status.value) for status in HTTPStatus}
    return known.intersection(_STATUS.findall(text))


def test_every_status_is_documented():
    rows = "\n".join(line.split("|")[1] for line in DOCUMENTED.splitlines() if line.startswith("|"))

    used = set[str]().union(*(_statuses(file.read_text()) for file in (PROJECT / "server" / "app").glob("*.py")))

    assert used - _statuses(rows) == set()


def test_every_code_is_documented():
    codes = {kind.code for root in (Denied, Unavailable, BadRequest) for kind in _kinds(root)}

    assert {code for code in codes | {"CONFLICT"} if f"| `{code}` |" not in DOCUMENTED} == set()
