"""How do the bytes of a statement become the data of an answer, and its errors?

Mostly they are it already. Marks, which JSON itself cannot hold, stand where Python works something out
(a hole) or where something is refused; only an answer with an error is ever parsed.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson
from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    is_leaf_type,
    located_error,
)

from server.engine.bindings import Bindings, strawberry_field
from server.engine.selections import Nodes, Selections
from server.engine.statements import HoleSlot, OutputType, Statement

# `Any` below: values are of whatever type the schema says.

_MARK: Final = re.compile(rb"\x01([!?]?)([0-9]+)(?:\x02([^\x03]*))?\x03")
Path = tuple[str | int, ...]


@dataclass
class Result:
    """The data as JSON, and what went wrong in it."""

    data: bytes
    errors: list[GraphQLError] = field(default_factory=list[GraphQLError])


class _Bubble(Exception):
    """Null where null is not allowed: the object around becomes null."""


def assembled(
    raw: bytes,
    statement: Statement,
    run: Any,
    bindings: Bindings,
    selections: Selections,
    root: "Root",
    path: Path = (),
) -> Result:
    """The answer that a statement gave; `path` is where in the whole answer it stands."""
    if b"\x01" not in raw:
        return Result(raw)
    filling = _Filling(statement, run, bindings, selections)
    filled = _MARK.sub(filling.fill, raw)
    if not filling.failures:
        return Result(filled)
    healing = _Healing(bindings, selections, filling.failures, root.concrete_types(run))
    data = healing.object(root.type_, root.fields, orjson.loads(filled), path)
    return Result(orjson.dumps(data), healing.errors)


@dataclass(frozen=True)
class Root:
    """Where an answer begins. `concrete_types` gives the types of the objects that interfaces are answered with."""

    type_: GraphQLObjectType
    fields: Mapping[str, Nodes]
    concrete_types: Callable[[Any], Mapping[int, Any]]


class _Filling:
    """Puts JSON into the marked places. What fails leaves a name of its own, which no data can hold."""

    def __init__(self, statement: Statement, run: Any, bindings: Bindings, selections: Selections) -> None:
        self.statement = statement
        self.run = run
        self.bindings = bindings
        self.selections = selections
        self.failures: dict[str, Exception | None] = {}
        self._known: dict[tuple[bytes, bytes], bytes] = {}
        self._secret = ""

    def fill(self, match: re.Match[bytes]) -> bytes:
        kind, number, payload = match.groups()
        if kind == b"!":
            return orjson.dumps(self._failed(self.statement.refusals[int(number)](self.run)))
        if kind == b"?":
            return orjson.dumps(self._failed(None))
        known = self._known.get((number, payload))
        if known is None:
            known = self._known[number, payload] = self._computed(self.statement.holes[int(number)], payload)
        return known

    def _computed(self, hole: HoleSlot, payload: bytes) -> bytes:
        try:
            value = hole.compute(self.run, orjson.loads(payload))
        except Exception as error:  # noqa: BLE001 - whatever a hole raises is an error at its place
            return orjson.dumps(self._failed(error))
        return orjson.dumps(self.written(hole.type_, value, hole.nodes))

    def written(self, type_: OutputType, value: Any, nodes: Nodes) -> Any:
        """A Python value as GraphQL writes it; what cannot be written is an error at its own place."""
        if isinstance(type_, GraphQLNonNull):
            inside: OutputType = cast("OutputType", type_).of_type
            return self._failed(None) if value is None else self.written(inside, value, nodes)
        if value is None:
            return None
        try:
            if isinstance(type_, GraphQLList):
                return [self.written(type_.of_type, item, nodes) for item in value]
            if is_leaf_type(type_):
                return type_.serialize(value)
            return self._written_object(type_, value, nodes)
        except Exception as error:  # noqa: BLE001 - a value of ours that its type does not take
            return self._failed(error)

    def _written_object(self, type_: GraphQLObjectType, value: Any, nodes: Nodes) -> dict[str, Any]:
        """By the attributes of its fields: such an object has no resolvers."""
        written: dict[str, Any] = {}
        for key, inner in self.selections.of(type_, nodes).items():
            name = inner[0].name.value
            if name == "__typename":
                written[key] = type_.name
                continue
            field = type_.fields[name]
            try:
                attribute = getattr(value, strawberry_field(field).python_name)
            except Exception as error:  # noqa: BLE001 - a property that raises is an error of its field
                written[key] = self._failed(error)
            else:
                written[key] = self.written(field.type, attribute, inner)
        return written

    def _failed(self, error: Exception | None) -> str:
        self._secret = self._secret or secrets.token_hex(16)
        name = f"{self._secret}:{len(self.failures)}"
        self.failures[name] = error
        return name


class _Healing:
    """Makes nulls of what failed, and of the objects around it where null is not allowed."""

    def __init__(
        self,
        bindings: Bindings,
        selections: Selections,
        failures: Mapping[str, Exception | None],
        concrete: Mapping[int, Any],
    ) -> None:
        self.bindings = bindings
        self.selections = selections
        self.failures = failures
        self.concrete = concrete
        self.errors: list[GraphQLError] = []

    def object(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes], value: Any, path: Path) -> Any:
        """The whole answer; null where an error reached its root."""
        try:
            return self._fields(type_, fields, value, path)
        except _Bubble:
            return None

    def _fields(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes], value: Any, path: Path) -> Any:
        bubbles = False
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if name == "__typename":
                continue
            try:
                value[key] = self._value(type_, type_.fields[name].type, nodes, value[key], (*path, key))
            except _Bubble:
                bubbles = True
        if bubbles:
            raise _Bubble
        return value

    def _value(self, parent: GraphQLObjectType, type_: OutputType, nodes: Nodes, value: Any, path: Path) -> Any:
        if isinstance(type_, GraphQLNonNull):
            healed = self._nullable(parent, type_.of_type, nodes, value, path)
            if healed is None:
                raise _Bubble
            return healed
        return self._nullable(parent, type_, nodes, value, path)

    def _nullable(self, parent: GraphQLObjectType, type_: OutputType, nodes: Nodes, value: Any, path: Path) -> Any:
        if isinstance(value, str) and value in self.failures:
            self.errors.append(self._located(parent, self.failures[value], nodes, path))
            return None
        if value is None:
            return None
        try:
            if isinstance(type_, GraphQLList):
                return [
                    self._value(parent, type_.of_type, nodes, item, (*path, place)) for place, item in enumerate(value)
                ]
            if is_leaf_type(type_):
                return value
            found = self._concrete(type_, nodes, path)
            return self._fields(found, self.selections.of(found, nodes), value, path)
        except _Bubble:
            return None

    def _concrete(self, type_: Any, nodes: Nodes, path: Path) -> GraphQLObjectType:
        if isinstance(type_, GraphQLObjectType):
            return type_
        concrete: Any = self.concrete[id(nodes[0])]
        return concrete[path[-1]] if len(path) > 1 and isinstance(path[-1], int) else concrete

    def _located(self, parent: GraphQLObjectType, error: Exception | None, nodes: Nodes, path: Path) -> GraphQLError:
        if error is None:
            error = TypeError(f"Cannot return null for non-nullable field {parent.name}.{nodes[0].name.value}.")
        return located_error(error, list(nodes), list(path))
