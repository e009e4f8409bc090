"""Cached plans of operations: plans, planned requests and statements. All of it is bounded.

An operation has one plan for each set of values of the variables in @skip and @include. A plan has one statement for
each plan key: the cache key of the viewer with the keys of the arguments.

For example, `query($t: String) { books(filter: {title: $t}) { totalCount } }` has one plan. For someone who is not
signed in and sends a title, the plan key is `(None, (PageRequest("title", filters=(("title", "text"),)),))`; without a
title it has no filters, so that is another statement. The title itself is in neither key: it is a bound parameter.
"""

import sys
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql.execution.values import VariableValues

from server.engine.lru_cache import LRUCache
from server.engine.planning.statements import Statement
from server.engine.reading.arguments import Arguments
from server.engine.reading.operations import Operation
from server.engine.reading.selections import Root, Selections

# `Any` below: variables are of whatever type a document says.

MAX_PLANS: Final = 64
MAX_STATEMENTS: Final = 64
MAX_REQUESTS: Final = 128
BYTES_OF_A_TOKEN: Final = 620
BYTES_OF_AN_OPERATION: Final = 30_000
BYTES_OF_A_PLAN: Final = 4_000
BYTES_OF_A_REQUEST: Final = 1_100
_BYTES_OF_A_VALUE: Final = 60
_BYTES_OF_A_PLANNED_TOKEN: Final = 160
"""The approximate memory that each needs in addition to its text, as measured."""
MAX_CHARACTERS_OF_VALUES: Final = 500
"""The most characters of variables for which the planned request is cached."""


def weakly(method: Callable[[int], None]) -> Callable[[int], None]:
    """A method with a weak reference to its object, so that storing it in the object creates no reference cycle."""
    kept = weakref.WeakMethod(method)

    def call(more: int) -> None:
        if (found := kept()) is not None:
            found(more)

    return call


def _nothing(_: int) -> None:
    """Does nothing about the size of an operation that is not cached."""


@dataclass(eq=False)
class Plan:
    """The selection of an operation for some values of its deciding variables.

    `statements` are by the keys of the viewer and of the arguments. For one that cannot be planned it has the reason.
    """

    key: str
    tokens: int
    selections: Selections
    root: Root
    arguments: dict[tuple[int, str], Arguments]
    on_resize: Callable[[int], object] = _nothing
    statements: LRUCache[Hashable, Statement | str] = field(init=False)

    def __post_init__(self) -> None:
        self.size = BYTES_OF_A_PLAN + _BYTES_OF_A_PLANNED_TOKEN * self.tokens
        resize = weakly(self._resize)
        self.statements = LRUCache(MAX_STATEMENTS, resized=resize)
        for arguments in self.arguments.values():
            arguments.on_resize = resize

    def _resize(self, more: int) -> None:
        self.on_resize(more)

    def keep_statement(self, key: Hashable, statement: Statement | str) -> None:
        size = len(statement) if isinstance(statement, str) else 2 * len(statement.sql) + self.size
        self.statements.put(key, statement, size)


@dataclass
class PlannedRequest:
    """The plan for a request's variables, with the keys of its arguments and their values."""

    coerced: VariableValues
    plan: Plan
    argument_keys: tuple[Hashable, ...]
    values: Sequence[Mapping[str, Any]]


@dataclass(eq=False)
class PlannedOperation(Operation):
    """An operation, with everything cached for it. `reason` says why it is never planned."""

    reason: str | None = None
    on_resize: Callable[[int], object] = _nothing
    plans: LRUCache[Hashable, Plan] = field(init=False)
    admissions: LRUCache[Hashable, bool] = field(init=False)
    requests: LRUCache[tuple[str, ...], PlannedRequest] = field(init=False)

    def __post_init__(self) -> None:
        self.size = sys.getsizeof(self.text) + BYTES_OF_AN_OPERATION + BYTES_OF_A_TOKEN * self.tokens
        resize = weakly(self._resize)
        self.plans = LRUCache(MAX_PLANS, resized=resize)
        self.admissions = LRUCache(MAX_PLANS, resized=resize)
        self.requests = LRUCache(MAX_REQUESTS, resized=resize)

    def _resize(self, more: int) -> None:
        self.on_resize(more)

    def keep_plan(self, key: tuple[Any, ...], plan: Plan) -> Plan:
        """Cache a plan. What is cached in it later counts as well."""
        kept, plans = weakref.ref(plan), weakref.ref(self.plans)

        def resize(more: int) -> None:
            if (found := kept()) is not None and (around := plans()) is not None:
                around.grow(key, found, more)

        plan.on_resize = resize
        return self.plans.put(key, plan, plan.size + size_of_values(key))


def size_of_values(values: Iterable[Any]) -> int:
    """The approximate memory of short values, in bytes."""
    return sum(_BYTES_OF_A_VALUE + (len(value) if isinstance(value, str) else 0) for value in values)
