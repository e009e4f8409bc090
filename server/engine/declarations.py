"""Declarations of fields: where their values come from, so that they can be planned.

A type is a view of one model's rows. A field without a resolver is the column of its name; every other field has one of
the declarations below. They are the metadata `PLAN` of a Strawberry field and contain no SQL of a dialect.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tortoise.expressions import Q
from tortoise.models import Model

from server.engine.host import Guard, Listing
from server.models.conditions import EVERY_ROW, AtMost

# `Any` below: viewers, contexts and rows are the application's own.

PLAN: Final = "plan"
"""The key of a field's declaration in its metadata."""


KeyAndValues = tuple[Hashable, Mapping[str, Any]]
"""The result of reading arguments: the part that determines the SQL, and the values by name."""


@dataclass(frozen=True)
class Column:
    """A column of the row, by its name in the model. `is_minor_units` writes cents as a decimal in a string."""

    name: str
    is_minor_units: bool = False


@dataclass(frozen=True)
class Key:
    """The row's public id: a prefix, an underscore and 32 hexadecimal digits."""

    prefixes: Mapping[type[Model], str]


@dataclass(frozen=True)
class Embedded:
    """An object whose fields are columns of the row. Null if the column `present` is null."""

    columns: Mapping[str, Column]
    present: str | None = None


@dataclass(frozen=True)
class SameRow:
    """The same row, seen as another type."""


@dataclass(frozen=True)
class Relation:
    """The row of `model` whose id is in a column. Null if it is not visible to the viewer.

    `by` is the unique column of the other row that is referenced, if it is not the id. `key` reads the id from the run
    instead, for a field that belongs to no row; None there means null.
    """

    model: type[Model]
    column: str | None = None
    by: str = "id"
    key: Callable[[Any], Any] | None = None
    is_present: Callable[[Any], bool] = lambda viewer: True


@dataclass(frozen=True)
class JoinTable:
    """A join table: its rows reference this row by `near` and the other row by `far`."""

    model: type[Model]
    near: str
    far: str


@dataclass(frozen=True)
class Rows:
    """A short list: the visible rows of `model` that reference this one, in the order of their ids.

    With `through` they are linked by a join table. With `present` it is null if that column is false.
    """

    model: type[Model]
    parent: str | None = None
    through: JoinTable | None = None
    present: str | None = None


Ties = tuple[tuple[str, str | AtMost], ...]
"""Columns of a further row, each with the equal column of the computed field's own row."""


@dataclass(frozen=True)
class Joined:
    """A row joined to each prefetched row: the one of `model` whose `column` equals its `near`.

    A prefetched row without one is left out, or if `is_optional` its `columns` are null. With several, it is returned
    once for each. If `is_present` is false for a viewer, nothing is joined and the columns are null.
    """

    model: type[Model]
    column: str
    near: str
    where: Callable[[Any], Q]
    columns: tuple[str, ...]
    ties: Ties = ()
    is_optional: bool = False
    is_present: Callable[[Any], bool] = lambda viewer: True


@dataclass(frozen=True)
class Prefetch:
    """Related rows that a computed field's function needs: rows of `model`, as lists of the values of `columns`.

    Their `column` equals `outer` of the field's row. The columns of the `joined` rows follow, and those `nested` come
    last. If `is_present` is false for a viewer, there are none and the statement does not read them. With `latest`
    there is one row for each combination of the other columns, with the greatest value of this one.
    """

    model: type[Model]
    column: str
    outer: str
    where: Callable[[Any], Q]
    columns: tuple[str, ...]
    nested: "Prefetch | None" = None
    is_present: Callable[[Any], bool] = lambda viewer: True
    latest: str | None = None
    ties: Ties = ()
    joined: tuple[Joined, ...] = ()


@dataclass(frozen=True)
class Computed:
    """A field that Python computes from columns and prefetched rows. The statement leaves a placeholder for it.

    `compute(context, row)` is not a coroutine. The row has only what `columns`, `partial` and `prefetch` name. Within
    an answer, equal rows share one call, so ask only for what matters: an id makes every row different and costs a call
    for each. A `partial` column is None where its condition does not hold.
    """

    compute: Callable[[Any, Any], Any]
    columns: tuple[str, ...] = ()
    prefetch: Mapping[str, Prefetch] = field(default_factory=dict[str, Prefetch])
    partial: Mapping[str, Callable[[Any], Q]] = field(default_factory=dict[str, Callable[[Any], Q]])


class AggregateFunction(StrEnum):
    """How the values of a column become one value."""

    SUM = "sum"
    COUNT = "count"
    MAX = "max"


@dataclass(frozen=True)
class Filter:
    """An argument that narrows rows: the SQL type of its value, and the condition that it becomes."""

    kind: str
    condition: Callable[[Any], Q]


@dataclass(frozen=True)
class Aggregate:
    """The sum, the count or the maximum of `column` over the rows of `model` whose `parent` holds the id of this row.

    Only rows that the viewer sees count, and of them those for which `where` and the `filters` hold: the arguments of
    the field by name. One that is absent or null filters nothing. Null values do not count. Without any value the sum
    and the count are 0, and the maximum is null. `is_minor_units` writes cents as a decimal in a string.
    """

    model: type[Model]
    column: str
    function: AggregateFunction
    parent: str
    where: Callable[[Any], Q] = lambda viewer: EVERY_ROW
    filters: Mapping[str, Filter] = field(default_factory=dict[str, Filter])
    is_minor_units: bool = False

    def read_arguments(self, given: Mapping[str, Any]) -> KeyAndValues:
        """The names of the filters that are given, and their values."""
        values = {name: given[name] for name in self.filters if given.get(name) is not None}
        return tuple(values), values


@dataclass(frozen=True)
class PageRequest:
    """The request for a page: everything that determines the SQL.

    `narrowed` are the filter members that are set; `after` and `before` say whether there is such a cursor. The values
    are kept separately: `size`, `after_key`, `after_id`, `before_key`, `before_id` and the filter members.
    """

    column: str
    is_timestamp: bool = False
    is_descending: bool = False
    is_backwards: bool = False
    has_after: bool = False
    has_before: bool = False
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paged:
    """A connection. `ask` reads its arguments into a `PageRequest`, and raises for invalid ones."""

    listing: Listing
    read_arguments: Callable[[Mapping[str, Any]], KeyAndValues]


@dataclass(frozen=True)
class PagePart:
    """A field of a connection, an edge or the page info: nodes, edges, page_info, total_count, cursor…"""

    name: str


@dataclass(frozen=True)
class Followed:
    """The rows in a page's `nodes` if the page consists of other rows: those that `column` references."""

    model: type[Model]
    column: str


@dataclass(frozen=True)
class ByKey:
    """A root: the row whose `column` equals a key in the arguments.

    `ask` decodes it, `kind` is its SQL type, and `missing` is raised if there is no such row.
    """

    model: type[Model]
    read_arguments: Callable[[Mapping[str, Any]], KeyAndValues]
    missing: Callable[[], Exception]
    column: str = "id"
    kind: str = "uuid"


@dataclass(frozen=True)
class ByAnyKey:
    """A root: the row, or with `many` the rows, whose keys name their models.

    `ask` returns the models that occur, which determine the SQL, and the value `keys`: pairs of model name and key.
    """

    read_arguments: Callable[[Mapping[str, Any]], KeyAndValues]
    missing: Callable[[], Exception]
    many: bool = False


@dataclass(frozen=True)
class ViewerObject:
    """A root: an object that belongs to no row. Null if nobody is signed in."""


@dataclass(frozen=True)
class ByFunction:
    """A root whose object a function computes before the statement is run. The object has no resolvers.

    `check(context, given)` raises if this caller may not ask, and returns the arguments of `run(context, arguments)`,
    which returns the object. It gets the arguments in the same form as the field's resolver.
    """

    check: Callable[[Any, Mapping[str, Any]], Awaitable[Any]]
    run: Callable[[Any, Any], Awaitable[Any]]


@dataclass(frozen=True)
class Guarded:
    """A declaration only for some viewers. With `withheld` all others get null instead of an error."""

    inner: Any
    guards: Sequence[Guard]
    withheld: bool = False


@dataclass(frozen=True)
class MutationField:
    """A mutation. The engine reads the rows of its payload, within `around`.

    `check(context, input)` raises if this caller may not run it, and returns the arguments of `run`, which makes the
    change and returns the payload with its `values` by field name. `refuse` turns a refusal of the business into a
    payload, and returns None for other errors.
    """

    check: Callable[[Any, Any], Awaitable[Any]]
    run: Callable[[Any, Any], Awaitable[Any]]
    refuse: Callable[[Any, Exception], Any]
    around: Callable[[], AbstractAsyncContextManager[Any]]
