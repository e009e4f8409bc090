"""Paging: one page of a long list, by keyset.

A cursor holds the sort key and the id of its row, so pages stay correct while rows are added and removed, and a deep
page costs as much as the first one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from tortoise.expressions import Q, Value
from tortoise.models import Model

from server.domain.errors import MalformedInput

DEFAULT_SIZE: Final = 20
LARGEST_SIZE: Final = 100
_HEX_ID: Final = 32
_CURSOR: Final = re.compile(r"[0-9a-f]{32,8192}")

_RowT = TypeVar("_RowT", bound=Model)


class Direction(StrEnum):
    """The sort direction."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True)
class Order:
    """The column by which rows are sorted; ties by id."""

    column: str
    direction: Direction = Direction.ASC
    is_moment: bool = False

    @property
    def descends(self) -> bool:
        return self.direction is Direction.DESC


@dataclass(frozen=True)
class Page:
    """A validated request for one page: `size` rows after or before a position, forwards or backwards."""

    size: int = DEFAULT_SIZE
    after: str | None = None
    before: str | None = None
    backwards: bool = False


@dataclass(frozen=True)
class PageInfo:
    """The position of a page in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Window(Generic[_RowT]):
    """The rows of one page, in order, each with its cursor."""

    rows: Sequence[_RowT]
    cursors: Sequence[str]
    has_more: bool
    page: Page

    @property
    def page_info(self) -> PageInfo:
        backwards = self.page.backwards
        return PageInfo(
            has_next_page=self.page.before is not None if backwards else self.has_more,
            has_previous_page=self.has_more if backwards else self.page.after is not None,
            start_cursor=self.cursors[0] if self.cursors else None,
            end_cursor=self.cursors[-1] if self.cursors else None,
        )


def page(first: int | None, after: str | None, last: int | None, before: str | None) -> Page:
    """The page that these arguments request. Raises MalformedInput, which names the argument."""
    if first is not None and last is not None:
        raise MalformedInput("Use either `first` or `last`, not both.", ("last",))
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_SIZE:
            raise MalformedInput(f"`{name}` must be a number from 0 to {LARGEST_SIZE}.", (name,))
    size = next((size for size in (first, last) if size is not None), DEFAULT_SIZE)
    return Page(size, after, before, backwards=last is not None)


def encode_cursor(order: Order, key: Any, id: UUID) -> str:
    """The opaque position of a row: its id and its sort key, in hexadecimal digits."""
    text = moment_text(key) if isinstance(key, datetime) else str(key)
    return id.hex + text.encode().hex()


def moment_text(moment: datetime) -> str:
    """A timestamp in UTC as RFC 3339 writes it, to the microsecond, with a four-digit year."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def where_within(order: Order, page: Page) -> Q:
    """The condition for the rows on the requested side of the cursors."""
    condition = Q()
    if page.after is not None:
        condition &= _where_beyond(order, page.after, "after", forwards=True)
    if page.before is not None:
        condition &= _where_beyond(order, page.before, "before", forwards=False)
    return condition


def _where_beyond(order: Order, text: str, argument: str, *, forwards: bool) -> Q:
    found, id = decode_cursor(order, text, argument)
    # Compared unchanged: as a column's value, Tortoise would refuse a key that is longer than the column.
    key: Any = found if order.is_moment else Value(found)
    comparison = "gt" if forwards is not order.descends else "lt"
    further = Q(**{f"{order.column}__{comparison}": key})
    level = Q(**{order.column: key})
    return further | level & (Q(id__gt=id) if forwards else Q(id__lt=id))


def decode_cursor(order: Order, text: str, argument: str) -> tuple[Any, UUID]:
    """The sort key and the id in a cursor. Raises MalformedInput, which names the argument."""
    try:
        if not _CURSOR.fullmatch(text):
            raise ValueError(text)
        id = UUID(text[:_HEX_ID])
        key = bytes.fromhex(text[_HEX_ID:]).decode()
        if "\x00" in key:
            raise ValueError(key)
        return (_moment(key) if order.is_moment else key), id
    except (ValueError, OverflowError):
        raise MalformedInput("This is not a cursor for this list.", (argument,)) from None


def _moment(text: str) -> datetime:
    """A time in UTC. At the ends of the calendar, other time zones have times that UTC does not have."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
