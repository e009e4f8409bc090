"""Parameters of a statement, which keep its values out of the SQL."""

from collections.abc import Callable
from typing import Any, Final, cast

from pypika_tortoise.terms import Parameter, Parameterizer

from server.engine.planning.dialects import Dialect
from server.models.terms import BoundParameter

# `Any` below: values are of whatever type a column takes.

_SINGLE: Final = frozenset({"uuid", "text", "bigint", "boolean", "timestamptz"})
"""The types of single values."""


class Parameters(Parameterizer):
    """The numbered parameters of one statement. A bound parameter that is used twice is one parameter."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self.values: list[Any] = []
        self.dialect = dialect
        self._names: dict[BoundParameter, str] = {}
        self.lifted: dict[str, str] = {}
        # Conditions look for it: if a database limits nesting, they are put before the statement, by name.
        self.lift = self._lift if dialect.lifts else None

    def should_parameterize(self, value: Any) -> bool:
        """Whether a value becomes a parameter. The code's constants stay SQL, so that partial indexes match."""
        return not isinstance(value, (str, bool, int))

    def create_param(self, value: Any) -> Parameter:
        return Parameter(self.add(value))

    def add(self, value: Any) -> str:
        """The parameter of this value in the SQL.

        For example, policies ask at three places whether the viewer leads an organisation. The bound parameter
        `viewer.led_organisation_ids` is `?3` at all of them, and is read once when the statement runs.
        """
        if not isinstance(value, BoundParameter):
            self.values.append(value)
            return self.dialect.parameter(len(self.values))
        if value not in self._names:
            self.values.append(value)
            self._names[value] = self.dialect.typed_parameter(len(self.values), value.kind)
        return self._names[value]

    def _lift(self, rows: str) -> str:
        """The name of a lifted set of rows. Equal sets have one name.

        A policy is asked for wherever a row needs it, often several levels deep, and SQLite limits the depth of a
        statement. So what an EXISTS looks for is put before the statement, as a common table expression:

            EXISTS(SELECT 1 FROM "book" AS "e1" WHERE "e1"."author_id"="t2"."id" AND ("e1"."is_public"))

        becomes `EXISTS(SELECT 1 FROM "w1" AS "e1" WHERE "e1"."author_id"="t2"."id")`, with
        `"w1" AS NOT MATERIALIZED (SELECT * FROM "book" AS "e1" WHERE "e1"."is_public")`. What ties it to the row
        around it stays behind, so an index still finds the rows.
        """
        return self.lifted.setdefault(rows, f"w{len(self.lifted) + 1}")

    def readers(self) -> tuple[Callable[[Any], Any], ...]:
        """The reader of each parameter, which takes its value from a run in the driver's form."""
        return tuple(self._value_reader(value) for value in self.values)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The SQL type of each parameter, if all are single values whose type is known. Otherwise empty."""
        kinds = tuple(value.kind if isinstance(value, BoundParameter) else "" for value in self.values)
        return kinds if _SINGLE.issuperset(kinds) else ()

    def _value_reader(self, value: Any) -> Callable[[Any], Any]:
        if not isinstance(value, BoundParameter):
            return lambda run: value
        sent = _converter(value.read, self.dialect.converters.get(value.kind))
        return _once_a_viewer(value.name, sent) if value.is_of_viewer else sent


def _converter(read: Callable[[Any], Any], as_sent: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    if as_sent is None:
        return read

    def convert(run: Any) -> Any:
        return as_sent(read(run))

    return convert


def _once_a_viewer(name: str, sent: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same, computed once for each viewer, whose values never change."""
    key = f"sent {name}"

    def read(run: Any) -> Any:
        known = cast("dict[str, Any]", vars(run.viewer))
        if key not in known:
            known[key] = sent(run)
        return known[key]

    return read
