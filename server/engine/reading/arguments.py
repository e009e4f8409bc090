"""What do the arguments of a field decide about the statement, and which values do they give it?"""

import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson
from graphql import FieldNode, GraphQLField, ValueNode, VariableNode
from graphql.execution.values import VariableValues, get_argument_values

from server.engine.declarations import KeyAndValues
from server.engine.lru_cache import LRUCache

# `Any` below: arguments are of whatever type a document says.

_MAX_REMEMBERED: Final = 128
_LONGEST_REMEMBERED: Final = 500
_BYTES_OF_A_READING: Final = 1_000
"""What one needs in memory beside its values, about."""
Ask = Callable[[Mapping[str, Any]], KeyAndValues]


@dataclass
class Call:
    """One field with arguments, at one place of a document.

    `ask` reads coerced arguments. Where each is a variable that is a required string, `as_given` names it, and
    `ask_as_given` reads its value as it was sent.
    """

    number: int
    definition: GraphQLField
    node: FieldNode
    ask: Ask
    ask_as_given: Ask
    variables: tuple[str, ...] = ()
    as_given: dict[str, str] | None = None
    resized: Callable[[int], object] = field(default=lambda more: None)
    _remembered: LRUCache[bytes, KeyAndValues] = field(init=False)

    def __post_init__(self) -> None:
        kept = weakref.ref(self)
        self._remembered = LRUCache(
            _MAX_REMEMBERED, resized=lambda more: (call := kept()) is not None and call.resized(more)
        )
        self.variables = tuple(sorted(_variables(argument.value for argument in self.node.arguments or ())))
        self.as_given = _as_given(self.definition, self.node)

    def read(self, variables: VariableValues, given: Mapping[str, Any]) -> KeyAndValues:
        """The reading of these variables; `given` is what the caller sent for them.

        Raises whatever the arguments are refused with. Readings of the same values are remembered.
        """
        if self.as_given is not None:
            values = {name: given.get(variable) for name, variable in self.as_given.items()}
            if all(type(value) is str for value in values.values()):
                return self.ask_as_given(values)
        key = orjson.dumps([given.get(name, _ABSENT) for name in self.variables]) if self.variables else b""
        found = self._remembered.get(key)
        if found is None:
            found = self.ask(get_argument_values(self.definition, self.node, variables))
            if len(key) <= _LONGEST_REMEMBERED:
                self._remembered.put(key, found, _BYTES_OF_A_READING + 4 * len(key))
        return found


_ABSENT: Final = {"": "absent"}


def _as_given(definition: GraphQLField, node: FieldNode) -> dict[str, str] | None:
    """The variable that each argument is, by its name, where what is sent is already what it becomes."""
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
