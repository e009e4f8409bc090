"""SQL terms of the conditions: what pypika writes for each, on either database."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.enums import Boolean, Dialects
from pypika_tortoise.terms import ComplexCriterion, Criterion, Term, ValueWrapper

# `Any` below: pypika's terms are untyped.


@dataclass(frozen=True)
class BoundParameter:
    """A value that is known when a statement runs, not when it is written.

    `kind` is its SQL type: uuid, uuid[], text, text[], bigint, boolean or timestamptz. `read` takes it from the
    argument with which the statement is run; two of the same name are the same value. A viewer's value never changes
    for that viewer.
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


class ExistsTerm(Criterion):
    """The SQL term of `Exists`. Conditions on the inner table only may be lifted out of the outer statement."""

    def __init__(self, table: Any, ties: Sequence[Criterion], beside: Sequence[Criterion], condition: Any) -> None:
        super().__init__()
        self.table = table
        self.ties = ties
        self.beside = beside
        self.condition = condition

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(subquery=False, with_alias=False, with_namespace=True)
        lift: Callable[[str], str] | None = getattr(ctx.parameterizer, "lift", None)
        alias, table = self.table.alias, self.table._table_name
        conditions = [tie.get_sql(ctx) for tie in self.ties]
        conditions += [f"({condition.get_sql(ctx)})" for condition in self.beside]
        if self.condition:
            condition = self.condition.get_sql(ctx)
            if lift is None:
                conditions.append(f"({condition})")
            else:
                table = lift(f'SELECT * FROM "{table}" AS "{alias}" WHERE {condition}')  # noqa: S608 - names and parameters
        # The offset prevents PostgreSQL from first collecting all rows that could match.
        fence = " OFFSET 0" if ctx.dialect is Dialects.POSTGRESQL else ""
        return f'EXISTS(SELECT 1 FROM "{table}" AS "{alias}" WHERE {" AND ".join(conditions) or "TRUE"}{fence})'  # noqa: S608 - as above


class NamedByTerm(Criterion):
    """The SQL term of `NamedBy`. PostgreSQL works the ids out once, and looks the rows up by them."""

    def __init__(self, column: Term, named: Term, table: Any, condition: Any) -> None:
        super().__init__()
        self.column = column
        self.named = named
        self.table = table
        self.condition = condition

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(subquery=False, with_alias=False, with_namespace=True)
        where = self.condition.get_sql(ctx) if self.condition else "TRUE"
        rows = f'"{self.table._table_name}" AS "{self.table.alias}"'
        ids = f"SELECT {self.named.get_sql(ctx)} FROM {rows} WHERE {where}"  # noqa: S608 - names and parameters
        column = self.column.get_sql(ctx)
        return f"{column}=ANY(ARRAY({ids}))" if ctx.dialect is Dialects.POSTGRESQL else f"{column} IN ({ids})"


NEVER = "FALSE"
"""The SQL of the condition that is never true."""


class NeverTerm(Criterion):
    def get_sql(self, ctx: SqlContext) -> str:
        return NEVER


def fold(criterion: Any) -> Any:
    """The same condition, without the parts that are never true. For example, `a AND FALSE OR b` is `b`."""
    if not isinstance(criterion, ComplexCriterion):
        return criterion
    left, right = fold(criterion.left), fold(criterion.right)
    never, other = (left, right) if isinstance(left, NeverTerm) else (right, left)
    if isinstance(never, NeverTerm):
        return never if criterion.comparator is Boolean.and_ else other
    return ComplexCriterion(criterion.comparator, left, right)


class OneOfTerm(Criterion):
    def __init__(self, column: Term, values: Collection[UUID] | BoundParameter) -> None:
        super().__init__()
        self.column = column
        self.values = values

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(with_alias=False)
        column = self.column.get_sql(ctx)
        given: Any = self.values
        if isinstance(given, BoundParameter) and given.kind == "uuid":
            return self.equal_text(column, ValueWrapper(given).get_sql(ctx), ctx.dialect)
        if ctx.dialect is Dialects.POSTGRESQL:
            values = ValueWrapper(given if isinstance(given, BoundParameter) else list(given)).get_sql(ctx)
            return f"{column}=ANY({values}::uuid[])"
        values = ValueWrapper(given if isinstance(given, BoundParameter) else as_json(given)).get_sql(ctx)
        return self.in_text(column, values)

    def equal_text(self, column: str, value: str, dialect: Dialects) -> str:
        return f"{column}={value}"

    def in_text(self, column: str, values: str) -> str:
        return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - column and parameter, no value


class AmongTerm(OneOfTerm):
    def equal_text(self, column: str, value: str, dialect: Dialects) -> str:
        # The plus keeps SQLite from looking for these rows in an index.
        return f"{'' if dialect is Dialects.POSTGRESQL else '+'}{column}={value}"

    def in_text(self, column: str, values: str) -> str:
        return f"instr({values},{column})>0"


class LatestTerm(Criterion):
    """The SQL term of `Latest`. Each key is one look into an index, however many rows it has."""

    def __init__(self, table: Any, column: str, order: str, keys: BoundParameter) -> None:
        super().__init__()
        self.table = table
        self.column = column
        self.order = order
        self.keys = keys

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(with_alias=False)
        values = ValueWrapper(self.keys).get_sql(ctx)
        is_postgres = ctx.dialect is Dialects.POSTGRESQL
        keys = f"unnest({values}::uuid[]) AS k(value)" if is_postgres else f"json_each({values}) AS k"
        latest = (
            f'SELECT l."id" FROM "{self.table._table_name}" AS l WHERE l."{self.column}"=k.value'  # noqa: S608 - names and a parameter
            f' ORDER BY l."{self.order}" DESC LIMIT 1'
        )
        found, id = f"SELECT ({latest}) FROM {keys}", self.table["id"].get_sql(ctx)  # noqa: S608 - as above
        return f"{id}=ANY(ARRAY({found}))" if is_postgres else f"{id} IN ({found})"


class ComparedTerm(Criterion):
    def __init__(self, column: Term, operator: str, value: Any) -> None:
        super().__init__()
        self.column = column
        self.operator = operator
        self.value = value

    def get_sql(self, ctx: SqlContext) -> str:
        ctx = ctx.copy(with_alias=False)
        return f"{self.column.get_sql(ctx)}{self.operator}{ValueWrapper(self.value).get_sql(ctx)}"


class ContainsTerm(Criterion):
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
    """A list of ids in the form that SQLite takes: the text of a JSON array."""
    return json.dumps([str(value) for value in values])
