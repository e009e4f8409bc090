"""Coercion of variables to their types, once for each request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.pyutils import Undefined, print_path_list
from graphql.utilities.coerce_input_value import (
    coerce_default_value,
    coerce_input_value,  # pyright: ignore[reportUnknownVariableType]
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from server.domain.errors import WrongVariable
from server.resolvers.context import Context
from server.schema.value_errors import VARIABLE_VALUES, Path, find_invalid

# `Any` below: variables are whatever somebody sent; what graphql-core executes with is generic.

MAX_VARIABLE_ERRORS: Final = 20
_LONGEST_NAME: Final = 64
CoercedValues = VariableValues | Sequence[GraphQLError]
"""The values of an operation's variables, or the errors in them."""


@dataclass(frozen=True)
class _Request:
    """The coerced variables of one operation in a request."""

    node: OperationDefinitionNode
    sent: Mapping[str, Any]
    coerced: CoercedValues


def coerce_variables(
    schema: GraphQLSchema, node: OperationDefinitionNode, sent: Mapping[str, Any], context: Context
) -> CoercedValues:
    """The values of the variables, coerced once in a request for both paths."""
    known = context.coerced
    if isinstance(known, _Request) and known.node is node and known.sent is sent:
        return known.coerced
    found = _coerce_all(schema, node.variable_definitions or (), sent)
    context.coerced = _Request(node, sent, found)
    return found


def _coerce_all(
    schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode], sent: Mapping[str, Any]
) -> CoercedValues:
    """Like `get_variable_values` of graphql-core, which repeats an entire invalid value for each error in it."""
    values = VariableValues({}, {})
    mistakes = list[GraphQLError]()
    for definition in definitions:
        signature = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError):
            mistakes.append(signature)
            continue
        value = sent.get(signature.name, Undefined)
        values.sources[signature.name] = VariableValueSource(signature, value)
        found = _coerce_value(signature, value)
        if found is not Undefined:
            values.coerced[signature.name] = found
        elif value is not Undefined or isinstance(signature.type, GraphQLNonNull):
            room = MAX_VARIABLE_ERRORS - len(mistakes)
            mistakes.extend(islice(_errors_of_variable(definition, signature, value), room))
    return mistakes or values


def _coerce_value(signature: GraphQLVariableSignature, value: Any) -> Any:
    """The value or its default. Undefined if it is invalid or missing."""
    if value is not Undefined:
        try:
            return coerce_input_value(value, signature.type)
        except GraphQLError:  # from Strawberry, if an input takes exactly one field
            return Undefined
    return coerce_default_value(signature) if signature.default else Undefined


def _errors_of_variable(
    definition: VariableDefinitionNode, signature: GraphQLVariableSignature, value: Any
) -> Iterator[GraphQLError]:
    name = signature.name
    if value is Undefined:
        yield _variable_error(definition, name, (), f"Expected a value of type '{signature.type}' to be provided.")
        return
    is_explained = False
    for found in find_invalid(value, signature.type, VARIABLE_VALUES):
        is_explained = True
        yield _variable_error(definition, name, found.path, found.message)
    if not is_explained:
        yield _variable_error(definition, name, (), f"Expected a value of type '{signature.type}'.")


def _variable_error(definition: VariableDefinitionNode, name: str, path: Path, message: str) -> GraphQLError:

    told = f"Variable '${name[:_LONGEST_NAME]}' has invalid value{print_path_list(path)}: {message}"
    field = (name, *map(str, path)) if len(name) <= _LONGEST_NAME else ()
    return GraphQLError(told, definition, original_error=WrongVariable(told, field))


class CoercedVariables(SchemaExtension):
    """Ends an operation with invalid variables before anything is executed."""

    def on_execute(self) -> Iterator[None]:
        asked = self.execution_context
        node = operation_in(asked.graphql_document, asked.operation_name)
        found = coerce_variables(asked.schema._schema, node, asked.variables or _NOTHING, asked.context)
        if not isinstance(found, VariableValues):
            asked.result = ExecutionResult(data=None, errors=list(found))
            asked.schema.process_errors(list(found), asked)
        yield


_NOTHING: Final[dict[str, Any]] = {}


class Execution(StrawberryGraphQLCoreExecutionContext):
    """The execution of an operation with variables that are already coerced."""

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *rest: Any,
        **more: Any,
    ) -> Any:
        node = operation_in(document, operation_name)
        values = coerce_variables(schema, node, raw_variable_values or _NOTHING, context_value)
        if not isinstance(values, VariableValues):
            return list(values)
        build: Any = super().build  # pyright: ignore[reportUnknownVariableType]
        built = build(
            schema, _without_declarations(document, node), root_value, context_value, {}, operation_name, *rest, **more
        )
        if isinstance(built, Execution):
            built.operation, built.variable_values = node, values
        return built


def operation_in(document: DocumentNode | None, name: str | None) -> OperationDefinitionNode:
    """The operation of this name, or the only one. The caller has checked that it exists."""
    assert document is not None
    operations = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return next(node for node in operations if name is None or (node.name and node.name.value == name))


def _without_declarations(document: DocumentNode, node: OperationDefinitionNode) -> DocumentNode:
    """The document with the operation's variable declarations removed, so that graphql-core coerces none."""
    bare = OperationDefinitionNode(
        operation=node.operation, name=node.name, directives=node.directives, selection_set=node.selection_set
    )
    return DocumentNode(definitions=tuple(bare if other is node else other for other in document.definitions))
