"""The engine's front: plans an operation once and runs it many times.

A document is parsed, validated and measured once. An operation has a plan for each set of values of the variables in
@skip and @include, and a plan has a statement for each cache key of viewer and arguments. All of it is bounded; what
was used least recently is dropped first.
"""

import time
import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from server.engine.declarations import ByFunction
from server.engine.errors import DOCUMENT_REFUSED, Unplannable
from server.engine.gated_cache import GatedCache
from server.engine.host import Host
from server.engine.lru_cache import LRUCache
from server.engine.planning.builder import Planner
from server.engine.planning.conditions import Criteria
from server.engine.planning.dialects import Dialect
from server.engine.planning.statements import Statement
from server.engine.planning.writers import WRITERS
from server.engine.plans import (
    BYTES_OF_A_REQUEST,
    MAX_CHARACTERS_OF_VALUES,
    Plan,
    PlannedOperation,
    PlannedRequest,
    size_of_values,
)
from server.engine.reading.arguments import Arguments, collect_arguments
from server.engine.reading.field_index import FieldIndex
from server.engine.reading.selections import Root, Selections
from server.engine.running import connections
from server.engine.running.results import Result, assemble
from server.engine.running.time_slices import TimeSlices
from server.engine.running.traces import Trace
from server.engine.validation import check_declarations

# `Any` below: viewers and contexts are the application's own.

MAX_OPERATIONS: Final = 500
MAX_OPERATION_BYTES: Final = 16 * 2**20
"""The most bytes for all operations, with everything cached for them."""
MAX_WAITING: Final = 32
MAX_WAITING_BYTES: Final = 4 * 2**20
"""The same for operations that nobody has been admitted to run."""
MAX_VIEWER_KEYS: Final = 64


@dataclass
class Run:
    """One run of an operation: the viewer, the values of all arguments, and the results or errors of functions."""

    viewer: Any
    context: Any
    values: Sequence[Mapping[str, Any]] = ()
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    function_results: dict[int, Any] = field(default_factory=dict[int, Any])


@dataclass
class PreparedQuery:
    """Everything that is known before the database is used."""

    plan: Plan
    statement: Statement
    run: Run


class Engine:
    """Answers operations of one schema. `dialect` names the database, once it is connected."""

    def __init__(self, host: Host, dialect: Callable[[], Dialect]) -> None:
        self.host = host
        self.dialect = dialect
        self.field_index = FieldIndex(host.schema)
        check_declarations(self.field_index, host.policies)
        self.reader: connections.Reader | None = None
        self.time_slices = TimeSlices()
        self._operations: GatedCache[tuple[str, str | None], PlannedOperation] = GatedCache(
            LRUCache(MAX_OPERATIONS, MAX_OPERATION_BYTES), LRUCache(MAX_WAITING, MAX_WAITING_BYTES)
        )
        self._criteria: LRUCache[Hashable, Criteria] = LRUCache(MAX_VIEWER_KEYS)

    async def close(self) -> None:
        if self.reader is not None:
            reader, self.reader = self.reader, None
            await reader.close()

    # Documents

    def operation(self, text: str, name: str | None) -> PlannedOperation | None:
        """The operation to run, cached or read now. None if the document has no such operation."""
        found = self._operations.get((text, name))
        if found is not None:
            return found
        try:
            document = self.host.document(text)
        except GraphQLError:
            return None
        read = PlannedOperation.read(text, document, name, self.host.token_count(text))
        if read is None:
            return None
        read.on_resize = self._size_counter((text, name), read)
        return self._operations.put((text, name), read, read.size)

    def forget_refused(self, text: str) -> None:
        """Drop the operations of a document that was refused, unless somebody may run them."""
        self._operations.forget(lambda known: known[0] == text)

    def _size_counter(self, key: tuple[str, str | None], operation: PlannedOperation) -> Callable[[int], object]:
        """Counts the bytes cached for an operation, without a strong reference to it."""
        kept = weakref.ref(operation)

        def resize(more: int) -> None:
            if (found := kept()) is not None:
                self._operations.grow(key, found, more)

        return resize

    async def admit(self, text: str, name: str | None, variables: Mapping[str, Any], context: Any) -> PlannedOperation:
        """The operation, if it is within the caller's limits. Raises Unplannable."""
        operation = self.operation(text, name)
        if operation is None or not await self._is_admitted(operation, name, variables, context):
            raise Unplannable(DOCUMENT_REFUSED)
        if operation.reason is not None:
            raise Unplannable(operation.reason)
        return operation

    async def _is_admitted(
        self, operation: PlannedOperation, name: str | None, variables: Mapping[str, Any], context: Any
    ) -> bool:
        """Whether the document is within the caller's limits and valid. One that is too large is never validated."""
        key: tuple[Hashable, ...] = (context.viewer is None,)
        if operation.strings is None:
            key = (*key, *(_size(variables.get(variable)) for variable in operation.variables))
        found = operation.admissions.get(key)
        if found is None:
            await self.time_slices.wait()
            text, document = operation.text, operation.document
            is_admitted = self.host.is_within_limits(text, document, name, variables, context)
            is_admitted = is_admitted and self.host.is_valid(text, document)
            found = operation.admissions.put(key, is_admitted, size_of_values(key))
            if is_admitted:
                self._operations.admit((text, name))
        return found

    # Requests

    # New operations are planned in turn: one in each round of the event loop.

    async def prepare_query(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> PreparedQuery:
        """The statement of a query and its values. Raises Unplannable, with the reason, before anything is done."""
        request = await self.plan_request(operation, variables, context)
        plan, run = request.plan, Run(context.viewer, context, request.values)
        key = (self.host.cache_key(run.viewer), request.argument_keys)
        statement = plan.statements.get(key)
        if statement is None:
            await self.time_slices.wait()
            statement = plan.statements.get(key) or self._statement(plan, request.argument_keys, run.viewer)
            plan.keep_statement(key, statement)
        if isinstance(statement, str):
            raise Unplannable(statement)
        return PreparedQuery(plan, statement, run)

    def _statement(self, plan: Plan, argument_keys: Sequence[Hashable], viewer: Any) -> Statement | str:
        try:
            return self.planner(plan, argument_keys, viewer).statement(plan.root.type_, plan.root.fields)
        except Unplannable as unplannable:
            return str(unplannable)

    async def plan_request(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> PlannedRequest:
        """The plan and arguments for these variables. Raises Unplannable for invalid ones; the resolver path reports
        them.
        """
        strings = operation.string_values(variables)
        known = None if strings is None else operation.requests.get(strings)
        if known is not None:
            return known
        coerced = self.coerce_variables(operation, variables, context)
        plan = await self._plan(operation, coerced)
        argument_keys, values = list[Hashable](), list[Mapping[str, Any]]()
        for arguments in plan.arguments.values():
            try:
                key, by_name = arguments.read(coerced, variables)
            except Exception as error:
                raise Unplannable("an argument is refused") from error
            argument_keys.append(key)
            values.append(by_name)
        request = PlannedRequest(coerced, plan, tuple(argument_keys), values)
        if strings is None or sum(map(len, strings)) > MAX_CHARACTERS_OF_VALUES:
            return request
        return operation.requests.put(strings, request, BYTES_OF_A_REQUEST + 4 * sum(map(len, strings)))

    def coerce_variables(
        self, operation: PlannedOperation, variables: Mapping[str, Any], context: Any
    ) -> VariableValues:
        """The coerced values of the variables. Raises Unplannable for invalid ones."""
        if operation.string_values(variables) is not None:
            return VariableValues({}, dict(variables))
        coerced = self.host.coerce_variables(operation.node, variables, context)
        if coerced is None:
            raise Unplannable("a variable is refused")
        return coerced

    async def _plan(self, operation: PlannedOperation, coerced: VariableValues) -> Plan:
        key = tuple(coerced.coerced.get(name) for name in operation.deciding)
        found = operation.plans.get(key)
        if found is None:
            await self.time_slices.wait()
            found = operation.plans.get(key)
        if found is None:
            try:
                found = operation.keep_plan(key, self._new_plan(operation, coerced))
            except Unplannable as unplannable:
                operation.reason = None if operation.deciding else str(unplannable)
                raise
        return found

    def _new_plan(self, operation: PlannedOperation, coerced: VariableValues) -> Plan:
        selections = Selections(self.host.schema, operation.fragments(), coerced)
        root_type = self.host.schema.get_root_type(operation.node.operation)
        assert root_type is not None
        fields = selections.within(root_type, [operation.node.selection_set])
        if any(nodes[0].name.value in ("__schema", "__type") for nodes in fields.values()):
            raise Unplannable("it asks for the schema's own description")
        arguments = collect_arguments(self.field_index, selections, root_type, fields, self.host.arguments)
        root = Root(root_type, fields, lambda run: _concrete_types(self.field_index, arguments, run))
        return Plan(operation.key, operation.tokens, selections, root, arguments)

    def planner(self, plan: Plan, argument_keys: Sequence[Hashable], viewer: Any) -> Planner:
        viewer_key = self.host.cache_key(viewer)
        criteria = self._criteria.get(viewer_key)
        if criteria is None:
            criteria = self._criteria.put(viewer_key, Criteria(self.host, self.host.viewer_template(viewer)))
        return Planner(
            self.field_index, plan.selections, plan.arguments, argument_keys, criteria, self.dialect(), WRITERS
        )

    async def answer(self, prepared: PreparedQuery, trace: Trace) -> Result:
        """Run a prepared statement."""
        plan, statement, run = prepared.plan, prepared.statement, prepared.run
        trace.plan = plan.key
        for number, function in statement.functions.items():
            run.function_results[number] = await _outcome(function, run, number)
        raw = await self.fetch(statement, run, trace)
        return await assemble(raw, statement, run, plan.selections, plan.root, self.time_slices)

    async def fetch(self, statement: Statement, run: Run, trace: Trace, *, is_changing: bool = False) -> bytes:
        """The database's answer, with placeholders. Within the transaction of a change, so that it sees the change."""
        if statement.is_answer:
            return statement.sql.encode()
        started = time.perf_counter()
        reader = None if is_changing else self.reader
        values = [read(run) for read in statement.readers]
        raw = await connections.read(reader, statement.sql, values, statement.kinds)
        trace.milliseconds += (time.perf_counter() - started) * 1000
        trace.answers.append(raw)
        return raw


async def _outcome(function: ByFunction, run: Run, number: int) -> Any:
    """A function's result, or its error, which is reported at its place."""
    given = run.values[number]
    try:
        return await function.run(run.context, await function.check(run.context, given))
    except Exception as error:  # noqa: BLE001 - as every other error of a resolver
        return error


def _concrete_types(
    field_index: FieldIndex, arguments: Mapping[tuple[int, str], Arguments], run: Run
) -> dict[int, Any]:
    """The concrete type, or types, of each field with an interface type."""
    found: dict[int, Any] = {}
    for (node, _), one in arguments.items():
        values = run.values[one.number]
        if "model" in values:
            found[node] = field_index.types[values["model"]]
        elif "models" in values:
            found[node] = [field_index.types[model] for model in values["models"]]
    return found


def _size(value: Any) -> Hashable:
    """The part of a variable's value that can determine the size of the answer."""
    if isinstance(value, list):
        return len(value)  # pyright: ignore[reportUnknownArgumentType]
    return value if isinstance(value, (int, float)) else None
