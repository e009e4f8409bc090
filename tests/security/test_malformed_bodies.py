"""Is every malformed body, address or header refused with a clear answer?"""

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from tests.clients import URL, Clients
from tests.security.refusals import errors, refusal
from tests.security.requests import GOOD, JSON, STRICT, http
from tests.world import World

__all__ = ["http"]
EMPTY = "The body is empty."
NOT_UTF8 = "The body is not in UTF-8."
MARKED = "The body begins with a byte order mark; send it without one."
COMPRESSED = "The body is compressed; send it as it is."
HALF_A_CHARACTER = "The body contains half a character: an escape such as `\\ud83d` needs its other half."
NOT_AN_OBJECT = "A GraphQL request must be a JSON object."
A_BATCH = "Send one operation per request. Batches are not supported."
TOO_DEEP = "The body is nested too deeply."


def not_json(column: int, line: int = 1) -> str:
    return f"The body is not valid JSON: look at line {line}, column {column}."


def body_with(**members: Any) -> bytes:
    """A body with these members, and with a good query if they have none."""
    return json.dumps({"query": "{__typename}"} | members).encode()


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", EMPTY),
    "a space": (b" ", EMPTY),
    "a NUL": (b"\0", not_json(1)),
    "half an object": (b'{"query":', not_json(10)),
    "an object that is not closed": (b'{"query":"{__typename}"', not_json(24)),
    "an object closed twice": (GOOD + b"}", not_json(25)),
    "two objects": (GOOD + GOOD, not_json(25)),
    "an object and a word": (GOOD + b" x", not_json(26)),
    "a comma too many": (b'{"query":"{__typename}",}', not_json(24)),
    "a comment": (b'{"query":"{__typename}"/* x */}', not_json(24)),
    "single quotes": (b"{'query':'{__typename}'}", not_json(2)),
    "a name without quotes": (b'{query:"{__typename}"}', not_json(2)),
    "a bare document": (b"{__typename}", not_json(2)),
    "a line break in a string": (b'{"query":"{\n__typename}"}', not_json(12)),
    "an escape that is none": (b'{"query":"\\x"}', not_json(11)),
    "half a unicode escape": (b'{"query":"\\u12"}', not_json(11)),
    "a lone high surrogate": (b'{"query":"\\ud800"}', HALF_A_CHARACTER),
    "a lone low surrogate": (b'{"query":"{__typename}","variables":{"a":"\\udfff"}}', HALF_A_CHARACTER),
    "surrogates the wrong way round": (b'{"query":"\\udc00\\ud800"}', HALF_A_CHARACTER),
    "a surrogate in UTF-8": (b'{"query":"\xed\xa0\x80"}', NOT_UTF8),
    "a byte that is not UTF-8": (b'{"query":"\xff"}', NOT_UTF8),
    "an overlong NUL": (b'{"query":"\xc0\x80"}', NOT_UTF8),
    "a character cut short": (b'{"query":"\xf0\x9f\x98"}', NOT_UTF8),
    "Latin-1": ('{"query":"{__typename} # é"}'.encode("latin-1"), NOT_UTF8),
    "UTF-8 with a byte order mark": (b"\xef\xbb\xbf" + GOOD, MARKED),
    "UTF-16": (GOOD.decode().encode("utf-16"), NOT_UTF8),
    "UTF-32": (GOOD.decode().encode("utf-32"), NOT_UTF8),
    "gzip": (gzip.compress(GOOD), COMPRESSED),
    "deflate": (zlib.compress(GOOD), COMPRESSED),
    "a gzip bomb": (gzip.compress(b" " * 10_000_000), COMPRESSED),
    "NaN": (b"NaN", not_json(1)),
    "Infinity": (b"Infinity", not_json(1)),
    "NaN in a variable": (b'{"query":"{__typename}","variables":{"a":NaN}}', not_json(42)),
    "minus infinity in a variable": (b'{"query":"{__typename}","variables":{"a":-Infinity}}', not_json(43)),
    "a number that is too large for a float": (b'{"query":"{__typename}","variables":{"a":1e999}}', not_json(42)),
    "an integer of 5,000 digits": (b'{"query":"{__typename}","variables":{"a":' + b"9" * 5_000 + b"}}", not_json(42)),
    "a number with a leading zero": (b'{"query":"{__typename}","variables":{"a":01}}', not_json(42)),
    "a form": (b"query=%7B__typename%7D", not_json(1)),
    "a page": (b"<html></html>", not_json(1)),
    "arrays nested 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, TOO_DEEP),
    "arrays opened 100,000 times": (b"[" * 100_000, TOO_DEEP),
    "objects opened 30,000 times": (b'{"a":' * 30_000, TOO_DEEP),
    "arrays nested 65 deep": (b"[" * 65 + b"]" * 65, A_BATCH),
    "null": (b"null", NOT_AN_OBJECT),
    "true": (b"true", NOT_AN_OBJECT),
    "false": (b"false", NOT_AN_OBJECT),
    "zero": (b"0", NOT_AN_OBJECT),
    "one": (b"1", NOT_AN_OBJECT),
    "a fraction": (b"-1.5", NOT_AN_OBJECT),
    "a string": (b'"x"', NOT_AN_OBJECT),
    "a document as a string": (b'"{__typename}"', NOT_AN_OBJECT),
    "an empty batch": (b"[]", A_BATCH),
    "a batch of one": (b"[" + GOOD + b"]", A_BATCH),
    "a batch of ten": (b"[" + b",".join([GOOD] * 10) + b"]", A_BATCH),
    "a batch of null": (b"[null]", A_BATCH),
    "no member": (b"{}", "`query` must be a string."),
    "no query": (b'{"notquery":"{__typename}"}', "`query` must be a string."),
    "query null": (body_with(query=None), "`query` must be a string."),
    "query a number": (body_with(query=0), "`query` must be a string."),
    "query a boolean": (body_with(query=False), "`query` must be a string."),
    "query an array": (body_with(query=["{__typename}"]), "`query` must be a string."),
    "query an object": (body_with(query={"a": 1}), "`query` must be a string."),
    "query empty": (body_with(query=""), "`query` must not be empty."),
    "the last of two queries counts": (b'{"query":"{__typename}","query":1}', "`query` must be a string."),
    "variables a string": (body_with(variables="{}"), "`variables` must be an object or null."),
    "variables a number": (body_with(variables=0), "`variables` must be an object or null."),
    "variables a boolean": (body_with(variables=False), "`variables` must be an object or null."),
    "variables an array": (body_with(variables=[]), "`variables` must be an object or null."),
    "operationName a number": (body_with(operationName=0), "`operationName` must be a string or null."),
    "operationName a boolean": (body_with(operationName=False), "`operationName` must be a string or null."),
    "operationName an array": (body_with(operationName=["a"]), "`operationName` must be a string or null."),
    "operationName an object": (body_with(operationName={}), "`operationName` must be a string or null."),
    "extensions a string": (body_with(extensions="{}"), "`extensions` must be an object or null."),
    "extensions a number": (body_with(extensions=0), "`extensions` must be an object or null."),
    "extensions a boolean": (body_with(extensions=True), "`extensions` must be an object or null."),
    "extensions an array": (body_with(extensions=[]), "`extensions` must be an object or null."),
    "a subscription": (body_with(query="subscription { x }"), "This endpoint supports only queries and mutations."),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_malformed_body_is_a_bad_request(http: httpx2.AsyncClient, name: str):
    body, message = BODIES[name]

    response = await http.post("/graphql", content=body, headers=JSON)

    assert refusal(response) == (415 if message == COMPRESSED else 400, "BAD_USER_INPUT", message)
    assert response.headers.get("accept-encoding") == ("identity" if message == COMPRESSED else None)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "compress", "x", "identity, gzip", "é"])
async def test_a_body_in_another_encoding_is_refused_unread(http: httpx2.AsyncClient, encoding: str):
    response = await http.post("/graphql", content=GOOD, headers=JSON | {"Content-Encoding": encoding.encode()})

    assert refusal(response) == (415, "BAD_USER_INPUT", COMPRESSED)
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["identity", " Identity ", ""])
async def test_a_body_in_no_encoding_is_taken(http: httpx2.AsyncClient, encoding: str):
    response = await http.post("/graphql", content=b"[]", headers=JSON | {"Content-Encoding": encoding})

    assert refusal(response) == (400, "BAD_USER_INPUT", A_BATCH)


HASH_ALONE = {
    "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ecf4edb46db40b5132295c0291d62fb65d6759a9"}}
}


@pytest.mark.parametrize("query", [{}, {"query": None}, {"query": ""}])
async def test_a_client_that_sends_the_hash_of_its_query_learns_to_send_the_text(
    http: httpx2.AsyncClient, query: dict[str, Any]
):
    asked = HASH_ALONE | {"operationName": "Q", "variables": {}} | query

    lenient = await http.post("/graphql", json=asked, headers=JSON)
    strict = await http.post("/graphql", json=asked, headers=STRICT)
    got = await http.get("/graphql", params={name: json.dumps(value) for name, value in HASH_ALONE.items()})

    told = ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
    assert refusal(lenient) == refusal(got) == (200, *told)
    assert refusal(strict) == (400, *told)


async def test_a_query_next_to_its_hash_is_answered(world: World, clients: Clients):
    response = await clients.http.post("/graphql", json=HASH_ALONE | {"query": "{__typename}"})

    assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})


async def test_an_empty_operation_name_is_none(world: World, clients: Clients):
    posted = await clients.http.post("/graphql", json={"query": "query A {__typename}", "operationName": ""})
    got = await clients.http.get("/graphql?query=query+A+%7B__typename%7D&operationName=")
    of_two = await clients.http.post(
        "/graphql", json={"query": "query A {__typename} query B {__typename}", "operationName": ""}
    )

    assert posted.json() == got.json() == {"data": {"__typename": "Query"}}
    assert refusal(of_two)[2] == "Set `operationName` to the operation to run."


async def test_an_address_that_is_not_utf_8_is_refused(http: httpx2.AsyncClient):
    response = await http.get("/graphql?query=%7B__typename%7D%20%23%E9")

    assert refusal(response) == (400, "BAD_USER_INPUT", "The address is not in UTF-8.")


async def test_an_address_has_few_parameters(http: httpx2.AsyncClient):
    many = await http.get("/graphql?query=%7B__typename%7D" + "&a" * 16)
    allowed = await http.get("/graphql?query=%7B__typename%7D" + "&a" * 15)

    assert refusal(many) == (400, "BAD_USER_INPUT", "An address can have at most 16 parameters.")
    assert allowed.json() == {"data": {"__typename": "Query"}}


async def test_at_most_twenty_errors_are_reported(http: httpx2.AsyncClient):
    document = "{viewer {" + " ".join(f"x{number}" for number in range(90)) + "}}"

    response = await http.post("/graphql", json={"query": document}, headers=JSON)

    assert len(errors(response)) == 20


async def test_a_body_over_the_limit_is_refused_by_its_length_before_it_comes(http: httpx2.AsyncClient):
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("The body was read.")
        yield b""

    response = await http.post("/graphql", content=never(), headers=JSON | {"Content-Length": "262145"})

    assert refusal(response) == (413, "BAD_USER_INPUT", "The body is too large.")


async def test_a_body_of_exactly_the_limit_is_answered(http: httpx2.AsyncClient):
    response = await http.post("/graphql", content=GOOD.ljust(262_144), headers=JSON)

    assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})


async def test_a_body_that_streams_over_the_limit_is_refused_while_it_comes(http: httpx2.AsyncClient):
    pieces = iter([b" " * 65_536] * 100)

    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    response = await http.post("/graphql", content=stream(), headers=JSON)

    assert refusal(response) == (413, "BAD_USER_INPUT", "The body is too large.")
    assert len(list(pieces)) == 95


@pytest.mark.parametrize("length", ["x", "-1", "9" * 5_000, "1e9", "٣"])
async def test_a_length_that_is_not_a_number_does_not_count(http: httpx2.AsyncClient, length: str):
    headers = JSON | {"Content-Length": length.encode()}

    response = await http.post("/graphql", content=GOOD, headers=headers)

    assert response.json() == {"data": {"__typename": "Query"}}


async def test_headers_over_the_limit_are_refused(http: httpx2.AsyncClient):
    large = await http.post("/graphql", content=GOOD, headers=JSON | {"X-Large": "x" * 33_000})
    many = await http.post(
        "/graphql", content=GOOD, headers=JSON | {f"X-{number}": "x" * 30 for number in range(1_000)}
    )

    assert refusal(large) == refusal(many) == (431, "BAD_USER_INPUT", "The headers are too large.")


async def test_a_caller_who_goes_away_before_the_body_is_complete_causes_no_error(app: Starlette):
    said = [{"type": "http.request", "body": b'{"query":', "more_body": True}, {"type": "http.disconnect"}]
    answered = []

    async def receive() -> dict:
        return said.pop(0)

    async def send(message: dict) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"host", URL.removeprefix("http://").encode()), (b"content-type", b"application/json")],
    }
    await app(scope, receive, send)

    assert answered == []


@pytest.mark.parametrize(
    "language",
    [
        "x" * 5_000,
        "-",
        "de;q=nan",
        "de;q=x",
        "en-" * 60,
        "../../etc/passwd",
        ",,,;q=;q=",
        "é",
        "de_DE@x",
        "zh-Hant-TW",
        "\0",
    ],
)
async def test_an_odd_language_is_answered_in_english(http: httpx2.AsyncClient, language: str):
    response = await http.post("/graphql", content=GOOD, headers=JSON | {"Accept-Language": language.encode()})

    assert response.json() == {"data": {"__typename": "Query"}}
