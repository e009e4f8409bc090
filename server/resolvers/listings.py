"""Listings: the rows of a list, their order and filters, and batches of many lists."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

from pypika_tortoise.analytics import RowNumber
from pypika_tortoise.enums import Order as SqlOrder
from tortoise.connection import get_connection
from tortoise.expressions import Expression, F, Q, ResolveContext, ResolveResult
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.domain.expiry import Expiry
from server.domain.folding import spellings
from server.domain.viewer import Viewer
from server.engine.declarations import PageRequest
from server.models.conditions import EVERY_ROW, Compared, Contains, OneOf, StatusAt, equals
from server.models.terms import BoundParameter
from server.models.visibility.policies import visible_queryset
from server.resolvers.context import Context
from server.resolvers.ids import decode
from server.resolvers.paging import Direction, Order, Page, Window, decode_cursor, encode_cursor, where_within

_RowT = TypeVar("_RowT", bound=Model)

# `Any` below: Tortoise's query internals and pypika's terms are untyped.


Narrowed = tuple[tuple[str, Any], ...]
"""The filter members that were set, with their values as conditions take them."""


@dataclass(frozen=True)
class Criterion:
    """A filter member's condition, by value and current time. Both may be bound parameters."""

    condition: Callable[[Any, Any], Q]
    prepare: Callable[[Any], Any] = lambda value: value
    kind: str = "text"
    """The SQL type of the value."""

    def kind_of(self, value: Any) -> str:
        """The same for a value that may be several texts."""
        return _TEXTS if isinstance(value, tuple) else self.kind


def where_equal(column: str) -> Criterion:
    """Rows with this value in the column."""
    return Criterion(lambda value, now: equals(column, value))


def where_id(column: str, model: type[Model], *path: str) -> Criterion:
    """Rows whose column names this row of the model. `path` is the path of its id in the arguments."""
    return Criterion(
        lambda key, now: equals(column, key), lambda given: decode(given, model, ("filter", *path)), "uuid"
    )


def status_at(column: str, until: str, expiry: Expiry[Any]) -> Criterion:
    """Rows whose current status is this one, whether or not their expiry is stored yet (E39)."""
    return Criterion(lambda status, now: StatusAt(column, until, expiry.waiting, expiry.over, status, now))


def where_since(column: str) -> Criterion:
    """Rows from this time on."""
    return Criterion(lambda moment, now: Compared(column, ">=", moment), kind="timestamptz")


def where_until(column: str) -> Criterion:
    """Rows before this time (E39)."""
    return Criterion(lambda moment, now: Compared(column, "<", moment), kind="timestamptz")


def where_containing(column: str) -> Criterion:
    """Rows whose column, the key of a name, contains this text in one of its spellings."""
    return Criterion(lambda texts, now: _contains(column, texts), _fold_search_text)


def _contains(column: str, sought: Any) -> Q:
    if isinstance(sought, BoundParameter):
        spelled = (sought.part(0), sought.part(1)) if sought.kind == _TEXTS else (sought,)
    else:
        spelled = cast("tuple[str, ...]", sought) if isinstance(sought, tuple) else (sought,)
    conditions: list[Q] = [Contains(column, text) for text in spelled]
    return conditions[0] | conditions[1] if len(conditions) > 1 else conditions[0]


def _fold_search_text(text: str) -> str | tuple[str, str]:
    """The folded text. Only one with umlauts has two spellings; for any other the database searches once."""
    plain, spelled_out = spellings(text)
    return plain or _IN_NO_KEY if plain == spelled_out else (plain, spelled_out)


_TEXTS: Final = "texts"
"""The kind of a value that is two texts."""

_IN_NO_KEY: Final = "\x01"
"""Searched for in place of an invisible text, which should match no name and not every name."""


@dataclass(frozen=True)
class Listing(Generic[_RowT]):
    """A paginated list: the visible rows of a model, for each parent or without one.

    `parent` is the column with the parent's key. `orders` are the columns to sort by; the first one is the default.
    `always` holds for every row in addition to the row policy, and may depend on the viewer. `is_stricter` says that it
    implies the row policy, which is then left out. `filters` are the members of its filter. `latest_first` reverses the
    default order.
    """

    name: str
    model: type[_RowT]
    parent: str | None
    orders: Mapping[StrEnum | None, str]
    moments: frozenset[str] = field(default_factory=frozenset[str])
    always: Callable[[Viewer | None], Q] = lambda viewer: EVERY_ROW
    is_stricter: bool = False
    filters: Mapping[str, Criterion] = field(default_factory=dict[str, Criterion])
    latest_first: bool = False

    def narrow(self, given: Mapping[str, Any]) -> Narrowed:
        """The filter of these members. Absent, null and empty ones have no effect."""
        return tuple(
            (name, criterion.prepare(given[name]))
            for name, criterion in self.filters.items()
            if given.get(name) not in (None, "")
        )

    def criterion(self, name: str, value: Any, now: Any) -> Q:
        return self.filters[name].condition(value, now)

    def order(self, asked: tuple[StrEnum, Direction] | None) -> Order:
        usual = Direction.DESC if self.latest_first else Direction.ASC
        by, direction = asked or (next(iter(self.orders)), usual)
        column = self.orders[by]
        return Order(column, direction, column in self.moments)

    def rows(self, viewer: Viewer | None, narrowed: Narrowed, now: datetime) -> QuerySet[_RowT]:
        """All rows in all lists of this kind that are currently visible to the viewer."""
        conditions = (self.criterion(name, value, now) for name, value in narrowed)
        return visible_queryset(self.model, viewer).filter(self.always(viewer), *conditions)


async def read_window(
    context: Context, listing: Listing[_RowT], parent: UUID | None, page: Page, order: Order, narrowed: Narrowed
) -> Window[_RowT]:
    """One page of one list. Pages of the same shape that are requested at once are one statement."""

    async def load(parents: list[UUID | None]) -> list[Window[_RowT]]:
        rows = listing.rows(context.viewer, narrowed, context.now).filter(where_within(order, page))
        found = await _first_of_each(listing, rows, parents, page, order)
        return [_window(found[parent], page, order) for parent in parents]

    return await context.loader(("window", listing.name, page, order, narrowed), load).load(parent)


async def size(context: Context, listing: Listing[_RowT], parent: UUID | None, narrowed: Narrowed) -> int:
    """The number of rows in the whole list that are visible to the viewer."""

    async def load(parents: list[UUID | None]) -> list[int]:
        rows = listing.rows(context.viewer, narrowed, context.now)
        if listing.parent is None:
            return [await rows.count()] * len(parents)
        of_parents = rows.filter(OneOf(listing.parent, _present_keys(parents)))
        counted: Any = of_parents.group_by(listing.parent).annotate(rows=Count("id")).values(listing.parent, "rows")
        sizes = {row[listing.parent]: row["rows"] for row in await counted}
        return [sizes.get(parent, 0) for parent in parents]

    return await context.loader(("size", listing.name, narrowed), load).load(parent)


async def batches(
    listing: Listing[_RowT], context: Context, parent: UUID, narrowed: Narrowed, size: int
) -> AsyncGenerator[list[_RowT]]:
    """A whole list in its default order, in batches, so that only one batch is in memory."""
    assert listing.parent is not None
    order = listing.order(None)
    rows = listing.rows(context.viewer, narrowed, context.now).filter(**{listing.parent: parent})
    found = await _first_rows(rows, order, size)
    while found:
        yield found
        place = encode_cursor(order, getattr(found[-1], order.column), found[-1].pk)
        found = await _first_rows(rows.filter(where_within(order, Page(size, after=place))), order, size)


async def _first_rows(rows: QuerySet[_RowT], order: Order, size: int) -> list[_RowT]:
    column = f"-{order.column}" if order.descends else order.column
    return await rows.order_by(column, "id").limit(size)


async def _first_of_each(
    listing: Listing[_RowT], rows: QuerySet[_RowT], parents: Sequence[UUID | None], page: Page, order: Order
) -> dict[UUID | None, list[tuple[_RowT, Any]]]:
    """The first rows of each parent in the page's direction, one more than requested, with their sort keys."""
    if listing.parent is not None:
        rows = rows.filter(OneOf(listing.parent, _present_keys(parents)))
    descends = order.descends is not page.backwards
    ranked: Any = rows.annotate(
        row_rank=_Rank(listing.parent, order.column, descends, page.backwards), row_key=F(order.column)
    )
    ranked._choose_db_if_not_chosen()
    ranked._make_query()
    sql, values = ranked.query.get_parameterized_sql()
    # The SQL is Tortoise's text and a number; values are parameters.
    statement = f'SELECT * FROM ({sql}) AS "ranked" WHERE "row_rank" <= {page.size + 1:d} ORDER BY "row_rank"'  # noqa: S608
    _, records = cast("Any", await get_connection("default").execute_query(statement, values))
    found = defaultdict[UUID | None, list[tuple[_RowT, Any]]](list)
    for record in records:
        columns: dict[str, Any] = dict(record)
        del columns["row_rank"]
        key = columns.pop("row_key")
        row: Any = listing.model._init_from_db(**columns)  # pyright: ignore[reportPrivateUsage]
        found[getattr(row, listing.parent) if listing.parent else None].append((row, key))
    return found


def reading(listing: Listing[Any], page: Page, order: Order, narrowed: Narrowed) -> tuple[PageRequest, dict[str, Any]]:
    """The request for a page in the engine's form: the part that determines the statement, and the values."""
    values: dict[str, Any] = {"size": page.size, **dict(narrowed)}
    for side, cursor_text in (("after", page.after), ("before", page.before)):
        if cursor_text is not None:
            values[f"{side}_key"], values[f"{side}_id"] = decode_cursor(order, cursor_text, side)
    asked = PageRequest(
        column=order.column,
        is_timestamp=order.is_moment,
        is_descending=order.descends,
        is_backwards=page.backwards,
        has_after=page.after is not None,
        has_before=page.before is not None,
        filters=tuple((name, listing.filters[name].kind_of(value)) for name, value in narrowed),
    )
    return asked, values


def _window(found: list[tuple[_RowT, Any]], page: Page, order: Order) -> Window[_RowT]:
    kept = found[: page.size]
    if page.backwards:
        kept.reverse()
    return Window(
        rows=[row for row, _ in kept],
        cursors=[encode_cursor(order, _moment(key) if order.is_moment else key, row.pk) for row, key in kept],
        has_more=len(found) > page.size,
        page=page,
    )


def _moment(key: Any) -> datetime:
    """A timestamp, which SQLite returns as text."""
    return key if isinstance(key, datetime) else datetime.fromisoformat(key)


def _present_keys(parents: Sequence[UUID | None]) -> list[UUID]:
    return [parent for parent in parents if parent is not None]


class _Rank(Expression):
    """The rank of a row among those of its parent; ties by id."""

    def __init__(self, parent: str | None, column: str, descends: bool, backwards: bool) -> None:
        self.parent = parent
        self.column = column
        self.descends = descends
        self.backwards = backwards

    def resolve(self, resolve_context: ResolveContext) -> ResolveResult:
        table: Any = resolve_context.table
        key = F(self.column).resolve(resolve_context)
        rank: Any = RowNumber()
        if self.parent:
            rank = rank.over(table[self.parent])
        key_order = SqlOrder.desc if self.descends else SqlOrder.asc
        id_order = SqlOrder.desc if self.backwards else SqlOrder.asc
        rank = rank.orderby(key.term, order=key_order).orderby(table.id, order=id_order)
        return ResolveResult(term=rank, joins=key.joins)
