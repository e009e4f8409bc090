"""Is HTTP spoken as the GraphQL-over-HTTP specification has it, and are the other addresses what they promise?"""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.models import AuditEvent
from tests.clients import Clients
from tests.contract.http_application import http
from tests.rows import PASSWORD
from tests.world import World

__all__ = ["http"]
COMMITTED_SCHEMA = Path(__file__).parents[2] / "schema.graphql"
LENIENT = "application/json; charset=utf-8"
STRICT = "application/graphql-response+json; charset=utf-8"
NAME = "query Type($name: String!) { __type(name: $name) { name } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { email } } userErrors { code } } }"


async def post(http: httpx2.AsyncClient, accept: str | None = None, **members: Any) -> httpx2.Response:
    """A request with these members; by default without an Accept header."""
    request = http.build_request("POST", "/graphql", json={"query": "{ __typename }"} | members)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    return await http.send(request)


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, LENIENT),
        ("", LENIENT),
        ("*/*", LENIENT),
        ("application/*", LENIENT),
        ("application/json", LENIENT),
        ("APPLICATION/JSON", LENIENT),
        ("application/json; charset=utf-8", LENIENT),
        ("text/html, application/json;q=0.9", LENIENT),
        ("text/html, */*;q=0.1", LENIENT),
        ("application/json, application/graphql-response+json;q=0", LENIENT),
        ("application/graphql-response+json", STRICT),
        ("application/graphql-response+json; charset=utf-8", STRICT),
        ("application/graphql-response+json, application/json;q=0.9", STRICT),
        ("application/json, application/graphql-response+json", STRICT),
        ("application/json;q=0.000, application/graphql-response+json", STRICT),
    ],
)
async def test_the_answer_is_of_the_type_that_was_asked_for(
    http: httpx2.AsyncClient, accept: str | None, answered: str
):
    response = await post(http, accept)

    assert (response.status_code, response.headers["content-type"]) == (200, answered)
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize(
    "members",
    [
        {"variables": None},
        {"operationName": None},
        {"extensions": None},
        {"variables": {}},
        {"variables": {"unused": [1, {"a": "b"}]}},
        {"extensions": {"some": "value"}},
        {"something": "else"},
        {"query": "query Query { __typename }", "operationName": "Query"},
        {"query": "query Query { __typename } mutation Other { __typename }", "operationName": "Query"},
    ],
)
async def test_every_member_that_the_specification_allows_is_taken(http: httpx2.AsyncClient, accept: str, members: Any):
    response = await post(http, accept, **members)

    assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_variables_are_taken_from_the_body_and_from_the_address(http: httpx2.AsyncClient, accept: str):
    variables = {"name": "Money"}

    by_body = await post(http, accept, query=NAME, variables=variables, operationName="Type")
    by_address = await http.get(
        "/graphql",
        params={"query": NAME, "variables": '{"name": "Money"}', "operationName": "Type", "extensions": "{}"},
        headers={"Accept": accept},
    )

    assert (by_body.status_code, by_address.status_code) == (200, 200)
    assert by_body.json() == by_address.json() == {"data": {"__type": {"name": "Money"}}}


async def test_text_is_utf_8_in_both_directions(http: httpx2.AsyncClient):
    document = '{ __type(name: "Run🏃Swim🏊é") { name } 🏃 }'

    response = await post(http, query=document)

    assert response.json()["errors"][0]["message"] == "Syntax Error: Unexpected character: U+1F3C3."
    assert (await post(http, query=document.replace("🏃 }", "}"))).json() == {"data": {"__type": None}}


@pytest.mark.postgres
async def test_of_several_operations_without_a_name_none_is_run(world: World, clients: Clients):
    document = "query A { viewer { user { email } } } query B { viewer { user { firstName } } }"

    answer = await clients.ask(document, as_=world.cL)

    assert (answer.codes, answer.json.get("data")) == (["BAD_USER_INPUT"], None)


REQUEST_ERRORS: dict[str, dict[str, Any]] = {
    "that does not parse": {"query": "{"},
    "that is not valid": {"query": "{ noSuchField }"},
    "whose variables do not fit": {"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": None}},
    "without an operation of this name": {"operationName": "Other"},
    "with several operations and no name": {"query": "query A { __typename } query B { __typename }"},
}


@pytest.mark.parametrize("what", REQUEST_ERRORS)
async def test_a_document_with_a_request_error_is_a_bad_request_for_a_strict_accept_header(
    http: httpx2.AsyncClient, what: str
):
    strict = await post(http, "application/graphql-response+json", **REQUEST_ERRORS[what])
    lenient = await post(http, "application/json", **REQUEST_ERRORS[what])

    assert (strict.status_code, lenient.status_code) == (400, 200)
    assert list(strict.json()) == list(lenient.json()) == ["errors"]


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_body_that_is_not_a_request_is_a_bad_request_for_everybody(http: httpx2.AsyncClient, accept: str):
    for content in (b'{ "not a JSON', b'{"qeury": "{ __typename }"}'):
        response = await http.post(
            "/graphql", content=content, headers={"Content-Type": "application/json", "Accept": accept}
        )

        assert (response.status_code, list(response.json())) == (400, ["errors"])


@pytest.mark.postgres
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_an_error_of_one_field_leaves_the_others_and_is_not_a_bad_request(
    world: World, clients: Clients, accept: str
):
    response = await post(clients.http, accept, query='{ __typename node(id: "x") { id } }')

    answer = response.json()
    assert response.status_code == 200
    assert answer["data"] == {"__typename": "Query", "node": None}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["node"], "BAD_USER_INPUT")
    ]


@pytest.mark.postgres
async def test_an_error_that_takes_everything_with_it_still_has_data_null(world: World, clients: Clients):
    response = await post(
        clients.http, "application/graphql-response+json", query="{ catalogue(first: 101) { totalCount } }"
    )

    answer = response.json()
    assert (response.status_code, answer["data"]) == (200, None)
    assert [error["path"] for error in answer["errors"]] == [["catalogue"]]


ADDRESSES = [
    ("GET", "/graphql"),
    ("GET", "/graphql?query={__typename}"),
    ("POST", "/graphql"),
    ("PUT", "/graphql"),
    ("GET", "/schema.graphql"),
    ("GET", "/livez"),
    ("GET", "/nowhere"),
    ("GET", "/graphql/"),
    ("GET", "/%00%ff"),
    ("GET", "/graphiql"),
    ("GET", "/graphiql/assets/nothing"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
async def test_every_answer_has_an_id_and_says_what_it_is(http: httpx2.AsyncClient, method: str, address: str):
    response = await http.request(method, address)

    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"].endswith("; charset=utf-8")
    assert response.headers["cache-control"] == ("no-cache" if address == "/graphiql" else "no-store")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/graphql/", "/GRAPHQL", "//graphql", "/%00"])
async def test_an_unknown_path_is_not_found_and_leads_nowhere_else(http: httpx2.AsyncClient, path: str):
    response = await http.post(f"http://evil.example{path}", json={"query": "{ __typename }"})

    assert response.status_code == 404
    assert "location" not in response.headers
    assert response.json() == {
        "errors": [
            {
                "message": "Not Found",
                "extensions": {"code": "NOT_FOUND", "requestId": response.headers["x-request-id"]},
            }
        ]
    }


async def test_an_unknown_file_of_the_explorer_is_answered_like_every_unknown_path_and_fenced_in(
    http: httpx2.AsyncClient,
):
    response = await http.get("/graphiql/assets/nothing.js")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'self'")
    assert response.json() == {
        "errors": [
            {
                "message": "Not Found",
                "extensions": {"code": "NOT_FOUND", "requestId": response.headers["x-request-id"]},
            }
        ]
    }


@pytest.mark.parametrize("given", ["abcdefgh", "0123-4567_XYZ", "a" * 64])
async def test_a_well_formed_request_id_is_echoed(http: httpx2.AsyncClient, given: str):
    response = await http.post("/graphql", json={"query": "{"}, headers={"X-Request-Id": given})

    assert response.headers["x-request-id"] == given
    assert response.json()["errors"][0]["extensions"]["requestId"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with space", "abcdefgh\t", "abcdéfgh", "<script>", "a" * 9_000, "'; DROP TABLE x"]
)
async def test_another_request_id_is_replaced(http: httpx2.AsyncClient, given: str):
    response = await http.post("/graphql", json={"query": "{"}, headers={"X-Request-Id": given.encode()})

    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])
    assert response.json()["errors"][0]["extensions"]["requestId"] == response.headers["x-request-id"]


@pytest.mark.postgres
async def test_the_audit_log_names_the_request(world: World, clients: Clients):
    input = {"email": world.cL.user.email, "password": PASSWORD}

    answer = await clients.ask(SIGN_IN, {"input": input}, headers={"X-Request-Id": "a-request-of-mine"})

    assert answer.data["signIn"]["userErrors"] == []
    assert await AuditEvent.filter(request_id="a-request-of-mine").values_list("action", flat=True) == [
        "session.started"
    ]


async def test_the_schema_is_served_as_it_is_committed(http: httpx2.AsyncClient):
    response = await http.get("/schema.graphql")

    assert response.content == COMMITTED_SCHEMA.read_bytes()
