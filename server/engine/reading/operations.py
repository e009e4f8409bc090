"""Reads an operation from a parsed document: its deciding variables, and those that are plain strings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
)

from server.engine.reading.selections import deciding_variables

# `Any` below: variables are of whatever type a document says.

_STRINGS: Final = frozenset({"ID", "String"})


@dataclass(eq=False)
class Operation:
    """One operation of a document, as it was sent.

    `deciding` are the variables in @skip and @include. `strings` are the names of all variables if each is a required
    string: then only values depend on them.
    """

    text: str
    document: DocumentNode
    node: OperationDefinitionNode
    deciding: tuple[str, ...]
    variables: tuple[str, ...]
    strings: tuple[str, ...] | None
    tokens: int = 0

    @classmethod
    def read(cls, text: str, document: DocumentNode, name: str | None, tokens: int = 0) -> Self | None:
        """The operation of this name. None if there is none, if the name is ambiguous, or if it is a subscription."""
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
        if len(chosen) != 1 or chosen[0].operation is OperationType.SUBSCRIPTION:
            return None
        node = chosen[0]
        fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        return cls(
            text,
            document,
            node,
            deciding=tuple(sorted(deciding_variables([node, *fragments]))),
            variables=tuple(definition.variable.name.value for definition in node.variable_definitions or ()),
            strings=_strings(node),
            tokens=tokens,
        )

    @property
    def is_mutation(self) -> bool:
        return self.node.operation is OperationType.MUTATION

    @property
    def key(self) -> str:
        """The operation's name in logs, the same in every process."""
        name = self.node.name.value if self.node.name else ""
        return hashlib.sha256(f"{name}\n{self.text}".encode()).hexdigest()[:8]

    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        found = (node for node in self.document.definitions if isinstance(node, FragmentDefinitionNode))
        return {node.name.value: node for node in found}

    def string_values(self, given: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The values of the variables, if each is a required string and nothing else was sent."""
        names = self.strings
        if names is None or len(given) != len(names):
            return None
        values = tuple([given.get(name) for name in names])
        for value in values:
            if type(value) is not str:
                return None
        return values  # pyright: ignore[reportReturnType] - each was looked at


def _strings(node: OperationDefinitionNode) -> tuple[str, ...] | None:
    names = list[str]()
    for definition in node.variable_definitions or ():
        type_ = definition.type
        is_required = isinstance(type_, NonNullTypeNode) and isinstance(type_.type, NamedTypeNode)
        if not is_required or type_.type.name.value not in _STRINGS or definition.default_value is not None:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            return None
        names.append(definition.variable.name.value)
    return tuple(names)
