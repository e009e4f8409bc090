"""What does the engine ask of the application it serves?"""

from collections.abc import Hashable, Mapping
from typing import Any, Protocol

from graphql import DocumentNode, GraphQLField, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from tortoise.expressions import Q
from tortoise.models import Model

# `Any` below: viewers and contexts are the application's own.


class Host(Protocol):
    """What the engine asks of the application it serves."""

    @property
    def schema(self) -> GraphQLSchema: ...
    @property
    def policies(self) -> Mapping[type[Model], Any]: ...
    def policy(self, model: type[Model], viewer: Any) -> Q:
        """The condition that a row exists for a viewer, whose values may be bound parameters."""
        ...

    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q:
        """The same for a row that a column of a row names which exists for the viewer."""
        ...

    def cache_key(self, viewer: Any) -> Hashable:
        """What of a viewer decides about the text of a statement."""
        ...

    def viewer_template(self, viewer: Any) -> Any:
        """A viewer with the same cache key, with bound parameters in place of its own values."""
        ...

    def arguments(self, field: GraphQLField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments as the field's resolver would get them."""
        ...

    def coerce_variables(
        self, node: OperationDefinitionNode, variables: Mapping[str, Any], context: Any
    ) -> VariableValues | None:
        """The values of an operation's variables; None where one is wrong."""
        ...

    def document(self, text: str) -> DocumentNode:
        """The parsed document. Raises GraphQLError for one that is none."""
        ...

    def token_count(self, text: str) -> int:
        """The number of tokens in a document."""
        ...

    def is_valid(self, text: str, document: DocumentNode) -> bool: ...
    def is_within_limits(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], context: Any
    ) -> bool:
        """Whether the document is within the limits of whoever asks."""
        ...
