"""The resolver path: answers operations that are not planned as one statement."""

from typing import Any, Final, cast

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode, is_leaf_type

from server.engine.reading.types import named_type, strawberry_field
from server.resolvers.context import Context
from server.resolvers.work_budget import COST_OF_A_RESOLVER
from server.schema.variable_coercion import Execution

# `Any` below: graphql-core's executor is generic without parameters.

_LISTS: Final = frozenset({"nodes", "edges"})
"""Fields whose selection costs once for each row, and is counted once the rows are loaded."""


class BoundedExecution(Execution):
    """The execution of an operation within the work budget of resolvers."""

    def complete_list_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        inside: Any = named_type(return_type)
        if isinstance(result, list) and not is_leaf_type(inside) and not info.parent_type.name.startswith("__"):
            context: Context = info.context
            listed: list[Any] = cast("list[Any]", result)
            context.work.hand_out(len(listed), sum(self._cached_cost(inside, node) for node in info.field_nodes))
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)  # pyright: ignore[reportUnknownArgumentType]

    def _cached_cost(self, type_: Any, node: Any) -> int:
        """The cost for each row of the selection below this field, or in this fragment. Each is measured once."""
        known: dict[tuple[int, str], int] = self.__dict__.setdefault("known_costs", {})
        key = (id(node), type_.name)
        if key not in known:
            known[key] = self._cost_of(type_, node.selection_set)
        return known[key]

    def _cost_of(self, type_: Any, selections: SelectionSetNode | None) -> int:
        cost = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                cost += self._cost_of_field(type_, selection)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragment_definitions[selection.name.value]
                cost += self._cached_cost(self._narrow(type_, fragment.type_condition), fragment)
            elif isinstance(selection, InlineFragmentNode):
                cost += self._cost_of(self._narrow(type_, selection.type_condition), selection.selection_set)
        return cost

    def _cost_of_field(self, type_: Any, node: FieldNode) -> int:
        name = node.name.value
        if name == "__typename":
            return 1
        field = type_.fields[name]
        own = 1 if strawberry_field(field).base_resolver is None else COST_OF_A_RESOLVER
        return (
            own if name in _LISTS or not node.selection_set else own + self._cached_cost(named_type(field.type), node)
        )

    def _narrow(self, type_: Any, condition: Any) -> Any:
        return type_ if condition is None else self.schema.type_map[condition.name.value]
