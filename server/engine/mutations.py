"""Mutations: each is run, and its payload read by one statement in the same transaction."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLError, GraphQLField, GraphQLList, GraphQLNonNull, GraphQLObjectType, located_error
from graphql.execution.values import get_argument_values

from server.engine.declarations import MutationField
from server.engine.engine import Engine, Run
from server.engine.errors import Unplannable
from server.engine.planning.builder import Planner
from server.engine.planning.json_text import JsonText, expression, placeholder
from server.engine.planning.payload_lists import write_items
from server.engine.planning.rows import select_row
from server.engine.planning.statements import Place, Placeholder, Statement
from server.engine.plans import Plan, PlannedOperation
from server.engine.reading.field_index import FieldIndex
from server.engine.reading.selections import Fields, Nodes, Root
from server.engine.reading.types import is_plain, named_type, nullable, strawberry_field
from server.engine.running.results import Result, assemble
from server.engine.running.traces import Trace
from server.models.conditions import equals
from server.models.terms import BoundParameter

# `Any` below: payloads and contexts are the application's own.


@dataclass
class Mutations:
    """The mutations of one operation, ready to be run one after the other."""

    engine: Engine
    plan: Plan
    context: Any
    trace: Trace
    inputs: dict[str, Any]
    argument_keys: tuple[Any, ...]
    run: Run
    pieces: list[bytes] = field(default_factory=list[bytes])
    errors: list[GraphQLError] = field(default_factory=list[GraphQLError])

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements that read the payloads if everything succeeds."""
        named = [nodes for nodes in self.plan.root.fields.values() if nodes[0].name.value != "__typename"]
        tried = (
            self.plan.statements.get(_trial_key(nodes, self.engine, self.context, self.argument_keys))
            for nodes in named
        )
        return tuple(found.sql for found in tried if isinstance(found, Statement) and not found.is_answer)

    async def answer(self) -> Result:
        """The answer. The first mutation that is denied ends the operation, and none after it is run."""
        for key, nodes in self.plan.root.fields.items():
            type_ = self.plan.root.type_
            if nodes[0].name.value == "__typename":
                self.pieces.append(f'"{key}":"{type_.name}"'.encode())
                continue
            definition = type_.fields[nodes[0].name.value]
            result = await self._run_one(key, nodes, definition)
            self.errors.extend(result.errors)
            if result.data == b"null" and isinstance(definition.type, GraphQLNonNull):
                return Result(b"null", self.errors)
            self.pieces.append(f'"{key}":'.encode() + result.data)
        return Result(b"{" + b",".join(self.pieces) + b"}", self.errors)

    async def _run_one(self, key: str, nodes: Nodes, definition: GraphQLField) -> Result:
        declared = self.engine.field_index.declaration(self.plan.root.type_, nodes[0].name.value)
        assert isinstance(declared, MutationField)
        try:
            arguments = await declared.check(self.context, self.inputs[key])
            return await self._change(declared, arguments, key, nodes, definition)
        except Exception as error:  # noqa: BLE001 - reported at its place, like every other error of a resolver
            return Result(b"null", [located_error(error, list(nodes), [key])])

    async def _change(
        self, declared: MutationField, arguments: Any, key: str, nodes: Nodes, definition: GraphQLField
    ) -> Result:
        try:
            async with declared.around():
                payload = await declared.run(self.context, arguments)
                return await self._read(payload, key, nodes, definition)
        except Exception as error:
            payload = declared.refuse(self.context, error)
            if payload is None:
                raise
            return await self._read(payload, key, nodes, definition)

    async def _read(self, payload: Any, key: str, nodes: Nodes, definition: GraphQLField) -> Result:
        type_ = Place(self.plan.root.type_, definition, nodes).object_type
        fields = self.plan.selections.of(type_, nodes)
        values = {**payload.values, "user_errors": payload.user_errors}
        run = replace(self.run, viewer=self.context.viewer, payload=values)
        statement = self._statement(nodes, type_, fields, run)
        raw = await self.engine.fetch(statement, run, self.trace, is_changing=True)
        self.trace.plan = self.plan.key
        root = Root(type_, fields, self.plan.root.concrete_types)
        return await assemble(raw, statement, run, self.plan.selections, root, self.engine.time_slices, (key,))

    def _statement(self, nodes: Nodes, type_: GraphQLObjectType, fields: Fields, run: Run) -> Statement:
        kinds = tuple(
            _kind(self.engine.field_index, type_, inner, run.payload.get(_python_name(type_, inner)))
            for inner in fields.values()
        )
        plan_key = (_node_ids(nodes), kinds, self.engine.host.cache_key(run.viewer), self.argument_keys)
        statement = self.plan.statements.get(plan_key)
        if isinstance(statement, Statement):
            return statement
        planner = self.engine.planner(self.plan, self.argument_keys, run.viewer)
        statement = _payload_statement(planner, type_, fields, kinds)
        self.plan.keep_statement(plan_key, statement)
        return statement


async def prepare_mutations(
    engine: Engine, operation: PlannedOperation, variables: Mapping[str, Any], context: Any, trace: Trace
) -> Mutations:
    """The mutations of an operation, with their inputs. Raises Unplannable before anything is done."""
    request = await engine.plan_request(operation, variables, context)
    plan, argument_keys, values = request.plan, request.argument_keys, request.values
    inputs: dict[str, Any] = {}
    for key, nodes in plan.root.fields.items():
        name = nodes[0].name.value
        if name == "__typename":
            continue
        if not isinstance(engine.field_index.declaration(plan.root.type_, name), MutationField):
            raise Unplannable(f"the mutation {name} is not declared as one")
        definition = plan.root.type_.fields[name]
        try:
            given = engine.host.arguments(definition, get_argument_values(definition, nodes[0], request.coerced))
        except Exception as error:
            raise Unplannable("an argument is refused") from error
        inputs[key] = given["input"]
        await _check_plannable(engine, plan, definition, nodes, argument_keys, context)
    return Mutations(engine, plan, context, trace, inputs, argument_keys, Run(context.viewer, context, values))


async def _check_plannable(
    engine: Engine, plan: Plan, definition: GraphQLField, nodes: Nodes, argument_keys: tuple[Any, ...], context: Any
) -> None:
    """Check that the payload's selection can be planned, before anything is changed."""
    key = _trial_key(nodes, engine, context, argument_keys)
    if plan.statements.get(key) is not None:
        return
    await engine.time_slices.wait()
    type_ = Place(plan.root.type_, definition, nodes).object_type
    fields = plan.selections.of(type_, nodes)
    kinds = tuple(_possible_kind(engine.field_index, type_, nodes) for nodes in fields.values())
    planner = engine.planner(plan, argument_keys, context.viewer)
    plan.keep_statement(key, _payload_statement(planner, type_, fields, kinds))


def _node_ids(nodes: Nodes) -> tuple[int, ...]:
    """The nodes of a mutation in the document. Its selection may be spread over several of them."""
    return tuple(id(node) for node in nodes)


def _trial_key(nodes: Nodes, engine: Engine, context: Any, argument_keys: tuple[Any, ...]) -> Hashable:
    return "tried", _node_ids(nodes), engine.host.cache_key(context.viewer), argument_keys


def _payload_statement(planner: Planner, type_: GraphQLObjectType, fields: Fields, kinds: tuple[str, ...]) -> Statement:
    """The statement of a payload: rows are read again, other values are filled in. Without a row no query is needed."""
    kind_of = dict(zip(fields.values(), kinds, strict=True))
    text = planner.write_object_with(type_, fields, lambda nodes: _payload_field(planner, type_, nodes, kind_of[nodes]))
    return planner.finish(text)


def _payload_field(planner: Planner, type_: GraphQLObjectType, nodes: Nodes, kind: str) -> JsonText:
    place = Place(type_, type_.fields[nodes[0].name.value], nodes)
    name = _python_name(type_, nodes)
    if kind == "row":
        bound: Any = planner.field_index.model(place.object_type)
        child = planner.scope(bound)
        key = BoundParameter(f"payload.{name}", "uuid", lambda run: run.payload[name].pk)
        link = planner.conditions.condition(child, equals("id", key))
        found = select_row(planner, child, place.object_type, nodes, link, is_given=True)
        return expression(f"coalesce({found}, 'null')")
    if kind == "items":
        return write_items(planner, place, name)
    if kind == "viewer" and planner.viewer is not None:
        return planner.write_object(planner.scope(None), place.object_type, nodes)
    planner.placeholders.append(Placeholder(lambda run, values: run.payload.get(name), place.type_, nodes, type_))
    return placeholder("", len(planner.placeholders) - 1, JsonText("[]"))


def _kind(field_index: FieldIndex, type_: GraphQLObjectType, nodes: Nodes, value: Any) -> str:
    """The kind of a payload's field: a row, items with a row each, the viewer, or a plain value."""
    possible = _possible_kind(field_index, type_, nodes)
    return "plain" if value is None else possible


def _possible_kind(field_index: FieldIndex, type_: GraphQLObjectType, nodes: Nodes) -> str:
    """The same without a value, at most. Raises Unplannable for a type that a payload cannot have here."""
    name = nodes[0].name.value
    if name == "__typename":
        return "plain"
    outer: Any = type_.fields[name].type
    inside = named_type(outer)
    if isinstance(inside, GraphQLObjectType) and field_index.model(inside) is not None:
        if nullable(outer) is not inside:
            raise Unplannable(f"{type_.name}.{name} is a list of rows")
        return "row"
    if inside.name in field_index.viewer_types:
        return "viewer"
    if is_plain(inside):
        return "plain"
    if isinstance(nullable(outer), GraphQLList) and isinstance(inside, GraphQLObjectType):
        return "items"
    raise Unplannable(f"only a resolver answers {inside.name}")


def _python_name(type_: GraphQLObjectType, nodes: Nodes) -> str:
    name = nodes[0].name.value
    return name if name == "__typename" else strawberry_field(type_.fields[name]).python_name
