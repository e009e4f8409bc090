"""Which conditions do row policies and filters need beyond those Tortoise has?

All are `Q`, so they combine with `&`, `|` and `~` and stand in any filter. Their text does not
depend on how many values there are, nor on the values: with `BoundParameter` ones a statement is written
before they are known, and run for any of them.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.enums import Dialects
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Case, Criterion, Term, ValueWrapper
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

# `Any` below: pypika's terms and Tortoise's model metadata are untyped.

EVERY_ROW = Q()
"""The condition that refuses nothing."""


@dataclass(frozen=True)
class BoundParameter:
    """A value that is known when a statement runs, not when it is written.

    `kind` is its SQL type: uuid, uuid[], text, text[], bigint, boolean or timestamptz. `read` takes it
    out of whatever the statement is run with; two of the same name are the same value. One of the viewer
    is the same as long as the viewer is.
    """

    name: str
    kind: str
    read: Callable[[Any], Any] = field(compare=False, repr=False)
    is_of_viewer: bool = False

    def part(self, place: int) -> "BoundParameter":
        """One of several texts that are read together."""

        def read(run: Any) -> Any:
            return self.read(run)[place]

        return replace(self, name=f"{self.name}.{place}", kind="text", read=read)


class Condition(Q):
    """What the conditions below share: they are whole, whatever Tortoise finds in them."""

    __slots__ = ()

    def __invert__(self) -> Q:
        return Not(self)

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class AtMost:
    """Ties a row to the one around it: that one's column is no more than the inner column."""

    column: str


class Exists(Condition):
    """Whether `model` has a row, tied to the outer row by `columns` (inner=outer), for which `where` holds.

    Without columns it is asked of no row in particular.

    A correlated EXISTS: with an index on the inner columns its cost does not depend on how many
    rows a viewer may see in all. Nested ones refer to the one around them.
    """

    __slots__ = ("columns", "model", "where")

    def __init__(self, model: type[Model], where: Q = EVERY_ROW, **columns: str | AtMost) -> None:
        super().__init__()
        self.model = model
        self.where = where
        self.columns = columns

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        outer: Any = resolve_context.table
        inner: Any = Table(self.model._meta.db_table).as_(_alias_within(outer))
        ties = [_tie(inner[column], outer, tied_to) for column, tied_to in self.columns.items()]
        condition = self.where.resolve(ResolveContext(model=self.model, table=inner, annotations={}, custom_filters={}))
        return QueryModifier(where_criterion=_ExistsTerm(inner, ties, condition.where_criterion))


class OneOf(Condition):
    """Whether a column of ids is one of `values`: a single parameter, however many there are."""

    __slots__ = ("column", "values")

    def __init__(self, column: str, values: Collection[UUID] | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.values = values

    @property
    def term(self) -> type["_OneOfTerm"]:
        return _AmongTerm if isinstance(self, Among) else _OneOfTerm

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        return QueryModifier(where_criterion=self.term(table[self.column], self.values))


class Among(OneOf):
    """The same of a row that something else finds: SQLite reads the list as text, and makes no index of it."""

    __slots__ = ()


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
        if not isinstance(value, BoundParameter) and type(value) is not str:  # text longer than any row's is in none
            model: Any = resolve_context.model
            value = model._meta.fields_map[self.column].to_db_value(value, model)
        return QueryModifier(where_criterion=_ComparedTerm(table[self.column], self.operator, value))


def equals(column: str, value: Any) -> Compared:
    """Whether a column holds this value, which may be a bound parameter."""
    return Compared(column, "=", value)


class StatusAt(Condition):
    """Whether a status is this one at a moment: from `until` on, what is stored as `waiting` is `over`.

    Value and moment may be bound parameters.
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
        return QueryModifier(where_criterion=_ComparedTerm(status, "=", self.value))


class Contains(Condition):
    """Whether a column of text contains this one, letter by letter."""

    __slots__ = ("column", "text")

    def __init__(self, column: str, text: str | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.text = text

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        return QueryModifier(where_criterion=_ContainsTerm(table[self.column], self.text))


class TwoPartPolicy(Condition):
    """A row policy in its two parts.

    `whole` says of a key whether every row whose `column` holds it is there; `own` is looked at only
    for the rows of other keys. A statement that knows the key beforehand decides `whole` once.
    """

    __slots__ = ("column", "own", "whole")

    def __init__(self, column: str, whole: Callable[[str], Q], own: Q) -> None:
        super().__init__()
        self.column = column
        self.whole = whole
        self.own = own

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return (self.whole(self.column) | self.own).resolve(resolve_context)


class Not(Condition):
    """The opposite of one of the conditions here."""

    __slots__ = ("condition",)

    def __init__(self, condition: Q) -> None:
        super().__init__()
        self.condition = condition

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return ~self.condition.resolve(resolve_context)


def _tie(inner: Any, outer: Any, tied_to: str | AtMost) -> Criterion:
    return inner >= outer[tied_to.column] if isinstance(tied_to, AtMost) else inner == outer[tied_to]


def _alias_within(outer: Any) -> str:
    """A name that hides none of the tables around it, and is the same for every statement of this shape."""
    around: str = outer.alias or ""
    return f"e{int(around[1:]) + 1}" if around[:1] == "e" and around[1:].isdigit() else "e1"


class _ExistsTerm(Criterion):
    """What is asked of the inner table alone may be lifted out of the statement around it."""

    def __init__(self, table: Any, ties: Sequence[Criterion], condition: Any) -> None:
        super().__init__()
        self.table = table
        self.ties = ties
        self.condition = condition

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(subquery=False, with_alias=False, with_namespace=True)
        lift: Callable[[str], str] | None = getattr(ctx.parameterizer, "lift", None)
        alias, table = self.table.alias, self.table._table_name
        conditions = [tie.get_sql(ctx) for tie in self.ties]
        if self.condition:
            condition = self.condition.get_sql(ctx)
            if lift is None:
                conditions.append(f"({condition})")
            else:
                table = lift(f'SELECT * FROM "{table}" AS "{alias}" WHERE {condition}')  # noqa: S608 - names and parameters
        # The offset keeps PostgreSQL from gathering all rows first that could ever be asked for.
        fence = " OFFSET 0" if ctx.dialect is Dialects.POSTGRESQL else ""
        return f'EXISTS(SELECT 1 FROM "{table}" AS "{alias}" WHERE {" AND ".join(conditions) or "TRUE"}{fence})'  # noqa: S608 - as above


class _OneOfTerm(Criterion):
    def __init__(self, column: Term, values: Collection[UUID] | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.values = values

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(with_alias=False)
        column = self.column.get_sql(ctx)
        given: Any = self.values
        if ctx.dialect is Dialects.POSTGRESQL:
            values = ValueWrapper(given if isinstance(given, BoundParameter) else list(given)).get_sql(ctx)
            return f"{column}=ANY({values}::uuid[])"
        values = ValueWrapper(given if isinstance(given, BoundParameter) else as_json(given)).get_sql(ctx)
        return self.in_text(column, values)

    def in_text(self, column: str, values: str) -> str:
        return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - column and parameter, no value


class _AmongTerm(_OneOfTerm):
    def in_text(self, column: str, values: str) -> str:
        return f"instr({values},{column})>0"


class _ComparedTerm(Criterion):
    def __init__(self, column: Term, operator: str, value: Any) -> None:
        super().__init__()
        self.column = column
        self.operator = operator
        self.value = value

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(with_alias=False)
        return f"{self.column.get_sql(ctx)}{self.operator}{ValueWrapper(self.value).get_sql(ctx)}"


class _ContainsTerm(Criterion):
    def __init__(self, column: Term, text: str | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.text = text

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(with_alias=False)
        column, text = self.column.get_sql(ctx), ValueWrapper(self.text).get_sql(ctx)
        found = f"strpos({column},{text})" if ctx.dialect is Dialects.POSTGRESQL else f"instr({column},{text})"
        return f"{found}>0"


def as_json(values: Collection[UUID]) -> str:
    """A list of ids as SQLite takes it: the text of a JSON array."""
    return json.dumps([str(value) for value in values])
