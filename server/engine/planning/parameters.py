"""How do the values of a statement stay out of its text?"""

from collections.abc import Callable
from typing import Any, cast

from pypika_tortoise.terms import Parameter, Parameterizer

from server.engine.planning.dialects import Dialect
from server.models.conditions import BoundParameter

# `Any` below: values are of whatever type a column takes.


class Parameters(Parameterizer):
    """The parameters of one statement, numbered; a bound parameter that is used twice is one parameter."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self.values: list[Any] = []
        self.dialect = dialect
        self._names: dict[BoundParameter, str] = {}
        self.lifted: dict[str, str] = {}
        # Conditions look for it: where a database wants no nesting they stand before the statement, by name.
        self.lift = self._lift if dialect.lifts else None

    def should_parameterize(self, value: Any) -> bool:
        """What the code says is text: only then can a database tell that a partial index fits, and plan once."""
        return not isinstance(value, (str, bool, int))

    def create_param(self, value: Any) -> Parameter:
        return Parameter(self.add(value))

    def add(self, value: Any) -> str:
        """The placeholder of this value."""
        if not isinstance(value, BoundParameter):
            self.values.append(value)
            return self.dialect.parameter(len(self.values))
        if value not in self._names:
            self.values.append(value)
            self._names[value] = self.dialect.typed_parameter(len(self.values), value.kind)
        return self._names[value]

    def _lift(self, rows: str) -> str:
        """The name of a set of rows; the same rows have one name."""
        return self.lifted.setdefault(rows, f"w{len(self.lifted) + 1}")

    def readers(self) -> tuple[Callable[[Any], Any], ...]:
        """For each parameter what reads its value, as the driver takes it, out of a run."""
        return tuple(self._value_reader(value) for value in self.values)

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
    """The same, worked out once for each viewer: their values never change."""
    key = f"sent {name}"

    def read(run: Any) -> Any:
        known = cast("dict[str, Any]", vars(run.viewer))
        if key not in known:
            known[key] = sent(run)
        return known[key]

    return read
