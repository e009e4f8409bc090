"""What is a planned statement, and where in the schema do its values stand?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLOutputType, get_named_type

from server.engine.selections import Nodes

# `Any` below: runs and values are the application's own.


@dataclass(frozen=True)
class HoleSlot:
    """A place that Python fills: `compute(run, payload)` gives the value, which is written as `type_`."""

    compute: Callable[[Any, list[Any]], Any]
    type_: GraphQLOutputType
    nodes: Nodes
    parent: GraphQLObjectType


@dataclass(frozen=True)
class Statement:
    """One statement: its text, what reads each parameter out of a run, and what its marks stand for."""

    sql: str
    readers: tuple[Callable[[Any], Any], ...]
    holes: tuple[HoleSlot, ...]
    refusals: tuple[Callable[[Any], Exception], ...]


@dataclass(frozen=True)
class Place:
    """Where a value stands: a field of `parent`, asked for by `nodes`."""

    parent: GraphQLObjectType
    field: GraphQLField
    nodes: Nodes

    @property
    def type_(self) -> GraphQLOutputType:
        return self.field.type

    @property
    def is_nullable(self) -> bool:
        return not isinstance(self.field.type, GraphQLNonNull)

    @property
    def object_type(self) -> GraphQLObjectType:
        named = get_named_type(self.field.type)
        assert isinstance(named, GraphQLObjectType)
        return named
