"""Conditions as SQL over the rows of a scope.

The same policy is needed at many places of a statement. It is written once, and reused with other table names.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, Protocol

from pypika_tortoise.queries import Table
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model

from server.engine.errors import Unplannable
from server.engine.host import Guard
from server.engine.planning.implications import facts_of, remainder
from server.engine.planning.parameters import Parameters
from server.engine.planning.scopes import Scope
from server.engine.planning.witnesses import Witnesses, rows_around, witness_alias
from server.models.conditions import Exists, TwoPartPolicy
from server.models.terms import NEVER, fold

# `Any` below: viewers are the application's own, Tortoise's metadata is untyped.

_THIS: Final = "this"
"""The table's name in a cached text, until the rows are known."""


class Policies(Protocol):
    """The row policies for a viewer."""

    def policy(self, model: type[Model], viewer: Any) -> Q: ...
    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q: ...


class Criteria:
    """The policies for one viewer template, cached across statements."""

    def __init__(self, policies: Policies, viewer: Any) -> None:
        self.policies = policies
        self.viewer = viewer
        self._conditions: dict[Hashable, Q] = {}
        self._criteria: dict[Hashable, Any] = {}
        self._facts: dict[Hashable, frozenset[Hashable]] = {}
        self._remainders: dict[Hashable, Q | None] = {}
        self._row_filters: dict[Guard, Q | bool] = {}

    def row_filter(self, guard: Guard) -> Q | bool:
        """Whether a guard is given: for every row, for none, or for those for which the condition holds."""
        if guard not in self._row_filters:
            self._row_filters[guard] = guard.row_filter(self.viewer)
        return self._row_filters[guard]

    def condition(self, model: type[Model], name: Hashable, condition: Callable[[], Q]) -> Q:
        """The condition of this name."""
        if (model, name) not in self._conditions:
            self._conditions[model, name] = condition()
        return self._conditions[model, name]

    def criterion(self, key: Hashable, model: type[Model], condition: Q) -> Any:
        """The condition of this key over the table `this`."""
        if key not in self._criteria:
            self._criteria[key] = resolve(model, condition, _THIS)
        return self._criteria[key]

    def remainder(self, row: Scope, sought: Exists) -> Q | None:
        """What is left of the sought row's condition for a row of this scope. None if nothing of it is known."""
        known = row.model, tuple(row.requirements)
        if known not in self._facts:
            self._facts[known] = facts_of(row.requirements.values())
        key = id(sought), known  # part of one of the conditions here, so it lives as long
        if key not in self._remainders:
            self._remainders[key] = remainder(sought.where, self._facts[known])
        return self._remainders[key]


class Conditions:
    """Writes the conditions of one statement."""

    def __init__(self, criteria: Criteria, parameters: Parameters) -> None:
        self.criteria = criteria
        self._sql_context = parameters.dialect.context.copy(parameterizer=parameters)
        self._texts: dict[Hashable, str] = {}

    def require_policy(self, scope: Scope) -> None:
        """Leave out the rows that the viewer does not see."""
        model, link, viewer, policies = scope.some_model, scope.link, self.criteria.viewer, self.criteria.policies
        if link is not None and link.column == "id" and link.around.model is not None:
            seen, column = link.around.model, link.outer
            self.require(scope, ("through", seen, column), lambda: policies.policy_through(model, viewer, seen, column))
        else:
            self.require(scope, "policy", lambda: policies.policy(model, viewer))

    def require(self, scope: Scope, name: Hashable, condition: Callable[[], Q]) -> None:
        """Leave out the rows that do not meet this condition of the viewer, which has this name for the model."""
        scope.requirements[name] = self.criteria.condition(scope.some_model, name, condition)

    def where(self, scope: Scope) -> list[str]:
        """The requirements of a scope. What is around it may prove them."""
        return [self._requirement(scope, *requirement) for requirement in scope.requirements.items()]

    def _requirement(self, scope: Scope, name: Hashable, condition: Q) -> str:
        around = list(rows_around(scope))
        if not isinstance(condition, TwoPartPolicy):
            return self._decide(scope, name, lambda: condition, around)
        whole = self._whole(scope, name, condition)
        own = self._decide(scope, (name, "own"), lambda: condition.own, around)
        if whole == NEVER:
            return own
        return f"{whole} OR {own}" if whole and own else ""

    def _whole(self, scope: Scope, name: Hashable, policy: TwoPartPolicy) -> str:
        """The first part of the policy. It is decided once, at the row that determines the key, if there is one.

        For example, the products of an organisation: whether the viewer reaches all of them depends on the organisation
        only. It is decided at its row, as the extra `x1`, and each product asks `x1 OR its own part`.
        """
        model, (owner, column) = scope.model, scope.source(policy.column)
        name = (name, "whole", model, column)
        if owner is scope or owner.model is None:
            return self._decide(scope, name, lambda: policy.whole(policy.column), list(rows_around(scope)))
        whole = self.shared_condition(owner, name, lambda: policy.whole(column))
        return owner.extra(f"({whole})") if whole not in ("", NEVER) else whole

    def shared_condition(self, scope: Scope, name: Hashable, condition: Callable[[], Q]) -> str:
        """A condition of this viewer by name, which is the same for all rows of this model in the statement.

        It is decided for rows that meet the requirements. Empty if it holds for all of them.
        """
        return self._decide(scope, name, condition, [scope, *rows_around(scope)])

    def _decide(self, scope: Scope, name: Hashable, condition: Callable[[], Q], rows: Sequence[Scope]) -> str:
        model = scope.some_model
        witnesses = Witnesses(scope, rows, self.criteria)
        shortened = witnesses.shorten(self.criteria.condition(model, name, condition))
        key = (model, name, *witnesses.choices)
        if key not in self._texts:
            self._texts[key] = self._to_sql(self.criteria.criterion(key, model, shortened))
        text = self._texts[key].replace(f'"{_THIS}"', f'"{scope.inner}"')
        for number, row in enumerate(witnesses.used):
            alias = witness_alias(number)
            is_own = row is scope
            text = text.replace(f'"{alias}"', f'"{row.inner}"') if is_own else row.columns_of(alias, text)
        return text

    def condition(self, scope: Scope, condition: Q) -> str:
        """A condition that is needed at one place. Empty for one that is always true."""
        return self._to_sql(resolve(scope.some_model, condition, scope.inner))

    def _to_sql(self, criterion: Any) -> str:
        return criterion.get_sql(self._sql_context) if criterion else ""


def resolve(model: type[Model], condition: Q, alias: str) -> Any:
    """The condition over the model's table under this name. None for one that is always true."""
    meta: Any = model
    table = Table(meta._meta.db_table).as_(alias)
    found: Any = condition.resolve(
        ResolveContext(model=model, table=table, annotations={}, custom_filters={})  # type: ignore[arg-type]
    )
    if found.joins:
        raise Unplannable(f"a condition on {model.__name__} joins other tables")
    return fold(found.where_criterion)
