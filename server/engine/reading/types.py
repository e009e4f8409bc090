"""Types of Strawberry and graphql-core: what is inside their lists, and whether they have resolvers."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, cast

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, get_named_type, is_leaf_type

# `Any` below: Strawberry's definitions are untyped, and graphql-core's types are generic over what nobody says.

DEFINITION: Final = "strawberry-definition"
"""The key under which Strawberry keeps its definition of a type or field."""


def strawberry_field(field: GraphQLField) -> Any:
    """Strawberry's definition of a field."""
    return field.extensions[DEFINITION]


@lru_cache(4096)
def _innermost_type(type_: Any) -> Any:
    return get_named_type(type_)  # pyright: ignore[reportUnknownVariableType]


named_type = cast("Callable[[Any], Any]", _innermost_type)
"""The type inside lists and non-nulls."""


def nullable(type_: Any) -> Any:
    """The type without its exclamation mark."""
    return cast("Any", type_).of_type if isinstance(type_, GraphQLNonNull) else type_


def is_plain(type_: Any) -> bool:
    """Whether a value of this type can be written only from its attributes: a leaf, or an object without resolvers."""
    return is_leaf_type(type_) or _is_plain_object(type_, frozenset())


def _is_plain_object(type_: Any, around: frozenset[str]) -> bool:
    if not isinstance(type_, GraphQLObjectType):
        return False
    for field in type_.fields.values():
        definition: Any = field.extensions.get(DEFINITION)
        if definition is None or definition.base_resolver is not None or definition.extensions:
            return False
        inside = named_type(field.type)
        if is_leaf_type(inside) or inside.name in around or inside is type_:
            continue
        if not _is_plain_object(inside, around | {type_.name}):
            return False
    return True
