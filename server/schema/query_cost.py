"""Query cost: the size of a document, cached by its text.

It is measured in one pass that visits every fragment once. A pass that visits a fragment at each spread can be made to
take exponential time.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from server.engine.gated_cache import GatedCache
from server.engine.lru_cache import LRUCache
from server.resolvers.paging import DEFAULT_SIZE, LARGEST_SIZE
from server.schema.documents import is_admitted

_SIGN_INS: Final = frozenset({"signIn", "signUp", "acceptMemberInvitation"})
_INTROSPECTION: Final = frozenset({"__schema", "__type"})
_PAGE_FIELDS: Final = frozenset({"nodes", "edges", "pageInfo", "totalCount"})
_SIZE_ARGUMENTS: Final = frozenset({"first", "last", "ids"})

# The average lengths of introspection's lists.
_INTROSPECTION_LISTS: Final = {
    "types": 100,
    "directives": 10,
    "fields": 5,
    "inputFields": 5,
    "enumValues": 5,
    "possibleTypes": 5,
    "args": 2,
}


@dataclass
class Cost:
    """How much a selection holds, with its fragments spread out.

    `keys` are the names of its own fields in the answer; `repeated_names` is how often a name comes again
    in the same place, which costs validation the square of it. `values` and `listed` are how many values and
    rows of the schema's description it would give below `__schema`; `introspected` and `schema_rows` how many
    it does, itself among them.
    """

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0
    rows: int = 0
    values: int = 0
    introspected: int = 0
    listed: int = 0
    schema_rows: int = 0
    root_fields: int = 0
    sign_ins: int = 0
    inner_repeated: int = 0
    is_page: bool = False
    keys: Counter[str] = field(default_factory=Counter[str])

    @property
    def repeated_names(self) -> int:
        return self.inner_repeated + self.keys.total() - len(self.keys)

    def without_names(self) -> "Cost":
        """The same without the names, for the cache."""
        return replace(self, inner_repeated=self.repeated_names, keys=Counter())

    def add(self, other: "Cost") -> None:
        """Add the cost of a sibling selection."""
        self.depth = max(self.depth, other.depth)
        self.aliases += other.aliases
        self.fields += other.fields
        self.directives += other.directives
        self.rows += other.rows
        self.values += other.values
        self.introspected += other.introspected
        self.listed += other.listed
        self.schema_rows += other.schema_rows
        self.root_fields += other.root_fields
        self.sign_ins += other.sign_ins
        self.inner_repeated += other.inner_repeated
        self.is_page = self.is_page or other.is_page
        self.keys.update(other.keys)


OperationCosts = tuple[tuple[str | None, OperationType, Cost], ...]
Sizes = dict[str, int | None]

_NOTHING: Final = Cost()
_MAX_CACHED: Final = 500
_MAX_CACHED_BYTES: Final = 4 * 2**20
_BYTES_OF_A_COST: Final = 1_000
_BYTES_OF_A_SIZE: Final = 200
_MAX_WAITING: Final = 32
_MAX_WAITING_BYTES: Final = 2**19
_cached_costs: Final[GatedCache[tuple[object, ...], OperationCosts]] = GatedCache(
    LRUCache(_MAX_CACHED, _MAX_CACHED_BYTES), LRUCache(_MAX_WAITING, _MAX_WAITING_BYTES)
)


def operation_costs(document: DocumentNode, text: str, variables: Mapping[str, Any]) -> OperationCosts:
    """Each operation's name, type and cost, cached by the text and the sizes in its variables."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    sizes = _variable_sizes(operations, variables)
    key = (text, *sizes.items())
    found = _cached_costs.get(key)
    if found is None:
        measuring = _CostVisitor(document, sizes)
        found = tuple(
            (
                node.name.value if node.name else None,
                node.operation,
                measuring.measure_selections(node.selection_set).without_names(),
            )
            for node in operations
        )
        size = len(text) + _BYTES_OF_A_COST * len(found) + _BYTES_OF_A_SIZE * len(sizes)
        _cached_costs.put(key, found, size)
    elif is_admitted(text):
        _cached_costs.admit(key)
    return found


def _variable_sizes(operations: list[OperationDefinitionNode], variables: Mapping[str, Any]) -> Sizes:
    """The size of each variable, as a page size or as a list of ids.

    If operations have different defaults for a variable, the largest counts for all of them.
    """
    sizes: Sizes = {}
    for operation in operations:
        for definition in operation.variable_definitions or ():
            name, default = definition.variable.name.value, definition.default_value
            size = given_size(variables[name]) if name in variables else _literal_size(default, {})
            sizes[name] = max((known for known in (size, sizes.get(name)) if known is not None), default=None)
    return sizes


def forget_costs(text: str) -> None:
    """Drop what was measured of a document that was refused, unless somebody may run it."""
    _cached_costs.forget(lambda known: known[0] == text)
    _cached_literals.forget(lambda known: known == text)


def given_size(value: Any) -> int | None:
    """The size of a variable's value. None if it decides about no number of rows."""
    if isinstance(value, list):
        return _clamp(len(cast("list[Any]", value)))
    # `100.0` is also a valid Int.
    return _clamp(int(value)) if isinstance(value, (int, float)) else None


def _literal_size(value: ValueNode | None, sizes: Sizes) -> int | None:
    if isinstance(value, IntValueNode):
        return _clamp(int(value.value))
    if isinstance(value, ListValueNode):
        return _clamp(len(value.values))
    return sizes.get(value.name.value) if isinstance(value, VariableNode) else None


def _clamp(size: int) -> int:
    """The size within these bounds. Anything beyond them is refused during execution."""
    return max(0, min(size, LARGEST_SIZE))


class _CostVisitor:
    """One pass over one document."""

    def __init__(self, document: DocumentNode, sizes: Sizes) -> None:
        self.sizes = sizes
        self.fragment_costs: dict[str, Cost] = {}
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def measure_selections(self, selections: SelectionSetNode | None) -> Cost:
        if selections is None:
            return _NOTHING
        total = Cost()
        for selection in selections.selections:
            total.directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                self.add_field(total, selection)
            elif isinstance(selection, FragmentSpreadNode):
                total.add(self.measure_fragment(selection.name.value))
            else:
                assert isinstance(selection, InlineFragmentNode)
                total.add(self.measure_selections(selection.selection_set))
        return total

    def measure_fragment(self, name: str) -> Cost:
        """The cost of a fragment. Unknown and recursive ones cost nothing, because validation refuses them."""
        if name not in self.fragment_costs:
            self.fragment_costs[name] = _NOTHING
            definition = self.fragments.get(name)
            self.fragment_costs[name] = self.measure_selections(definition.selection_set if definition else None)
        return self.fragment_costs[name]

    def add_field(self, total: Cost, node: FieldNode) -> None:
        name = node.name.value
        below = self.measure_selections(node.selection_set)
        size = self.row_limit(node, below)
        introspects = name in _INTROSPECTION
        # graphql-core has its own rules for the depth of introspection
        total.depth = max(total.depth, 1 if introspects else below.depth + 1)
        total.aliases += below.aliases + (node.alias is not None)
        total.fields += below.fields + 1
        total.directives += below.directives
        total.rows += below.rows if size is None else size * (1 + below.rows)
        total.values += _INTROSPECTION_LISTS.get(name, 1) * max(below.values, 1)
        total.introspected += max(below.values, 1) if introspects else below.introspected
        total.listed += _INTROSPECTION_LISTS.get(name, 0) * (1 + below.listed) or below.listed
        total.schema_rows += 1 + below.listed if introspects else below.schema_rows
        total.root_fields += 1
        total.sign_ins += name in _SIGN_INS
        total.inner_repeated += below.repeated_names
        total.is_page = total.is_page or name in _PAGE_FIELDS
        total.keys[(node.alias or node.name).value] += 1

    def row_limit(self, node: FieldNode, below: Cost) -> int | None:
        """The most rows that this field can return. None if it is not a list."""
        given = [
            _literal_size(argument.value, self.sizes)
            for argument in node.arguments or ()
            if argument.name.value in _SIZE_ARGUMENTS
        ]
        return max((size for size in given if size is not None), default=DEFAULT_SIZE if below.is_page else None)


@dataclass
class Literals:
    """The literals in a document, used or not: the number of digits of the longest number, and so on."""

    digits: int = 0
    input_fields: int = 0
    fields: int = 0
    operations: int = 0
    fragments: int = 0


_cached_literals: Final[GatedCache[str, Literals]] = GatedCache(
    LRUCache(_MAX_CACHED, _MAX_CACHED_BYTES), LRUCache(_MAX_WAITING, _MAX_WAITING_BYTES)
)


def count_literals(document: DocumentNode, text: str) -> Literals:
    """The literals in a document, cached by its text."""
    found = _cached_literals.get(text)
    if found is None:
        found = Literals(
            operations=sum(isinstance(node, OperationDefinitionNode) for node in document.definitions),
            fragments=sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions),
        )
        _add_literals(document, found)
        _cached_literals.put(text, found, len(text) + _BYTES_OF_A_COST)
    elif is_admitted(text):
        _cached_literals.admit(text)
    return found


def _add_literals(document: DocumentNode, found: Literals) -> None:
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            found.fields += 1
        elif isinstance(node, ObjectFieldNode):
            found.input_fields += 1
        elif isinstance(node, IntValueNode):
            found.digits = max(found.digits, len(node.value))
        for name in node.keys:
            inner = getattr(node, name, None)
            if isinstance(inner, Node):
                waiting.append(inner)
            elif isinstance(inner, tuple):
                waiting.extend(cast("tuple[Any, ...]", inner))
