"""Errors of values: what is wrong and what is expected, without ever repeating what was sent.

Variables and literals in a document are checked in the same way and refused in the same words.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    VariableNode,
    is_required_input_field,
    is_specified_scalar_type,
)
from graphql.pyutils import Undefined

# `Any` below: a value is whatever somebody sent, or the node of a document that holds it; the types of graphql-core are
# generic and do not say of what.

Path = tuple[str | int, ...]
_SCALAR_EXPECTATIONS: Final = {
    "Int": "Expected a whole number from -2147483648 to 2147483647.",
    "Float": "Expected a number.",
    "String": "Expected text.",
    "Boolean": "Expected true or false.",
    "ID": "Expected an id, written as text.",
}
_MAX_NAMED: Final = 12
PLAIN_NAME: Final = re.compile(r"[_A-Za-z]\w{0,63}", re.ASCII)
"""A typical name of a field or variable. Anything longer or with other characters may be a value."""


@dataclass(frozen=True)
class InvalidValue:
    """One error: where in the value, why, and the part of the value concerned."""

    path: Path
    message: str
    value: Any


@dataclass(frozen=True)
class ValueReader:
    """How to read a kind of value: None in place of a list or an object if a value is neither.

    `counts_one_of` is false if a rule of Strawberry's already checks inputs that take exactly one field.
    """

    is_open: Callable[[Any], bool]
    is_null: Callable[[Any], bool]
    items: Callable[[Any], Sequence[Any] | None]
    fields: Callable[[Any], Mapping[str, Any] | None]
    coerce: Callable[[GraphQLScalarType | GraphQLEnumType, Any], Any]
    counts_one_of: bool


def find_invalid(value: Any, type_: Any, reading: ValueReader, path: Path = ()) -> Iterator[InvalidValue]:
    """Yields everything that prevents a value from being of this type, on demand."""
    if reading.is_open(value):
        return
    if isinstance(type_, GraphQLNonNull):
        if reading.is_null(value):
            yield InvalidValue(path, f"Expected a value of type '{type_}'; it may not be null.", value)
        else:
            yield from find_invalid(value, type_.of_type, reading, path)
    elif not reading.is_null(value):
        if isinstance(type_, GraphQLList):
            yield from _in_list(value, type_.of_type, reading, path)
        elif isinstance(type_, GraphQLInputObjectType):
            yield from _in_object(value, type_, reading, path)
        else:
            yield from _in_leaf(value, type_, reading, path)


def _in_list(value: Any, type_: Any, reading: ValueReader, path: Path) -> Iterator[InvalidValue]:
    items = reading.items(value)
    if items is None:
        yield from find_invalid(value, type_, reading, path)
    else:
        for place, item in enumerate(items):
            yield from find_invalid(item, type_, reading, (*path, place))


def _in_object(value: Any, type_: GraphQLInputObjectType, reading: ValueReader, path: Path) -> Iterator[InvalidValue]:
    fields = reading.fields(value)
    if fields is None:
        yield InvalidValue(path, f"Expected an object of type '{type_}'.", value)
        return
    for name, field in type_.fields.items():
        if name in fields:
            yield from find_invalid(fields[name], field.type, reading, (*path, name))
        elif is_required_input_field(field):
            yield InvalidValue(path, f"'{type_}' requires the field '{name}'.", value)
    for name in fields:
        if name not in type_.fields:
            yield InvalidValue(path, f"'{type_}' has no field {_quote_name(name)}.", value)
    if reading.counts_one_of and _takes_one(type_):
        yield from _in_one_of(value, fields, type_, reading, path)


def _takes_one(type_: GraphQLInputObjectType) -> bool:
    """Whether exactly one field may be set, which only Strawberry's definition says."""
    definition: Any = type_.extensions.get("strawberry-definition")
    return type_.is_one_of or bool(definition and definition.is_one_of)


def _in_one_of(
    value: Any, fields: Mapping[str, Any], type_: GraphQLInputObjectType, reading: ValueReader, path: Path
) -> Iterator[InvalidValue]:
    given = [name for name in fields if name in type_.fields]
    if len(given) != 1:
        yield InvalidValue(path, f"'{type_}' takes exactly one of its fields.", value)
    elif reading.is_null(fields[given[0]]):
        yield InvalidValue((*path, given[0]), "Expected a value; it may not be null.", fields[given[0]])


def _in_leaf(
    value: Any, type_: GraphQLScalarType | GraphQLEnumType, reading: ValueReader, path: Path
) -> Iterator[InvalidValue]:
    try:
        if reading.coerce(type_, value) is not Undefined:
            return
        said = None
    except GraphQLError as error:
        said = error.message
    except Exception:  # noqa: BLE001 - graphql-core takes every exception for a refusal
        said = None
    # Our own scalars have constant messages; those of graphql-core repeat the value.
    is_ours = isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_)
    yield InvalidValue(path, said if said and is_ours else _expectation(type_), value)


def _expectation(type_: GraphQLScalarType | GraphQLEnumType) -> str:
    if isinstance(type_, GraphQLEnumType) and len(type_.values) <= _MAX_NAMED:
        return f"Expected one of {', '.join(type_.values)}."
    return _SCALAR_EXPECTATIONS.get(type_.name, f"Expected a value of type '{type_}'.")


def _quote_name(name: str) -> str:
    """An unknown field name, if it looks like a name, which helps after a typing mistake."""
    return f"'{name}'" if PLAIN_NAME.fullmatch(name) else "of a name that was sent"


# How values are read


def _sent_items(value: Any) -> Sequence[Any] | None:
    return cast("list[Any]", value) if isinstance(value, list) else None


def _sent_fields(value: Any) -> Mapping[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _written_items(node: Any) -> Sequence[Any] | None:
    return node.values if isinstance(node, ListValueNode) else None


def _written_fields(node: Any) -> Mapping[str, Any] | None:
    return {field.name.value: field.value for field in node.fields} if isinstance(node, ObjectValueNode) else None


def _coerce_written(type_: GraphQLScalarType | GraphQLEnumType, node: Any) -> Any:
    leaf: Any = type_
    return leaf.coerce_input_literal(node) if leaf.coerce_input_literal else leaf.parse_literal(node)


VARIABLE_VALUES: Final = ValueReader(
    lambda value: False,
    lambda value: value is None,
    _sent_items,
    _sent_fields,
    lambda type_, value: type_.coerce_input_value(value),
    counts_one_of=True,
)
"""The value of a variable, from JSON."""

LITERAL_VALUES: Final = ValueReader(
    lambda node: isinstance(node, VariableNode),
    lambda node: isinstance(node, NullValueNode),
    _written_items,
    _written_fields,
    _coerce_written,
    counts_one_of=False,
)
"""A literal in a document. The value of a variable in it is not known."""
