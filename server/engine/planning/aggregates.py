"""Writes an aggregate, such as a sum, as a scalar subquery that has the row policy and the filters inside it."""

from collections.abc import Iterator
from typing import Any

from tortoise import fields

from server.engine.declarations import Aggregate, AggregateFunction
from server.engine.planning.builder import Planner
from server.engine.planning.columns import ColumnJson, json_of, scaled_json
from server.engine.planning.dialects import Dialect
from server.engine.planning.json_text import JsonText, all_of, expression
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import OutputType, Place

# `Any` below: Tortoise's fields are generic over what they hold.

_WHOLE: Any = fields.BigIntField()
"""What a count is, and a sum of whole numbers, whatever the column holds."""


def write_aggregate(planner: Planner, declaration: Aggregate, scope: Scope, place: Place) -> JsonText:
    """For example, the pages of an author's books.

    SELECT (SELECT CAST("p2"."value" AS TEXT) FROM (
        SELECT coalesce(SUM("t2"."pages"), 0) AS "value" FROM "book" AS "t2"
        WHERE ("t2"."author_id"="p1"."id") AND (the row policy of books)
    ) AS "p2")
    """
    child, link = planner.linked_scope(declaration.model, declaration.parent, scope, "id")
    conditions = planner.conditions
    conditions.require_policy(child)
    conditions.require(child, declaration.where, lambda: declaration.where(planner.viewer))
    rows = all_of(link, *conditions.where(child), *_filters(planner, declaration, child, place))
    column = child.field(declaration.column)
    value = _value(declaration, column, f'"{child.inner}"."{declaration.column}"', planner.dialect)
    written = planner.write_json(
        _json(declaration, column, place.type_, planner.dialect),
        f'"{child.outer}"."value"',
        place,
        may_be_null=declaration.function is AggregateFunction.MAX,
    )
    source = f'(SELECT {value} AS "value" FROM {child.table} WHERE {rows}) AS "{child.outer}"'
    return expression(f"(SELECT {written.sql} FROM {source})")


def _filters(planner: Planner, declaration: Aggregate, child: Scope, place: Place) -> Iterator[str]:
    names, number = planner.arguments_of(place)
    for name in names:
        filter = declaration.filters[name]
        yield planner.conditions.condition(child, filter.condition(planner.argument(number, name, filter.kind)))


def _value(declaration: Aggregate, column: Any, named: str, dialect: Dialect) -> str:
    if isinstance(column, fields.DecimalField):
        named = dialect.scaled_number(named, column.decimal_places)
    match declaration.function:
        case AggregateFunction.COUNT:
            return f"COUNT({named})"
        case AggregateFunction.SUM:
            return f"coalesce(SUM({named}), 0)"
        case AggregateFunction.MAX:
            return f"MAX({named})"


def _json(declaration: Aggregate, column: Any, type_: OutputType, dialect: Dialect) -> ColumnJson:
    if declaration.function is AggregateFunction.COUNT:
        return json_of(_WHOLE, type_, dialect)
    if isinstance(column, fields.DecimalField):
        return scaled_json(column.decimal_places, dialect)
    is_sum = declaration.function is AggregateFunction.SUM
    return json_of(_WHOLE if is_sum else column, type_, dialect, is_minor_units=declaration.is_minor_units)
