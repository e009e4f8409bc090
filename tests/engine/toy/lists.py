"""Connections of the toy. Their resolver cuts the page out of all rows: slow, and plainly right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry import Info
from strawberry.permission import BasePermission
from tortoise.expressions import Q
from tortoise.models import Model

from server.engine.declarations import PLAN, Paged, PagePart, PageRequest, SameRow
from server.models.conditions import Compared, Contains, OneOf, StatusAt, equals
from tests.engine.toy.declared_fields import declare_field, decode
from tests.engine.toy.models import Book
from tests.engine.toy.policies import Wrong, visible

MOMENTS = {"printed_at"}


class BookOrder(Enum):
    TITLE = "title"
    PRINTED_AT = "printed_at"


class Direction(Enum):
    UP = "up"
    DOWN = "down"


@strawberry.input
class Between:
    least: int = 0
    most: int | None = strawberry.UNSET


@strawberry.input
class BookFilter:
    title: str | None = strawberry.UNSET
    pages: Between | None = strawberry.UNSET
    subtitle: str | None = strawberry.field(default=strawberry.UNSET, description="null: those without one")
    ids: list[strawberry.ID | None] | None = strawberry.UNSET
    is_public: bool | None = strawberry.UNSET
    reads: str | None = strawberry.field(default=strawberry.UNSET, description="the subtitle, at this moment")


@strawberry.input
class BookOrdering:
    by: strawberry.enum(BookOrder)  # type: ignore[valid-type]
    direction: strawberry.enum(Direction) = Direction.UP  # type: ignore[valid-type]


CRITERIA: dict[str, tuple[str, Callable[[Any, Any], Q]]] = {
    "title": ("text", lambda value, now: Contains("title", value)),
    "least": ("bigint", lambda value, now: Compared("pages", ">=", value)),
    "most": ("bigint", lambda value, now: Compared("pages", "<=", value)),
    "subtitle": ("text", lambda value, now: equals("subtitle", value)),
    "no_subtitle": ("text", lambda value, now: Q(subtitle__isnull=True)),
    "ids": ("uuid[]", lambda value, now: OneOf("id", value)),
    "is_public": ("boolean", lambda value, now: equals("is_public", value)),
    "reads": ("text", lambda value, now: StatusAt("subtitle", "printed_at", "sub4", "out", value, now)),
}


@dataclass(frozen=True)
class Shelf:
    """A list of books."""

    model: type[Model] = Book
    parent: str | None = None
    always: Callable[[Any], Q] = lambda viewer: Q()
    is_stricter: bool = False

    def criterion(self, name: str, value: Any, now: Any) -> Q:
        return CRITERIA[name][1](value, now)

    def read(self, given: Mapping[str, Any]) -> tuple[PageRequest, dict[str, Any]]:
        first, last = given.get("first"), given.get("last")
        if first is not None and last is not None:
            raise Wrong("first or last")
        size = first if first is not None else last if last is not None else 3
        if not 0 <= size <= 50:
            raise Wrong("too many")
        order = given.get("order")
        column = order.by.value if order else "title"
        values: dict[str, Any] = {"size": size, **_filter_values(given.get("filter"))}
        for side in ("after", "before"):
            if given.get(side) is not None:
                values[f"{side}_id"], values[f"{side}_key"] = _position(given[side], column)
        names = (name for name in values if name in CRITERIA)
        asked = PageRequest(
            column=column,
            is_timestamp=column in MOMENTS,
            is_descending=bool(order) and order.direction is Direction.DOWN,
            is_backwards=last is not None,
            has_after="after_id" in values,
            has_before="before_id" in values,
            filters=tuple((name, CRITERIA[name][0]) for name in names),
        )
        return asked, values


def _filter_values(asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not asked:
        return found
    if asked.title not in (None, strawberry.UNSET):
        found["title"] = asked.title
    if asked.pages not in (None, strawberry.UNSET):
        found["least"] = asked.pages.least
        if asked.pages.most not in (None, strawberry.UNSET):
            found["most"] = asked.pages.most
    if asked.subtitle is not strawberry.UNSET:
        found["no_subtitle" if asked.subtitle is None else "subtitle"] = asked.subtitle
    if asked.ids not in (None, strawberry.UNSET):
        found["ids"] = [decode(id, Book)[1] for id in asked.ids if id is not None]
    if asked.is_public not in (None, strawberry.UNSET):
        found["is_public"] = asked.is_public
    if asked.reads not in (None, strawberry.UNSET):
        found["reads"] = asked.reads
    return found


def moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _cursor(row: Any, column: str) -> str:
    key = getattr(row, column)
    return row.pk.hex + (moment(key) if column in MOMENTS else key).encode().hex()


def _position(cursor: str, column: str) -> tuple[UUID, Any]:
    try:
        text = bytes.fromhex(cursor[32:]).decode()
        return UUID(cursor[:32]), datetime.fromisoformat(text) if column in MOMENTS else text
    except ValueError:
        raise Wrong("no cursor") from None


@dataclass
class ToyPage:
    """One page, cut out of all rows: slow, and plainly right."""

    rows: list[Any]
    total: int
    asked: PageRequest
    has_more: bool

    def edges(self) -> list[Any]:
        return [ToyEdge(_cursor(row, self.asked.column), row) for row in self.rows]

    def info(self) -> Any:
        cursors = [_cursor(row, self.asked.column) for row in self.rows]
        asked = self.asked
        return ToyInfo(
            asked.has_before if asked.is_backwards else self.has_more,
            self.has_more if asked.is_backwards else asked.has_after,
            cursors[0] if cursors else None,
            cursors[-1] if cursors else None,
        )


@dataclass
class ToyEdge:
    cursor: str
    node: Any


@dataclass
class ToyInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def shelf(listing: Shelf, *permissions: BasePermission) -> Any:
    async def resolve(
        root: Any,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: BookFilter | None = None,
        order: BookOrdering | None = None,
    ) -> Any:
        asked, values = listing.read(locals())
        rows = visible(Book, info.context.viewer).filter(listing.always(info.context.viewer))
        if listing.parent:
            rows = rows.filter(**{listing.parent: root.pk})
        for name, _ in asked.filters:
            rows = rows.filter(listing.criterion(name, values[name], info.context.now))
        sign = "-" if asked.is_descending else ""
        found = list(await rows.order_by(f"{sign}{asked.column}", "id"))
        total = len(found)
        keys = [row.pk for row in found]
        start = keys.index(values["after_id"]) + 1 if asked.has_after else 0
        end = keys.index(values["before_id"]) if asked.has_before else total
        found, size = found[start:end], values["size"]
        page = found[max(0, len(found) - size) :] if asked.is_backwards else found[:size]
        return ToyPage(page, total, asked, len(found) > size)

    resolve.__annotations__["root"] = strawberry.Parent[Any]
    return declare_field(Paged(listing, listing.read), resolve, *permissions)


NodeT = TypeVar("NodeT")


def page_part(name: str, resolve: Any = None) -> Any:
    return strawberry.field(resolver=resolve, metadata={PLAN: PagePart(name)})


@strawberry.type
class PageInfo:
    has_next_page: bool = page_part("has_next_page")
    has_previous_page: bool = page_part("has_previous_page")
    start_cursor: str | None = page_part("start_cursor")
    end_cursor: str | None = page_part("end_cursor")


@strawberry.type
class Edge(Generic[NodeT]):
    cursor: str = page_part("cursor")
    node: NodeT = strawberry.field(metadata={PLAN: SameRow()})


def resolver_of(read: Callable[[Any], Any]) -> Any:
    def resolve(root: Any) -> Any:
        return read(root)

    resolve.__annotations__ = {"root": strawberry.Parent[Any]}
    return resolve


@strawberry.type
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = page_part("edges", resolver_of(lambda page: page.edges()))
    nodes: list[NodeT] = page_part("nodes", resolver_of(lambda page: page.rows))
    page_info: PageInfo = page_part("page_info", resolver_of(lambda page: page.info()))
    total_count: int = page_part("total_count", resolver_of(lambda page: page.total))
