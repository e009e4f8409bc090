"""Columns as JSON, in the form that GraphQL would write."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLInt
from tortoise import fields

from server.engine.planning.dialects import Dialect
from server.engine.planning.json_text import JsonText, expression, in_quotes
from server.engine.planning.statements import OutputType
from server.engine.reading.types import named_type

# `Any` below: Tortoise's fields are generic over what they hold.


_COLUMN: Final = "\x00"
"""Stands for the column in a cached text."""


@dataclass(frozen=True)
class ColumnJson:
    """The JSON expression of a column. GraphQL cannot write values for which `in_bounds` does not hold."""

    text: JsonText
    in_bounds: str | None = None

    def of(self, column: str, beyond: str = "") -> JsonText:
        """The JSON of this column. `beyond` stands for a value that is out of bounds."""
        if self.in_bounds is None:
            return self.text.replace(_COLUMN, column)
        bounded = f"CASE WHEN {self.in_bounds} THEN {self.text.sql} ELSE {beyond} END"
        return expression(bounded.replace(_COLUMN, column))


@lru_cache(2048)
def json_of(field: Any, type_: OutputType, dialect: Dialect, *, is_minor_units: bool = False) -> ColumnJson:
    """The JSON expression of a column. Null stays null."""
    column = _COLUMN
    if is_minor_units:
        return ColumnJson(in_quotes(expression(dialect.minor_units(column))))
    match field:
        case fields.BooleanField():
            return ColumnJson(expression(dialect.boolean(column)))
        case fields.IntField() | fields.BigIntField() | fields.SmallIntField():
            bounds = f"{column} IS NULL OR {column} BETWEEN -2147483648 AND 2147483647"
            is_int = named_type(type_) is GraphQLInt
            return ColumnJson(
                expression(dialect.number(column)), bounds if is_int and _is_wide(field, dialect) else None
            )
        case fields.DatetimeField():
            return ColumnJson(in_quotes(dialect.timestamp(column)))
        case fields.DateField():
            return ColumnJson(in_quotes(expression(dialect.day(column))))
        case fields.JSONField():
            if isinstance(named_type(type_), GraphQLEnumType):
                # Only names, because a database may put details after a comma.
                return ColumnJson(expression(f"replace({dialect.number(column)}, ', ', ',')"))
            return ColumnJson(expression(dialect.strings(column)))
        case fields.DecimalField():
            return ColumnJson(in_quotes(expression(dialect.decimal(column, field.decimal_places))))
        case fields.UUIDField():
            return ColumnJson(in_quotes(expression(dialect.number(column))))
        case _ if getattr(field, "enum_type", None) is not None:
            return ColumnJson(in_quotes(expression(column)))
        case _:
            return ColumnJson(expression(dialect.text(column)))


def scaled_json(places: int, dialect: Dialect) -> ColumnJson:
    """How a decimal is written as JSON that was scaled, to be added up."""
    return ColumnJson(in_quotes(expression(dialect.decimal_of_scaled(_COLUMN, places))))


def raw_json_of(field: Any, column: str, dialect: Dialect) -> JsonText:
    """A column as JSON that Python reads again. Null becomes `null`."""
    raw = _raw_json_of(field, column, dialect)
    return expression(f"coalesce({raw.sql}, 'null')") if field.null else raw


def _raw_json_of(field: Any, column: str, dialect: Dialect) -> JsonText:
    match field:
        case fields.BooleanField():
            return expression(dialect.boolean(column))
        case fields.IntField() | fields.BigIntField() | fields.SmallIntField() | fields.JSONField():
            return expression(dialect.number(column))
        case fields.DatetimeField():
            return in_quotes(dialect.timestamp(column))
        case fields.UUIDField() | fields.DecimalField():
            return in_quotes(expression(dialect.number(column)))
        case _:
            return expression(dialect.text(column))


def _is_wide(field: Any, dialect: Dialect) -> bool:
    """Whether the column can hold values beyond GraphQL's Int."""
    return isinstance(field, fields.BigIntField) or dialect.name == "sqlite"
