"""A library of books, for which the engine is tested as a library: nothing here is of the programme.

Three types on three models, an interface and a union over them, row policies, guards, holes, pages and a
mutation. Every field has an ordinary resolver next to its declaration, so each answer can be had both ways.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from types import SimpleNamespace
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID, uuid4

import orjson
import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from strawberry import Info
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments
from tortoise import fields
from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.engine.declarations import (
    PLAN,
    Aggregate,
    AggregateFunction,
    ByAnyKey,
    ByFunction,
    ByKey,
    Column,
    Computed,
    Embedded,
    Filter,
    Guarded,
    JoinTable,
    Key,
    MutationField,
    Paged,
    PagePart,
    PageRequest,
    Prefetch,
    Relation,
    Rows,
    SameRow,
    ViewerObject,
)
from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.engine.planning.dialects import DIALECTS
from server.engine.reading.types import strawberry_field
from server.engine.running.null_propagation import MAX_ERRORS
from server.engine.running.results import Result
from server.engine.running.traces import Trace
from server.models.conditions import Among, Compared, Contains, Exists, OneOf, StatusAt, TwoPartPolicy, equals
from server.models.terms import BoundParameter
from server.schema.fields import sign

# What is stored


class Mood(StrEnum):
    GLAD = "GLAD"
    SAD = "SAD"


class Crooked(StrEnum):
    ONE = "one"


class Author(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    name = fields.TextField()
    motto = fields.TextField(null=True)
    mood: Mood = fields.CharEnumField(Mood, max_length=8, default=Mood.GLAD)
    humour: Mood | None = fields.CharEnumField(Mood, max_length=8, null=True)
    tags: Any = fields.JSONField(default=list)
    born_on = fields.DateField(null=True)
    street = fields.TextField(default="Road 1")
    city = fields.TextField(null=True)
    is_hidden = fields.BooleanField(default=False)
    has_notes = fields.BooleanField(default=True)

    class Meta:
        table = "toy_author"


class Book(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    author: Any = fields.ForeignKeyField("toy.Author", related_name="written")
    author_id: UUID
    title = fields.CharField(max_length=200)
    subtitle = fields.TextField(null=True)
    pages = fields.IntField(default=100)
    copies = fields.BigIntField(null=True)
    sold = fields.BigIntField(default=0)
    price = fields.DecimalField(max_digits=14, decimal_places=3, default=Decimal("9.500"))
    discount = fields.DecimalField(max_digits=14, decimal_places=3, null=True)
    printed_at = fields.DatetimeField()
    reviewed_on = fields.DateField(null=True)
    revised_at = fields.DatetimeField(null=True)
    is_public = fields.BooleanField(default=True)
    is_signed = fields.BooleanField(null=True)
    crooked: Crooked = fields.CharEnumField(Crooked, max_length=8, default=Crooked.ONE)
    weight = fields.FloatField(default=1.5)

    class Meta:
        table = "toy_book"


class Note(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    author_id = fields.UUIDField()
    book_id = fields.UUIDField(null=True)
    text = fields.TextField()

    class Meta:
        table = "toy_note"


class Loan(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    author_id = fields.UUIDField()
    book_id = fields.UUIDField()

    class Meta:
        table = "toy_loan"


class Renamed(Model):
    """A model whose column has another name in the database."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    label = fields.TextField(source_field="label_text", default="as stored")

    class Meta:
        table = "toy_renamed"


class Nobody(Model):
    """A model without a row policy."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)

    class Meta:
        table = "toy_nobody"


# Who asks, and which rows exist for them


@dataclass
class Visitor:
    """Somebody who asks: the authors they are, and whether they are of the staff."""

    author_ids: Any = ()
    is_staff: bool = False

    @property
    def own_id(self) -> UUID | None:
        return self.author_ids[0] if self.author_ids else None


@dataclass
class ToyContext:
    viewer: Visitor | None = None
    computed: list[str] = field(default_factory=list)
    now: datetime | None = None


def _authors(viewer: Visitor | None) -> Q:
    shown = Q(is_hidden=False)
    return shown if viewer is None else shown | Among("id", viewer.author_ids)


def _books(viewer: Visitor | None) -> Q:
    shown = Q(is_public=True)
    if viewer is None:
        return shown
    return TwoPartPolicy("author_id", lambda key: Among(key, viewer.author_ids), shown)


def _notes(viewer: Visitor | None) -> Q:
    of_book = Exists(Book, _books(viewer), id="book_id")
    return of_book if viewer is None else of_book | Among("author_id", viewer.author_ids)


POLICIES: dict[type[Model], Callable[[Any], Q]] = {
    Author: _authors,
    Book: _books,
    Note: _notes,
    Renamed: lambda viewer: Q(),
}


def visible(model: type[Model], viewer: Any) -> QuerySet[Any]:
    return model.filter(POLICIES[model](viewer))


class Missing(Exception):
    """There is no such row."""


class Denied(Exception):
    """Not for this visitor."""


class Wrong(GraphQLError):
    """An argument that cannot be read."""


class OwnRow(BasePermission):
    """Of rows that name an author by `column`: for the staff, and that author."""

    message = "not yours"

    def __init__(self, column: str) -> None:
        self.column = column

    async def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        viewer = info.context.viewer
        if viewer is None or not (viewer.is_staff or getattr(source, self.column) in viewer.author_ids):
            raise Denied("not yours")
        return True

    def row_filter(self, viewer: Any) -> Q | bool:
        if viewer is None:
            return False
        return viewer.is_staff or Among(self.column, viewer.author_ids)

    def refusal(self, viewer: Any) -> Exception:
        return Denied("not yours")


class StaffOnly(BasePermission):
    message = "for the staff"

    async def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        if info.context.viewer is None or not info.context.viewer.is_staff:
            raise Denied("for the staff")
        return True

    def row_filter(self, viewer: Any) -> bool:
        return viewer is not None and viewer.is_staff

    def refusal(self, viewer: Any) -> Exception:
        return Denied("for the staff")


# How fields are declared

PREFIXES = {Author: "aut", Book: "bok", Note: "not", Renamed: "ren"}
MODELS = {prefix: model for model, prefix in PREFIXES.items()}


def encode(row: Any) -> str:
    return f"{PREFIXES[type(row)]}_{row.pk.hex}"


def decode(value: str, model: type[Model] | None = None) -> tuple[type[Model], UUID]:
    prefix, _, digits = value.partition("_")
    try:
        found, key = MODELS[prefix], UUID(digits)
    except (KeyError, ValueError):
        raise Wrong("no id") from None
    if model is not None and found is not model:
        raise Wrong("another id")
    return found, key


def declare_field(plan: Any, resolve: Any, *permissions: BasePermission, withheld: bool = False) -> Any:
    """A field with a declaration, and the resolver that answers the same."""
    if permissions:
        plan = Guarded(plan, permissions, withheld=withheld)
    extensions = [_extension(permissions, withheld)] if permissions else []
    return strawberry.field(resolver=resolve, metadata={PLAN: plan}, extensions=extensions)


def _extension(permissions: Any, withheld: bool) -> Any:
    from strawberry.permission import PermissionExtension

    class Withholding(PermissionExtension):
        async def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            try:
                return await super().resolve_async(next_, source, info, **kwargs)
            except Denied:
                return None

    return (Withholding if withheld else PermissionExtension)(permissions=list(permissions))


def relation(model: type[Model], column: str) -> Any:
    async def resolve(root: Any, info: Info) -> Any:
        return await visible(model, info.context.viewer).get_or_none(id=getattr(root, column))

    resolve.__annotations__ = {"root": Any, "info": Info}
    return declare_field(Relation(model, column), resolve)


def hole(compute: Callable[[Any, Any], Any], *columns: str, **facts: Prefetch) -> Any:
    """Worked out by Python, out of columns."""

    async def resolve(root: Any, info: Info) -> Any:
        return compute(info.context, root)

    resolve.__annotations__ = {"root": Any, "info": Info}
    return declare_field(Computed(compute, columns, facts), resolve)


def aggregate(declaration: Aggregate, **arguments: Any) -> Any:
    """A field whose resolver reads all rows and works the same out of the declaration."""

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        _, values = declaration.read_arguments(
            {name: value for name, value in given.items() if value is not strawberry.UNSET}
        )
        rows = visible(declaration.model, info.context.viewer).filter(declaration.where(info.context.viewer))
        for name, value in values.items():
            rows = rows.filter(declaration.filters[name].condition(value))
        found = await rows.filter(**{declaration.parent: root.pk}).values_list(declaration.column, flat=True)
        return aggregate_of(declaration, [value for value in found if value is not None])

    sign(resolve, {name: (type_, name) for name, type_ in arguments.items()}, of_row=True)
    return declare_field(declaration, resolve)


def aggregate_of(declaration: Aggregate, values: list[Any]) -> Any:
    if declaration.function is AggregateFunction.COUNT:
        return len(values)
    if declaration.function is AggregateFunction.MAX:
        found = max(values, default=None)
    else:
        found = sum(values, declaration.model._meta.fields_map[declaration.column].to_python_value(0))
    return Decimal(found).scaleb(-2) if declaration.is_minor_units and found is not None else found


# Lists that grow

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


def part(name: str, resolve: Any = None) -> Any:
    return strawberry.field(resolver=resolve, metadata={PLAN: PagePart(name)})


@strawberry.type
class PageInfo:
    has_next_page: bool = part("has_next_page")
    has_previous_page: bool = part("has_previous_page")
    start_cursor: str | None = part("start_cursor")
    end_cursor: str | None = part("end_cursor")


@strawberry.type
class Edge(Generic[NodeT]):
    cursor: str = part("cursor")
    node: NodeT = strawberry.field(metadata={PLAN: SameRow()})


def _part(read: Callable[[Any], Any]) -> Any:
    def resolve(root: Any) -> Any:
        return read(root)

    resolve.__annotations__ = {"root": strawberry.Parent[Any]}
    return resolve


@strawberry.type
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = part("edges", _part(lambda page: page.edges()))
    nodes: list[NodeT] = part("nodes", _part(lambda page: page.rows))
    page_info: PageInfo = part("page_info", _part(lambda page: page.info()))
    total_count: int = part("total_count", _part(lambda page: page.total))


# What is promised


@strawberry.interface(name="Node")
class NodeType:
    model: ClassVar[type[Model]]

    id: strawberry.ID = declare_field(Key(PREFIXES), _part(encode))

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return isinstance(value, cls.model)


@strawberry.type
class Address:
    street: str
    city: str | None


@strawberry.type
class Letter:
    """Something that Python makes; `sign` may fail, and may be null although it must not be."""

    sign: str
    place: int
    twin: "Letter | None" = None


class _LetterValue:
    def __init__(self, sign: str, place: int) -> None:
        self._sign = sign
        self.place = place
        self.twin = None

    @property
    def sign(self) -> str | None:
        if self._sign == "!":
            raise ValueError("an unlucky letter")
        return None if self._sign == "0" else self._sign


def _letters(context: Any, row: Any) -> list[Any]:
    return [_LetterValue(sign, place) for place, sign in enumerate(row.name[:4])]


def _twins(context: Any, row: Any) -> Letter:
    return Letter(sign="a", place=1, twin=Letter(sign="b", place=2))


def _shout(context: Any, row: Any) -> str:
    if row.name.startswith("Boom"):
        raise ValueError(f"cannot shout {row.name}")
    return row.name.upper()


def _pages(context: Any, row: Any) -> int:
    return sum(pages for pages, _ in row.books)


BookRef = Annotated["BookType", strawberry.lazy("tests.engine.toy")]
NoteRef = Annotated["NoteType", strawberry.lazy("tests.engine.toy")]


async def _notes_of(root: Any, info: Info) -> Any:
    return await visible(Note, info.context.viewer).filter(author_id=root.pk).order_by("id")


async def _borrowed_books(root: Any, info: Info) -> Any:
    if not root.has_notes:
        return None
    loans = await Loan.filter(author_id=root.pk).order_by("id")
    rows = {row.pk: row for row in await visible(Book, info.context.viewer)}
    return [rows[loan.book_id] for loan in loans if loan.book_id in rows]


async def _page_total(root: Any, info: Info) -> int:
    return sum(row.pages for row in await Book.filter(author_id=root.pk, pages__gt=100))


def _slow(root: Any, times: int = 2) -> str:
    return root.name * times


for _function in (_notes_of, _borrowed_books, _page_total, _slow):
    _function.__annotations__["root"] = strawberry.Parent[Any]
_notes_of.__annotations__["return"] = list[Any]


@strawberry.type(name="Author")
class AuthorType(NodeType):
    model = Author

    name: str
    motto: str | None
    needed_motto: str = declare_field(Column("motto"), _part(lambda row: row.motto))
    mood: Mood
    humour: Mood | None
    tags: list[str]
    born_on: date | None
    has_notes: bool
    address: Address = declare_field(
        Embedded({"street": Column("street"), "city": Column("city")}), _part(lambda row: row)
    )
    city_address: Address | None = declare_field(
        Embedded({"street": Column("street"), "city": Column("city")}, present="city"),
        _part(lambda row: row if row.city is not None else None),
    )
    itself: "AuthorType" = declare_field(SameRow(), _part(lambda row: row))
    books: Connection[BookRef] = shelf(Shelf(parent="author_id"))
    long_books: Connection[BookRef] = shelf(
        Shelf(parent="author_id", always=lambda viewer: Compared("pages", ">", 100))
    )
    notes: list[NoteRef] = declare_field(Rows(Note, "author_id"), _notes_of)
    borrowed: list[BookRef] | None = declare_field(
        Rows(Book, through=JoinTable(Loan, "author_id", "book_id"), present="has_notes"), _borrowed_books
    )
    shout: str = hole(_shout, "name")
    may_shout: str | None = hole(_shout, "name")
    letters: list[Letter] = hole(_letters, "name")
    may_letters: list[Letter | None] | None = hole(_letters, "name")
    words: list[str] = hole(lambda context, row: [word or None for word in row.name.split(" ")], "name")
    may_words: list[str | None] = hole(lambda context, row: [word or None for word in row.name.split(" ")], "name")
    twins: Letter = hole(_twins)
    moods: list[Mood] = hole(lambda context, row: [Mood.SAD, row.mood], "mood")
    page_total: int = declare_field(
        Computed(
            _pages,
            (),
            {"books": Prefetch(Book, "author_id", "id", lambda viewer: Q(pages__gt=100), ("pages", "title"))},
        ),
        _page_total,
    )
    diary: str | None = declare_field(Column("motto"), _part(lambda row: row.motto), OwnRow("id"), withheld=True)
    letterbox: str = declare_field(Column("street"), _part(lambda row: row.street), OwnRow("id"))
    may_letterbox: str | None = declare_field(Column("street"), _part(lambda row: row.street), OwnRow("id"))
    ledger: str | None = declare_field(Column("street"), _part(lambda row: row.street), StaffOnly())
    slow: str = strawberry.field(resolver=_slow)
    book_count: int = aggregate(
        Aggregate(
            Book,
            "id",
            AggregateFunction.COUNT,
            "author_id",
            filters={
                "title": Filter("text", lambda text: Contains("title", text)),
                "since": Filter("timestamptz", lambda moment: Compared("printed_at", ">=", moment)),
            },
        ),
        title=str | None,
        since=datetime | None,
    )
    copies_counted: int = aggregate(Aggregate(Book, "copies", AggregateFunction.COUNT, "author_id"))
    pages_of_long_books: int = aggregate(
        Aggregate(Book, "pages", AggregateFunction.SUM, "author_id", lambda viewer: Compared("pages", ">", 100))
    )
    copies_total: int | None = aggregate(Aggregate(Book, "copies", AggregateFunction.SUM, "author_id"))
    most_copies: int | None = aggregate(
        Aggregate(
            Book,
            "copies",
            AggregateFunction.MAX,
            "author_id",
            filters={"most": Filter("bigint", lambda most: Compared("copies", "<=", most))},
        ),
        most=int,
    )
    price_total: Decimal = aggregate(Aggregate(Book, "price", AggregateFunction.SUM, "author_id"))
    highest_price: Decimal | None = aggregate(Aggregate(Book, "price", AggregateFunction.MAX, "author_id"))
    turnover: Decimal = aggregate(Aggregate(Book, "sold", AggregateFunction.SUM, "author_id", is_minor_units=True))
    last_printed_at: datetime | None = aggregate(Aggregate(Book, "printed_at", AggregateFunction.MAX, "author_id"))
    last_reviewed_on: date | None = aggregate(Aggregate(Book, "reviewed_on", AggregateFunction.MAX, "author_id"))


@strawberry.type(name="Book")
class BookType(NodeType):
    model = Book

    title: str
    subtitle: str | None
    pages: int
    copies: int | None
    sold: int
    price: Decimal
    discount: Decimal | None
    printed_at: datetime
    revised_at: datetime | None
    is_public: bool
    is_signed: bool | None
    author: AuthorType | None = relation(Author, "author_id")
    sure_author: AuthorType = relation(Author, "author_id")
    mark: str = hole(
        lambda context, row: f"{row.title}{row.price}{row.printed_at:%H:%M}", "title", "price", "printed_at"
    )


@strawberry.type(name="Note")
class NoteType(NodeType):
    model = Note

    text: str
    book: BookType | None = relation(Book, "book_id")
    author: AuthorType | None = relation(Author, "author_id")


Thing = Annotated[AuthorType | BookType | NoteType, strawberry.union("Thing")]


async def _my_author(root: Any, info: Info) -> Any:
    return await visible(Author, root).get_or_none(id=root.own_id)


_my_author.__annotations__["root"] = strawberry.Parent[Any]


@strawberry.type
class Me:
    author: AuthorType | None = declare_field(Relation(Author, key=lambda run: run.viewer.own_id), _my_author)


async def _viewer(info: Info) -> Any:
    return info.context.viewer


def _missing() -> Exception:
    return Missing("no such row")


async def _row(info: Info, id: strawberry.ID) -> Any:
    model, key = decode(id)
    row = await visible(model, info.context.viewer).get_or_none(id=key)
    if row is None:
        raise _missing()
    return row


async def _author(info: Info, id: strawberry.ID) -> Any:
    decode(id, Author)
    return await _row(info, id)


async def _rows(info: Info, ids: list[strawberry.ID]) -> Any:
    found = [decode(id) for id in ids]
    return [await visible(model, info.context.viewer).get_or_none(id=key) for model, key in found]


def _one(given: Mapping[str, Any]) -> Any:
    model, key = decode(given["id"])
    return (model,), {"key": key, "model": model}


def _many(given: Mapping[str, Any]) -> Any:
    named = [decode(id) for id in given["ids"]]
    models = tuple(sorted({model for model, _ in named}, key=lambda model: model.__name__))
    return models, {"keys": [(model.__name__, key) for model, key in named], "models": [model for model, _ in named]}


def _key(given: Mapping[str, Any]) -> Any:
    return None, {"key": decode(given["id"], Author)[1]}


async def _may_spell(context: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    if not StaffOnly().row_filter(context.viewer):
        raise StaffOnly().refusal(context.viewer)
    return given


async def _spell(context: Any, given: Mapping[str, Any]) -> Any:
    if not given["word"]:
        raise Missing("no word")
    found = [_LetterValue(sign, place) for place, sign in enumerate(given["word"])]
    return found[: given["most"]] if given["most"] >= 0 else None


def by_function(type_: Any) -> Any:
    """A root that a function answers, for the staff."""

    async def resolve(info: Info, word: str, most: int = 3) -> Any:
        return await _spell(info.context, {"word": word, "most": most})

    resolve.__annotations__["return"] = type_
    extensions = [_extension((StaffOnly(),), withheld=False)]
    return strawberry.field(resolver=resolve, metadata={PLAN: ByFunction(_may_spell, _spell)}, extensions=extensions)


@strawberry.type
class Query:
    spelled: list[Letter] | None = by_function(list[Letter] | None)
    surely_spelled: list[Letter] = by_function(list[Letter])
    me: Me | None = declare_field(ViewerObject(), _viewer)
    node: NodeType | None = declare_field(ByAnyKey(_one, _missing), _row)
    nodes: list[NodeType | None] = declare_field(ByAnyKey(_many, _missing, many=True), _rows)
    thing: Thing | None = declare_field(ByAnyKey(_one, _missing), _row)  # type: ignore[valid-type]
    things: list[Thing | None] = declare_field(ByAnyKey(_many, _missing, many=True), _rows)  # type: ignore[valid-type]
    sure_things: list[Thing] = declare_field(ByAnyKey(_many, _missing, many=True), _rows)  # type: ignore[valid-type]
    author: AuthorType | None = declare_field(ByKey(Author, _key, _missing), _author)
    sure_author: AuthorType = declare_field(ByKey(Author, _key, _missing), _author)
    books: Connection[BookType] = shelf(Shelf())
    staff_books: Connection[BookType] | None = shelf(Shelf(), StaffOnly())
    sure_staff_books: Connection[BookType] = shelf(Shelf(), StaffOnly())


# What can be changed


class Refused(Exception):
    """The business says no."""


@strawberry.type
class Problem:
    message: str
    field: list[str] | None = None


@strawberry.input
class WriteNoteInput:
    id: strawberry.ID
    author_id: strawberry.ID
    text: str = "nothing"
    book_id: strawberry.ID | None = strawberry.UNSET


@strawberry.type
class Written:
    """One of several: a row, and what is said of it."""

    note: NoteType | None
    remark: str | None
    letters: list[Letter]


@strawberry.type
class WriteNotePayload:
    note: NoteType | None
    written: list[Written] | None
    author: AuthorType | None
    secret: str | None
    user_errors: list[Problem]


@dataclass
class Changed:
    values: Mapping[str, Any]
    user_errors: list[Problem]

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


async def _check(context: Any, input: Any) -> Any:
    if context.viewer is None:
        raise Denied("sign in")
    return input


async def _write(context: Any, input: Any) -> Changed:
    _, author_id = decode(input.author_id, Author)
    note = await Note.create(
        id=decode(input.id, Note)[1],
        author_id=author_id,
        text=input.text,
        book_id=decode(input.book_id, Book)[1] if input.book_id else None,
    )
    if input.text == "forbidden":
        raise Refused("not this")
    if input.text == "broken":
        raise RuntimeError("a bug")
    author = await visible(Author, context.viewer).get_or_none(id=author_id)
    written = [_note_result(note, "new"), _note_result(None, input.text), _note_result(note, None)]
    return Changed({"note": note, "author": author, "secret": f"“{input.text}”", "written": written}, [])


def _note_result(note: Note | None, remark: str | None) -> Any:
    return SimpleNamespace(note=note, remark=remark, letters=[_LetterValue(sign, 0) for sign in remark or "!"])


def _refuse(context: Any, error: Exception) -> Changed | None:
    return Changed({}, [Problem(message=str(error), field=["text"])]) if isinstance(error, Refused) else None


@asynccontextmanager
async def _around() -> AsyncIterator[None]:
    async with in_transaction():
        yield


async def _write_note(info: Info, input: WriteNoteInput) -> Any:
    await _check(info.context, input)
    try:
        async with _around():
            return await _write(info.context, input)
    except Refused as refused:
        return _refuse(info.context, refused)


CHANGING = MutationField(_check, _write, _refuse, _around)


@strawberry.type
class Mutation:
    write_note: WriteNotePayload = declare_field(CHANGING, _write_note)


SCALARS: dict[Any, Any] = {
    datetime: strawberry.scalar(name="DateTime", serialize=moment, parse_value=datetime.fromisoformat),
}


class ToySchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        pass


def schema_of(query: type, mutation: type | None = None, **options: Any) -> ToySchema:
    return ToySchema(query=query, mutation=mutation, config=StrawberryConfig(scalar_map=SCALARS), **options)


# The engine's host


class ToyHost:
    """The toy as the engine sees it."""

    policies: Mapping[type[Model], Any] = POLICIES

    def __init__(self, schema: ToySchema) -> None:
        self.strawberry = schema

    @property
    def schema(self) -> GraphQLSchema:
        return self.strawberry._schema

    def policy(self, model: type[Model], viewer: Any) -> Q:
        return POLICIES[model](viewer)

    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q:
        return POLICIES[model](viewer)

    def cache_key(self, viewer: Visitor | None) -> Hashable:
        return None if viewer is None else viewer.is_staff

    def viewer_template(self, viewer: Visitor | None) -> Any:
        if viewer is None:
            return None
        ids = BoundParameter("visitor.author_ids", "uuid[]", lambda run: list(run.viewer.author_ids), is_of_viewer=True)
        return Visitor(ids, viewer.is_staff)

    def arguments(self, field: GraphQLField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        definition = strawberry_field(field)
        registry = self.strawberry.schema_converter.scalar_registry
        return convert_arguments(dict(values), definition.arguments, registry, self.strawberry.config)

    def coerce_variables(self, node: OperationDefinitionNode, variables: Mapping[str, Any], context: Any) -> Any:
        found = get_variable_values(self.schema, node.variable_definitions or (), dict(variables))
        return None if isinstance(found, list) else found

    def document(self, text: str) -> DocumentNode:
        return parse(text)

    def token_count(self, text: str) -> int:
        return len(text)

    def is_valid(self, text: str, document: DocumentNode) -> bool:
        return not validate(self.schema, document)

    def is_within_limits(self, text: str, document: DocumentNode, name: Any, variables: Any, context: Any) -> bool:
        return True


def engine_of(schema: ToySchema) -> Engine:
    """An engine for a schema of the toy; it raises Undeclared as the product's does when it starts."""
    return Engine(ToyHost(schema), lambda: DIALECTS[get_connection("default").capabilities.dialect])


# Both ways


@dataclass
class Toy:
    """The toy, connected: `ask` answers by the engine and by resolvers, and compares."""

    schema: ToySchema
    engine: Engine
    rows: dict[str, Any] = field(default_factory=dict)
    now: datetime = datetime(2024, 1, 1, 8, tzinfo=UTC)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["rows"][name]
        except KeyError:
            raise AttributeError(name) from None

    def id(self, name: str) -> str:
        return encode(self.rows[name])

    def with_schema(self, schema: ToySchema) -> "Toy":
        """The same rows under another schema."""
        return Toy(schema, engine_of(schema), self.rows)

    async def ask(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Visitor | None = None, name: str | None = None
    ) -> Any:
        """The answer, given by the engine and equal to that of the resolvers."""
        expected = await self.by_resolvers(text, variables, viewer, name)
        result, trace = await self.by_engine(text, variables, viewer, name)
        assert result is not None, trace.reason
        assert result.data == expected[0]
        data = orjson.loads(result.data)
        found, wanted = reduce_nulls(comparable_errors(result.errors), data), reduce_nulls(expected[1], data)
        # The engine creates no more errors than an answer reports.
        assert found == wanted or (len(result.errors) == MAX_ERRORS and all(error in wanted for error in found))
        return data

    async def errors(self, text: str, variables: dict[str, Any] | None = None, viewer: Visitor | None = None) -> Any:
        """What the engine says went wrong, once it is equal to what resolvers say."""
        await self.ask(text, variables, viewer)
        result, _ = await self.by_engine(text, variables, viewer)
        assert result is not None
        return comparable_errors(result.errors)

    async def both_changes(self, document: str, variables: dict[str, Any], viewer: Any) -> tuple[Any, Any]:
        """What resolvers answer to mutations, and what the engine does; nothing of them stays."""
        async with taken_back():
            ordinary = await self.by_resolvers(document, variables, viewer)
        async with taken_back():
            result, trace = await self.by_engine(document, variables, viewer)
        assert result is not None, trace.reason
        return ordinary, (result.data, comparable_errors(result.errors))

    async def by_engine(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Any = None, name: str | None = None
    ) -> tuple[Result | None, Trace]:
        return await answer_by_plan(self.engine, text, name, variables or {}, ToyContext(viewer, now=self.now))

    async def by_resolvers(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Any = None, name: str | None = None
    ) -> tuple[bytes, list[Any]]:
        found = await self.schema.execute(
            text, variable_values=variables or {}, context_value=ToyContext(viewer, now=self.now), operation_name=name
        )
        return orjson.dumps(found.data), comparable_errors(found.errors or [])


class _TakenBack(Exception):
    """Ends a transaction."""


@asynccontextmanager
async def taken_back() -> AsyncIterator[None]:
    """A transaction that leaves nothing."""
    with suppress(_TakenBack):
        async with in_transaction():
            yield
            raise _TakenBack


def comparable_errors(errors: list[GraphQLError]) -> list[Any]:
    """Errors as callers see them, in an order of their own: resolvers finish in any."""
    found = [
        (
            error.path,
            error.message,
            [(place.line, place.column) for place in error.locations or ()],
            type(error.original_error).__name__ if error.original_error else None,
        )
        for error in errors
    ]
    return sorted(found, key=str)


def reduce_nulls(errors: list[Any], data: Any) -> list[Any]:
    """Keep one error below each null: the specification leaves open whether others are reported."""
    found, nulls = [], set[tuple[Any, ...]]()
    for error in errors:
        null = _null_above(error[0] or [], data)
        if null is None:
            found.append(error)
        else:
            nulls.add(null)
    return [*found, *sorted(nulls, key=str)]


def _null_above(path: list[Any], data: Any) -> tuple[Any, ...] | None:
    for place, step in enumerate(path):
        if data is None:
            return tuple(path[:place])
        data = data[step]
    return None


SCHEMA = schema_of(Query, Mutation)

HOSTILE_TEXTS = [
    "",
    " ",
    "plain",
    "grüße Ünïcödé ñ ß ẞ Ω ж 漢字 한국어",
    "emoji 🦊👩‍👩‍👧‍👦🏳️‍🌈 end",
    "'single' \"double\" `back` ’curly’",
    "back\\slash \\u0041 \\n \\\\",
    "line\nfeed\r\ntab\tbell\x07 back\bfeed\f",
    "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "\x01!0\x03",
    "\x010\x02[]\x03",
    "\x01?0\x03 \x02 \x03",
    '","name":"injected","x":"',
    "</script><script>alert(1)</script>",
    "\u2028\u2029\ufeff\u200b\u202e rtl",
    "$1 ?1 :name %s %(x)s {0} $$ -- /* */ ;",
    "null",
    "\U0010ffff\ufffd\ufffe",
    "e\u0301 \u00e9",
    "a, b ,  c",
]


def _book(number: int, author: Author, **columns: Any) -> Book:
    defaults = {"title": f"book{number:02}", "printed_at": datetime(2024, 1, 1, 8, number, tzinfo=UTC)}
    return Book(id=UUID(int=1000 + number), author_id=author.pk, **(defaults | columns))


async def fill() -> dict[str, Any]:
    """Store the toy's rows and give them by name. Ids are fixed."""
    rows: dict[str, Any] = {}
    rows["ada"] = Author(
        id=UUID(int=1), name="Ada", motto="on", tags=["x", "ÿ"], born_on=date(1815, 12, 10), city="Ort"
    )
    rows["bob"] = Author(id=UUID(int=2), name="Bob", mood=Mood.SAD, humour=Mood.SAD, has_notes=False)
    rows["cal"] = Author(id=UUID(int=3), name="Cal", is_hidden=True, motto="hidden words", born_on=date(1, 2, 3))
    rows["boom"] = Author(id=UUID(int=4), name="Boom  !0", motto=None, born_on=date(9999, 12, 30))
    rows["empty"] = Author(id=UUID(int=5), name="")
    for number, text in enumerate(HOSTILE_TEXTS):
        rows[f"text{number}"] = Author(id=UUID(int=100 + number), name=text, motto=text, street=text, city=text or None)
    authors = [row for row in rows.values() if isinstance(row, Author)]
    await Author.bulk_create(authors)
    ada, bob, cal = rows["ada"], rows["bob"], rows["cal"]
    moments = [
        datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2024, 1, 1, 0, 0, 0, tzinfo=UTC),
        datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(2024, 1, 1, 0, 0, 0, 100000, tzinfo=UTC),
        datetime.fromisoformat("2024-03-31T02:30:00.123+05:30"),
        datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC),
        datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(1600, 1, 1, 0, 0, 0, 5, tzinfo=UTC),
    ]
    numbers = [0, 1, -1, 2**31 - 1, -(2**31), 2**31, -(2**31) - 1, 2**53 + 1]
    prices = ["0", "0.001", "-0.5", "12345678901.125", "1E+3", "100", "-99999999999.999", "0.000"]
    books = [
        _book(
            number,
            ada,
            revised_at=moments[number],
            reviewed_on=date(2023, 2 + number, 28) if number % 3 else None,
            copies=numbers[number],
            price=Decimal(prices[number]),
            discount=Decimal(prices[-number]) if number % 2 else None,
            is_signed=(True, False, None)[number % 3],
            subtitle=None if number % 2 else f"sub{number}",
            pages=100 + number % 3,
        )
        for number in range(8)
    ]
    books += [
        _book(10 + n, bob, title="same", printed_at=datetime(2020, 1, 1, tzinfo=UTC), is_public=n != 3)
        for n in range(7)
    ]
    books += [_book(20, cal, title="of the hidden"), _book(21, cal, title="hidden twice", is_public=False)]
    books += [_book(22, rows["boom"], title="of boom"), _book(23, rows["empty"], title="sold", sold=2**31)]
    await Book.bulk_create(books)
    rows |= {f"book{book.pk.int - 1000}": book for book in books}
    notes = [
        Note(id=UUID(int=2000), author_id=ada.pk, book_id=books[0].pk, text="on the first"),
        Note(id=UUID(int=2001), author_id=ada.pk, text="on nothing"),
        Note(id=UUID(int=2002), author_id=bob.pk, book_id=UUID(int=1021), text="on a hidden book"),
        Note(id=UUID(int=2003), author_id=UUID(int=4), book_id=UUID(int=1022), text="boom's"),
    ]
    await Note.bulk_create(notes)
    rows |= {f"note{note.pk.int - 2000}": note for note in notes}
    loans = [(ada, 1010), (ada, 1021), (ada, 1000), (ada, 1000), (bob, 1001), (cal, 1021)]
    await Loan.bulk_create(
        Loan(id=UUID(int=3000 + place), author_id=author.pk, book_id=UUID(int=book))
        for place, (author, book) in enumerate(loans)
    )
    rows["renamed"] = await Renamed.create(id=UUID(int=4000))
    return rows


APPS = {"toy": {"models": ["tests.engine.toy"], "default_connection": "default"}}
"""The toy's models only, as Tortoise is configured with them."""
