"""Are documents within the limits answered quickly, and counted right?"""

from typing import Any

import pytest
from graphql import parse
from starlette.applications import Starlette

from server.app import create_app
from server.models import Session, SignInFailure
from server.schema import query_cost
from server.schema.limits import ANONYMOUS, SIGNED_IN, document_excess
from server.schema.query_cost import operation_costs
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.rows import PASSWORD
from tests.security.large_documents import INTROSPECTION, chain, nest, quickly
from tests.world import World


def everybody_spreads_everybody(number: int) -> str:
    names = [f"F{place}" for place in range(number)]
    return " ".join(
        f"fragment {name} on Query {{ {' '.join(f'...{other}' for other in names if other != name)} }}"
        for name in names
    )


WITHIN: dict[str, tuple[str, str]] = {
    "an unknown fragment, 2^60 times": ("{ ...F0 } " + chain(60, "{0} {0}", "...G ...G"), "Unknown fragment 'G'."),
    "a circle, 2^60 times": ("{ ...F0 } " + chain(60, "{0} {0}", "...F0 ...F0"), "Cannot spread fragment 'F0' within"),
    "a circle of the schema": (
        "{ __schema { ...F0 } } " + chain(60, "{0} {0}", "...F0 ...F0", "__Schema"),
        "Cannot spread fragment 'F0' within",
    ),
    "30 fragments that spread each other": (
        "{ ...F0 } " + everybody_spreads_everybody(30),
        "Cannot spread fragment 'F0' within",
    ),
    "30 unused fragments that spread each other": (
        "{ __typename } " + everybody_spreads_everybody(30),
        "Cannot spread fragment 'F0' within",
    ),
    "2^60 fields that are never used": (
        "{ __typename } " + chain(60, "{0} {0}", "__typename"),
        "Fragment 'F0' is never used.",
    ),
    "fragments nested 600 deep": (
        "{ ...F0 } " + chain(4, "... { ".replace("{", "{{") * 140 + "{0}" + "}}" * 140, "__typename"),
        "Validation aborted.",
    ),
    "a chain of 230 fragments": ("{ ...F0 } " + chain(230, "{0}", "__typename"), "Validation aborted."),
    "380 operations": (
        "{ __typename } ".replace("{", "query Q {") * 380,
        "Set `operationName` to the operation to run.",
    ),
    "480 variables": (
        "query(" + " ".join(f"$v{number}: Int" for number in range(480)) + ") { __typename }",
        "Variable '$v0' is never used.",
    ),
    "900 directives on an operation": ("query " + "@a " * 900 + "{ __typename }", "Unknown directive '@a'."),
    "600 arguments": (
        "{ catalogue(" + " ".join(f"a{number}: 1" for number in range(600)) + ") { totalCount } }",
        "Unknown argument 'a0' on field 'Query.catalogue'.",
    ),
    "1,900 wrong values in a list": (
        "{ nodes(ids: [" + "1.5 " * 1_900 + "]) { id } }",
        "Expected an id, written as text.",
    ),
    "100 wrong fields of an input": (
        "{ catalogue(filter: {" + " ".join(f"a{number}: 1" for number in range(100)) + "}) { totalCount } }",
        "'CatalogueFilter' has no field 'a0'.",
    ),
    "90 pages that do not go together": (
        "{ viewer { "
        + " ".join(f"organisations(first: {number}) {{ nodes {{ id }} }}" for number in range(90))
        + " } }",
        "Fields 'organisations' conflict because they have differing arguments.",
    ),
    "a list in a list in a list": (
        "{ node(id: " + "[" * 90 + "]" * 90 + ") { id } }",
        "Expected an id, written as text.",
    ),
    "fields of types of fields of types": (
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "Maximum introspection depth exceeded",
    ),
}


@pytest.mark.parametrize("what", WITHIN)
async def test_a_document_within_the_limits_is_validated_quickly(world: World, clients: Clients, what: str):
    document, message = WITHIN[what]

    with quickly():
        answer = await clients.ask(document, as_=world.pL)

    assert set(answer.codes) <= {"VALIDATION_FAILED", "BAD_USER_INPUT"}
    assert answer.errors[0]["message"].startswith(message)


ANSWERED: dict[str, str] = {
    "99,000 commas": "{ __typename " + "," * 99_000 + "}",
    "1,900 comments": "#\n" * 1_900 + "{ __typename }",
    "an empty fragment, 2^60 times": "{ __typename ...F0 } " + chain(60, "{0} {0}", ""),
    "inline fragments nested 150 deep": "{ " + nest("...", 150, "__typename") + " }",
    "61 times a field in fragments of fragments": (
        "{ __typename viewer { ...F0 } } " + chain(60, "{0} __typename", "__typename", "Viewer")
    ),
    "the names of all types": "{ __typename __schema { types { name kind description } } }",
}


@pytest.mark.parametrize("what", ANSWERED)
async def test_an_odd_document_within_the_limits_is_answered_quickly(world: World, app: Starlette, what: str):
    async with Clients(app) as clients:
        with quickly():
            answer = await clients.ask(ANSWERED[what])

    assert answer.data["__typename"] == "Query"


async def test_introspection_can_be_kept_from_visitors_who_are_not_signed_in(world: World, settings: Settings):
    closed = create_app(settings.model_copy(update={"introspection": False}))

    async with Clients(closed) as clients:
        refusals = [
            await clients.ask(INTROSPECTION),
            await clients.ask('{ __type(name: "Query") { name } }'),
            await clients.ask("{ ...F } fragment F on Query { s: __schema { queryType { name } } }"),
        ]
        names = await clients.ask("{ __typename }")

    message = "This document asks for too much of the schema at once."
    assert [(refusal.code, refusal.errors[0]["message"]) for refusal in refusals] == [
        ("VALIDATION_FAILED", message)
    ] * 3
    assert names.data == {"__typename": "Query"}


ONCE = "signIn(input: $input) { userErrors { code } }"
TWICE = {
    "beside each other": f"mutation($input: SignInInput!) {{ a: {ONCE} b: {ONCE} }}",
    "in a fragment": f"mutation($input: SignInInput!) {{ {ONCE} ...F }} fragment F on Mutation {{ b: {ONCE} }}",
    "in an inline fragment": f"mutation($input: SignInInput!) {{ {ONCE} ... {{ ... on Mutation {{ b: {ONCE} }} }} }}",
    "in a fragment that is spread twice": f"mutation($input: SignInInput!) {{ ...F ...F }} fragment F on Mutation {{ {ONCE} }}",
    "in fragments of fragments": (
        "mutation($input: SignInInput!) { ...F ...G } fragment F on Mutation { ...H } fragment G on Mutation { ...H }"
        f" fragment H on Mutation {{ {ONCE} }}"
    ),
    "by name": f"query Q {{ __typename }} mutation M($input: SignInInput!) {{ a: {ONCE} b: {ONCE} }}",
}


@pytest.mark.parametrize("where", TWICE)
async def test_nobody_tries_two_passwords_in_one_operation(world: World, clients: Clients, where: str):
    input = {"email": world.cL.user.email, "password": PASSWORD}
    name = "M" if where == "by name" else None
    before = await Session.all().count()

    response = await clients.http.post(
        "/graphql", json={"query": TWICE[where], "variables": {"input": input}, "operationName": name}
    )

    answer = Answer(response)
    assert (answer.code, answer.errors[0]["message"]) == ("VALIDATION_FAILED", "An operation can sign in only once.")
    assert "set-cookie" not in response.headers
    assert await Session.all().count() == before
    assert await SignInFailure.all().count() == 0


async def test_operations_and_fragments_are_few_together(app: Starlette):
    document = " ".join(f"query Q{number} {{ ...F0 }}" for number in range(60)) + " " + chain(60, "{0}", "__typename")

    async with Clients(app) as clients:
        response = await clients.http.post("/graphql", json={"query": document, "operationName": "Q1"})

    message = "This document has too many operations and fragments. Send fewer of them at once."
    assert Answer(response).errors[0]["message"] == message


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({"n": 1}, True),
        ({"n": 100}, False),
        ({"n": 100.0}, False),
        ({}, True),
        ({"n": None}, True),
        ({"n": -5}, True),
    ],
)
def test_the_size_of_a_page_may_come_from_a_variable(given: dict[str, Any], fits: bool):
    text = """
        query($n: Int) {
          viewer { organisations(first: $n) { nodes { managedCustomers(first: $n) { nodes { products(first: $n) {
            nodes { id } } } } } } }
        }
    """

    refusal = document_excess(parse(text), text, given, SIGNED_IN)

    assert (refusal is None) is fits


def test_the_default_of_another_operation_makes_no_page_smaller():
    text = """
        query A($n: Int = 100) {
          viewer { organisations(first: $n) { nodes { managedCustomers(first: $n) { nodes { products(first: $n) {
            nodes { id } } } } } } }
        }
        query B($n: Int = 1) { viewer { organisations(first: $n) { totalCount } } }
    """

    refusal = document_excess(parse(text), text, {}, SIGNED_IN, run="A")

    assert refusal is not None


@pytest.mark.postgres
async def test_a_whole_number_with_a_point_is_the_size_of_a_page_for_the_engine_too(
    world: World, engine_clients: Clients
):
    text = """
        query($n: Int) {
          viewer { organisations(first: $n) { nodes { managedCustomers(first: $n) { nodes { products(first: $n) {
            nodes { id } } } } } } }
        }
    """
    small = await engine_clients.ask(text, {}, as_=world.pL)

    large = await engine_clients.ask(text, {"n": 100.0}, as_=world.pL)

    assert small.errors == []
    assert large.code == "VALIDATION_FAILED"


@pytest.mark.parametrize(("ids", "fits"), [(1, True), (100, False)])
def test_the_number_of_ids_counts(ids: int, fits: bool):
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Organisation { products(first: 10) { totalCount } } } }"

    refusal = document_excess(parse(text), text, {"ids": ["x"] * ids}, ANONYMOUS)

    assert (refusal is None) is fits


def test_a_measure_is_taken_once_for_each_text_and_size_of_its_pages():
    text = "query($first: Int) { catalogue(first: $first) { nodes { id } } }"

    first = operation_costs(parse(text), text, {"first": 5})

    assert operation_costs(parse(text), text, {"first": 5, "unused": 6}) is first
    assert operation_costs(parse(text), text, {"first": 6}) is not first
    assert operation_costs(parse(text + " "), text + " ", {"first": 5}) is not first


def test_the_memory_for_measures_does_not_grow_without_end():
    for number in range(1_200):
        text = f"{{ a{number} }}"
        operation_costs(parse(text), text, {})

    assert len(query_cost._cached_costs) <= 500
