"""The engine's host: the adapter through which the engine uses this application."""

from collections.abc import Hashable, Mapping
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLField, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments
from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.viewer import Viewer
from server.engine.engine import Engine
from server.engine.planning.dialects import DIALECTS, Dialect
from server.engine.reading.types import strawberry_field
from server.models.database import dialect
from server.models.visibility.policies import POLICIES, policy_through, row_policy
from server.models.visibility.viewer_parameters import cache_key, viewer_template
from server.resolvers.context import Context
from server.schema.build import schema
from server.schema.documents import parse_document, token_count, validation_errors
from server.schema.introspection import asks_only_for_schema, mentions_schema
from server.schema.limits import document_excess, limits_for, names_are_needed
from server.schema.variable_coercion import coerce_variables

# `Any` below: the engine knows neither viewers nor contexts. What is known of documents and variables it shares with
# the resolver path, so that they are read once, whichever path is taken.


class Application:
    """The application as the engine sees it."""

    policies: Mapping[type[Model], Any] = POLICIES

    @property
    def schema(self) -> GraphQLSchema:
        return schema._schema

    def policy(self, model: type[Model], viewer: Any) -> Q:
        return row_policy(model, viewer)

    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q:
        return policy_through(model, viewer, seen, column)

    def cache_key(self, viewer: Viewer | None) -> Hashable:
        return cache_key(viewer)

    def viewer_template(self, viewer: Viewer | None) -> Viewer | None:
        return viewer_template(viewer)

    def arguments(self, field: GraphQLField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        definition = strawberry_field(field)
        registry = schema.schema_converter.scalar_registry
        return convert_arguments(dict(values), definition.arguments, registry, schema.config)

    def coerce_variables(
        self, node: OperationDefinitionNode, variables: Mapping[str, Any], context: Context
    ) -> VariableValues | None:
        found = coerce_variables(self.schema, node, variables, context)
        return found if isinstance(found, VariableValues) else None

    def document(self, text: str) -> DocumentNode:
        return parse_document(text)

    def token_count(self, text: str) -> int:
        return token_count(text)

    def is_valid(self, text: str, document: DocumentNode) -> bool:
        return not validation_errors(self.schema, text)

    def is_within_limits(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], context: Context
    ) -> bool:
        if name is None and names_are_needed(document):
            return False
        return document_excess(document, text, variables, limits_for(context), name) is None


def description_asked(text: str, name: str | None, context: Context) -> DocumentNode | None:
    """The document, if it is a valid introspection query within the caller's limits."""
    if not mentions_schema(text):
        return None
    try:
        document = parse_document(text)
    except GraphQLError:
        return None
    if not asks_only_for_schema(document, name) or (name is None and names_are_needed(document)):
        return None
    if document_excess(document, text, {}, limits_for(context), name) or validation_errors(schema._schema, text):
        return None
    return document


def connected_dialect() -> Dialect:
    """The dialect in which the connected database writes JSON."""
    return DIALECTS[dialect()]


def new_engine() -> Engine:
    """An engine for this schema. Raises Undeclared for a declaration that cannot be planned."""
    return Engine(Application(), connected_dialect)
