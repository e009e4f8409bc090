"""How do the values of a statement stay out of its text?"""

from collections.abc import Callable
from typing import Any

from pypika_tortoise.terms import Parameter, Parameterizer

from server.engine.dialects import Dialect
from server.models.conditions import Deferred

# `Any` below: values are of whatever type a column takes.


class Parameters(Parameterizer):
    """The parameters of one statement, numbered; a deferred value that is used twice is one parameter."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self.dialect = dialect
        self._places: dict[Deferred, str] = {}

    def should_parameterize(self, value: Any) -> bool:
        return isinstance(value, Deferred) or super().should_parameterize(value)

    def create_param(self, value: Any) -> Parameter:
        return Parameter(self.place(value))

    def place(self, value: Any) -> str:
        """The placeholder of this value."""
        if not isinstance(value, Deferred):
            self.values.append(value)
            return self.dialect.placeholder(len(self.values))
        if value not in self._places:
            self.values.append(value)
            self._places[value] = self.dialect.typed_placeholder(len(self.values), value.kind)
        return self._places[value]

    def readers(self) -> tuple[Callable[[Any], Any], ...]:
        """For each parameter what reads its value, as the driver takes it, out of a run."""
        return tuple(self._reader(value) for value in self.values)

    def _reader(self, value: Any) -> Callable[[Any], Any]:
        if not isinstance(value, Deferred):
            return lambda run: value
        read, as_sent = value.read, self.dialect.sent.get(value.kind)
        return read if as_sent is None else lambda run: as_sent(read(run))
