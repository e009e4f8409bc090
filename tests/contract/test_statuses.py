"""Does docs/api.md list every status and every code that a request can be refused with, and are they what it says?"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.app.bodies import BadRequest
from server.domain.errors import Denied, Unavailable
from tests.clients import Clients
from tests.contract.api_page import PAGE, table
from tests.world import World

PROJECT = Path(__file__).parents[2]
_STATUS = re.compile(r"\b[45][0-9][0-9]\b")


def _kinds(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _statuses(text: str) -> set[str]:
    known = {str(status.value) for status in HTTPStatus}
    return known.intersection(_STATUS.findall(text))


def test_every_status_is_documented():
    rows = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("|"))

    used = set[str]().union(*(_statuses(file.read_text()) for file in (PROJECT / "server" / "app").glob("*.py")))

    assert used - _statuses(rows) == set()


def test_every_code_is_documented():
    codes = {kind.code for root in (Denied, Unavailable, BadRequest) for kind in _kinds(root)}

    assert {code for code in codes | {"CONFLICT"} if f"| `{code}` |" not in PAGE} == set()


ROWS = [(status, code.strip("`")) for status, code, _ in table("## HTTP")]
GOOD = {"query": "{ __typename }"}
REQUESTS: dict[tuple[str, str], dict[str, Any]] = {
    ("400", "BAD_USER_INPUT"): {"json": [GOOD]},
    ("400", "any code"): {"json": {"query": "{ nosuch }"}, "headers": {"Accept": "application/graphql-response+json"}},
    ("401", "UNAUTHENTICATED"): {"json": GOOD, "headers": {"Authorization": "Bearer x"}},
    ("403", "BAD_USER_INPUT"): {"json": GOOD, "headers": {"Origin": "https://evil.example"}},
    ("404", "NOT_FOUND"): {"url": "/nowhere"},
    ("405", "BAD_USER_INPUT"): {"method": "PUT"},
    ("406", "BAD_USER_INPUT"): {"json": GOOD, "headers": {"Accept": "text/html"}},
    ("413", "BAD_USER_INPUT"): {"content": b" " * 262_145},
    ("414", "BAD_USER_INPUT"): {"url": "/graphql?query=" + "x" * 32_768, "method": "GET"},
    ("415", "BAD_USER_INPUT"): {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    ("431", "BAD_USER_INPUT"): {"json": GOOD, "headers": {"X": "x" * 32_768}},
}
TRIED_ELSEWHERE = {
    ("403", "FORBIDDEN"): "tests/api/partnerships/test_receipt_files.py",
    ("408", "BAD_USER_INPUT"): "tests/security/test_slow_connections.py",
    ("409", "CONFLICT"): "tests/reliability/test_locks.py",
    ("500", "INTERNAL"): "tests/security/test_secrets.py",
    ("503", "UNAVAILABLE"): "tests/reliability/test_outages.py",
}


def test_every_refusal_by_status_is_tried():
    assert sorted(ROWS) == sorted(REQUESTS.keys() | TRIED_ELSEWHERE.keys())


@pytest.mark.parametrize("row", REQUESTS, ids=" ".join)
async def test_a_request_is_refused_with_the_status_and_the_code_that_the_page_says(
    world: World, engine_clients: Clients, row: tuple[str, str]
):
    response: httpx2.Response = await engine_clients.http.request(
        **{"method": "POST", "url": "/graphql"} | REQUESTS[row]
    )

    (error,) = response.json()["errors"]
    assert (str(response.status_code), error["extensions"]["requestId"]) == (row[0], response.headers["x-request-id"])
    assert row[1] in ("any code", error["extensions"]["code"])


async def test_a_document_that_is_too_long_is_refused_as_every_document_beyond_a_limit(
    world: World, engine_clients: Clients
):
    sent = {"query": "{ __typename }".ljust(100_001)}

    lenient, strict = [
        await engine_clients.http.post("/graphql", json=sent, headers={"Accept": accept})
        for accept in ("application/json", "application/graphql-response+json")
    ]

    assert (lenient.status_code, strict.status_code) == (200, 400)
    for response in (lenient, strict):
        assert response.json() == {
            "errors": [
                {
                    "message": "This document is longer than 100,000 characters.",
                    "extensions": {"code": "VALIDATION_FAILED", "requestId": response.headers["x-request-id"]},
                }
            ]
        }
