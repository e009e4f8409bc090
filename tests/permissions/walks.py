"""Documents that walk through the schema, from every root and along every edge.

They follow from the schema: a new field is walked as soon as it exists.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from server import models
from server.resolvers import ids
from server.schema import schema
from tests.databases import BACKEND
from tests.long import amount

SCHEMA = schema._schema
ROWS = 7  # no list of the world is longer, and four lists within each other stay within the limits
MAX_IDS = 10
MAX_WAYS = 4  # that one document takes at once, behind the last row but one
BY_ONE_ID = amount(1, long=2)  # so deep is a root walked that takes one id
TURN = 1 if BACKEND == "postgres" else 0
FEW = 3  # of the ids of a type, where a root takes one id of any type
VALUES = {
    "Boolean": "true",
    "Int": "1",
    "String": '"a"',
    "ID": f'"org_{0:032x}"',
    "DateTime": '"2026-01-01T00:00:00Z"',
    "Date": '"2026-01-01"',
    "first": str(ROWS),
}
"""What arguments are asked with: by the argument's name, or else by its type."""

Document = tuple[str, dict[str, Any]]
T = TypeVar("T")


def in_turn(everybody: Sequence[T], number: int, how_many: int) -> Sequence[T]:
    """Who asks the document of this number: so many of them, and the next ones each time."""
    first = number * how_many % len(everybody)
    return [*everybody[first:], *everybody[:first]][:how_many]


def documents(depth: int, ids_of: Callable[[type[Any]], Sequence[str]]) -> Iterator[Document]:
    """From every root to this depth of rows; `ids_of` gives the ids that roots are asked with.

    A root that takes one id is walked only to its row, in `make test-long` to the second one: the root that takes many
    goes on from there.
    """
    root: Any = SCHEMA.query_type
    for name, field in root.fields.items():
        wanted = [(argument, given.type) for argument, given in field.args.items() if _is_id(given.type)]
        if not wanted:
            yield from ((f"{{ {below} }}", {}) for below in walks_of(name, field, depth))
        for argument, type_ in wanted:
            for model in _models_of(field, name, argument):
                yield from _by_id(name, field, argument, type_, model, ids_of(model), depth)


def _by_id(
    name: str, field: Any, argument: str, type_: Any, model: type[Any], found: Sequence[str], depth: int
) -> Iterator[Document]:
    head = f"query($given: {type_}) {{ {name}{_arguments(field, given=argument)} "
    inner: Any = get_named_type(field.type)
    if is_leaf_type(inner):
        yield from ((head + "}", {"given": id}) for id in found)
        return
    many = isinstance(_nullable(type_), GraphQLList)
    target: Any = SCHEMA.type_map[model.__name__] if is_abstract_type(inner) else inner
    if not many and len(_models_of(field, name, argument)) > 1:
        found = found[:: max(len(found) // FEW, 1)]
    given: list[Any] = [list(found[at : at + MAX_IDS]) for at in range(0, len(found), MAX_IDS)] if many else [*found]
    for below in walks(target, depth if many else min(depth, BY_ONE_ID)):
        selection = f"{{ ... on {target.name} {{ {below} }} }} }}" if is_abstract_type(inner) else f"{{ {below} }} }}"
        yield from ((head + selection, {"given": one}) for one in given)


@cache
def walks(type_: Any, depth: int) -> tuple[str, ...]:
    """Selections of a row: one way further at a time, and at the end of each way all there is."""
    if depth == 1:
        return (leaves(type_),)
    ways = [(name, field) for name, field in type_.fields.items() if not _is_plain(field)]
    if depth == 2:
        ends = [below for name, field in ways for below in walks_of(name, field, 1)]
        groups = [ends[at : at + MAX_WAYS] for at in range(0, len(ends), MAX_WAYS)]
        return tuple(" ".join([leaves(type_), *group]) for group in groups or [[]])
    return tuple(below for name, field in ways for below in walks_of(name, field, depth - 1)) or (leaves(type_),)


def walks_of(name: str, field: Any, depth: int) -> Iterator[str]:
    """A field with its arguments and what lies below it, to this depth."""
    inner: Any = get_named_type(field.type)
    head = f"{name}{_arguments(field)}"
    if _is_plain(field):
        yield _plain(name, field)
    elif is_abstract_type(inner):
        possible = SCHEMA.get_possible_types(inner)
        yield from (f"{head} {{ ... on {one.name} {{ {below} }} }}" for one in possible for below in walks(one, depth))
    elif "edges" in inner.fields:
        yield from (f"{head} {{ {below} }}" for below in _pages(inner, depth))
    else:
        yield from (f"{head} {{ {below} }}" for below in walks(inner, depth))


def _pages(connection: Any, depth: int) -> Iterator[str]:
    """What a connection leads to: rows, and what else its edges name."""
    edge: Any = get_named_type(connection.fields["edges"].type)
    others = [(name, field) for name, field in edge.fields.items() if name != "node" and not _is_plain(field)]
    page = "totalCount pageInfo { startCursor endCursor hasNextPage }"
    if depth == 1:
        parts = [
            leaves(edge),
            *(below for one in ("node", *dict(others)) for below in walks_of(one, edge.fields[one], 1)),
        ]
        yield f"{page} edges {{ {' '.join(parts)} }}"
        return
    yield from (f"{page} {below}" for below in walks_of("nodes", connection.fields["nodes"], depth))
    for name, field in others:
        yield from (f"edges {{ {below} }}" for below in walks_of(name, field, depth))


def leaves(type_: Any) -> str:
    """All that a row says without naming another."""
    return " ".join(_plain(name, field) for name, field in type_.fields.items() if _is_plain(field)) or "__typename"


def _plain(name: str, field: Any) -> str:
    inner: Any = get_named_type(field.type)
    return f"{name}{_arguments(field)}" + ("" if is_leaf_type(inner) else f" {{ {leaves(inner)} }}")


def _is_plain(field: Any) -> bool:
    """Whether a field is a value, or an object that has only values."""
    inner: Any = get_named_type(field.type)
    if is_leaf_type(inner):
        return True
    return isinstance(inner, GraphQLObjectType) and all(map(_is_value, inner.fields.values()))


def _is_value(field: Any) -> bool:
    return is_leaf_type(get_named_type(field.type))


def _arguments(field: Any, given: str = "") -> str:
    """The arguments without which a field cannot be asked, and the size of a page."""
    written = [f"{given}: $given"] if given else []
    for name, argument in field.args.items():
        if name != given and (name == "first" or _is_required(argument)):
            written.append(f"{name}: {VALUES.get(name) or value_of(argument.type)}")
    return f"({', '.join(written)})" if written else ""


def value_of(type_: Any) -> str:
    """A value of the type, as a document writes it."""
    inner = _nullable(type_)
    if isinstance(inner, GraphQLList):
        return f"[{value_of(inner.of_type)}]"
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if isinstance(inner, GraphQLInputObjectType):
        needed = {name: member for name, member in inner.fields.items() if _is_required(member)}
        return "{" + ", ".join(f"{name}: {value_of(member.type)}" for name, member in needed.items()) + "}"
    assert inner.name in VALUES, f"with what is a {inner.name} asked? Add a value to VALUES of {__name__}"
    return VALUES[inner.name]


def _is_required(argument: Any) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined


def _nullable(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def _is_id(type_: Any) -> bool:
    return get_named_type(type_).name == "ID"


def _models_of(field: Any, name: str, argument: str) -> list[type[Any]]:
    """Of which models the ids are that an argument of a root takes."""
    inner: Any = get_named_type(field.type)
    if argument in ("id", "ids") and not hasattr(models, inner.name):
        return list(ids.PREFIXES)
    stem = argument.removesuffix("Ids").removesuffix("Id")
    found = {stem[:1].upper() + stem[1:], inner.name} & {model.__name__ for model in ids.PREFIXES}
    assert found, f"of which model are the ids of {name}({argument})? Name the argument after it, as in productId"
    return [getattr(models, one) for one in sorted(found)]
