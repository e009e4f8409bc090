"""Dialects: how each database writes JSON and takes parameters.

JSON is concatenated text, which is the fastest way in both. Every expression here is text, and null only if its column
is.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final, Protocol

from pypika_tortoise.context import DEFAULT_SQL_CONTEXT, SqlContext
from pypika_tortoise.enums import Dialects

from server.engine.errors import MAX_ANSWER_BYTES, Unplannable
from server.engine.planning.json_text import JsonText, expression
from server.models.terms import as_json

# `Any` below: values are of whatever type a column takes.


class Dialect(Protocol):
    """The differences between the databases."""

    name: str
    context: SqlContext
    converters: Mapping[str, Callable[[Any], Any]]
    fence: str
    lifts: bool
    explain: str

    def parameter(self, number: int) -> str: ...
    def typed_parameter(self, number: int, kind: str) -> str: ...
    def text(self, column: str) -> str:
        """A JSON string."""
        ...

    def number(self, column: str) -> str: ...
    def minor_units(self, column: str) -> str:
        """Cents as a decimal, without quotes."""
        ...

    def decimal(self, column: str, places: int) -> str:
        """A decimal with this many places, without quotes."""
        ...

    def scaled_number(self, column: str, places: int) -> str:
        """A decimal as a number that adds up and compares exactly."""
        ...

    def decimal_of_scaled(self, number: str, places: int) -> str:
        """Such a number as a decimal with this many places, without quotes."""
        ...

    def strings(self, column: str) -> str:
        """A column with a list of strings, as JSON. Null stays null."""
        ...

    def boolean(self, column: str) -> str: ...
    def timestamp(self, column: str) -> JsonText:
        """A timestamp in UTC to the microsecond, without quotes."""
        ...

    def digits(self, key: str) -> str:
        """The 32 digits of a UUID."""
        ...

    def day(self, column: str) -> str: ...
    def hexadecimal(self, column: str) -> str:
        """The bytes of a text, in hexadecimal digits."""
        ...

    def join_rows(self, expression: str) -> str:
        """The texts of all rows, in their order, joined by commas. Null without rows."""
        ...

    def whole_statement(self, expression: str, lifted: Mapping[str, str]) -> str:
        """The complete statement, with its lifted sets of rows. Raises Unplannable if the database cannot run it."""
        ...

    def keys(self, pairs: str) -> str:
        """A table of rows (n, model, key) from a parameter with a list of pairs."""
        ...


class Postgres:
    """PostgreSQL."""

    name = "postgres"
    context: SqlContext = DEFAULT_SQL_CONTEXT.copy(
        dialect=Dialects.POSTGRESQL, alias_quote_char='"', with_namespace=True
    )
    converters: Mapping[str, Callable[[Any], Any]] = {
        "pairs": lambda pairs: [f"{model}:{key}" for model, key in pairs],
    }
    fence = " OFFSET 0"
    lifts = False
    explain = "EXPLAIN"
    _TYPES: Final = {"pairs": "text[]"}

    def parameter(self, number: int) -> str:
        return f"${number}"

    def typed_parameter(self, number: int, kind: str) -> str:
        return f"${number}::{self._TYPES.get(kind, kind)}"

    def text(self, column: str) -> str:
        return f"to_json({column})::text"

    def number(self, column: str) -> str:
        return f"{column}::text"

    def minor_units(self, column: str) -> str:
        return f"({column}::numeric / 100)::numeric(24, 2)::text"

    def decimal(self, column: str, places: int) -> str:
        return f"{column}::text"

    def scaled_number(self, column: str, places: int) -> str:
        return column

    def decimal_of_scaled(self, number: str, places: int) -> str:
        return f"round({number}, {places})::text"

    def strings(self, column: str) -> str:
        listed = f"SELECT string_agg(to_json(item)::text, ',') FROM jsonb_array_elements_text({column}) AS items(item)"
        return f"(CASE WHEN {column} IS NOT NULL THEN '[' || coalesce(({listed}), '') || ']' END)"

    def boolean(self, column: str) -> str:
        return f"{column}::text"

    def timestamp(self, column: str) -> JsonText:
        # Without a fraction of a second, PostgreSQL's own text needs a third less time than `to_char`. It is the same
        # only within four digits of a year. Sessions write it in ISO format (`models/database.py`).
        utc = f"{column} AT TIME ZONE 'UTC'"
        written = f"""to_char({utc}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        any_moment = _with_ends(column, written, "T23:59:59.999999Z", "T00:00:00.000000Z")
        is_whole = f"{column} = {column}::timestamptz(0) AND {column} BETWEEN {_FIRST_SECOND} AND {_LAST_SECOND}"
        whole = f"replace(({utc})::text, ' ', 'T') || '.000000Z'"
        return expression(f"CASE WHEN {is_whole} THEN {whole} ELSE {any_moment} END")

    def digits(self, key: str) -> str:
        return f"encode(uuid_send({key}), 'hex')"

    def day(self, column: str) -> str:
        return _with_ends(column, f"to_char({column}, 'YYYY-MM-DD')", "", "")

    def hexadecimal(self, column: str) -> str:
        return f"encode(convert_to({column}::text, 'UTF8'), 'hex')"

    def join_rows(self, expression: str) -> str:
        return f"string_agg({expression}, ',')"

    def whole_statement(self, expression: str, lifted: Mapping[str, str]) -> str:
        # An answer that is too long is not sent at all.
        bounded = f"CASE WHEN octet_length(answer) <= {MAX_ANSWER_BYTES} THEN convert_to(answer, 'UTF8') END"
        return f"SELECT {bounded} FROM (SELECT {expression} AS answer OFFSET 0) AS whole"

    def keys(self, pairs: str) -> str:
        return (
            "(SELECT ordinality AS n, split_part(pair, ':', 1) AS model, split_part(pair, ':', 2)::uuid AS key "
            f"FROM unnest({pairs}) WITH ORDINALITY AS listed(pair, ordinality) ORDER BY ordinality)"
        )


_FIRST_SECOND: Final = "'0001-01-01 00:00:00+00'"
_LAST_SECOND: Final = "'9999-12-31 23:59:59+00'"


def _with_ends(column: str, written: str, last: str, first: str) -> str:
    """The expression, with the last and first time of the calendar, which asyncpg stores as infinities."""
    ends = f"WHEN 'infinity' THEN '9999-12-31{last}' WHEN '-infinity' THEN '0001-01-01{first}'"
    return f"CASE {column} {ends} ELSE {written} END"


class Sqlite:
    """SQLite."""

    name = "sqlite"
    context: SqlContext = DEFAULT_SQL_CONTEXT.copy(alias_quote_char='"', with_namespace=True)
    converters: Mapping[str, Callable[[Any], Any]] = {
        "uuid": lambda key: None if key is None else str(key),
        "uuid[]": lambda keys: as_json(list(keys)),
        "timestamptz": str,
        "pairs": lambda pairs: "[" + ",".join(f'"{model}:{key}"' for model, key in pairs) + "]",
    }
    # The limit is a fence: without it SQLite would merge the subquery into the outer one.
    fence = " LIMIT -1 OFFSET 0"
    lifts = True
    explain = "EXPLAIN QUERY PLAN"

    def parameter(self, number: int) -> str:
        return f"?{number}"

    def typed_parameter(self, number: int, kind: str) -> str:
        return self.parameter(number)

    def text(self, column: str) -> str:
        # It turns null into the text `null`.
        return f"nullif(json_quote({column}), 'null')"

    def number(self, column: str) -> str:
        return f"CAST({column} AS TEXT)"

    def minor_units(self, column: str) -> str:
        return self.decimal_of_scaled(column, 2)

    def decimal(self, column: str, places: int) -> str:
        """A decimal is text in SQLite, with the zeros as they were written."""
        if not places:
            return f"CAST({column} AS TEXT)"
        point = f"CASE WHEN instr({column}, '.') = 0 THEN '.' ELSE '' END"
        whole = f"({column} || {point})"
        written = f"length({whole}) - instr({whole}, '.')"
        return f"({whole} || substr('{'0' * places}', {written} + 1))"

    def scaled_number(self, column: str, places: int) -> str:
        # Whole numbers of the smallest place: text neither adds up nor compares, and a REAL is not exact.
        return f"CAST(replace({self.decimal(column, places)}, '.', '') AS INTEGER)"

    def decimal_of_scaled(self, number: str, places: int) -> str:
        if not places:
            return f"CAST({number} AS TEXT)"
        sign, whole = f"CASE WHEN {number} < 0 THEN '-' ELSE '' END", 10**places
        digits = f"printf('%s%d.%0{places}d', {sign}, abs({number}) / {whole}, abs({number}) % {whole})"
        return f"CASE WHEN {number} IS NOT NULL THEN {digits} END"

    def strings(self, column: str) -> str:
        listed = f"SELECT group_concat(json_quote(value), ',') FROM json_each({column})"
        return f"(CASE WHEN {column} IS NOT NULL THEN '[' || coalesce(({listed}), '') || ']' END)"

    def boolean(self, column: str) -> str:
        return f"CASE WHEN {column} THEN 'true' WHEN NOT {column} THEN 'false' END"

    def timestamp(self, column: str) -> JsonText:
        # Python writes six digits of a second or none: without them the added zeros survive the cut.
        return expression(f"substr(replace(replace({column}, ' ', 'T'), '+', '.000000+'), 1, 26)").add("Z")

    def digits(self, key: str) -> str:
        return f"replace({key}, '-', '')"

    def day(self, column: str) -> str:
        return f"substr({column}, 1, 10)"

    def hexadecimal(self, column: str) -> str:
        return f"lower(hex({column}))"

    def join_rows(self, expression: str) -> str:
        return f"group_concat({expression}, ',')"

    def whole_statement(self, expression: str, lifted: Mapping[str, str]) -> str:
        # Inlined like views and not materialised, so that an index finds the requested rows.
        named = ", ".join(f'"{name}" AS NOT MATERIALIZED ({rows})' for rows, name in lifted.items())
        statement = f"WITH {named} SELECT {expression}" if named else f"SELECT {expression}"
        _check_depth(statement)
        return statement

    def keys(self, pairs: str) -> str:
        return (
            "(SELECT key AS n, substr(value, 1, instr(value, ':') - 1) AS model, "
            f"substr(value, instr(value, ':') + 1) AS key FROM json_each({pairs}) ORDER BY 1)"
        )


def _check_depth(statement: str) -> None:
    """Check the statement's depth, which SQLite's parser limits. It reports that even for unknown tables."""
    with closing(sqlite3.connect(":memory:")) as parser:
        try:
            parser.execute(f"EXPLAIN {statement}")
        except sqlite3.OperationalError as error:
            if not str(error).startswith("no such table"):
                raise Unplannable(f"SQLite cannot take its statement: {error}") from error
        except sqlite3.ProgrammingError:
            pass  # it was parsed; only its parameters are missing


DIALECTS: Final[Mapping[str, Dialect]] = {"postgres": Postgres(), "sqlite": Sqlite()}
