"""What does a field promise, so that it can be planned?

A type views the rows of one model. A field without a resolver is the column of its name; every other
field says with one of the declarations below where its value comes from. They are the metadata
`PLAN` of a Strawberry field and hold no SQL of a dialect.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from tortoise.expressions import Q
from tortoise.models import Model

from server.models.conditions import AtMost

# `Any` below: viewers, contexts and rows are the application's own.

PLAN: Final = "plan"
"""The key of a field's declaration in its metadata."""


class Guard(Protocol):
    """Who may ask for a field, decided by the row that it belongs to."""

    def row_filter(self, viewer: Any) -> Q | bool:
        """Whether it is given: for every row, for none, or for those for which the condition holds."""
        ...

    def refusal(self, viewer: Any) -> Exception:
        """What is raised where it is not."""
        ...


@dataclass(frozen=True)
class Column:
    """A column of the row, under this name in the model. `is_minor_units` writes cents as a decimal in a string."""

    name: str
    is_minor_units: bool = False


@dataclass(frozen=True)
class Key:
    """The row's id as callers see it: a prefix, an underscore and 32 hexadecimal digits."""

    prefixes: Mapping[type[Model], str]


@dataclass(frozen=True)
class Embedded:
    """An object whose fields are columns of the row; null where `present` is."""

    columns: Mapping[str, Column]
    present: str | None = None


@dataclass(frozen=True)
class SameRow:
    """The same row, seen as another type."""


@dataclass(frozen=True)
class Relation:
    """The row of `model` whose id a column holds; null where it does not exist for the viewer.

    `by` is the column of the other row that holds the same, where that is not its id; no two rows share it.
    `key` reads the id out of the run instead, for what belongs to no row; None there means null.
    """

    model: type[Model]
    column: str | None = None
    by: str = "id"
    key: Callable[[Any], Any] | None = None
    is_present: Callable[[Any], bool] = lambda viewer: True


@dataclass(frozen=True)
class JoinTable:
    """The table between two others: its rows name one by `near` and the other by `far`."""

    model: type[Model]
    near: str
    far: str


@dataclass(frozen=True)
class Rows:
    """A list that stays short: the visible rows of `model` that name this one, in the order of their ids.

    With `through` they are named by the rows between. With `present` it is null where that column is false.
    """

    model: type[Model]
    parent: str | None = None
    through: JoinTable | None = None
    present: str | None = None


Ties = tuple[tuple[str, str | AtMost], ...]
"""Columns of a further row, each with the column of the hole's own row that it equals."""


@dataclass(frozen=True)
class Joined:
    """A row beside each fact: the one of `model` whose `column` holds what `near` of the fact does.

    A fact without one is left out; where it `is_optional` the `columns` are null. Where there are several, the fact
    comes once with each. Where `is_present` is false for a viewer, nothing is joined and the columns are null.
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
    """What a function needs to know beyond the row: rows of `model`, as lists of the values of `columns`.

    `column` of those rows holds what `outer` of the row around them does. The columns of what is `joined` come next,
    `nested` last in each. Where `is_present` is false for a viewer there are none, and the statement does not look
    for them. With `latest` there is one for each combination of the other columns, with the greatest value of this
    one.
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
    """What Python works out of some columns and facts of the row: the statement leaves a place for it.

    `compute(context, row)` is no coroutine; the row has what is named in `columns`, `partial` and `facts`, and nothing
    else. Rows that are alike in it share one call of an answer, so ask for what decides and no more: an id that makes
    every row another row costs a call for each. A `partial` column is None where its condition does not hold.
    """

    compute: Callable[[Any, Any], Any]
    columns: tuple[str, ...] = ()
    prefetch: Mapping[str, Prefetch] = field(default_factory=dict[str, Prefetch])
    partial: Mapping[str, Callable[[Any], Q]] = field(default_factory=dict[str, Callable[[Any], Q]])


class Listing(Protocol):
    """Which rows are in a list that can grow."""

    @property
    def model(self) -> type[Model]: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def always(self) -> Callable[[Any], Q]: ...
    @property
    def is_stricter(self) -> bool:
        """Whether `always` lets no row through that the row policy would not."""
        ...

    def criterion(self, name: str, value: Any, now: Any) -> Q:
        """The condition that a member of the filter becomes; `now` is what the context has by that name."""
        ...


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list: all that decides about the text of a statement.

    `narrowed` are the members of the filter that were given, `after` and `before` whether there is such a
    cursor. Values are kept apart from it: `size`, `after_key`, `after_id`, `before_key`, `before_id` and
    the filter's members.
    """

    column: str
    is_timestamp: bool = False
    is_descending: bool = False
    is_backwards: bool = False
    has_after: bool = False
    has_before: bool = False
    filters: tuple[tuple[str, str], ...] = ()


KeyAndValues = tuple[Hashable, Mapping[str, Any]]
"""What arguments become: what decides about the text of a statement, and the values by name."""


@dataclass(frozen=True)
class Paged:
    """A connection. `ask` reads its arguments into `Asked`; it raises for those that are wrong."""

    listing: Listing
    read_arguments: Callable[[Mapping[str, Any]], KeyAndValues]


@dataclass(frozen=True)
class PagePart:
    """A field of a connection, of an edge or of the page's info: nodes, edges, page_info, total_count, cursor…"""

    name: str


@dataclass(frozen=True)
class Followed:
    """The rows of a page's `nodes` where the page is of other rows: those that `column` points to."""

    model: type[Model]
    column: str


@dataclass(frozen=True)
class ByKey:
    """A root: the row whose `column` holds a key that is among the arguments.

    `ask` decodes it, `kind` is its SQL type; `missing` is raised where there is no such row.
    """

    model: type[Model]
    read_arguments: Callable[[Mapping[str, Any]], KeyAndValues]
    missing: Callable[[], Exception]
    column: str = "id"
    kind: str = "uuid"


@dataclass(frozen=True)
class ByAnyKey:
    """A root: the row, or with `many` the rows, whose keys say of which model they are.

    `ask` gives as shape the models that occur, and as value `keys`, pairs of model name and key.
    """

    read_arguments: Callable[[Mapping[str, Any]], KeyAndValues]
    missing: Callable[[], Exception]
    many: bool = False


@dataclass(frozen=True)
class ViewerObject:
    """A root: an object that belongs to no row, and is null where nobody is signed in."""


@dataclass(frozen=True)
class ByFunction:
    """A root whose object a function works out before the statement is run: an object without resolvers.

    `check(context, given)` raises if this caller may not ask, and gives what `run(context, arguments)` makes the
    object of. It gets the arguments as the field's resolver does.
    """

    check: Callable[[Any, Mapping[str, Any]], Awaitable[Any]]
    run: Callable[[Any, Any], Awaitable[Any]]


@dataclass(frozen=True)
class Guarded:
    """A declaration for some only. `withheld` answers null where a guard is not given, instead of an error."""

    inner: Any
    guards: Sequence[Guard]
    withheld: bool = False


@dataclass(frozen=True)
class MutationField:
    """A mutation. The engine reads the rows of its payload, within `around`.

    `check(context, input)` raises if this caller may not, and gives the arguments of `run`, which makes the change
    and gives the payload, whose `values` are by the names of its fields; `refuse` makes a payload of what the business
    refuses, None of other errors.
    """

    check: Callable[[Any, Any], Awaitable[Any]]
    run: Callable[[Any, Any], Awaitable[Any]]
    refuse: Callable[[Any, Exception], Any]
    around: Callable[[], AbstractAsyncContextManager[Any]]
