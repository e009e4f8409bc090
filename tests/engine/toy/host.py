"""The toy as the engine sees it."""

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLField, GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments
from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.models import Model

from server.engine.engine import Engine
from server.engine.planning.dialects import DIALECTS
from server.engine.reading.types import strawberry_field
from server.models.terms import BoundParameter
from tests.engine.toy.lists import moment
from tests.engine.toy.policies import POLICIES, Visitor

SCALARS: dict[Any, Any] = {
    datetime: strawberry.scalar(name="DateTime", serialize=moment, parse_value=datetime.fromisoformat),
}


class ToySchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        pass


def schema_of(query: type, mutation: type | None = None, **options: Any) -> ToySchema:
    return ToySchema(query=query, mutation=mutation, config=StrawberryConfig(scalar_map=SCALARS), **options)


class ToyHost:
    """The toy as the engine sees it."""

    policies: Mapping[type[Model], Any] = POLICIES

    def __init__(self, schema: ToySchema) -> None:
        self.strawberry = schema

    @property
    def schema(self) -> GraphQLSchema:
        return self.strawberry._schema

    def policy(self, model: type[Model], viewer: Any) -> Q:
        return POLICIES[model](viewer)

    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q:
        return POLICIES[model](viewer)

    def cache_key(self, viewer: Visitor | None) -> Hashable:
        return None if viewer is None else viewer.is_staff

    def viewer_template(self, viewer: Visitor | None) -> Any:
        if viewer is None:
            return None
        ids = BoundParameter("visitor.author_ids", "uuid[]", lambda run: list(run.viewer.author_ids), is_of_viewer=True)
        return Visitor(ids, viewer.is_staff)

    def arguments(self, field: GraphQLField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        definition = strawberry_field(field)
        registry = self.strawberry.schema_converter.scalar_registry
        return convert_arguments(dict(values), definition.arguments, registry, self.strawberry.config)

    def coerce_variables(self, node: OperationDefinitionNode, variables: Mapping[str, Any], context: Any) -> Any:
        found = get_variable_values(self.schema, node.variable_definitions or (), dict(variables))
        return None if isinstance(found, list) else found

    def document(self, text: str) -> DocumentNode:
        return parse(text)

    def token_count(self, text: str) -> int:
        return len(text)

    def is_valid(self, text: str, document: DocumentNode) -> bool:
        return not validate(self.schema, document)

    def is_within_limits(self, text: str, document: DocumentNode, name: Any, variables: Any, context: Any) -> bool:
        return True


def engine_of(schema: ToySchema) -> Engine:
    """An engine for a schema of the toy; it raises Undeclared as the product's does when it starts."""
    return Engine(ToyHost(schema), lambda: DIALECTS[get_connection("default").capabilities.dialect])
