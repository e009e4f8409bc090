"""Introspection: answers to queries for the schema, computed once in a thread and cached.

The schema never changes while the server runs, and is the same for everyone.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    execute,  # pyright: ignore[reportUnknownVariableType]
    get_introspection_query,
    parse,
)

from server.engine.lru_cache import LRUCache

# `Any` below: a tree of names holds trees of names.

MAX_ANSWERS: Final = 16
MAX_ANSWER_BYTES: Final = 16 * 2**20
_ROOTS: Final = frozenset({"__schema", "__type", "__typename"})
_SCHEMA_FIELD: Final = re.compile(r"__(schema|type)\b")
_DEEPEST_TYPE: Final = 15
Fragments = Mapping[str, FragmentDefinitionNode]
Tree = dict[str, Any]


class CachedAnswers:
    """Cached answers to introspection queries, by text and operation name."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.answers: LRUCache[tuple[str, str | None], bytes] = LRUCache(MAX_ANSWERS, MAX_ANSWER_BYTES)
        self._turn = asyncio.Lock()

    def find(self, text: str, name: str | None) -> bytes | None:
        return self.answers.get((text, name)) if mentions_schema(text) else None

    async def answer(self, text: str, name: str | None, document: DocumentNode) -> bytes:
        """The data for a valid introspection query within the limits.

        Computed in a thread, one at a time, so that everyone else is answered in the meantime.
        """
        async with self._turn:
            found = self.answers.get((text, name))
            if found is None:
                found = await asyncio.to_thread(self._execute, document, name)
                self.answers.put((text, name), found, len(text) + len(found))
            return found

    def _execute(self, document: DocumentNode, name: str | None) -> bytes:
        result: Any = execute(self.schema, document, operation_name=name)
        if result.errors:
            raise GraphQLError("The schema cannot be described.", original_error=result.errors[0])
        return orjson.dumps(result.data)


def mentions_schema(text: str) -> bool:
    """Whether this text may be an introspection query."""
    return _SCHEMA_FIELD.search(text) is not None


def asks_only_for_schema(document: DocumentNode, name: str | None) -> bool:
    """Whether this operation asks only for the schema, and no variable can change its answer."""
    node = _find_operation(document, name)
    if node is None or node.operation is not OperationType.QUERY or node.variable_definitions:
        return False
    fields = {field.name.value for field in _expanded_fields(node.selection_set, _fragments_by_name(document), set())}
    return fields <= _ROOTS and fields != {"__typename"}


def is_standard(document: DocumentNode, name: str | None) -> bool:
    """Whether this operation is the introspection query of GraphQL's own libraries, or part of it.

    Only for a document within the limits of fields, because fragments are followed wherever they are spread.
    """
    node = _find_operation(document, name)
    return node is not None and _is_part(node.selection_set, _standard_names(), _fragments_by_name(document))


def _find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
    return chosen[0] if len(chosen) == 1 else None


def _fragments_by_name(document: DocumentNode) -> Fragments:
    found = (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
    return {node.name.value: node for node in found}


def _expanded_fields(selections: SelectionSetNode, fragments: Fragments, spread: set[str]) -> Iterator[FieldNode]:
    """The fields of a selection, including those of its fragments."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif inside := _fragment_content(selection, fragments, spread):
            yield from _expanded_fields(inside, fragments, spread)


def _fragment_content(selection: SelectionNode, fragments: Fragments, spread: set[str]) -> SelectionSetNode | None:
    """The content of a fragment, which is visited once."""
    if isinstance(selection, InlineFragmentNode):
        return selection.selection_set
    assert isinstance(selection, FragmentSpreadNode)
    name = selection.name.value
    if name in spread or name not in fragments:
        return None
    spread.add(name)
    return fragments[name].selection_set


def _is_part(selections: SelectionSetNode, tree: Tree, fragments: Fragments) -> bool:
    for field in _expanded_fields(selections, fragments, set()):
        below = tree.get(field.name.value)
        if below is None or field.alias or field.directives:
            return False
        if field.selection_set and not _is_part(field.selection_set, below, fragments):
            return False
    return True


def _standard_names() -> Tree:
    """The names in the standard query, with all its options."""
    if not _standard_tree:
        text = get_introspection_query(
            descriptions=True,
            specified_by_url=True,
            directive_is_repeatable=True,
            schema_description=True,
            input_value_deprecation=True,
            experimental_directive_deprecation=True,
            one_of=True,
            type_depth=_DEEPEST_TYPE,
        )
        document = parse(text)
        node = _find_operation(document, None)
        assert node
        _standard_tree.update(_name_tree(node.selection_set, _fragments_by_name(document)) | {"__typename": {}})
    return _standard_tree


_standard_tree: Final[Tree] = {}


def _name_tree(selections: SelectionSetNode, fragments: Fragments) -> Tree:
    """The names in a selection, each with those below it. `__typename` is allowed everywhere."""
    found: Tree = {"__typename": {}}
    for field in _expanded_fields(selections, fragments, set()):
        found[field.name.value] = _name_tree(field.selection_set, fragments) if field.selection_set else {}
    return found
