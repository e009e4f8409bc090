"""Scopes: what a statement reads from one table, and what it computes once for each row."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

# `Any` below: Tortoise's model metadata is untyped.


@dataclass
class Link:
    """`column` of a scope's rows equals `outer` of the enclosing row."""

    column: str
    around: "Scope"
    outer: str


@dataclass(eq=False)
class Scope:
    """The rows of a table at one place of the statement.

    Conditions are written for `inner`, the table itself. The answer is read from `outer`, a subquery of it with the
    requested columns and the `extras`, which are computed once for each row.

    Every row meets the `requirements`: its WHERE is written from them (`Conditions.where`), and what is decided below
    relies on them. Each has a name, which stands for one condition on this model in all statements for a viewer.
    """

    number: int
    model: type[Model] | None
    link: Link | None = None
    columns: dict[str, None] = field(default_factory=dict[str, None])
    extras: dict[str, str] = field(default_factory=dict[str, str])
    requirements: dict[Hashable, Q] = field(default_factory=dict[Hashable, Q])

    def __post_init__(self) -> None:
        self.inner = f"t{self.number}"
        self.outer = f"p{self.number}"

    @property
    def some_model(self) -> type[Model]:
        """The model, for any scope but the root."""
        assert self.model is not None
        return self.model

    @property
    def table(self) -> str:
        """The table, as it is named in FROM."""
        meta: Any = self.model
        return f'"{meta._meta.db_table}" AS "{self.inner}"'

    def column(self, name: str) -> str:
        """A column of the row, read from outside."""
        self.columns[name] = None
        return f'"{self.outer}"."{name}"'

    def extra(self, expression: str) -> str:
        """The value of this expression, computed once for each row and read from outside."""
        name = self.extras.setdefault(expression, f"x{len(self.extras) + 1}")
        return f'"{self.outer}"."{name}"'

    def row_condition(self, condition: str) -> str:
        """Whether the row meets this condition, read from outside.

        A condition on the row only is written there directly: a subquery would make the statement deeper, and SQLite
        limits that.
        """
        if "SELECT" in condition:
            return self.extra(f"({condition})")
        return self.columns_of(self.inner, condition)

    def columns_of(self, alias: str, condition: str) -> str:
        """The condition with the columns of this table name read from outside."""
        return re.sub(rf'"{alias}"\."(\w+)"', lambda found: self.column(found[1]), condition)

    def source(self, name: str) -> tuple["Scope", str]:
        """The outermost row that already determines this column, and its column there."""
        if self.link is not None and self.link.column == name:
            return self.link.around.source(self.link.outer)
        return self, name

    def from_outside(self, sql: str) -> str:
        """The same condition over the row as read from outside. Without extras the two are the same."""
        return sql.replace(f'"{self.inner}"', f'"{self.outer}"')

    def field(self, name: str) -> Any:
        model: Any = self.model
        return model._meta.fields_map[name]

    @property
    def select_list(self) -> str:
        """The select list of the subquery."""
        columns = [f'"{self.inner}"."{name}"' for name in self.columns]
        extras = [f'{expression} AS "{name}"' for expression, name in self.extras.items()]
        return ", ".join([*columns, *extras]) or "1"
