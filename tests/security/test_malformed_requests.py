"""Is every malformed document, operation or variable refused with a clear answer?"""

from typing import Any

import httpx2
import pytest

from tests.security.refusals import errors, refusal
from tests.security.requests import JSON, STRICT, http

__all__ = ["http"]
WHOLE_NUMBER = "Expected a whole number from -2147483648 to 2147483647."
DOCUMENTS: dict[str, tuple[str, str]] = {
    "only a space": (" ", "Syntax Error: Unexpected <EOF>."),
    "half a field": ("{", "Syntax Error: Expected Name, found <EOF>."),
    "a word": ("x", "Syntax Error: Unexpected Name."),
    "a NUL": ("{__typename \0}", "Syntax Error: Unexpected character: U+0000."),
    "a bell": ("{__typename \a}", "Syntax Error: Unexpected character: U+0007."),
    "a string that is not closed": ('{node(id:"', "Syntax Error: Unterminated string."),
    "a lone surrogate": ('{node(id:"\\ud800"){id}}', "Syntax Error: Invalid Unicode escape sequence."),
    "a surrogate in braces": (
        '{node(id:"\\u{d800}"){id}}',
        "Syntax Error: Invalid Unicode escape sequence.",
    ),
    "beyond unicode": ('{node(id:"\\u{110000}"){id}}', "Syntax Error: Invalid Unicode escape sequence."),
    "fields nested 1,000 deep": ("{a" * 1_000, "Syntax Error: Document is nested too deeply. Parsing aborted."),
    "lists nested 1,000 deep": (
        "{node(id:" + "[" * 1_000,
        "Syntax Error: Document is nested too deeply. Parsing aborted.",
    ),
    "objects nested 600 deep": (
        "{node(id:" + "{a:" * 600,
        "Syntax Error: Document is nested too deeply. Parsing aborted.",
    ),
    "types nested 1,000 deep": (
        "query($a:" + "[" * 1_000,
        "Syntax Error: Document is nested too deeply. Parsing aborted.",
    ),
    "2,001 tokens": ("{" + "a " * 2_000, "Syntax Error: Document contains more than 2000 tokens. Parsing aborted."),
    "49,000 comments": (
        "#\n" * 49_000 + "{a}",
        "Syntax Error: Document contains more than 2000 tokens. Parsing aborted.",
    ),
    "a number of 5,000 digits": (
        "{catalogue(first:" + "9" * 5_000 + "){totalCount}}",
        "A number in this document has more than 100 digits.",
    ),
    "a variable's number of 5,000 digits": (
        "query($a:Int=-" + "9" * 5_000 + "){catalogue(first:$a){totalCount}}",
        "A number in this document has more than 100 digits.",
    ),
    "only a fragment": ("fragment F on Query {__typename}", "The document has no operation with this name."),
    "a type": ("type Query {a: Int}", "The document has no operation with this name."),
    "an unknown field": ("{viewr{id}}", "Cannot query field 'viewr' on type 'Query'."),
    "an unknown type": ("{...on Vewer{id}}", "Unknown type 'Vewer'."),
    "a wrong literal": ('{catalogue(first:"1"){totalCount}}', WHOLE_NUMBER),
    "an Int of 33 bits": (
        "{catalogue(first:4294967296){totalCount}}",
        WHOLE_NUMBER,
    ),
    "a date that is none": (
        'mutation{createApiToken(input:{organisationId:"x",name:"x",scopes:[],expiresAt:"soon"}){secret}}',
        "A DateTime must be in the format of RFC 3339, with its time zone.",
    ),
    "a date that is a number of 99 digits": (
        'mutation{createApiToken(input:{organisationId:"x",name:"x",scopes:[],expiresAt:' + "9" * 99 + "}){secret}}",
        "A DateTime must be in the format of RFC 3339, with its time zone.",
    ),
    "an e-mail address that is none": (
        'mutation{signIn(input:{email:"x",password:"x"}){userErrors{code}}}',
        "This is not an e-mail address.",
    ),
    "an object where text is wanted": (
        "mutation{signIn(input:{email:{a:1},password:{b:2}}){userErrors{code}}}",
        "This is not an e-mail address.",
    ),
    "a missing variable": (
        "query($a:ID!){node(id:$a){id}}",
        "Variable '$a' has invalid value: Expected a value of type 'ID!' to be provided.",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_wrong_document_is_a_request_error(http: httpx2.AsyncClient, name: str):
    document, message = DOCUMENTS[name]

    strict = await http.post("/graphql", json={"query": document}, headers=STRICT)
    lenient = await http.post("/graphql", json={"query": document}, headers=JSON)

    assert (strict.status_code, lenient.status_code) == (400, 200)
    for response in (strict, lenient):
        told = errors(response)
        assert {error["extensions"]["code"] for error in told} == {"VALIDATION_FAILED"}
        assert told[0]["message"].startswith(message)


@pytest.mark.parametrize(
    "document",
    [
        "query A{__typename} query B{__typename}",
        "query A{__typename} mutation B{__typename}",
        "{__typename} {__typename}",
    ],
)
async def test_one_of_several_operations_is_never_guessed(http: httpx2.AsyncClient, document: str):
    posted = await http.post("/graphql", json={"query": document}, headers=STRICT)
    got = await http.get("/graphql", params={"query": document}, headers=STRICT)

    message = "Set `operationName` to the operation to run."
    assert refusal(posted) == refusal(got) == (400, "BAD_USER_INPUT", message)


async def test_an_operation_that_the_document_has_not_is_not_run(http: httpx2.AsyncClient):
    document = {"query": "query A{__typename} mutation B{__typename}", "operationName": "C"}

    posted = await http.post("/graphql", json=document, headers=STRICT)
    got = await http.get("/graphql", params=document, headers=STRICT)

    message = "The document has no operation with this name."
    assert refusal(posted) == refusal(got) == (400, "VALIDATION_FAILED", message)


VARIABLES: dict[str, tuple[str, Any]] = {
    "Int, text": ("Int", "1"),
    "Int, a fraction": ("Int", 1.5),
    "Int, 33 bits": ("Int", 2**32),
    "Int, 64 bits": ("Int", 2**63),
    "Int, 300 digits": ("Int", 10.0**300),
    "Int, a boolean": ("Int", True),
    "Int, an array": ("Int", [1, 2]),
    "Int, an object": ("Int", {}),
    "ID, a fraction": ("ID!", 1.5),
    "ID, a boolean": ("ID!", True),
    "ID, an object": ("ID!", {"a": "b"}),
    "ID, null": ("ID!", None),
    "ids, a null": ("[ID!]!", ["x", None]),
    "ids, arrays": ("[ID!]!", [[["x"]]]),
    "ids, 100 fractions": ("[ID!]!", [1.5] * 100),
    "filter, text": ("CatalogueFilter", "x"),
    "filter, an unknown field": ("CatalogueFilter", {"serch": "x"}),
    "filter, 200 unknown fields": ("CatalogueFilter", {f"a{number}": 1 for number in range(200)}),
    "filter, an unknown value": ("CatalogueFilter", {"category": "x" * 10_000}),
    "filter, a number": ("CatalogueFilter", {"search": 1}),
    "sign-in, a date": ("SignInInput!", {"email": 5, "password": "x"}),
    "sign-in, no password": ("SignInInput!", {"email": "a@b.example"}),
    "token, soon": ("CreateApiTokenInput!", {"organisationId": "x", "name": "x", "scopes": [], "expiresAt": "soon"}),
    "token, a day": (
        "CreateApiTokenInput!",
        {"organisationId": "x", "name": "x", "scopes": [], "expiresAt": "2026-11-23"},
    ),
    "token, year 1 in the east": (
        "CreateApiTokenInput!",
        {"organisationId": "x", "name": "x", "scopes": [], "expiresAt": "0001-01-01T00:00:00+14:00"},
    ),
    "token, year 9999 in the west": (
        "CreateApiTokenInput!",
        {"organisationId": "x", "name": "x", "scopes": [], "expiresAt": "9999-12-31T23:59:59-14:00"},
    ),
    "invitation, both accesses": (
        "InvitePartnerInput!",
        {
            "customerId": "x",
            "partnerId": "y",
            "access": {"limited": {"products": []}, "complete": {"paymentMode": "PARTNER"}},
        },
    ),
    "invitation, neither access": ("InvitePartnerInput!", {"customerId": "x", "partnerId": "y", "access": {}}),
}
ASKED = {
    "Int": "query($given: Int) { catalogue(first: $given) { totalCount } }",
    "ID!": "query($given: ID!) { node(id: $given) { id } }",
    "[ID!]!": "query($given: [ID!]!) { nodes(ids: $given) { id } }",
    "CatalogueFilter": "query($given: CatalogueFilter) { catalogue(filter: $given) { totalCount } }",
    "SignInInput!": "mutation($given: SignInInput!) { signIn(input: $given) { userErrors { code } } }",
    "CreateApiTokenInput!": "mutation($given: CreateApiTokenInput!) { createApiToken(input: $given) { secret } }",
    "InvitePartnerInput!": "mutation($given: InvitePartnerInput!) { invitePartner(input: $given) { userErrors { code } } }",
}


@pytest.mark.parametrize("name", VARIABLES)
async def test_a_wrong_variable_is_a_request_error(http: httpx2.AsyncClient, name: str):
    type_, value = VARIABLES[name]

    response = await http.post("/graphql", json={"query": ASKED[type_], "variables": {"given": value}}, headers=STRICT)

    assert response.status_code == 400
    assert {error["extensions"]["code"] for error in errors(response)} == {"VALIDATION_FAILED"}


async def test_no_error_names_a_field_that_was_not_asked_for(http: httpx2.AsyncClient):
    words = ["viewr", "catalog", "partner"]

    response = await http.post("/graphql", json={"query": "{" + " ".join(words) + "}"}, headers=JSON)

    messages = [error["message"] for error in errors(response)]
    assert messages == [f"Cannot query field '{word}' on type 'Query'." for word in words]
