"""What is known of a document that was sent: parsed and validated once, kept while it is used, whichever path asks.

The mistakes say what is wrong and where; none repeats a value that is written into the document.
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

from server.engine.lru_cache import LRUCache
from server.engine.plans import BYTES_OF_A_TOKEN
from server.schema.value_errors import WRITTEN, wrong
from server.schema.variable_coercion import MAX_MISTAKES

MAX_TOKENS: Final = 2_000
MAX_DOCUMENTS: Final = 500
MAX_BYTES: Final = 16 * 2**20
_BYTES_OF_A_MISTAKE: Final = 1_000
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
"""How the parser ends its messages: with what it found, or with characters of it."""


class _Values(ValuesOfCorrectTypeRule):
    """Values are of the type that stands where they are; in our own words."""

    def is_valid_value_node(self, node: ValueNode, input_type: Any) -> Any:
        if input_type:
            for found in wrong(node, input_type, WRITTEN):
                self.report_error(GraphQLError(found.message, found.value))
        return SKIP


_RULES: Final = (
    *(_Values if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


@dataclass(eq=False)
class Document:
    """A text with what it was parsed to, or why it could not be, and then what is wrong with that."""

    text: str
    tokens: int = 0
    node: DocumentNode | None = None
    syntax_error: GraphQLError | None = None
    mistakes: list[GraphQLError] | None = None


_documents: Final[LRUCache[str, Document]] = LRUCache(MAX_DOCUMENTS, MAX_BYTES)


def is_known(text: str) -> bool:
    """Whether this text was read before and is kept."""
    return _documents.get(text) is not None


def parsed(text: str) -> DocumentNode:
    """The tree of a document. Raises GraphQLError for a text that is none."""
    found = _read(text)
    if found.node is None:
        assert found.syntax_error
        # Another one each time: those who raise an error leave their traces in it.
        raise _copy(found.syntax_error)
    return found.node


def mistakes(schema: GraphQLSchema, text: str) -> list[GraphQLError]:
    """What is wrong with a document that could be parsed, by the rules of GraphQL."""
    found = _read(text)
    assert found.node
    if found.mistakes is None:
        found.mistakes = validate(schema, found.node, _RULES, MAX_MISTAKES, hide_suggestions=True)
        if found.tokens > _MANY_TOKENS:
            gc.collect(_YOUNG)
        _documents.grow(text, found, _BYTES_OF_A_MISTAKE * len(found.mistakes))
    return found.mistakes


def _read(text: str) -> Document:
    found = _documents.get(text)
    if found is None:
        found = Document(text)
        try:
            found.node = parse(text, max_tokens=MAX_TOKENS)
            found.tokens = _take_apart(found.node)
        except GraphQLSyntaxError as error:
            found.syntax_error = _without_values(error)
        _documents.put(text, found, sys.getsizeof(text) + _BYTES_OF_A_MISTAKE + BYTES_OF_A_TOKEN * found.tokens)
    return found


def token_count(text: str) -> int:
    """How many tokens a document was read from."""
    return _read(text).tokens


def _take_apart(node: DocumentNode) -> int:
    """Part the tokens, which name each other, and count them.

    A document without circles goes as soon as it is dropped; with them it waits for the garbage collector, which stops
    everything for as long as it looks at all that was dropped meanwhile.
    """
    count, token = 0, node.loc.start_token if node.loc else None
    while token:
        following = token.next
        token.prev = token.next = None
        count, token = count + 1, following
    return count


def _without_values(error: GraphQLSyntaxError) -> GraphQLError:
    """The same without what was found: which kind of thing it is, and where, says enough."""
    message = _WHAT_WAS_FOUND.sub(lambda found: f"{found[1] or ''}.", error.message)
    return GraphQLError(message, source=error.source, positions=error.positions)


def _copy(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, source=error.source, positions=error.positions)


class KnownDocuments(SchemaExtension):
    """Parses and validates where that was not done before."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = parsed(self.execution_context.query or "")
        yield

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        asked.pre_execution_errors = mistakes(asked.schema._schema, asked.query or "")
        yield
