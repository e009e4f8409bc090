"""Are wrong methods, headers and addresses refused with a clear answer?"""

import httpx2
import pytest

from tests.security.refusals import refusal
from tests.security.requests import GOOD, JSON, http

__all__ = ["http"]
CONTENT_TYPES = [
    "",
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/graphql-response+json",
    "application/jsonx",
    "xapplication/json",
    "xapplication/jsonx",
    "application/json, text/plain",
    "text/plain, application/json",
    "application/json; charset=utf-16",
    "application/json; charset=latin-1",
    "application/json; charset=utf-8; x=y",
    "application/json; boundary=x",
    "application/json\0",
    "é",
]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
async def test_another_content_type_is_refused_as_a_foreign_page_could_send_it(
    http: httpx2.AsyncClient, content_type: str
):
    response = await http.post("/graphql", content=GOOD, headers={"Content-Type": content_type.encode()})

    assert refusal(response) == (415, "BAD_USER_INPUT", "Send the request as application/json in UTF-8.")


async def test_a_missing_content_type_is_refused(http: httpx2.AsyncClient):
    response = await http.post("/graphql", content=GOOD)

    assert "content-type" not in response.request.headers
    assert refusal(response) == (415, "BAD_USER_INPUT", "Send the request as application/json in UTF-8.")


@pytest.mark.parametrize(
    "content_type", ["application/json", "APPLICATION/JSON ; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_in_utf_8_is_taken_however_it_is_written(http: httpx2.AsyncClient, content_type: str):
    response = await http.post("/graphql", content=GOOD, headers={"Content-Type": content_type})

    assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "post"])
async def test_another_method_is_refused_and_the_good_ones_are_named(http: httpx2.AsyncClient, method: str):
    response = await http.request(Verbatim(method), "/graphql", content=GOOD, headers=JSON)

    assert refusal(response) == (405, "BAD_USER_INPUT", "Method Not Allowed")
    assert sorted(response.headers["allow"].split(", ")) == ["GET", "HEAD", "POST"]


class Verbatim(str):
    """A method that the client does not write in capitals."""

    __slots__ = ()

    def upper(self) -> str:
        return self


ADDRESSES: dict[str, tuple[dict[str, str], int, str]] = {
    "no query": ({}, 400, "`query` must be a string."),
    "query empty": ({"query": ""}, 400, "`query` must not be empty."),
    "variables not JSON": (
        {"query": "{__typename}", "variables": "{"},
        400,
        "`variables` is not valid JSON: look at line 1, column 2.",
    ),
    "variables an array": ({"query": "{__typename}", "variables": "[]"}, 400, "`variables` must be an object or null."),
    "variables a string": (
        {"query": "{__typename}", "variables": '"x"'},
        400,
        "`variables` must be an object or null.",
    ),
    "variables a number": ({"query": "{__typename}", "variables": "1"}, 400, "`variables` must be an object or null."),
    "variables deep": (
        {"query": "{__typename}", "variables": "[" * 2_000 + "]" * 2_000},
        400,
        "`variables` is nested too deeply.",
    ),
    "extensions not JSON": (
        {"query": "{__typename}", "extensions": "[" * 9_000},
        400,
        "`extensions` is nested too deeply.",
    ),
    "extensions an array": (
        {"query": "{__typename}", "extensions": "[]"},
        400,
        "`extensions` must be an object or null.",
    ),
    "a mutation": (
        {"query": "mutation { signOut(input: {}) { userErrors { code } } }"},
        405,
        "Send mutations by POST.",
    ),
    "a mutation by name": (
        {"query": "query A { __typename } mutation B { __typename }", "operationName": "B"},
        405,
        "Send mutations by POST.",
    ),
    "a subscription": ({"query": "subscription { x }"}, 400, "This endpoint supports only queries and mutations."),
    "an address of 40 kB": ({"query": "{__typename}" + " " * 40_000}, 414, "The address is too long."),
}


@pytest.mark.parametrize("name", ADDRESSES)
async def test_a_malformed_address_is_a_bad_request(http: httpx2.AsyncClient, name: str):
    parameters, status, message = ADDRESSES[name]

    response = await http.get("/graphql", params=parameters)

    assert refusal(response) == (status, "BAD_USER_INPUT", message)
    assert response.headers.get("allow") == ("POST" if status == 405 else None)


async def test_head_is_answered_as_get_is_and_reads_no_body(http: httpx2.AsyncClient):
    by_address = await http.head("/graphql", params={"query": "{__typename}"})
    by_body = await http.request("HEAD", "/graphql", content=GOOD, headers=JSON)
    mutation = await http.head("/graphql", params={"query": "mutation { __typename }"})

    assert (by_address.status_code, by_body.status_code, mutation.status_code) == (200, 400, 405)


@pytest.mark.parametrize(
    "accept", ["text/html", "image/*", "application/xml", "application/json;q=0", "text/*, x/y;q=0.5"]
)
async def test_a_client_that_takes_no_json_reads_so(http: httpx2.AsyncClient, accept: str):
    response = await http.post("/graphql", content=GOOD, headers=JSON | {"Accept": accept})

    message = "This endpoint answers only in application/graphql-response+json or application/json."
    assert refusal(response) == (406, "BAD_USER_INPUT", message)
