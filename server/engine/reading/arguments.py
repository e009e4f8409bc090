"""Arguments of fields: the part that determines the SQL, and the values for its parameters."""

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson
from graphql import FieldNode, GraphQLAbstractType, GraphQLField, GraphQLObjectType, ValueNode, VariableNode
from graphql.execution.values import VariableValues, get_argument_values

from server.engine.declarations import Aggregate, ByAnyKey, ByFunction, ByKey, Guarded, KeyAndValues, Paged
from server.engine.lru_cache import LRUCache
from server.engine.reading.field_index import FieldIndex
from server.engine.reading.selections import Nodes, Selections
from server.engine.reading.types import named_type

# `Any` below: arguments are of whatever type a document says.

_MAX_REMEMBERED: Final = 128
_MAX_REMEMBERED_LENGTH: Final = 500
_BYTES_OF_A_READING: Final = 1_000
"""The approximate memory that one needs in addition to its values."""
ReadArguments = Callable[[Mapping[str, Any]], KeyAndValues]


@dataclass
class Arguments:
    """One field with arguments, at one place of a document.

    `read_values` reads coerced arguments. If each is a variable of a required string type, `sent_as_is` names them, and
    `read_sent` reads their values as they were sent.
    """

    number: int
    definition: GraphQLField
    node: FieldNode
    read_values: ReadArguments
    read_sent: ReadArguments
    variables: tuple[str, ...] = ()
    sent_as_is: dict[str, str] | None = None
    on_resize: Callable[[int], object] = field(default=lambda more: None)
    _remembered: LRUCache[bytes, KeyAndValues] = field(init=False)

    def __post_init__(self) -> None:
        kept = weakref.ref(self)
        self._remembered = LRUCache(
            _MAX_REMEMBERED, resized=lambda more: (arguments := kept()) is not None and arguments.on_resize(more)
        )
        self.variables = tuple(sorted(_variables(argument.value for argument in self.node.arguments or ())))
        self.sent_as_is = _variables_sent_as_is(self.definition, self.node)

    def read(self, variables: VariableValues, given: Mapping[str, Any]) -> KeyAndValues:
        """The arguments for these variables, as sent in `given`. Cached by value.

        Raises the error for invalid arguments.
        """
        if self.sent_as_is is not None:
            values = {name: given.get(variable) for name, variable in self.sent_as_is.items()}
            if all(type(value) is str for value in values.values()):
                return self.read_sent(values)
        key = orjson.dumps([given.get(name, _ABSENT) for name in self.variables]) if self.variables else b""
        found = self._remembered.get(key)
        if found is None:
            found = self.read_values(get_argument_values(self.definition, self.node, variables))
            if len(key) <= _MAX_REMEMBERED_LENGTH:
                self._remembered.put(key, found, _BYTES_OF_A_READING + 4 * len(key))
        return found


_ABSENT: Final = {"": "absent"}


def _variables_sent_as_is(definition: GraphQLField, node: FieldNode) -> dict[str, str] | None:
    """The variable of each argument, by name, if every value sent is already the coerced one."""
    found: dict[str, str] = {}
    for argument in node.arguments or ():
        name = argument.name.value
        type_ = str(cast("Any", definition.args[name].type))
        if not isinstance(argument.value, VariableNode) or type_ not in ("ID!", "String!") or not name.islower():
            return None
        found[name] = argument.value.name.value
    return found if found and len(found) == len(definition.args) else None


def _variables(values: Iterable[ValueNode]) -> set[str]:
    found = set[str]()
    waiting = list[Any](values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            found.add(value.name.value)
        waiting.extend(cast("Any", getattr(value, "values", None) or ()))
        waiting.extend(member.value for member in getattr(value, "fields", None) or ())
    return found


def collect_arguments(
    field_index: FieldIndex,
    selections: Selections,
    type_: GraphQLObjectType,
    fields: Mapping[str, Nodes],
    convert: Callable[..., Mapping[str, Any]],
) -> dict[tuple[int, str], Arguments]:
    """The fields with arguments below a selection, for every possible type."""
    collector = _ArgumentCollector(field_index, selections, convert)
    collector.collect(type_, fields)
    return collector.found


def _unchanged_values(given: Mapping[str, Any]) -> KeyAndValues:
    return None, given


class _ArgumentCollector:
    def __init__(
        self, field_index: FieldIndex, selections: Selections, convert: Callable[..., Mapping[str, Any]]
    ) -> None:
        self.field_index = field_index
        self.selections = selections
        self.convert = convert
        self.found: dict[tuple[int, str], Arguments] = {}

    def collect(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> None:
        for nodes in fields.values():
            name = nodes[0].name.value
            declaration = self.field_index.declaration(type_, name)
            inner = declaration.inner if isinstance(declaration, Guarded) else declaration
            if isinstance(inner, (Aggregate, Paged, ByKey, ByAnyKey)):
                self._add(type_, nodes[0], inner.read_arguments)
            elif isinstance(inner, ByFunction):
                self._add(type_, nodes[0], _unchanged_values)
            if nodes[0].selection_set is not None:
                for below in self._possible(named_type(type_.fields[name].type)):
                    self.collect(below, self.selections.of(below, nodes))

    def _add(self, type_: GraphQLObjectType, node: FieldNode, ask: Any) -> None:
        key = (id(node), type_.name)
        if key not in self.found:
            definition = type_.fields[node.name.value]
            convert = self.convert
            self.found[key] = Arguments(
                len(self.found), definition, node, lambda values: ask(convert(definition, values)), ask
            )

    def _possible(self, type_: Any) -> Sequence[GraphQLObjectType]:
        if isinstance(type_, GraphQLObjectType):
            return (type_,)
        if isinstance(type_, GraphQLAbstractType):
            return self.selections.schema.get_possible_types(type_)
        return ()
