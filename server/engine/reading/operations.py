"""What is known of an operation of a document, once it was read?"""

import hashlib
import sys
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues

from server.engine.declarations import ByAnyKey, ByFunction, ByKey, Guarded, KeyAndValues, Paged
from server.engine.lru_cache import LRUCache
from server.engine.planning.statements import Statement
from server.engine.reading.arguments import Arguments
from server.engine.reading.field_index import FieldIndex
from server.engine.reading.selections import Nodes, Selections, deciding_variables, named_type
from server.engine.running.null_propagation import Root

# `Any` below: variables are of whatever type a document says.

MAX_PLANS: Final = 64
MAX_STATEMENTS: Final = 64
MAX_REQUESTS: Final = 128
BYTES_OF_A_TOKEN: Final = 620
BYTES_OF_AN_OPERATION: Final = 30_000
BYTES_OF_A_PLAN: Final = 4_000
BYTES_OF_A_REQUEST: Final = 1_100
_BYTES_OF_A_VALUE: Final = 60
_BYTES_OF_A_PLANNED_TOKEN: Final = 160
"""What each needs in memory beside its text, about: as they were measured."""
MAX_CHARACTERS_OF_VALUES: Final = 500
"""How many characters the variables may have whose reading is kept."""
_STRINGS: Final = frozenset({"ID", "String"})


def weakly(method: Callable[[int], None]) -> Callable[[int], None]:
    """A method that does not keep its object: what holds it within the object makes no circle."""
    kept = weakref.WeakMethod(method)

    def call(more: int) -> None:
        if (found := kept()) is not None:
            found(more)

    return call


def _nothing(_: int) -> None:
    """Nobody keeps it: its size is nobody's business."""


@dataclass(eq=False)
class Plan:
    """The selection of an operation for some values of its deciding variables.

    `statements` are by the keys of the viewer and of the arguments; in place of one that cannot be planned stands why.
    """

    key: str
    tokens: int
    selections: Selections
    root: Root
    arguments: dict[tuple[int, str], Arguments]
    on_resize: Callable[[int], object] = _nothing
    statements: LRUCache[Hashable, Statement | str] = field(init=False)

    def __post_init__(self) -> None:
        self.size = BYTES_OF_A_PLAN + _BYTES_OF_A_PLANNED_TOKEN * self.tokens
        resize = weakly(self._resize)
        self.statements = LRUCache(MAX_STATEMENTS, resized=resize)
        for arguments in self.arguments.values():
            arguments.on_resize = resize

    def _resize(self, more: int) -> None:
        self.on_resize(more)

    def keep_statement(self, key: Hashable, statement: Statement | str) -> None:
        size = len(statement) if isinstance(statement, str) else 2 * len(statement.sql) + self.size
        self.statements.put(key, statement, size)


@dataclass
class PlannedRequest:
    """What the variables of a request come to: the plan, the keys of its arguments, and their values."""

    coerced: VariableValues
    plan: Plan
    argument_keys: tuple[Hashable, ...]
    values: Sequence[Mapping[str, Any]]


@dataclass(eq=False)
class Operation:
    """One operation of a document; `reason` says why it is never planned.

    `deciding` are the variables that @skip and @include read. `strings` are the names of all variables where
    every one is a required string: then nothing but their values depends on them.
    """

    text: str
    document: DocumentNode
    node: OperationDefinitionNode
    deciding: tuple[str, ...]
    variables: tuple[str, ...]
    strings: tuple[str, ...] | None
    tokens: int = 0
    reason: str | None = None
    on_resize: Callable[[int], object] = _nothing
    plans: LRUCache[Hashable, Plan] = field(init=False)
    admissions: LRUCache[Hashable, bool] = field(init=False)
    requests: LRUCache[tuple[str, ...], PlannedRequest] = field(init=False)

    def __post_init__(self) -> None:
        self.is_mutation = self.node.operation is OperationType.MUTATION
        self.size = sys.getsizeof(self.text) + BYTES_OF_AN_OPERATION + BYTES_OF_A_TOKEN * self.tokens
        resize = weakly(self._resize)
        self.plans = LRUCache(MAX_PLANS, resized=resize)
        self.admissions = LRUCache(MAX_PLANS, resized=resize)
        self.requests = LRUCache(MAX_REQUESTS, resized=resize)

    def _resize(self, more: int) -> None:
        self.on_resize(more)

    def keep_plan(self, key: tuple[Any, ...], plan: Plan) -> Plan:
        """Keep a plan; what is kept of it later counts as well."""
        kept, plans = weakref.ref(plan), weakref.ref(self.plans)

        def resize(more: int) -> None:
            if (found := kept()) is not None and (around := plans()) is not None:
                around.grow(key, found, more)

        plan.on_resize = resize
        return self.plans.put(key, plan, plan.size + size_of_values(key))

    @property
    def key(self) -> str:
        """Names the operation in logs, the same in every process."""
        name = self.node.name.value if self.node.name else ""
        return hashlib.sha256(f"{name}\n{self.text}".encode()).hexdigest()[:8]

    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        found = (node for node in self.document.definitions if isinstance(node, FragmentDefinitionNode))
        return {node.name.value: node for node in found}

    def string_values(self, given: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The values of the variables, where all that is given is one required string each."""
        names = self.strings
        if names is None or len(given) != len(names):
            return None
        values = tuple([given.get(name) for name in names])
        for value in values:
            if type(value) is not str:
                return None
        return values  # pyright: ignore[reportReturnType] - each was looked at


def size_of_values(values: Iterable[Any]) -> int:
    """The bytes that short values need in memory, about."""
    return sum(_BYTES_OF_A_VALUE + (len(value) if isinstance(value, str) else 0) for value in values)


def operation_of(text: str, document: DocumentNode, name: str | None, tokens: int = 0) -> Operation | None:
    """The operation of this name; None where there is none, or no one to choose, or it is a subscription."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(chosen) != 1 or chosen[0].operation is OperationType.SUBSCRIPTION:
        return None
    node = chosen[0]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    return Operation(
        text,
        document,
        node,
        deciding=tuple(sorted(deciding_variables([node, *fragments]))),
        variables=tuple(definition.variable.name.value for definition in node.variable_definitions or ()),
        strings=_strings(node),
        tokens=tokens,
    )


def _strings(node: OperationDefinitionNode) -> tuple[str, ...] | None:
    names = list[str]()
    for definition in node.variable_definitions or ():
        type_ = definition.type
        is_required = isinstance(type_, NonNullTypeNode) and isinstance(type_.type, NamedTypeNode)
        if not is_required or type_.type.name.value not in _STRINGS or definition.default_value is not None:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            return None
        names.append(definition.variable.name.value)
    return tuple(names)


def collect_arguments(
    field_index: FieldIndex,
    selections: Selections,
    type_: GraphQLObjectType,
    fields: Mapping[str, Nodes],
    convert: Callable[..., Mapping[str, Any]],
) -> dict[tuple[int, str], Arguments]:
    """The fields with arguments below a selection, for every type that may answer there."""
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
            if nodes[0].selection_set is None:
                continue
            name = nodes[0].name.value
            declaration = self.field_index.declaration(type_, name)
            inner = declaration.inner if isinstance(declaration, Guarded) else declaration
            if isinstance(inner, (Paged, ByKey, ByAnyKey)):
                self._add(type_, nodes[0], inner.read_arguments)
            elif isinstance(inner, ByFunction):
                self._add(type_, nodes[0], _unchanged_values)
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
