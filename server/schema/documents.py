"""Documents: parsed and validated once, and cached for both paths.

The errors say what is wrong and where; none repeats a value in the document.
"""

import gc
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    SKIP,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    ValueNode,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import ValuesOfCorrectTypeRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from server.engine.gated_cache import GatedCache
from server.engine.lru_cache import LRUCache
from server.engine.plans import BYTES_OF_A_TOKEN
from server.schema.value_errors import LITERAL_VALUES, find_invalid
from server.schema.variable_coercion import MAX_VARIABLE_ERRORS

MAX_TOKENS: Final = 2_000
MAX_DOCUMENTS: Final = 500
MAX_BYTES: Final = 8 * 2**20
MAX_WAITING: Final = 32
MAX_WAITING_BYTES: Final = 4 * 2**20
"""The same for documents that nobody may run, or whose limits are not yet checked."""
_BYTES_OF_AN_ERROR: Final = 1_000
_MANY_TOKENS: Final = 500
_YOUNG: Final = 1
"""Validation leaves thousands of objects that name each other. Cleared away at once they cost some milliseconds;
those of many documents together would stop everything for a second."""

_WHAT_WAS_FOUND: Final = re.compile(
    r"""
      \b (Name|Int|Float|String|BlockString|Comment) [ ] ['"] .*
    | (?<! Unexpected[ ]character) : [ ] (?: ' | U\+) .*
    | , [ ] did [ ] you [ ] mean [ ] '0\. .*
    """,
    re.VERBOSE | re.DOTALL,
)
"""The end of the parser's messages: what it found, or characters of it."""


class _Values(ValuesOfCorrectTypeRule):
    """The validation rule for literal values, with our own messages."""

    def is_valid_value_node(self, node: ValueNode, input_type: Any) -> Any:
        if input_type:
            for found in find_invalid(node, input_type, LITERAL_VALUES):
                self.report_error(GraphQLError(found.message, found.value))
        return SKIP


_RULES: Final = (
    *(_Values if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


@dataclass(eq=False)
class Document:
    """A text with its parsed document or syntax error, and the validation errors."""

    text: str
    tokens: int = 0
    node: DocumentNode | None = None
    syntax_error: GraphQLError | None = None
    validate_document: list[GraphQLError] | None = None


_documents: Final[GatedCache[str, Document]] = GatedCache(
    LRUCache(MAX_DOCUMENTS, MAX_BYTES), LRUCache(MAX_WAITING, MAX_WAITING_BYTES)
)


def is_cached(text: str) -> bool:
    """Whether this text is cached."""
    return _documents.get(text) is not None


def is_admitted(text: str) -> bool:
    """Whether this text is cached as a document that somebody may run."""
    return _documents.admitted.get(text) is not None


def forget_document(text: str) -> None:
    """Drop a document that was refused, unless somebody may run it."""
    _documents.forget(lambda known: known == text)


def parse_document(text: str) -> DocumentNode:
    """The syntax tree of a document. Raises GraphQLError for a text that is not a document."""
    found = _load_document(text)
    if found.node is None:
        assert found.syntax_error
        # A new exception each time, because raising one adds a traceback to it.
        raise _copy_error(found.syntax_error)
    return found.node


def validation_errors(schema: GraphQLSchema, text: str) -> list[GraphQLError]:
    """The validation errors of a parsed document that is within the caller's limits. One without any is admitted."""
    found = _load_document(text)
    assert found.node
    if found.validate_document is None:
        found.validate_document = validate(schema, found.node, _RULES, MAX_VARIABLE_ERRORS, hide_suggestions=True)
        if found.tokens > _MANY_TOKENS:
            gc.collect(_YOUNG)
        _documents.grow(text, found, _BYTES_OF_AN_ERROR * len(found.validate_document))
    if not found.validate_document:
        _documents.admit(text)
    return found.validate_document


def _load_document(text: str) -> Document:
    found = _documents.get(text)
    if found is None:
        found = Document(text)
        try:
            found.node = parse(text, max_tokens=MAX_TOKENS)
            found.tokens = _unlink_tokens(found.node)
        except GraphQLSyntaxError as error:
            found.syntax_error = _without_values(error)
        _documents.put(text, found, sys.getsizeof(text) + _BYTES_OF_AN_ERROR + BYTES_OF_A_TOKEN * found.tokens)
    return found


def token_count(text: str) -> int:
    """The number of tokens in a document."""
    return _load_document(text).tokens


def _unlink_tokens(node: DocumentNode) -> int:
    """Unlink the tokens, which reference each other, and count them.

    Without reference cycles a document is freed as soon as it is dropped. With them it waits for the garbage collector,
    which pauses everything while it scans all that was dropped in the meantime.
    """
    count, token = 0, node.loc.start_token if node.loc else None
    while token:
        following = token.next
        token.prev = token.next = None
        count, token = count + 1, following
    return count


def _without_values(error: GraphQLSyntaxError) -> GraphQLError:
    """The message without the text that was found. Its kind and place are enough."""
    message = _WHAT_WAS_FOUND.sub(lambda found: f"{found[1] or ''}.", error.message)
    return GraphQLError(message, source=error.source, positions=error.positions)


def _copy_error(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, source=error.source, positions=error.positions)


class CachedDocuments(SchemaExtension):
    """Parses and validates documents that are not cached."""

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        try:
            asked.graphql_document = parse_document(asked.query or "")
        except GraphQLError:
            asked.context.is_document_refused = True
            raise
        yield

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        asked.pre_execution_errors = validation_errors(asked.schema._schema, asked.query or "")
        if asked.pre_execution_errors:
            asked.context.is_document_refused = True
        yield
