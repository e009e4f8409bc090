"""Are values that no database should be asked about refused in front of it, the same on every database?"""

from typing import Any

import pytest
from tortoise.models import Model

from server.models import ApiToken, AuditEvent, Partnership, Session
from tests.clients import Clients
from tests.security.values import read_refusal
from tests.world import World

SEARCH = "query($text: String) { catalogue(filter: {search: $text}) { totalCount } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"
BAD_TEXT = "This text contains characters that cannot be stored."
TOO_LONG = "A text can have at most 10,000 characters."
BAD_ID = "This is not an id of this API."


@pytest.mark.parametrize("text", ["\0", "a\0b", "x" * 200 + "\0"])
async def test_text_with_a_nul_is_refused(world: World, clients: Clients, text: str):
    searched = await clients.ask(SEARCH, {"text": text})
    written = await clients.ask('{ catalogue(filter: {search: "a\\u0000"}) { totalCount } }')
    changed = await clients.change(
        "createApiToken",
        {"organisationId": world.id("alpina"), "name": text, "scopes": ["PRODUCTS_READ"]},
        as_=world.cL,
    )

    assert read_refusal(searched) == read_refusal(written) == ("BAD_USER_INPUT", BAD_TEXT, ["filter", "search"])
    assert read_refusal(changed) == ("BAD_USER_INPUT", BAD_TEXT, ["input", "name"])


@pytest.mark.parametrize("number", ["D800", "DFFF", "d83d"])
async def test_half_a_character_never_arrives(world: World, clients: Clients, number: str):
    document = f'{{ catalogue(filter: {{search: "\\u{number}"}}) {{ totalCount }} }}'

    answer = await clients.ask(document)

    assert answer.code == "VALIDATION_FAILED"
    assert answer.errors[0]["message"] == "Syntax Error: Invalid Unicode escape sequence."


@pytest.mark.postgres
async def test_a_whole_character_written_as_two_halves_is_one(world: World, clients: Clients):
    answer = await clients.ask('{ catalogue(filter: {search: "\\uD83C\\uDFC3"}) { totalCount } }')

    assert answer.data == {"catalogue": {"totalCount": 0}}


@pytest.mark.postgres
@pytest.mark.parametrize(
    "text",
    [
        "%",
        "_",
        "\\",
        "'",
        '"',
        "' OR 1=1 --",
        "\\'; DROP TABLE product; --",
        "?",
        "$1",
        "{}",
        "%s",
        "x" * 10_000,
        "ﷺ" * 500,
        "\u2028\x1b[31m",
        "%a" * 1_000,
    ],
)
async def test_text_that_means_something_elsewhere_is_only_text_here(world: World, clients: Clients, text: str):
    answer = await clients.ask(SEARCH, {"text": text})

    assert answer.data == {"catalogue": {"totalCount": 0}}


async def test_text_that_is_too_long_is_refused(world: World, clients: Clients):
    answer = await clients.ask(SEARCH, {"text": "x" * 10_001})

    written = await clients.ask(f'{{ catalogue(filter: {{search: "{"x" * 10_001}"}}) {{ totalCount }} }}')

    assert read_refusal(answer) == ("BAD_USER_INPUT", TOO_LONG, ["text"])
    assert read_refusal(written) == ("BAD_USER_INPUT", TOO_LONG, ["filter", "search"])


@pytest.mark.parametrize(
    "id",
    [
        "",
        "x",
        "org_",
        "\0",
        "é" * 36,
        "org_" + "0" * 31,
        "org_" + "0" * 33,
        "org_" + "F" * 32,
        "ORG_" + "0" * 32,
        "abc_" + "0" * 32,
        "org_" + "0" * 32 + "\n",
        " org_" + "0" * 32,
        "org_" + "\u0660" * 32,
        "x" * 10_000,
        "T3JnYW5pc2F0aW9uOjE=",
        5,
        -1,
        2**70,
    ],
)
async def test_an_id_that_is_none_is_refused(world: World, clients: Clients, id: Any):
    one = await clients.ask(NODE, {"id": id}, as_=world.cL)
    several = await clients.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [world.id("alpina"), id]}, as_=world.cL
    )
    typed = await clients.ask(NODE.replace("node(", "product("), {"id": id}, as_=world.cL)

    assert read_refusal(one) == read_refusal(typed) == ("BAD_USER_INPUT", BAD_ID, ["id"])
    assert read_refusal(several) == ("BAD_USER_INPUT", BAD_ID, ["ids", "1"])


async def test_more_than_a_hundred_ids_are_refused(world: World, clients: Clients):
    answer = await clients.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [world.id("alpina")] * 101}, as_=world.cL
    )

    assert read_refusal(answer) == ("BAD_USER_INPUT", "Give at most 100 values.", ["ids"])


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59+00:00", "9999-12-31T23:59:59.999999Z", "9999-12-31T00:00:00+14:00"],
)
async def test_a_token_cannot_end_at_the_end_of_the_calendar(world: World, clients: Clients, moment: str):
    input = {"organisationId": world.id("alpina"), "name": "x", "scopes": ["PRODUCTS_READ"], "expiresAt": moment}
    before = await count(ApiToken)

    answer = await clients.change("createApiToken", input, "secret userErrors { code field }", as_=world.cL)

    assert answer.data == {
        "createApiToken": {
            "secret": None,
            "userErrors": [{"code": "VALIDATION_FAILED", "field": ["input", "expiresAt"]}],
        }
    }
    assert await count(ApiToken) == before


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "a\x85b", "x" * 121, " \t\n"])
async def test_a_name_of_a_token_is_one_line_of_text(world: World, clients: Clients, text: str):
    input = {"organisationId": world.id("alpina"), "name": text, "scopes": ["PRODUCTS_READ"]}
    before = await count(ApiToken)

    answer = await clients.change("createApiToken", input, "userErrors { code field }", as_=world.cL)

    assert answer.data == {
        "createApiToken": {"userErrors": [{"code": "VALIDATION_FAILED", "field": ["input", "name"]}]}
    }
    assert await count(ApiToken) == before


INVITATIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a NUL": ({"message": "\0"}, ["input", "message"]),
    "ten thousand and one": ({"message": "x" * 10_001}, ["input", "message"]),
    "an id of another type": ({"partnerId": "prd_" + "0" * 32}, ["input", "partnerId"]),
    "no id": ({"partnerId": "\0"}, ["input", "partnerId"]),
    "no id, deep inside": (
        {"access": {"limited": {"products": [{"productId": "\0", "rights": ["TECHNICAL"]}]}}},
        ["input", "access", "limited", "products", "0", "productId"],
    ),
    "2,000 products": (
        {"access": {"limited": {"products": [{"productId": "x", "rights": []}] * 2_000}}},
        ["input", "access", "limited", "products"],
    ),
    "10,000 rights": (
        {"access": {"limited": {"products": [{"productId": "prd_" + "0" * 32, "rights": ["TECHNICAL"] * 10_000}]}}},
        ["input", "access", "limited", "products", "0", "rights"],
    ),
}


@pytest.mark.parametrize("what", INVITATIONS)
async def test_a_wrong_value_deep_in_an_input_is_named_and_nothing_is_changed(
    world: World, clients: Clients, what: str
):
    wrong, field = INVITATIONS[what]
    input = {
        "customerId": world.id("corvo"),
        "partnerId": world.id("rival"),
        "access": {"complete": {"paymentMode": "CUSTOMER"}},
    }
    before = await count(Partnership), await count(AuditEvent)

    answer = await clients.change("invitePartner", input | wrong, as_=world.kL)

    assert (answer.code, answer.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", field)
    assert (await count(Partnership), await count(AuditEvent)) == before


@pytest.mark.parametrize(
    "email",
    [
        "",
        "@",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b@c",
        "\0@b.example",
        "a" * 65 + "@b.example",
        "İ" * 60 + "@" + "İ" * 180,
        "a@b\r\nc",
    ],
)
async def test_an_address_that_is_none_signs_nobody_in(world: World, clients: Clients, email: str):
    before = await count(Session)

    answer = await clients.change("signIn", {"email": email, "password": "x"})

    assert (answer.code, answer.errors[0]["message"]) == (
        "VALIDATION_FAILED",
        "Variable '$input' has invalid value at .email: This is not an e-mail address.",
    )
    assert await count(Session) == before


async def count(model: type[Model]) -> int:
    return await model.all().count()
