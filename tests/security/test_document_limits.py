"""Is a document that would cost too much refused, quickly, and never one that people really send?"""

import pytest
from starlette.applications import Starlette

from tests.clients import Clients
from tests.security.large_documents import INTROSPECTION, chain, nest, quickly
from tests.world import World

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
async def test_a_visitor_who_is_not_signed_in_may_ask_for_less(app: Starlette, what: str):
    document, message = ANONYMOUS_REFUSED[what]

    async with Clients(app) as clients:
        answer = await clients.ask(document)

    assert (answer.code, answer.errors[0]["message"]) == ("VALIDATION_FAILED", message)
