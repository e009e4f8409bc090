"""Does any message repeat a value that was sent? All inputs of the schema are walked with values in wrong places.

The values are in variables and written into the document. `make test-long` tries every shape of a value, as somebody
who may do most things and as nobody, and asks the resolvers as well as the engine; otherwise each input is asked as one
of them, with one of the shapes.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    NameNode,
    get_named_type,
    is_leaf_type,
    located_error,
)

from server.app import answers
from server.schema import schema
from tests.clients import Answer, Clients
from tests.logs import Lines
from tests.long import LONG
from tests.world import World

pytestmark = [pytest.mark.scaled, pytest.mark.usefixtures("cheap_passwords")]

SCHEMA = schema._schema
WORD, NUMBER, FRACTION = "Kanari7f3a", 7331999777333, 7331999.777333
SENT = (WORD, WORD.lower(), str(NUMBER), str(FRACTION), f"{FRACTION:g}", f"{NUMBER:,}")
SHAPES: list[Any] = [WORD, NUMBER, FRACTION, [WORD, [NUMBER]], {"misspelt": WORD, "id": [FRACTION]}, f"{WORD} " * 400]


class Name(str):
    """Text that is written without quotes, as the values of enums are."""

    __slots__ = ()


ROOTS = [
    (kind, name, argument)
    for kind, type_ in (("query", SCHEMA.query_type), ("mutation", SCHEMA.mutation_type))
    for name, field in type_.fields.items()
    for argument in field.args
]


def everywhere(type_: Any, value: Any, depth: int = 5) -> Any:
    """An input of this type in which each leaf has this value, and each object a field that no input has."""
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(inner, GraphQLList):
        return [everywhere(inner.of_type, value, depth)]
    if isinstance(inner, GraphQLInputObjectType) and depth:
        known = {name: everywhere(field.type, value, depth - 1) for name, field in inner.fields.items()}
        return known | {"misspelt": value}
    return value


def values(type_: Any, shape: Any) -> Iterator[Any]:
    """The value in the place of the whole argument, in all leaves, and in the long form in only one field."""
    yield shape
    if isinstance(get_named_type(type_), GraphQLInputObjectType):
        yield everywhere(type_, shape)
        if LONG:
            yield {"misspelt": shape}


def to_literal(value: Any) -> str:
    """The value as a document has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {to_literal(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_literal, value)) + "]"
    return value if isinstance(value, Name) else json.dumps(value)


def selection(type_: Any) -> str:
    inner: Any = get_named_type(type_)
    if is_leaf_type(inner):
        return ""
    if isinstance(inner, (GraphQLObjectType, GraphQLUnionType)) and "userErrors" in getattr(inner, "fields", {}):
        return "{ __typename userErrors { code message field } }"
    return "{ __typename }"


def documents(kind: str, root: str, argument: str, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Operations with values of several shapes, by a variable and written out."""
    type_ = SCHEMA.query_type if kind == "query" else SCHEMA.mutation_type
    field = type_.fields[root]
    of = field.args[argument].type
    below = selection(field.type)
    for turn, shape in enumerate(SHAPES):
        if not LONG and turn != number % len(SHAPES):
            continue
        for value in values(of, shape):
            yield f"{kind}($given: {of}) {{ {root}({argument}: $given) {below} }}", {"given": value}
            yield f"{kind} {{ {root}({argument}: {to_literal(value)}) {below} }}", {}
            if LONG:
                yield f"{kind}($given: {of} = {to_literal(value)}) {{ {root}({argument}: $given) {below} }}", {}
    for value in values(of, Name(WORD)):
        yield f"{kind} {{ {root}({argument}: {to_literal(value)}) {below} }}", {}


def assert_nothing_is_repeated(answer: Answer, asked: Any) -> None:
    for sent in SENT:
        assert sent not in answer.response.text, (asked, answer.json)
    assert "INTERNAL" not in answer.codes, (asked, answer.json)


@pytest.mark.parametrize("place", range(4))
async def test_no_message_repeats_a_value_of_an_argument(
    place: int, world: World, clients: Clients, engine_clients: Clients
):
    asked = clients if LONG else engine_clients
    for number, (kind, root, argument) in enumerate(ROOTS[place::4]):
        everybody = [world.cL, None] if LONG else [[world.cL, None][number % 2]]
        for who in everybody:
            for query, variables in documents(kind, root, argument, number):
                answer = await asked.ask(query, variables, as_=who)

                assert_nothing_is_repeated(answer, (query, variables))


SIGN_IN = "mutation {{ signIn(input: {{email: {0}, password: {1}}}) {{ userErrors {{ code }} }} }}"
BROKEN = [
    f'mutation {{ signIn(input: {{email: "a@b.example", password: "{WORD}"',
    f'mutation {{ signIn(input: {{email: "a@b.example", password "{WORD}"}}) {{ userErrors {{ code }} }} }}',
    f'mutation {{ signIn(input: {{email: "a@b.example", password: "" "{WORD}"}}) {{ userErrors {{ code }} }} }}',
    f"mutation {{ signIn(input: {{email: a@b.example, password: {WORD}}}) {{ userErrors {{ code }} }} }}",
    f"mutation {{ signIn(input: {{password: x {WORD} }}) {{ userErrors {{ code }} }} }}",
    f"mutation {{ signIn(input: {{password: '{WORD}'}}) {{ userErrors {{ code }} }} }}",
    f'mutation {{ signIn(input: "{WORD}" "{WORD}") {{ userErrors {{ code }} }} }}',
    f'mutation {{ signIn(input: {{password: """{WORD}""" """{WORD}"""}}) {{ userErrors {{ code }} }} }}',
    f'{{ catalogue(first: {NUMBER} {NUMBER}) "{WORD}" }}',
    f"{{ catalogue(first: {FRACTION} {FRACTION}) }}",
    f"{{ catalogue(first: {NUMBER}{WORD}) }}",
    f'{{ catalogue "{WORD}\' said" }}',
    f'{{ catalogue(first: ${WORD} 1) }} "{WORD}',
    f'"{WORD}" {{ __typename }}',
    f"{NUMBER}",
    f"{FRACTION}",
    f"{WORD}",
    f'"{WORD}"',
    f'query($a: String = ["{WORD}"]) {{ __typename }}',
    f'query($a: Nosuch = "{WORD}") {{ __typename }}',
    f'{{ __typename @skip(if: "{WORD}") }}',
    f'{{ __typename @nosuch(if: "{WORD}") }}',
    f'{{ nosuch(a: "{WORD}") {{ b }} }}',
    f'{{ viewer(a: "{WORD}") {{ __typename }} }}',
    f'{{ catalogue(first: 1, filter: {{search: "{WORD}"}}) {{ totalCount }} catalogue(first: 2, filter: {{search: "{WORD}"}}) {{ totalCount }} }}',
    f'{{ catalogue(after: "{WORD}") {{ totalCount }} }}',
    f'{{ catalogue(filter: {{search: "{WORD}", search: "{WORD}"}}) {{ totalCount }} }}',
    f"{{ catalogue(first: 1, first: {NUMBER}) {{ totalCount }} }}",
    SIGN_IN.format(f'"{WORD}"', f'"{WORD}"'),
    SIGN_IN.format(f'"{WORD}@x.example"', f'"{WORD}"'),
    SIGN_IN.format(WORD, WORD),
    SIGN_IN.format(NUMBER, FRACTION),
    SIGN_IN.format("$a", f'"{WORD}"'),
]


@pytest.mark.parametrize("document", BROKEN)
async def test_no_message_repeats_a_value_of_a_document_that_is_wrong(world: World, clients: Clients, document: str):
    answer = await clients.ask(document, {WORD.upper(): WORD, "a": {"b": WORD}})

    assert answer.errors or answer.json["data"]["signIn"]["userErrors"]
    assert_nothing_is_repeated(answer, document)


async def test_a_misspelt_field_of_sign_in_does_not_bring_the_password_back(world: World, clients: Clients):
    query = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"

    answer = await clients.ask(query, {"input": {"email": "a@b.example", "pasword": WORD}})

    assert [error["message"] for error in answer.errors] == [
        "Variable '$input' has invalid value: 'SignInInput' requires the field 'password'.",
        "Variable '$input' has invalid value: 'SignInInput' has no field 'pasword'.",
    ]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f'{{"query": {WORD}}}', "application/json"),
        (f'{{"query": 1, "{WORD}": "{WORD}"}}', "application/json"),
        (f'{{"query": "{{x}}", "variables": "{WORD}"}}', "application/json"),
        (f'{{"query": "{{x}}", "operationName": "{WORD}"}}', "application/json"),
        (f'{{"query": "{{x}}", "operationName": ["{WORD}"]}}', "application/json"),
        (f'{{"extensions": {{"persistedQuery": {{"sha256Hash": "{WORD}"}}}}}}', "application/json"),
        (f'"{WORD}', "application/json"),
        ("{}", f"application/{WORD}"),
    ],
)
async def test_no_message_repeats_what_was_sent_as_a_body(world: World, clients: Clients, body: str, content_type: str):
    response = await clients.http.post("/graphql", content=body.encode(), headers={"Content-Type": content_type})

    assert_nothing_is_repeated(Answer(response), body)


def test_a_value_of_ours_that_a_scalar_cannot_write_is_our_fault_and_stays_hidden():
    with pytest.raises(GraphQLError) as raised:
        GraphQLInt.serialize(WORD)
    error = located_error(raised.value, [FieldNode(name=NameNode(value="totalCount"))], ["totalCount"])

    told = answers.render_error(error, "0" * 32)

    assert told == {
        "message": answers.INTERNAL_ERROR_MESSAGE,
        "path": ["totalCount"],
        "extensions": {"code": "INTERNAL", "requestId": "0" * 32},
    }


async def test_nothing_that_is_wrong_reaches_the_log(world: World, engine_clients: Clients, log: Lines):
    wrong = [documents(*root, number) for number, root in enumerate(ROOTS[:: len(ROOTS) // 6])]
    for query, variables in [(document, {}) for document in BROKEN] + [one for some in wrong for one in some]:
        await engine_clients.ask(query, variables)

    lines = str(log())
    assert lines.count("refused") > 50
    for sent in SENT:
        assert sent not in lines
