"""SQL conditions that row policies and filters need and Tortoise lacks.

All are `Q`, so they combine with `&`, `|` and `~` and can be used in any filter. Their SQL depends neither on the
values nor on their number: with a `BoundParameter` a statement is written before the values are known, and run for any
of them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Case, Criterion
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

from server.models.terms import (
    AmongTerm,
    BoundParameter,
    ComparedTerm,
    ContainsTerm,
    ExistsTerm,
    LatestTerm,
    NamedByTerm,
    NeverTerm,
    OneOfTerm,
    fold,
)

# `Any` below: pypika's terms and Tortoise's model metadata are untyped.

EVERY_ROW = Q()
"""The condition that is always true."""


class Condition(Q):
    """The base of the conditions below. Tortoise treats them as a whole and does not look inside."""

    __slots__ = ()

    def __invert__(self) -> Q:
        return Not(self)

    def __bool__(self) -> bool:
        return True


class Never(Condition):
    """The condition that is never true."""

    __slots__ = ()

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return QueryModifier(where_criterion=NeverTerm())


@dataclass(frozen=True)
class AtMost:
    """Correlates a row with the outer one: the outer column is at most the inner column."""

    column: str


class Exists(Condition):
    """Whether `model` has a row, correlated by `columns` (inner=outer), for which `where` holds.

    Without columns it does not depend on the outer row. With an index on the inner columns, the cost of this EXISTS
    does not depend on how many rows a viewer may see in total. A nested one refers to the one around it.

    `beside` must hold as well. It is for conditions that name rows outside, so they cannot be lifted out with `where`.
    """

    __slots__ = ("beside", "columns", "model", "where")

    def __init__(self, model: type[Model], where: Q = EVERY_ROW, *beside: Q, **columns: str | AtMost) -> None:
        super().__init__()
        self.model = model
        self.where = where
        self.beside = beside
        self.columns = columns

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        outer: Any = resolve_context.table
        inner: Any = Table(self.model._meta.db_table).as_(_alias_within(outer))
        ties = [_tie(inner[column], outer, tied_to) for column, tied_to in self.columns.items()]
        where, *beside = (_over(self.model, inner, condition) for condition in (self.where, *self.beside))
        is_never = any(isinstance(one, NeverTerm) for one in (where, *beside))
        return QueryModifier(where_criterion=NeverTerm() if is_never else ExistsTerm(inner, ties, beside, where))


class NamedBy(Condition):
    """Whether `column` of a row of `model` for which `where` holds is the id of this row.

    The ids are worked out once, and the rows are found by them: for few rows of a large table. `Exists` is decided for
    each row.
    """

    __slots__ = ("column", "model", "where")

    def __init__(self, model: type[Model], column: str, where: Q) -> None:
        super().__init__()
        self.model = model
        self.column = column
        self.where = where

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        outer: Any = resolve_context.table
        inner: Any = Table(self.model._meta.db_table).as_(_alias_within(outer))
        condition = _over(self.model, inner, self.where)
        return QueryModifier(where_criterion=NamedByTerm(outer["id"], inner[self.column], inner, condition))


class Meets(Condition):
    """Whether one row, which the statement reads as `alias`, is what `Exists(model, where, **columns)` looks for.

    Columns that are known to be equal, and conditions that the row is known to meet, can be left out.
    """

    __slots__ = ("alias", "columns", "model", "where")

    def __init__(self, alias: str, model: type[Model], where: Q, columns: Mapping[str, str | AtMost]) -> None:
        super().__init__()
        self.alias = alias
        self.model = model
        self.where = where
        self.columns = columns

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        row: Any = Table(self.model._meta.db_table).as_(self.alias)
        found = QueryModifier()
        for column, tied_to in self.columns.items():
            found &= QueryModifier(where_criterion=_tie(row[column], resolve_context.table, tied_to))
        return found & QueryModifier(where_criterion=_over(self.model, row, self.where))


class OneOf(Condition):
    """Whether a column of ids is one of `values`: a single parameter, no matter how many there are.

    A bound parameter of the kind `uuid` is a single value.
    """

    __slots__ = ("column", "values")

    def __init__(self, column: str, values: Collection[UUID] | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.values = values

    @property
    def term(self) -> type[OneOfTerm]:
        return AmongTerm if isinstance(self, Among) else OneOfTerm

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        is_empty = not isinstance(self.values, BoundParameter) and not self.values
        found = NeverTerm() if is_empty else self.term(table[self.column], self.values)
        return QueryModifier(where_criterion=found)


class Among(OneOf):
    """The same for rows that are found in another way: SQLite reads the list as text and builds no index."""

    __slots__ = ()


class Latest(Condition):
    """Whether a row is the last one, by `order`, of those whose `column` is one of `keys`.

    With an index on the two columns the cost does not depend on how many rows a key has.
    """

    __slots__ = ("column", "keys", "order")

    def __init__(self, column: str, order: str, keys: BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.order = order
        self.keys = keys

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return QueryModifier(where_criterion=LatestTerm(resolve_context.table, self.column, self.order, self.keys))


class Compared(Condition):
    """How a column compares (`=`, `<`, `>=`) with a value that may be a bound parameter."""

    __slots__ = ("column", "operator", "value")

    def __init__(self, column: str, operator: str, value: Any) -> None:
        super().__init__()
        self.column = column
        self.operator = operator
        self.value = value

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        value = self.value
        if not isinstance(value, BoundParameter) and type(value) is not str:  # longer than any row's: in none
            model: Any = resolve_context.model
            value = model._meta.fields_map[self.column].to_db_value(value, model)
        return QueryModifier(where_criterion=ComparedTerm(table[self.column], self.operator, value))


def equals(column: str, value: Any) -> Compared:
    """Whether a column holds this value, which may be a bound parameter."""
    return Compared(column, "=", value)


class StatusAt(Condition):
    """Whether a status is this one at a given time: from `until` on, a stored `waiting` counts as `over`.

    The value and the time may be bound parameters.
    """

    __slots__ = ("column", "over", "reached", "value", "waiting")

    def __init__(self, column: str, until: str, waiting: str, over: str, value: Any, moment: Any) -> None:
        super().__init__()
        self.column = column
        self.reached = Compared(until, "<=", moment)
        self.waiting = waiting
        self.over = over
        self.value = value

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        stored: Any = table[self.column]
        reached: Any = self.reached.resolve(resolve_context).where_criterion
        status: Any = Case().when((stored == self.waiting) & reached, self.over).else_(stored)
        return QueryModifier(where_criterion=ComparedTerm(status, "=", self.value))


class Contains(Condition):
    """Whether a text column contains this text, character by character."""

    __slots__ = ("column", "text")

    def __init__(self, column: str, text: str | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.text = text

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        return QueryModifier(where_criterion=ContainsTerm(table[self.column], self.text))


class TwoPartPolicy(Condition):
    """A row policy in two parts.

    `whole` says whether every row whose `column` has a given key is visible; `own` is evaluated only for rows with
    other keys. A statement that knows the key in advance decides `whole` once.
    """

    __slots__ = ("column", "own", "whole")

    def __init__(self, column: str, whole: Callable[[str], Q], own: Q) -> None:
        super().__init__()
        self.column = column
        self.whole = whole
        self.own = own

    @property
    def plain(self) -> Q:
        """The same in one part."""
        return self.whole(self.column) | self.own

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return self.plain.resolve(resolve_context)


class Not(Condition):
    """The negation of one of these conditions."""

    __slots__ = ("condition",)

    def __init__(self, condition: Q) -> None:
        super().__init__()
        self.condition = condition

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return ~self.condition.resolve(resolve_context)


def _tie(inner: Any, outer: Any, tied_to: str | AtMost) -> Criterion:
    return inner >= outer[tied_to.column] if isinstance(tied_to, AtMost) else inner == outer[tied_to]


def _over(model: type[Model], table: Any, condition: Q) -> Any:
    """The condition over the rows of this table."""
    context = ResolveContext(model=model, table=table, annotations={}, custom_filters={})
    return fold(condition.resolve(context).where_criterion)


def _alias_within(outer: Any) -> str:
    """An alias that shadows no outer table, and is the same in every statement with this cache key."""
    around: str = outer.alias or ""
    return f"e{int(around[1:]) + 1}" if around[:1] == "e" and around[1:].isdigit() else "e1"
