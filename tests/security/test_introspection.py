"""May everybody ask for the schema's own description, and does nobody wait while it is written?"""

import asyncio
import json
import time
from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query, parse, print_ast

from server.app import create_app
from server.app.graphql import GraphQLEndpoint
from server.resolvers.context import Context
from server.schema import schema
from server.schema.introspection import MAX_ANSWERS
from server.schema.limits import ANONYMOUS, document_excess
from server.settings import Settings
from tests.clients import Clients
from tests.long import amount
from tests.security.large_documents import INTROSPECTION, quickly
from tests.waiting import until
from tests.world import World

EVERYTHING = {
    "descriptions": True,
    "specified_by_url": True,
    "directive_is_repeatable": True,
    "schema_description": True,
    "input_value_deprecation": True,
    "one_of": True,
}
QUERY = get_introspection_query(**EVERYTHING)
OLDER = """
query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
  types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
"""
STANDARD: dict[str, str] = {
    "graphql-core": get_introspection_query(),
    "graphql-core with everything": QUERY,
    "graphql-core with what is not in the standard yet": INTROSPECTION,
    "graphql-js": get_introspection_query(descriptions=True, schema_description=True, input_value_deprecation=True),
    "graphql-js without descriptions": get_introspection_query(descriptions=False),
    "GraphiQL": print_ast(parse(get_introspection_query(schema_description=True, input_value_deprecation=True))),
    "Apollo": OLDER,
    "without an operation's name": print_ast(parse(QUERY)).replace("query IntrospectionQuery", ""),
    "in one line": " ".join(QUERY.split()),
    "the names of what can be asked": "{ __schema { types { name fields { name args { name } } } } __typename }",
    "three levels of types": get_introspection_query(type_depth=3),
    "twelve levels of types": get_introspection_query(type_depth=12),
}
TOO_MUCH = "This document asks for too much of the schema at once."


@pytest.mark.parametrize("tool", STANDARD)
def test_the_query_that_tools_send_is_within_the_limits_of_everybody(tool: str):
    assert document_excess(parse(STANDARD[tool]), STANDARD[tool], {}, ANONYMOUS) is None


@pytest.mark.scaled
@pytest.mark.parametrize("tool", amount(["graphql-core with everything", "Apollo"], long=list(STANDARD)))
async def test_everybody_is_answered_the_query_that_tools_send(
    world: World, engine_clients: Clients, settings: Settings, tool: str
):
    query, http = STANDARD[tool], engine_clients.http
    credentials = [
        {},
        {"Cookie": f"session={world.pL.session}"},
        {"Authorization": f"Bearer {world.tokens['products']}"},
    ]
    stranger = Context(None, world.now, "0" * 32, settings)
    expected = await schema.execute(query, context_value=stranger)

    with quickly():
        posted = [await http.post("/graphql", json={"query": query}, headers=headers) for headers in credentials]
        got = await http.get("/graphql", params={"query": query})

    assert {response.content for response in posted} == {got.content}
    assert got.json() == {"data": expected.data}


@pytest.mark.parametrize("name", ["IntrospectionQuery", None, ""])
async def test_the_name_of_the_operation_may_be_said_or_left_out(engine_clients: Clients, name: str | None):
    response = await engine_clients.http.post("/graphql", json={"query": QUERY, "operationName": name})

    assert build_client_schema(response.json()["data"]).query_type


LARGE = {
    "fields of the types of fields": "{ __schema { types { fields { type { fields { name } } } } } }",
    "the types twice": "{ __schema { a: types { name fields { name } } b: types { name fields { name } } } }",
    "beside something else": QUERY.replace("__schema", "viewer { user { id } } __schema"),
    "with a variable": QUERY.replace("IntrospectionQuery", "I($a: Boolean!)").replace(
        "queryType { name", "queryType { name @include(if: $a)"
    ),
}


@pytest.mark.parametrize("what", LARGE)
async def test_an_unusual_introspection_query_counts_against_the_limits_of_visitors_who_are_not_signed_in(
    engine_clients: Clients, what: str
):
    answer = await engine_clients.ask(LARGE[what], {"a": True} if "$a" in LARGE[what] else {})

    assert (answer.code, answer.errors[0]["message"]) == ("VALIDATION_FAILED", TOO_MUCH)


async def test_a_person_who_is_signed_in_may_ask_for_more_of_the_schema(world: World, engine_clients: Clients):
    answer = await engine_clients.ask(LARGE["fields of the types of fields"], as_=world.pL)

    assert answer.data["__schema"]["types"]


async def test_a_document_that_asks_for_the_schema_is_validated(world: World, engine_clients: Clients):
    unknown = await engine_clients.ask(QUERY.replace("description", "descryption", 1), as_=world.pL)
    mutation = await engine_clients.ask("mutation { __schema { queryType { name } } }")
    mistyped = await engine_clients.ask("{ __type(name: 5) { name } }")

    assert "Cannot query field 'descryption' on type" in unknown.errors[0]["message"]
    assert "Cannot query field '__schema' on type 'Mutation'." in mutation.errors[0]["message"]
    assert mistyped.errors[0]["message"] == "Expected text."


async def test_a_kept_answer_is_withheld_from_callers_who_may_not_ask(world: World, settings: Settings):
    closed = create_app(settings.model_copy(update={"introspection": False}))

    async with Clients(closed) as clients:
        signed_in = await clients.ask(QUERY, as_=world.cX)
        stranger = await clients.ask(QUERY)

    assert signed_in.data["__schema"]
    assert (stranger.code, stranger.errors[0]["message"]) == ("VALIDATION_FAILED", TOO_MUCH)


@pytest.fixture
def endpoint(settings: Settings) -> GraphQLEndpoint:
    return GraphQLEndpoint(settings)


async def test_an_answer_is_worked_out_once_however_many_ask(endpoint: GraphQLEndpoint, monkeypatch: Any):
    counted = list[str]()
    worked_out = endpoint.descriptions._execute
    monkeypatch.setattr(endpoint.descriptions, "_execute", lambda *given: counted.append("once") or worked_out(*given))
    document = parse(QUERY)

    found = await asyncio.gather(*(endpoint.descriptions.answer(QUERY, None, document) for _ in range(10)))

    assert (len(set(found)), counted) == (1, ["once"])
    assert json.loads(found[0])["__schema"]


async def test_at_most_sixteen_answers_are_kept(endpoint: GraphQLEndpoint):
    for number in range(MAX_ANSWERS * 3):
        text = f"{{ __schema {{ queryType {{ name }} }} }} # {number}"
        await endpoint.descriptions.answer(text, None, parse(text))

    assert 0 < len(endpoint.descriptions.answers) <= MAX_ANSWERS


async def test_nobody_waits_while_the_schema_is_described(endpoint: GraphQLEndpoint):
    pauses = list[float]()

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            pauses.append(time.monotonic() - before)

    ticking = asyncio.create_task(tick())
    await until(lambda: len(pauses) > 2)
    before = len(pauses)
    await endpoint.descriptions.answer(QUERY, None, parse(QUERY))
    ticking.cancel()

    # Worked out in the loop, it would be one pause.
    assert len(pauses) - before > 3
