"""Input coercion: from GraphQL inputs to the plain arguments of resolvers.

It follows the resolver's annotations: ids are decoded to keys, inputs become the resolver's dataclasses, and values
that null can clear come as `Some`. Text that a database cannot store is refused here, for every input.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, cast, get_args, get_origin, get_type_hints

import strawberry
from tortoise.models import Model

from server.domain.errors import MalformedInput
from server.resolvers import ids
from server.resolvers.maybe import Some

LONGEST_TEXT: Final = 10_000
LONGEST_LIST: Final = 100

# `Any` below: the values are of whatever type the annotation says.


def coerce(value: Any, annotation: Any, path: tuple[str, ...]) -> Any:
    """The value as the annotation requires it: `dict` for an input's members by name.

    Raises MalformedInput, which names the field by its path.
    """
    if get_origin(_without_none(annotation)) is Some:
        (inside,) = get_args(_without_none(annotation))
        return Some(coerce(value, inside, path)) if isinstance(value, strawberry.Some) else None
    if isinstance(value, strawberry.Some):
        return coerce(cast("Any", value).value, annotation, path)
    if value is None or value is strawberry.UNSET:
        return None
    if annotation is dict:
        members = cast("dict[str, Any]", vars(value))
        return {name: coerce(member, type(member), (*path, name)) for name, member in members.items()}
    annotation = _without_none(annotation)
    if get_origin(annotation) is Annotated:
        _, model = get_args(annotation)
        return value if model is Model else ids.decode(value, model, path)
    if get_origin(annotation) is list:
        return _coerce_list(value, get_args(annotation)[0], path)
    if dataclasses.is_dataclass(annotation):
        hints = get_type_hints(annotation, include_extras=True)
        given = {name: coerce(getattr(value, name), hint, (*path, name)) for name, hint in hints.items()}
        return cast("Any", annotation)(**given)
    if isinstance(value, str):
        _check_text(value, path)
    return value


class Arguments(Mapping[str, Any]):
    """The arguments of a resolver, each coerced once and not before it is asked for.

    Permissions look an id up before the others are read: somebody who may not ask does not hear what else is wrong.
    """

    def __init__(self, given: Mapping[str, Any], hints: Mapping[str, Any], path: tuple[str, ...]) -> None:
        self._given = given
        self._hints = hints
        self._path = path
        self._coerced: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._coerced:
            self._coerced[name] = coerce(self._given[name], self._hints[name], (*self._path, name))
        return self._coerced[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def _coerce_list(values: list[Any], annotation: Any, path: tuple[str, ...]) -> list[Any]:
    if len(values) > LONGEST_LIST:
        raise MalformedInput(f"Give at most {LONGEST_LIST} values.", path)
    return [coerce(value, annotation, (*path, str(place))) for place, value in enumerate(values)]


def _without_none(annotation: Any) -> Any:
    """`X` for `X | None`."""
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not NoneType)
    return annotation


def _check_text(value: str, path: tuple[str, ...]) -> None:
    if len(value) > LONGEST_TEXT:
        raise MalformedInput(f"A text can have at most {LONGEST_TEXT:,} characters.", path)
    if "\x00" in value or (not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value)):
        raise MalformedInput("This text contains characters that cannot be stored.", path)
