"""What is a planned statement, and where in the schema do its values stand?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType

from server.engine.declarations import ByFunction
from server.engine.reading.selections import Nodes
from server.engine.reading.types import named_type

# `Any` below: runs and values are the application's own.

OutputType = Any
"""A type of graphql-core's: its lists and non-nulls are generic over what nobody says."""


@dataclass(frozen=True)
class Placeholder:
    """A place that Python fills: `compute(run, payload)` gives the value, which is written as `type_`."""

    compute: Callable[[Any, list[Any]], Any]
    type_: OutputType
    nodes: Nodes
    parent: GraphQLObjectType


@dataclass(frozen=True)
class Statement:
    """One statement: its text, what reads each parameter out of a run, and what its marks stand for.

    `functions` are run before it, by the numbers of their calls. Where nothing is to be read it is the answer itself.
    """

    sql: str
    readers: tuple[Callable[[Any], Any], ...]
    placeholders: tuple[Placeholder, ...]
    refusals: tuple[Callable[[Any], Exception], ...]
    functions: Mapping[int, ByFunction] = field(default_factory=dict[int, ByFunction])

    @property
    def is_answer(self) -> bool:
        """Whether the database has nothing to say to it."""
        return not self.readers and self.sql.startswith("{")


@dataclass(slots=True)
class Place:
    """Where a value stands: a field of `parent`, asked for by `nodes`."""

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
