"""Selections: the fields that a selection requests from an object of a given type.

They are collected as the specification says: fragments expanded, @skip and @include applied, fields of the same
response name merged, in the order of their first occurrence.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_directive_values,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

from server.engine.errors import Unplannable

# `Any` below: variables are of whatever type a document says.

Nodes = tuple[FieldNode, ...]
Fields = dict[str, Nodes]


class Selections:
    """The selections of one document, for these values of the variables in its directives."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: VariableValues
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.variables = variables
        self._known: dict[tuple[str, int], tuple[Iterable[FieldNode], Fields]] = {}

    def of(self, type_: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Fields:
        """The fields below these ones, by their names in the answer."""
        known = self._known.get((type_.name, id(nodes)))
        if known is None:
            fields = self.within(type_, [node.selection_set for node in nodes if node.selection_set])
            # Kept with the nodes, because their id is the key.
            known = self._known[type_.name, id(nodes)] = (nodes, fields)
        return known[1]

    def within(self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Fields:
        found: dict[str, list[FieldNode]] = {}
        spread = set[str]()
        for selections in sets:
            self._collect(type_, selections, found, spread)
        return {key: tuple(nodes) for key, nodes in found.items()}

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: SelectionSetNode,
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selections.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in spread:
                    continue
                spread.add(node.name.value)
                fragment = self.fragments[node.name.value]
            if self._applies(fragment.type_condition, type_):
                self._collect(type_, fragment.selection_set, found, spread)

    def _applies(self, condition: Any, type_: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == type_.name:
            return True
        abstract: Any = self.schema.type_map[condition.name.value]
        return is_abstract_type(abstract) and self.schema.is_sub_type(abstract, type_)

    def _is_included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        if any(directive.name.value not in ("skip", "include") for directive in node.directives):
            raise Unplannable("it uses a directive other than @skip and @include")
        try:
            skip: Any = get_directive_values(GraphQLSkipDirective, node, self.variables)
            include: Any = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        except GraphQLError as error:
            raise Unplannable("a directive's argument is refused") from error
        return not (skip and skip["if"]) and (not include or bool(include["if"]))


@dataclass(frozen=True)
class Root:
    """The root of an answer. `concrete_types` are the types of the objects returned for interfaces."""

    type_: GraphQLObjectType
    fields: Mapping[str, Nodes]
    concrete_types: Callable[[Any], Mapping[int, Any]]


def deciding_variables(nodes: Iterable[Any]) -> frozenset[str]:
    """The variables in @skip and @include anywhere below these nodes."""
    found = set[str]()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        for directive in getattr(node, "directives", None) or ():
            found |= {
                argument.value.name.value
                for argument in directive.arguments or ()
                if isinstance(argument.value, VariableNode)
            }
        selection_set = getattr(node, "selection_set", None)
        waiting.extend(selection_set.selections if selection_set else ())
    return frozenset(found)
