"""Is a value of a request ever text of a statement?

Every place of the schema where a caller writes text is given what attackers write; the statements are watched.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import graphql
import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from server import models
from server.schema import schema
from tests.clients import Clients
from tests.engine.both import Both, render_planned, render_resolved
from tests.engine.document_values import literal
from tests.engine.test_random_documents import PEOPLE
from tests.engine.toy import HOSTILE_TEXTS
from tests.long import LONG
from tests.permissions.matrix import OPERATIONS
from tests.permissions.walks import TURN
from tests.statements import ENGINE, TORTOISE, collect_statements
from tests.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.scaled]

_BARE = [
    *(text for text in HOSTILE_TEXTS if text.strip()),
    "'", "''", "'''", '"', '""', "`", "\\", "\\'", "\\\\'", "'\\''", "%", "_", "%%", "\\%", "*", "?", "$",
    "' OR '1'='1", "' OR 1=1 --", "' OR 1=1 #", "') OR ('1'='1", "1' UNION SELECT secret_digest FROM api_token --",
    "'; DROP TABLE product; --", "'; DELETE FROM organisation WHERE ''='", "x'; SELECT pg_sleep(10); --",
    "--", "-- \n", "/*", "*/", "/* x */", "/*!50000 x */", ";", ";--", "#", "||", "' || '", "'||(SELECT 1)||'",
    "$$", "$$; SELECT 1; $$", "$a$ x $a$", "$1", "$2", "$1::text", "?1", "?2", "?", ":1", ":name", "@name", "%s", "%(x)s", "{0}", "{}",
    "\x01", "\x02", "\x03", "\x01!0\x03", "\x01!1\x03", "\x01?0\x03", "\x010\x02[]\x03", "\x010\x02[1]\x03", "\x019\x02[]\x03", "\x01-1\x03",
    "\x00", "a\x00b", "\x00\x00", "\x01!0\x03\x00", "\x00 text \x00",
    '"', '","x":"', '"}', '"}]}', '{"a":1}', "[1,2]", "null", "true", "\\u0000", "\\u0001!0\\u0003", "\\n", '\\"',
    "\ud800", "\udfff x", "\ufeff", "\u2028", "\u0130", "ﬁ", "ǅ", "İ", "ẞ", "𝒳", "\U0010ffff", "a\u0301", "٣", "１",
    "E'\\x27'", "U&'\\0027'", "X'27'", "0x27", "CHAR(39)", "CHR(39)", "ʼ", "＇", "’", "´",
    "t1", "p1", '"t1"', '"p1"."id"', "x1", "w1", "q1", "e1", "SELECT", "COALESCE(1)", "CURRENT_USER", "ctid", "rowid",
    "__typename", "__proto__", "../../etc/passwd", "<script>", "${7*7}", "{{7*7}}", "A" * 9_999, "'" * 5_000,
]  # fmt: skip
_TOKEN = "zqx7"
HOSTILE = [
    *_BARE,
    *(f"{_TOKEN}{text[:500]}" for text in _BARE if text.isprintable()),
    *(f"{text[:500]}{_TOKEN}" for text in _BARE[::3]),
]


# Where text is written


def text_positions(type_: Any, arguments: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths of all texts in arguments."""
    for name, argument in arguments.items():
        inner = get_named_type(argument.type)
        if isinstance(inner, GraphQLInputObjectType):
            yield from text_positions(inner, inner.fields, (*path, name))
        elif isinstance(inner, graphql.GraphQLScalarType) and inner.name not in ("Int", "Boolean", "Float"):
            yield (*path, name)


def every_position(of: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """Type, field and path of every text that a query or a mutation can hold."""
    found = []
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__") and of(type_.name):
            for name, field in type_.fields.items():
                found += [(type_.name, name, path) for path in text_positions(type_, field.args, ())]
    return found


QUERIES = every_position(lambda name: name != "Mutation")
MUTATIONS = every_position(lambda name: name == "Mutation")
_AROUND = {
    "Query": "%s",
    "Organisation": 'organisation(id: "ORG") { %s }',
    "Partnership": 'partnership(id: "PSHIP") { %s }',
    "Viewer": "viewer { %s }",
    "Membership": 'node(id: "MEMBER") { ... on Membership { %s } }',
    "Team": 'node(id: "TEAM") { ... on Team { %s } }',
}


_BESIDE = {"explainRight": ", right: VIEW_PRODUCTS"}
"""The other arguments that a field needs."""


def test_every_type_with_arguments_has_a_way_to_it() -> None:
    assert {type_ for type_, _, _ in QUERIES} == set(_AROUND)
    assert len(QUERIES) > 25
    assert {field for _, field, _ in MUTATIONS} <= set(OPERATIONS)


def document(world: World, type_: str, field: str, path: tuple[str, ...], written: str) -> str:
    """A document with something written at one place."""
    definition: Any = schema._schema.type_map[type_]
    argument: Any = definition.fields[field].args[path[0]]
    text = f"[{written}]" if isinstance(graphql.get_nullable_type(argument.type), graphql.GraphQLList) else written
    for name in reversed(path[1:]):
        text = f"{{{name}: {text}}}"
    is_page = "first" in definition.fields[field].args
    selection = "nodes { __typename }" if is_page else "__typename"
    rest = ", first: 3" if is_page else _BESIDE.get(field, "")
    inside = f"{field}({path[0]}: {text}{rest}) {{ {selection} }}"
    around = {"ORG": "nova", "PSHIP": "limited", "MEMBER": "pE", "TEAM": "team"}
    text = _AROUND[type_]
    for mark, name in around.items():
        text = text.replace(mark, world.id(name))
    return text % inside


def in_turn(texts: list[str], place: int, each: int) -> list[str]:
    """Each place is given one text of so many on each database, the next place the next ones; `make test-long` gives
    all of them to each place on both.
    """
    return texts if LONG else texts[(place + TURN * each) % (2 * each) :: 2 * each]


def hostile_at(path: tuple[str, ...]) -> list[str]:
    """Hostile texts for a place; a cursor also holds them, and an id bears them."""
    found = HOSTILE
    if path[-1] in ("after", "before"):
        key = uuid4().hex
        return [
            *found[::4],
            *(key + text.encode("utf-8", "surrogatepass").hex() for text in found if len(text) < 4_000),
        ]
    if path[-1] in ("id", "ids"):
        return [*found, *(f"prd_{text}" for text in found[::3]), *(f"org_{uuid4().hex}{text}" for text in found[::3])]
    return found


# Watching


def is_clean(statement: str, text: str, usual: str) -> bool:
    """Whether the text is nowhere in the statement, or in such statements anyway, as `SELECT` is.

    A single character, such as the star of COUNT(*), is tried together with the token.
    """
    is_ordinary = text in usual or (len(text) == 1 and text.isprintable())
    return _TOKEN not in statement and "\x00" not in statement and (is_ordinary or text not in statement)


def kind_of(type_: str, field: str, path: tuple[str, ...]) -> str:
    """The type of the text at a place, as a variable has it."""
    definition: Any = schema._schema.type_map[type_]
    inner: Any = get_named_type(definition.fields[field].args[path[0]].type)
    for name in path[1:]:
        inner = get_named_type(inner.fields[name].type)
    return f"{inner.name}!"


_IDS = ("id", "ids", "actorId", "partnerId", "partnershipId")


def harmless(field: str, path: tuple[str, ...], order: str = "plain") -> str:
    if path[-1] in ("after", "before"):
        return uuid4().hex + order.encode().hex()
    known = {
        "organisation": "org",
        "partnership": "pship",
        "actorId": "usr",
        "partnerId": "org",
        "partnershipId": "pship",
    }
    prefix = known.get(path[-1], known.get(field, "prd"))
    if path[-1] in ("since", "until"):
        return "2024-01-01T00:00:00.000000Z"
    return f"{prefix}_{uuid4().hex}" if path[-1] in _IDS else order


@pytest.mark.parametrize(
    ("type_", "field", "path"), QUERIES, ids=lambda value: value if isinstance(value, str) else ".".join(value)
)
async def test_no_text_of_a_variable_is_in_a_statement(
    standing_world: World, standing_both: Both, type_: str, field: str, path: tuple[str, ...]
) -> None:
    place = QUERIES.index((type_, field, path))
    inside = document(standing_world, type_, field, path, "$text")
    query = f"query($text: {kind_of(type_, field, path)}) {{ {inside} }}"
    with collect_statements(ENGINE, TORTOISE) as seen:
        for text in ("plain", "2024-01-01T00:00:00.000000Z", "ümlaut"):  # umlauts are searched in two spellings
            await standing_both.by_engine(query, {"text": harmless(field, path, text)}, "pL")
        usual = set(seen)
        seen.clear()

        for text in in_turn(hostile_at(path), place, each=25):
            result, _ = await standing_both.by_engine(query, {"text": text}, "pL")

            assert set(seen) <= usual, repr(text)
            assert result is None or not result.errors or result.errors[0].path, (repr(text), result.errors)
            seen.clear()
    assert usual


@pytest.mark.parametrize(
    ("type_", "field", "path"), QUERIES, ids=lambda value: value if isinstance(value, str) else ".".join(value)
)
async def test_no_text_of_a_document_is_in_a_statement(
    standing_world: World, standing_both: Both, type_: str, field: str, path: tuple[str, ...]
) -> None:
    place = QUERIES.index((type_, field, path))
    with collect_statements(ENGINE) as seen:
        for moment in ("plain", "2024-01-01T00:00:00.000000Z"):
            query = f"{{ {document(standing_world, type_, field, path, literal(harmless(field, path, moment)))} }}"
            await standing_both.by_engine(query, {}, "pL")
        usual = "".join(seen)
        seen.clear()
        for text in in_turn(hostile_at(path), place, each=40):
            if any("\ud800" <= character <= "\udfff" for character in text):
                continue
            query = f"{{ {document(standing_world, type_, field, path, literal(text))} }}"
            found, _ = await standing_both.by_engine(query, {}, "pL")

            assert all(is_clean(statement, text, usual) for statement in seen), repr(text)
            assert found is None or not found.errors or found.errors[0].path, (repr(text), found.errors)
            seen.clear()


async def test_hostile_searches_are_answered_as_resolvers_do(standing_world: World, standing_both: Both) -> None:
    query = "query($text: String!) { catalogue(filter: {search: $text}) { totalCount nodes { name } } partners(filter: {search: $text}) { nodes { id } } }"
    for text in HOSTILE[::3]:
        found, _ = await standing_both.by_engine(query, {"text": text}, "pL")
        if found is not None:
            assert render_planned(found) == render_resolved(
                await standing_both.by_resolvers(query, {"text": text}, "pL")
            ), repr(text)


@pytest.mark.parametrize(
    ("type_", "field", "path"), MUTATIONS, ids=lambda value: value if isinstance(value, str) else ".".join(value)
)
async def test_no_text_of_a_mutation_is_in_a_statement(
    world: World, engine_clients: Clients, type_: str, field: str, path: tuple[str, ...]
) -> None:
    operation = OPERATIONS[field]
    people = {name: world.people[person] for name, person in PEOPLE.items()}
    place = MUTATIONS.index((type_, field, path))
    with collect_statements(TORTOISE, ENGINE) as seen:
        await engine_clients.ask(operation.document, operation.variables(world), as_=people.get(field, world.cL))
        usual = "".join(seen)
        assert usual
        seen.clear()
        for text in in_turn(HOSTILE, place, each=60):
            variables = operation.variables(world)
            _put(variables, path, text)
            try:
                answer = await engine_clients.ask(operation.document, variables, as_=people.get(field, world.cL))
            except (UnicodeEncodeError, ValueError):
                continue  # a lone surrogate is not JSON

            assert "INTERNAL" not in answer.codes if answer.errors else True, repr(text)
            assert all(is_clean(statement, text, usual) for statement in seen), repr(text)
            seen.clear()


def _put(variables: dict[str, Any], path: tuple[str, ...], text: str) -> None:
    value: Any = variables
    for name in path[:-1]:
        value = value[0] if isinstance(value, list) else value
        value = value.setdefault(name, {})
    value = value[0] if isinstance(value, list) else value
    known = value.get(path[-1])
    value[path[-1]] = [text] if isinstance(known, list) or path[-1].endswith("Ids") else text


# Marks in data


async def test_marks_and_quotes_in_rows_come_back_unchanged(world: World, clients: Clients) -> None:
    query = """query($id: ID!) { organisation(id: $id) { name viewerRights postalAddress { street region }
        products(first: 9) { edges { cursor node { customerName serviceName viewerRights } } pageInfo { startCursor endCursor } }
        partnerships { nodes { message customer { name } } } apiTokens { nodes { id } } } }"""
    texts = [text for text in _BARE if "\x00" not in text and len(text) < 100 and text.isascii()]

    for place, text in enumerate(texts):
        await models.Organisation.filter(id=world.alpina.id).update(name=text, street=text, region=text)
        await models.Product.filter(id=world.granted.id).update(
            customer_name=text, customer_name_key=text, service_name=text
        )
        await models.Partnership.filter(id=world.limited.id).update(message=text)
        answer = await clients.ask(query, {"id": world.id("alpina")}, as_=(world.cL, world.pE, world.cE)[place % 3])

        assert answer.json["data"]["organisation"]["name"] == text


def test_there_are_two_hundred_hostile_texts() -> None:
    assert len(HOSTILE) >= 200
