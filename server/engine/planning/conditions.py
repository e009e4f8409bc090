"""Conditions as SQL over the rows of a scope.

The same policy is needed at many places of a statement. It is written once, and reused with other table names.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final, Protocol

from pypika_tortoise.queries import Table
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model

from server.engine.errors import Unplannable
from server.engine.host import Guard
from server.engine.planning.parameters import Parameters
from server.engine.planning.scopes import Scope
from server.models.conditions import TwoPartPolicy
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
        self._policies: dict[type[Model], Q] = {}
        self._criteria: dict[Hashable, Any] = {}
        self._row_filters: dict[Guard, Q | bool] = {}

    def policy(self, model: type[Model]) -> Q:
        if model not in self._policies:
            self._policies[model] = self.policies.policy(model, self.viewer)
        return self._policies[model]

    def row_filter(self, guard: Guard) -> Q | bool:
        """Whether a guard is given: for every row, for none, or for those for which the condition holds."""
        if guard not in self._row_filters:
            self._row_filters[guard] = guard.row_filter(self.viewer)
        return self._row_filters[guard]

    def criterion(self, model: type[Model], name: Hashable, condition: Callable[[], Q]) -> Any:
        """The condition of this name over the table `this`."""
        if (model, name) not in self._criteria:
            self._criteria[model, name] = resolve(model, condition(), _THIS)
        return self._criteria[model, name]


class Conditions:
    """Writes the conditions of one statement."""

    def __init__(self, criteria: Criteria, parameters: Parameters) -> None:
        self.criteria = criteria
        self._sql_context = parameters.dialect.context.copy(parameterizer=parameters)
        self._texts: dict[Hashable, str] = {}

    def row_policy(self, scope: Scope) -> str:
        """The row policy. Its reach is decided once, at the row that determines the key, if there is one."""
        model, link, viewer = scope.some_model, scope.link, self.criteria.viewer
        if link is not None and link.column == "id" and link.around.model is not None:
            seen, column = link.around.model, link.outer
            through = self.criteria.policies.policy_through
            return self.shared_condition(scope, ("through", seen, column), lambda: through(model, viewer, seen, column))
        policy = self.criteria.policy(model)
        # For example, the products of an organisation: whether the viewer reaches all of them depends on the
        # organisation only. It is decided at its row, as the extra `x1`, and each product asks `x1 OR its own part`.
        if isinstance(policy, TwoPartPolicy):
            owner, column = scope.source(policy.column)
            if owner is not scope and owner.model is not None:
                whole = self.shared_condition(owner, ("whole", model, column), lambda: policy.whole(column))
                own = self.shared_condition(scope, "own", lambda: policy.own)
                return own if whole == NEVER else f"{owner.extra(f'({whole})')} OR {own}"
        return self.shared_condition(scope, "policy", lambda: policy)

    def shared_condition(self, scope: Scope, name: Hashable, condition: Callable[[], Q]) -> str:
        """A condition of this viewer by name, which is the same for all rows of this model in the statement."""
        text = self._texts.get((scope.model, name))
        if text is None:
            criterion = self.criteria.criterion(scope.some_model, name, condition)
            text = self._texts[scope.model, name] = self._to_sql(criterion)
        return text.replace(f'"{_THIS}"', f'"{scope.inner}"')

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
