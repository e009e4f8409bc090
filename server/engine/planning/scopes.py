"""What does a statement read of one table, and what is decided once for each of its rows?"""

import re
from dataclasses import dataclass, field
from typing import Any

from tortoise.models import Model

# `Any` below: Tortoise's model metadata is untyped.


@dataclass
class Link:
    """`column` of a scope's rows holds what `outer` of the row around them does."""

    column: str
    around: "Scope"
    outer: str


@dataclass
class Scope:
    """The rows of a table at one place of the statement.

    Conditions are written for `inner`, the table itself; what is written into the answer is read from
    `outer`, a subquery of it that has the columns asked for here, and `extras`: what is worked out once
    for each of its rows.
    """

    number: int
    model: type[Model] | None
    link: Link | None = None
    columns: dict[str, None] = field(default_factory=dict[str, None])
    extras: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.inner = f"t{self.number}"
        self.outer = f"p{self.number}"

    @property
    def some_model(self) -> type[Model]:
        """The model, where there is one: at the root there is none."""
        assert self.model is not None
        return self.model

    @property
    def table(self) -> str:
        """The table itself, as it is named in FROM."""
        meta: Any = self.model
        return f'"{meta._meta.db_table}" AS "{self.inner}"'

    def column(self, name: str) -> str:
        """How a column of the row is read from outside."""
        self.columns[name] = None
        return f'"{self.outer}"."{name}"'

    def extra(self, expression: str) -> str:
        """How the value of this expression, worked out once for each row, is read from outside."""
        name = self.extras.setdefault(expression, f"x{len(self.extras) + 1}")
        return f'"{self.outer}"."{name}"'

    def row_condition(self, condition: str) -> str:
        """Whether the row fulfils this condition, read from outside.

        What looks at the row only is written there: a subquery for it would make the statement deeper, and SQLite
        bounds how deep one is.
        """
        if "SELECT" in condition:
            return self.extra(f"({condition})")
        return re.sub(rf'"{self.inner}"\."(\w+)"', lambda found: self.column(found[1]), condition)

    def source(self, name: str) -> tuple["Scope", str]:
        """The outermost row that fixes this column already, and its column there."""
        if self.link is not None and self.link.column == name:
            return self.link.around.source(self.link.outer)
        return self, name

    def from_outside(self, sql: str) -> str:
        """The same over the row as it is read from outside: where nothing is worked out the two are one."""
        return sql.replace(f'"{self.inner}"', f'"{self.outer}"')

    def field(self, name: str) -> Any:
        model: Any = self.model
        return model._meta.fields_map[name]

    @property
    def select_list(self) -> str:
        """The list of what the subquery selects."""
        columns = [f'"{self.inner}"."{name}"' for name in self.columns]
        extras = [f'{expression} AS "{name}"' for expression, name in self.extras.items()]
        return ", ".join([*columns, *extras]) or "1"
