"""The engine's host: the interface that an application has to provide."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

from graphql import DocumentNode, GraphQLField, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from tortoise.expressions import Q
from tortoise.models import Model

# `Any` below: viewers and contexts are the application's own.


class Guard(Protocol):
    """Decides by the row whether the viewer may ask for a field."""

    def row_filter(self, viewer: Any) -> Q | bool:
        """The rows on which the viewer may ask: all, none, or those for which the condition holds."""
        ...

    def refusal(self, viewer: Any) -> Exception:
        """The error for all other rows."""
        ...


class Listing(Protocol):
    """The rows of a paginated list."""

    @property
    def model(self) -> type[Model]: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def always(self) -> Callable[[Any], Q]: ...
    @property
    def is_stricter(self) -> bool:
        """Whether `always` implies the row policy."""
        ...

    def criterion(self, name: str, value: Any, now: Any) -> Q:
        """The condition of a filter member. `now` is the context's time."""
        ...


class Host(Protocol):
    """The interface that an application has to provide."""

    @property
    def schema(self) -> GraphQLSchema: ...
    @property
    def policies(self) -> Mapping[type[Model], Any]: ...
    def policy(self, model: type[Model], viewer: Any) -> Q:
        """The row policy of a viewer, whose values may be bound parameters."""
        ...

    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q:
        """The row policy for a row that is referenced by a column of a visible row."""
        ...

    def cache_key(self, viewer: Any) -> Hashable:
        """The facts of a viewer that determine the SQL of a statement."""
        ...

    def viewer_template(self, viewer: Any) -> Any:
        """A viewer with the same cache key and bound parameters in place of its own values."""
        ...

    def arguments(self, field: GraphQLField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments as the field's resolver would get them."""
        ...

    def coerce_variables(
        self, node: OperationDefinitionNode, variables: Mapping[str, Any], context: Any
    ) -> VariableValues | None:
        """The values of an operation's variables. None if one is invalid."""
        ...

    def document(self, text: str) -> DocumentNode:
        """The parsed document. Raises GraphQLError for a text that is not a document."""
        ...

    def token_count(self, text: str) -> int:
        """The number of tokens in a document."""
        ...

    def is_valid(self, text: str, document: DocumentNode) -> bool: ...
    def is_within_limits(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], context: Any
    ) -> bool:
        """Whether the document is within the caller's limits."""
        ...
