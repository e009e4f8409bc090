"""Limits of variables: their size, counted in one pass before anything else reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import GraphQLInputObjectType

from server.domain.errors import MalformedInput
from server.schema.build import schema
from server.schema.value_errors import PLAIN_NAME
from server.settings import Settings

# `Any` below: variables are whatever somebody sent.

DEEPEST: Final = 64
_MANY: Final = 100
_FIELDS: Final = frozenset(
    name
    for type_ in schema._schema.type_map.values()
    if isinstance(type_, GraphQLInputObjectType)
    for name in type_.fields
)
"""The names of all input fields."""

Place = tuple["Place", str | int] | None
"""The position of a value: its container, and its name or number in it. None is the variables as a whole."""


@dataclass(frozen=True)
class Bounds:
    """The most that variables may hold: fields in an object, items in a list, values in total, characters in a text."""

    fields: int
    items: int
    values: int
    characters: int


def bounds_of(settings: Settings) -> Bounds:
    return Bounds(
        settings.max_input_fields,
        settings.max_input_items,
        settings.max_input_values,
        settings.max_input_characters,
    )


def variable_excess(variables: Mapping[str, Any], bounds: Bounds) -> MalformedInput | None:
    """Why these variables are too large, or None. It says where, and repeats nothing that was sent.

    The pass ends with the first excess value, however many follow.
    """
    counted = 0
    waiting: list[tuple[Any, Place, int]] = [(variables, None, 1)]
    while waiting:
        value, place, depth = waiting.pop()
        counted += len(value)
        too_many = _too_many(value, counted, bounds)
        if too_many:
            return _refusal_at(too_many, place)
        for name, inner in _inner_values(value):
            if isinstance(inner, str):
                if len(inner) > bounds.characters:
                    return _refusal_at(_too_long(bounds), (place, name))
            elif isinstance(inner, (dict, list)):
                if depth == DEEPEST:
                    return _refusal_at(f"The variables are nested deeper than {DEEPEST} levels.", place)
                waiting.append((cast("Any", inner), (place, name), depth + 1))
    return None


def holds_many(variables: Mapping[str, Any]) -> bool:
    """Whether these variables, which are within the limits, take enough time to read that they wait for their turn."""
    counted = 0
    waiting: list[Any] = [variables]
    while waiting:
        value = waiting.pop()
        counted += len(value)
        if counted > _MANY:
            return True
        waiting.extend(cast("Any", inner) for _, inner in _inner_values(value) if isinstance(inner, (dict, list)))
    return False


def _refusal_at(message: str, place: Place) -> MalformedInput:
    refusal = MalformedInput(message, _path(place))
    refusal.is_spelled = True
    return refusal


def _too_many(value: Any, counted: int, bounds: Bounds) -> str | None:
    """The error of an object or a list itself, no matter what it contains."""
    if isinstance(value, list):
        if len(cast("list[Any]", value)) > bounds.items:
            return f"Give at most {bounds.items:,} values."
    elif len(value) > bounds.fields:
        return f"Give at most {bounds.fields:,} fields."
    elif any(len(name) > bounds.characters for name in value):
        return _too_long(bounds)
    return f"The variables contain more than {bounds.values:,} values." if counted > bounds.values else None


def _too_long(bounds: Bounds) -> str:
    return f"A text can have at most {bounds.characters:,} characters."


def _inner_values(value: Any) -> Iterable[tuple[str | int, Any]]:
    return enumerate(cast("list[Any]", value)) if isinstance(value, list) else value.items()


def _path(place: Place) -> list[str]:
    """The path after the variable's name, as far as its names are those of the schema."""
    names = list[str | int]()
    while place is not None:
        place, name = place
        names.append(name)
    path = list[str]()
    for name in reversed(names):
        if isinstance(name, str) and not (name in _FIELDS if path else PLAIN_NAME.fullmatch(name)):
            break
        path.append(str(name))
    return path
