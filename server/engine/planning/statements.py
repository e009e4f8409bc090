"""Planned statements, and the places of their values in the schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType

from server.engine.declarations import ByFunction
from server.engine.reading.selections import Nodes
from server.engine.reading.types import named_type

# `Any` below: runs and values are the application's own.

OutputType = Any
"""A type of graphql-core, whose lists and non-nulls are generic without parameters."""


@dataclass(frozen=True)
class Placeholder:
    """A placeholder that Python fills: `compute(run, payload)` returns the value, which is written as `type_`."""

    compute: Callable[[Any, list[Any]], Any]
    type_: OutputType
    nodes: Nodes
    parent: GraphQLObjectType


@dataclass(frozen=True)
class Statement:
    """One statement: its SQL, the readers of its parameters, and its placeholders.

    `kinds` are the SQL types of its parameters, if each is a single value.
    `functions` are run before it, by the numbers of their arguments. If nothing has to be read, the text is the answer
    itself.
    """

    sql: str
    readers: tuple[Callable[[Any], Any], ...]
    placeholders: tuple[Placeholder, ...]
    refusals: tuple[Callable[[Any], Exception], ...]
    functions: Mapping[int, ByFunction] = field(default_factory=dict[int, ByFunction])
    kinds: tuple[str, ...] = ()

    @property
    def is_answer(self) -> bool:
        """Whether the text is the answer, without the database."""
        return not self.readers and self.sql.startswith("{")


@dataclass(slots=True)
class Place:
    """The place of a value: a field of `parent`, selected by `nodes`."""

    parent: GraphQLObjectType
    field: GraphQLField
    nodes: Nodes

    @property
    def type_(self) -> OutputType:
        return self.field.type  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    @property
    def is_nullable(self) -> bool:
        return not isinstance(self.type_, GraphQLNonNull)

    @property
    def object_type(self) -> GraphQLObjectType:
        named = named_type(self.field.type)
        assert isinstance(named, GraphQLObjectType)
        return named
