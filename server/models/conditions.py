"""Which conditions does a row policy need beyond those Tortoise has?

Both are `Q`, so they combine with `&`, `|` and `~` and stand in any filter. Their text does not
depend on how many values there are, so a statement is prepared once.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.enums import Dialects
from pypika_tortoise.queries import Query, Table
from pypika_tortoise.terms import Criterion, Term, ValueWrapper
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

# `Any` below: pypika's terms and Tortoise's model metadata are untyped.

EVERY_ROW = Q()
"""The condition that refuses nothing."""

_ONE = ValueWrapper(1, allow_parametrize=False)


class Exists(Q):
    """Whether `model` has a row, tied to the outer row by `columns` (inner=outer), for which `where` holds.

    A correlated EXISTS: with an index on the inner columns its cost does not depend on how many
    rows a viewer may see in all. Nested ones refer to the one around them.
    """

    __slots__ = ("columns", "model", "where")

    def __init__(self, model: type[Model], where: Q = EVERY_ROW, **columns: str) -> None:
        super().__init__()
        self.model = model
        self.where = where
        self.columns = columns

    def __invert__(self) -> Q:
        return Not(self)

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        outer: Any = resolve_context.table
        inner: Any = Table(self.model._meta.db_table).as_(_alias_within(outer))
        query: Any = Query.from_(inner).select(_ONE)
        for inner_column, outer_column in self.columns.items():
            query = query.where(inner[inner_column] == outer[outer_column])
        condition = self.where.resolve(ResolveContext(model=self.model, table=inner, annotations={}, custom_filters={}))
        query = query.where(condition.where_criterion)
        return QueryModifier(where_criterion=_ExistsTerm(query))


class OneOf(Q):
    """Whether a column of ids is one of `values`: a single parameter, however many there are."""

    __slots__ = ("column", "values")

    def __init__(self, column: str, values: Sequence[UUID]) -> None:
        super().__init__()
        self.column = column
        self.values = values

    def __invert__(self) -> Q:
        return Not(self)

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        table: Any = resolve_context.table
        return QueryModifier(where_criterion=_OneOfTerm(table[self.column], self.values))


class Not(Q):
    """The opposite of one of the conditions above."""

    __slots__ = ("condition",)

    def __init__(self, condition: Q) -> None:
        super().__init__()
        self.condition = condition

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return ~self.condition.resolve(resolve_context)


def _alias_within(outer: Any) -> str:
    """A name that hides none of the tables around it, and is the same for every statement of this shape."""
    around: str = outer.alias or ""
    return f"e{int(around[1:]) + 1}" if around[:1] == "e" and around[1:].isdigit() else "e1"


class _ExistsTerm(Criterion):
    def __init__(self, query: Any) -> None:
        super().__init__()
        self.query = query

    def get_sql(self, ctx: SqlContext) -> str:
        inner = ctx.copy(subquery=False, with_alias=False, with_namespace=True)
        return f"EXISTS({self.query.get_sql(inner)})"


class _OneOfTerm(Criterion):
    def __init__(self, column: Term, values: Sequence[UUID]) -> None:
        super().__init__()
        self.column = column
        self.values = values

    def get_sql(self, ctx: SqlContext) -> str:
        column = self.column.get_sql(ctx.copy(with_alias=False))
        if ctx.dialect is Dialects.POSTGRESQL:
            values = ValueWrapper(list(self.values)).get_sql(ctx.copy(with_alias=False))
            return f"{column}=ANY({values}::uuid[])"
        values = ValueWrapper(json.dumps([str(value) for value in self.values])).get_sql(ctx.copy(with_alias=False))
        return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - column and parameter, no value
