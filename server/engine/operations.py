"""How is an operation planned once and run many times?

A document is parsed, validated and measured once. Of each operation there is a plan for each set of values
of the variables that @skip and @include read, and of each plan a statement for each shape of viewer and of
arguments. All of it is bounded, and what is used longest ago goes first.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_variable_values
from tortoise.expressions import Q
from tortoise.models import Model

from server.engine import reading
from server.engine.bindings import Bindings
from server.engine.calls import Call
from server.engine.declarations import ByAnyKey, ByKey, Guarded, Paged
from server.engine.dialects import Dialect
from server.engine.errors import Unplannable
from server.engine.planner import Planner
from server.engine.results import Result, Root, assembled
from server.engine.selections import Nodes, Selections, deciding_variables
from server.engine.statements import Statement

# `Any` below: viewers and contexts are the application's own.

MOST_OPERATIONS: Final = 500
MOST_STATEMENTS: Final = 64
MOST_ADMISSIONS: Final = 64
_SENT_AS: Final[Mapping[str, type]] = {"ID": str, "String": str, "Boolean": bool}

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Host(Protocol):
    """What the engine asks of the application it serves."""

    @property
    def schema(self) -> GraphQLSchema: ...
    @property
    def policies(self) -> Mapping[type[Model], Any]: ...
    def policy(self, model: type[Model], viewer: Any) -> Q:
        """The condition that a row exists for a viewer, whose values may be deferred."""
        ...

    def shape(self, viewer: Any) -> Hashable:
        """What of a viewer decides about the text of a statement."""
        ...

    def deferred(self, viewer: Any) -> Any:
        """A viewer of the same shape, with deferred values in place of its own."""
        ...

    def arguments(self, field: GraphQLField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments as the field's resolver would get them."""
        ...

    def document(self, text: str) -> DocumentNode:
        """The parsed document. Raises GraphQLError for one that is none."""
        ...

    def is_valid(self, text: str, document: DocumentNode) -> bool: ...
    def admits(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], context: Any
    ) -> bool:
        """Whether the document is within the limits of whoever asks."""
        ...


class Recent(Generic[KeyT, ValueT]):
    """A bounded dictionary that drops what was used longest ago."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._entries: OrderedDict[KeyT, ValueT] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: KeyT) -> ValueT | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: KeyT, value: ValueT) -> ValueT:
        self._entries[key] = value
        if len(self._entries) > self.most:
            self._entries.popitem(last=False)
        return value


@dataclass
class Plan:
    """The selection of an operation for some values of its deciding variables."""

    key: str
    selections: Selections
    root: Root
    calls: dict[tuple[int, str], Call]
    statements: Recent[Hashable, Statement] = field(
        default_factory=lambda: Recent[Hashable, Statement](MOST_STATEMENTS)
    )


@dataclass
class Operation:
    """One operation of a document; `reason` says why it is never planned."""

    text: str
    document: DocumentNode
    node: OperationDefinitionNode | None = None
    reason: str | None = None
    deciding: tuple[str, ...] = ()
    variable_names: tuple[str, ...] = ()
    plain_variables: dict[str, type] | None = None
    plans: Recent[Hashable, Plan] = field(default_factory=lambda: Recent[Hashable, Plan](MOST_STATEMENTS))
    admitted: Recent[Hashable, bool] = field(default_factory=lambda: Recent[Hashable, bool](MOST_ADMISSIONS))

    @property
    def is_mutation(self) -> bool:
        return self.node is not None and self.node.operation is OperationType.MUTATION


@dataclass
class Run:
    """One operation being answered: who asks, and the values of each call."""

    viewer: Any
    context: Any
    values: Sequence[Mapping[str, Any]] = ()
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Trace:
    """How an operation was answered, for logs and traces."""

    road: str
    reason: str | None = None
    plan: str | None = None
    objects: int = 0
    milliseconds: float = 0.0

    @property
    def told(self) -> dict[str, object]:
        """What of it is worth a line: the road, and why not the engine's; the plan, objects and database time."""
        if self.road != "planned":
            return {"road": self.road, "reason": self.reason}
        database = round(self.milliseconds, 1)
        return {"road": self.road, "plan": self.plan, "objects": self.objects, "database_milliseconds": database}


@dataclass
class Prepared:
    """Everything that is known before the database is asked."""

    plan: Plan
    statement: Statement
    run: Run


class Engine:
    """Answers operations of one schema. `dialect` says which database there is, once it is connected."""

    def __init__(self, host: Host, dialect: Callable[[], Dialect]) -> None:
        self.host = host
        self.dialect = dialect
        self.bindings = Bindings(host.schema, host.policies)
        self.reader: reading.Reader | None = None
        self._operations: Recent[tuple[str, str | None], Operation] = Recent(MOST_OPERATIONS)

    async def close(self) -> None:
        if self.reader is not None:
            reader, self.reader = self.reader, None
            await reader.close()

    # Documents

    def operation(self, text: str, name: str | None) -> Operation | None:
        """The operation to run, known or compiled now; None where the document holds none such."""
        found = self._operations.get((text, name))
        if found is not None:
            return found
        compiled = self._compiled(text, name)
        return compiled and self._operations.put((text, name), compiled)

    def _compiled(self, text: str, name: str | None) -> Operation | None:
        try:
            document = self.host.document(text)
        except GraphQLError:
            return None
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
            variable_names=tuple(definition.variable.name.value for definition in node.variable_definitions or ()),
            plain_variables=_plain_variables(node),
        )

    def _is_admitted(self, operation: Operation, name: str | None, variables: Mapping[str, Any], context: Any) -> bool:
        """Within the limits of whoever asks, and then valid: what is too large is never validated."""
        sizes = tuple(_size(variables.get(variable)) for variable in operation.variable_names)
        key = (context.viewer is None, sizes)
        found = operation.admitted.get(key)
        if found is None:
            text, document = operation.text, operation.document
            is_admitted = self.host.admits(text, document, name, variables, context)
            found = is_admitted and self.host.is_valid(text, document)
            operation.admitted.put(key, found)
        return found

    # Requests

    def prepared(self, operation: Operation, variables: Mapping[str, Any], context: Any) -> Prepared:
        """The statement of a query and its values. Raises Unplannable, with the reason, before anything is done."""
        coerced = self.coerced(operation, variables)
        return self.planned(self.plan(operation, coerced), coerced, variables, context)

    def admitted(self, text: str, name: str | None, variables: Mapping[str, Any], context: Any) -> Operation:
        """The operation, within the limits of whoever asks. Raises Unplannable."""
        operation = self.operation(text, name)
        if operation is None or not self._is_admitted(operation, name, variables, context):
            raise Unplannable("the document is refused")
        if operation.reason is not None:
            raise Unplannable(operation.reason)
        return operation

    def coerced(self, operation: Operation, variables: Mapping[str, Any]) -> VariableValues:
        assert operation.node is not None
        if operation.plain_variables is not None and _are_plain(operation.plain_variables, variables):
            return VariableValues({}, dict(variables))
        coerced = get_variable_values(self.host.schema, operation.node.variable_definitions or (), dict(variables))
        if isinstance(coerced, list):
            raise Unplannable("a variable is refused")
        return coerced

    def plan(self, operation: Operation, coerced: VariableValues) -> Plan:
        key = tuple(coerced.coerced.get(name) for name in operation.deciding)
        found = operation.plans.get(key)
        if found is None:
            try:
                found = operation.plans.put(key, self._new_plan(operation, coerced))
            except Unplannable as unplannable:
                operation.reason = None if operation.deciding else str(unplannable)
                raise
        return found

    def _new_plan(self, operation: Operation, coerced: VariableValues) -> Plan:
        assert operation.node is not None
        fragments = {
            node.name.value: node for node in operation.document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        selections = Selections(self.host.schema, fragments, coerced)
        root_type = self.host.schema.get_root_type(operation.node.operation)
        assert root_type is not None
        fields = selections.within(root_type, [operation.node.selection_set])
        if any(nodes[0].name.value in ("__schema", "__type") for nodes in fields.values()):
            raise Unplannable("it asks for the schema's own description")
        calls = _Calls(self.bindings, selections, self.host.arguments)
        calls.collect(root_type, fields)
        root = Root(root_type, fields, lambda run: _concrete_types(self.bindings, calls.found, run))
        return Plan(f"{hash((operation.text, operation.node.name)) & 0xFFFFFFFF:08x}", selections, root, calls.found)

    def planned(self, plan: Plan, coerced: VariableValues, variables: Mapping[str, Any], context: Any) -> Prepared:
        shapes, values = self.read_calls(plan, coerced, variables)
        run = Run(context.viewer, context, values)
        key = (self.host.shape(run.viewer), shapes)
        statement = plan.statements.get(key)
        if statement is None:
            planner = self.planner(plan, shapes, run.viewer)
            statement = plan.statements.put(key, planner.statement(plan.root.type_, plan.root.fields))
        return Prepared(plan, statement, run)

    def read_calls(
        self, plan: Plan, coerced: VariableValues, variables: Mapping[str, Any]
    ) -> tuple[tuple[Hashable, ...], list[Mapping[str, Any]]]:
        """What the arguments decide and give. Wrong ones are told by the ordinary road."""
        shapes, values = list[Hashable](), list[Mapping[str, Any]]()
        for call in plan.calls.values():
            try:
                shape, given = call.read(coerced, variables)
            except Exception as error:
                raise Unplannable("an argument is refused") from error
            shapes.append(shape)
            values.append(given)
        return tuple(shapes), values

    def planner(self, plan: Plan, shapes: Sequence[Hashable], viewer: Any) -> Planner:
        return Planner(
            self.bindings,
            plan.selections,
            plan.calls,
            shapes,
            self.host.deferred(viewer),
            self.host.policy,
            self.dialect(),
        )

    async def answer(self, prepared: Prepared, trace: Trace) -> Result:
        """Run a prepared statement."""
        plan, statement, run = prepared.plan, prepared.statement, prepared.run
        trace.plan = plan.key
        raw = await self.fetch(statement, run, trace)
        return assembled(raw, statement, run, self.bindings, plan.selections, plan.root)

    async def fetch(self, statement: Statement, run: Run, trace: Trace) -> bytes:
        """What the database answers, with its marks."""
        started = time.perf_counter()
        raw = await reading.read(self.reader, statement.sql, [read(run) for read in statement.readers])
        trace.milliseconds += (time.perf_counter() - started) * 1000
        trace.objects += raw.count(b"{") - 1
        return raw


class _Calls:
    """Finds the fields with arguments below a selection, for every type that may answer there."""

    def __init__(self, bindings: Bindings, selections: Selections, convert: Callable[..., Mapping[str, Any]]) -> None:
        self.bindings = bindings
        self.selections = selections
        self.convert = convert
        self.found: dict[tuple[int, str], Call] = {}

    def collect(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> None:
        for nodes in fields.values():
            name = nodes[0].name.value
            if name == "__typename":
                continue
            declaration = self.bindings.declaration(type_, name)
            inner = declaration.inner if isinstance(declaration, Guarded) else declaration
            if isinstance(inner, (Paged, ByKey, ByAnyKey)):
                self._add(type_, nodes[0], inner.ask)
            for below in self._possible(get_named_type(type_.fields[name].type)):
                self.collect(below, self.selections.of(below, nodes))

    def _add(self, type_: GraphQLObjectType, node: FieldNode, ask: Any) -> None:
        key = (id(node), type_.name)
        if key not in self.found:
            definition = type_.fields[node.name.value]
            convert = self.convert
            self.found[key] = Call(len(self.found), definition, node, lambda values: ask(convert(definition, values)))

    def _possible(self, type_: Any) -> Sequence[GraphQLObjectType]:
        if isinstance(type_, GraphQLObjectType):
            return (type_,)
        if isinstance(type_, GraphQLAbstractType):
            return self.selections.schema.get_possible_types(type_)
        return ()


def _concrete_types(bindings: Bindings, calls: Mapping[tuple[int, str], Call], run: Run) -> dict[int, Any]:
    """For each field that gives an interface the type it was answered with, or the types."""
    found: dict[int, Any] = {}
    for (node, _), call in calls.items():
        values = run.values[call.number]
        if "model" in values:
            found[node] = bindings.types[values["model"]]
        elif "models" in values:
            found[node] = [bindings.types[model] for model in values["models"]]
    return found


def _plain_variables(node: OperationDefinitionNode) -> dict[str, type] | None:
    """The variables with the Python type that each is sent as, where all are required and of simple types."""
    found: dict[str, type] = {}
    for definition in node.variable_definitions or ():
        type_ = definition.type
        name = (
            type_.type.name.value
            if isinstance(type_, NonNullTypeNode) and isinstance(type_.type, NamedTypeNode)
            else ""
        )
        if name not in _SENT_AS or definition.default_value is not None:
            return None
        found[definition.variable.name.value] = _SENT_AS[name]
    return found


def _are_plain(expected: Mapping[str, type], given: Mapping[str, Any]) -> bool:
    """Whether the values are what they become: no more and no less than the variables, each of its type."""
    return expected.keys() == given.keys() and all(type(given[name]) is type_ for name, type_ in expected.items())


def _size(value: Any) -> Hashable:
    """What of a variable's value the size of an answer can depend on."""
    if isinstance(value, list):
        return len(value)  # pyright: ignore[reportUnknownArgumentType]
    return value if isinstance(value, int) else None
