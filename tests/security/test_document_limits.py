"""Is a document that would cost too much refused, quickly, and never one that people really send?"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query, parse
from starlette.applications import Starlette

from server.app import create_app
from server.models import Session, SignInFailure
from server.schema import query_cost
from server.schema.limits import ANONYMOUS, SIGNED_IN, excess
from server.schema.query_cost import measured
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.world import PASSWORD, World

INTROSPECTION = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
    experimental_directive_deprecation=True,
)
SECONDS = 1.0
"""Far more than any of these takes: they must not take minutes, on whatever machine."""


def chain(links: int, link: str, end: str, type_: str = "Query") -> str:
    """Fragments of which each one holds the next as `link` says, with {0} for its name; the last holds `end`."""
    fragments = [f"fragment F{number} on {type_} {{ {link.format(f'...F{number + 1}')} }}" for number in range(links)]
    return " ".join([*fragments, f"fragment F{links} on {type_} {{ {end} }}"])


def everybody_spreads_everybody(number: int) -> str:
    names = [f"F{place}" for place in range(number)]
    return " ".join(
        f"fragment {name} on Query {{ {' '.join(f'...{other}' for other in names if other != name)} }}"
        for name in names
    )


def nest(name: str, times: int, inside: str) -> str:
    return f"{name} {{ " * times + inside + " }" * times


TOO_MANY_FIELDS = "This document is too large: the limit for fields is 600."
REFUSED: dict[str, tuple[str, str]] = {
    "2^20 fields": ("{ ...F0 } " + chain(20, "{0} {0}", "__typename"), TOO_MANY_FIELDS),
    "2^60 fields": ("{ ...F0 } " + chain(60, "{0} {0}", "__typename"), TOO_MANY_FIELDS),
    "2^60 fields, inline": ("{ ...F0 } " + chain(60, "... {{ {0} }} ... {{ {0} }}", "__typename"), TOO_MANY_FIELDS),
    "2^60 fields of the schema": (
        "{ __schema { ...F0 } } " + chain(60, "{0} {0}", "__typename", "__Schema"),
        TOO_MANY_FIELDS,
    ),
    "2^60 directives": (
        "{ ...F0 } " + chain(60, "{0} @skip(if: true) {0}", "...G") + " fragment G on Query { a }",
        TOO_MANY_FIELDS,
    ),
    "2^60 lists of the schema": (
        "{ __schema { types { ...F0 } } } " + chain(60, "{0} {0}", "possibleTypes { name }", "__Type"),
        TOO_MANY_FIELDS,
    ),
    "601 fields": ("{ viewer { " + "x " * 600 + "} }", TOO_MANY_FIELDS),
    "1,900 fields": ("{ " + " ".join(f"x{number}" for number in range(1_900)) + " }", TOO_MANY_FIELDS),
    "102 times the same field": (
        "{ viewer { " + "user { email } " * 102 + "} }",
        "This document repeats more than 100 fields.",
    ),
    "the same fields in the same fields": (
        "{ viewer { " + ("organisations { " + "nodes { id } " * 14 + "} ") * 14 + "} }",
        "This document repeats more than 100 fields.",
    ),
    "the same field in 102 fragments": (
        "{ viewer { ...F0 } } " + chain(102, "user {{ email }} {0}", "__typename", "Viewer"),
        "This document repeats more than 100 fields.",
    ),
    "45 large fragments that are never used": (
        "{ __typename } " + " ".join(f"fragment F{number} on User {{ {'email ' * 35}}}" for number in range(45)),
        TOO_MANY_FIELDS,
    ),
    "13 levels": ("{ " + nest("viewer", 12, "x") + " }", "This document is too large: the limit for depth is 12."),
    "13 levels in fragments": (
        "{ ...F0 } " + chain(12, "viewer {{ {0} }}", "x"),
        "This document is too large: the limit for depth is 12.",
    ),
    "31 aliases": (
        "{ viewer { " + " ".join(f"a{number}: user {{ id }}" for number in range(31)) + " } }",
        "This document is too large: the limit for aliases is 30.",
    ),
    "31 aliases in a fragment": (
        "{ viewer { ...A } } fragment A on Viewer { "
        + " ".join(f"a{number}: user {{ id }}" for number in range(31))
        + " }",
        "This document is too large: the limit for aliases is 30.",
    ),
    "31 directives": (
        "{ viewer" + " @a" * 31 + " { user { id } } }",
        "This document is too large: the limit for directives is 30.",
    ),
    "31 directives on spreads": (
        "{ " + "...A @a " * 31 + "} fragment A on Query { __typename }",
        "This document is too large: the limit for directives is 30.",
    ),
    "11 root fields": (
        "{ " + " ".join(f"a{number}: __typename" for number in range(11)) + " }",
        "An operation can have at most 10 root fields.",
    ),
    "11 root fields in fragments": (
        "{ ...A ... { ...B } } fragment A on Query { a b c d e f } fragment B on Query { g h i j k }",
        "An operation can have at most 10 root fields.",
    ),
    "6 mutations": (
        "mutation { "
        + " ".join(f"a{number}: signOut(input: {{}}) {{ userErrors {{ code }} }}" for number in range(6))
        + " }",
        "An operation can have at most 5 mutations.",
    ),
    "6 mutations in fragments": (
        "mutation { ...A ...B } fragment A on Mutation { a b c } fragment B on Mutation { d e f }",
        "An operation can have at most 5 mutations.",
    ),
    "101 input fields": (
        "{ catalogue(filter: {" + " ".join(f"a{number}: 1" for number in range(101)) + "}) { totalCount } }",
        "This document writes out more than 100 input fields. Use variables.",
    ),
    "101 input fields in a default": (
        "query($f: CatalogueFilter = {"
        + " ".join(f"a{number}: 1" for number in range(101))
        + "}) { catalogue(filter: $f) { totalCount } }",
        "This document writes out more than 100 input fields. Use variables.",
    ),
    "101 input fields, deeper and deeper": (
        "{ catalogue(filter: " + "{a: " * 101 + "1" + "}" * 101 + ") { totalCount } }",
        "This document writes out more than 100 input fields. Use variables.",
    ),
    "100 of 100 of 100 rows": (
        "{ viewer { organisations(first: 100) { nodes { managedCustomers(first: 100) { nodes { products(first: 100) { nodes { id } } } } } } } }",
        "This document could ask for more than 20,000 rows. Ask for smaller pages.",
    ),
    "pages of unsaid size": (
        "{ viewer { organisations { nodes { managedCustomers { edges { node { products { nodes { partnerships { totalCount } } } } } } } } } }",
        "This document could ask for more than 20,000 rows. Ask for smaller pages.",
    ),
    "pages whose rows are in fragments": (
        """
        { viewer { organisations { ...A } } }
        fragment A on X { nodes { managedCustomers { ...B } } }
        fragment B on X { ... { nodes { products { ...C } } } }
        fragment C on X { nodes { partnerships { ...D } } }
        fragment D on X { edges { cursor } }
        """,
        "This document could ask for more than 20,000 rows. Ask for smaller pages.",
    ),
    "pages whose size is a default": (
        "query($n: Int = 100) { viewer { organisations(first: $n) { nodes { managedCustomers(last: $n) { nodes { products(first: $n) { nodes { id } } } } } } } }",
        "This document could ask for more than 20,000 rows. Ask for smaller pages.",
    ),
    "pages beside a page of less than nothing": (
        "{ less: catalogue(first: -2000000000) { nodes { id } } a: viewer { organisations(first: 100) { nodes { managedCustomers(first: 100) { nodes { products(first: 100) { nodes { id } } } } } } } }",
        "This document could ask for more than 20,000 rows. Ask for smaller pages.",
    ),
    "pages of each of 100 ids": (
        "{ nodes(ids: ["
        + '"x" ' * 100
        + "]) { ... on Organisation { managedCustomers(first: 100) { nodes { products(first: 2) { nodes { id } } } } } } }",
        "This document could ask for more than 20,000 rows. Ask for smaller pages.",
    ),
    "the schema twice": (
        "{ a: __schema { types { ...FullType } } b: __schema { types { ...FullType } } } "
        + INTROSPECTION[INTROSPECTION.index("fragment FullType") :],
        "This document asks for too much of the schema at once.",
    ),
    "the fields of the types of all fields, with their types": (
        "{ __schema { types { fields { type { fields { name args { type { ...T } } type { ...T } } } } } } }"
        " fragment T on __Type { " + nest("kind name ofType", 8, "kind name") + " }",
        "This document asks for too much of the schema at once.",
    ),
}


@pytest.mark.database
@pytest.mark.parametrize("what", REFUSED)
async def test_a_document_that_is_too_large_is_refused_before_it_is_validated(
    world: World, clients: Clients, what: str
):
    document, message = REFUSED[what]

    with quickly():
        answer = await clients.ask(document, as_=world.pL)

    assert (answer.code, answer.errors[0]["message"], "data" in answer.json) == ("VALIDATION_FAILED", message, False)


ANONYMOUS_REFUSED: dict[str, tuple[str, str]] = {
    "301 fields": (
        "{ viewer { " + " ".join(f"x{number}" for number in range(300)) + " } }",
        "This document is too large: the limit for fields is 300.",
    ),
    "9 levels": ("{ " + nest("viewer", 8, "x") + " }", "This document is too large: the limit for depth is 8."),
    "6 aliases": (
        "{ viewer { a: user { b: id c: id d: id e: id f: id } } }",
        "This document is too large: the limit for aliases is 5.",
    ),
    "4 root fields": ("{ viewer { user { id } } a b c }", "An operation can have at most 3 root fields."),
    "more than 500 rows": (
        "{ partners(first: 100) { nodes { products(first: 5) { totalCount } } } }",
        "This document could ask for more than 500 rows. Ask for smaller pages.",
    ),
    "more than 500 rows beside each other": (
        "{ a: catalogue(first: 100) { nodes { id } } b: nodes(ids: ["
        + '"x" ' * 100
        + "]) { ... on Organisation { products(first: 4) { totalCount } } } }",
        "This document could ask for more than 500 rows. Ask for smaller pages.",
    ),
}


@pytest.mark.parametrize("what", ANONYMOUS_REFUSED)
async def test_who_is_not_signed_in_may_ask_for_less(app: Starlette, what: str):
    document, message = ANONYMOUS_REFUSED[what]

    async with Clients(app) as clients:
        answer = await clients.ask(document)

    assert (answer.code, answer.errors[0]["message"]) == ("VALIDATION_FAILED", message)


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


@pytest.mark.database
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
async def test_an_odd_document_within_the_limits_is_answered_quickly(app: Starlette, what: str):
    async with Clients(app) as clients:
        with quickly():
            answer = await clients.ask(ANSWERED[what])

    assert answer.data["__typename"] == "Query"


@pytest.mark.database
@pytest.mark.parametrize("document", [INTROSPECTION, *(get_introspection_query(type_depth=depth) for depth in (3, 12))])
async def test_everybody_may_ask_for_the_whole_schema(world: World, engine_clients: Clients, document: str):
    for as_ in (None, world.pL, world.tokens["products"]):
        with quickly():
            answer = await engine_clients.ask(document, as_=as_)

        assert build_client_schema(answer.data).query_type.fields["viewer"]


async def test_introspection_can_be_kept_from_visitors_who_are_not_signed_in(settings: Settings):
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


@pytest.mark.database
async def test_introspection_is_open_to_people_who_are_signed_in(world: World, settings: Settings):
    closed = create_app(settings.model_copy(update={"introspection": False}))

    async with Clients(closed) as clients:
        answer = await clients.ask(INTROSPECTION, as_=world.cX)

    assert build_client_schema(answer.data).query_type.fields["viewer"]


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


@pytest.mark.database
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

    refusal = excess(parse(text), text, given, SIGNED_IN)

    assert (refusal is None) is fits


def test_the_default_of_another_operation_makes_no_page_smaller():
    text = """
        query A($n: Int = 100) {
          viewer { organisations(first: $n) { nodes { managedCustomers(first: $n) { nodes { products(first: $n) {
            nodes { id } } } } } } }
        }
        query B($n: Int = 1) { viewer { organisations(first: $n) { totalCount } } }
    """

    refusal = excess(parse(text), text, {}, SIGNED_IN, run="A")

    assert refusal is not None


@pytest.mark.database
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

    refusal = excess(parse(text), text, {"ids": ["x"] * ids}, ANONYMOUS)

    assert (refusal is None) is fits


def test_a_measure_is_taken_once_for_each_text_and_size_of_its_pages():
    text = "query($first: Int) { catalogue(first: $first) { nodes { id } } }"

    first = measured(parse(text), text, {"first": 5})

    assert measured(parse(text), text, {"first": 5, "unused": 6}) is first
    assert measured(parse(text), text, {"first": 6}) is not first
    assert measured(parse(text + " "), text + " ", {"first": 5}) is not first


def test_the_memory_for_measures_does_not_grow_without_end():
    for number in range(1_200):
        text = f"{{ a{number} }}"
        measured(parse(text), text, {})

    assert len(query_cost._known_measures) <= 500


@contextmanager
def quickly() -> Iterator[None]:
    """In little time of this process, whatever else the machine has to do."""
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS
