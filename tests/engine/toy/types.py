"""The types of the toy, on its models."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import strawberry
from strawberry import Info
from tortoise.expressions import Q
from tortoise.models import Model

from server.engine.declarations import (
    Aggregate,
    AggregateFunction,
    Column,
    Computed,
    Embedded,
    Filter,
    JoinTable,
    Key,
    Prefetch,
    Rows,
    SameRow,
)
from server.models.conditions import Compared, Contains
from tests.engine.toy.declared_fields import PREFIXES, aggregate, computed_field, declare_field, encode, relation
from tests.engine.toy.lists import Connection, Shelf, resolver_of, shelf
from tests.engine.toy.models import Author, Book, Loan, Mood, Note
from tests.engine.toy.policies import OwnRow, StaffOnly, WithMotto, visible


@strawberry.interface(name="Node")
class NodeType:
    model: ClassVar[type[Model]]

    id: strawberry.ID = declare_field(Key(PREFIXES), resolver_of(encode))

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return isinstance(value, cls.model)


@strawberry.type
class Address:
    street: str
    city: str | None


@strawberry.type
class Letter:
    """An object that Python makes. `sign` can fail, and can be null although it must not be."""

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


BookRef = Annotated["BookType", strawberry.lazy("tests.engine.toy.types")]
NoteRef = Annotated["NoteType", strawberry.lazy("tests.engine.toy.types")]


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
    needed_motto: str = declare_field(Column("motto"), resolver_of(lambda row: row.motto))
    mood: Mood
    humour: Mood | None
    tags: list[str]
    born_on: date | None
    has_notes: bool
    address: Address = declare_field(
        Embedded({"street": Column("street"), "city": Column("city")}), resolver_of(lambda row: row)
    )
    city_address: Address | None = declare_field(
        Embedded({"street": Column("street"), "city": Column("city")}, present="city"),
        resolver_of(lambda row: row if row.city is not None else None),
    )
    itself: "AuthorType" = declare_field(SameRow(), resolver_of(lambda row: row))
    books: Connection[BookRef] = shelf(Shelf(parent="author_id"))
    long_books: Connection[BookRef] = shelf(
        Shelf(parent="author_id", always=lambda viewer: Compared("pages", ">", 100))
    )
    notes: list[NoteRef] = declare_field(Rows(Note, "author_id"), _notes_of)
    borrowed: list[BookRef] | None = declare_field(
        Rows(Book, through=JoinTable(Loan, "author_id", "book_id"), present="has_notes"), _borrowed_books
    )
    shout: str = computed_field(_shout, "name")
    may_shout: str | None = computed_field(_shout, "name")
    letters: list[Letter] = computed_field(_letters, "name")
    may_letters: list[Letter | None] | None = computed_field(_letters, "name")
    words: list[str] = computed_field(lambda context, row: [word or None for word in row.name.split(" ")], "name")
    may_words: list[str | None] = computed_field(
        lambda context, row: [word or None for word in row.name.split(" ")], "name"
    )
    twins: Letter = computed_field(_twins)
    moods: list[Mood] = computed_field(lambda context, row: [Mood.SAD, row.mood], "mood")
    page_total: int = declare_field(
        Computed(
            _pages,
            (),
            {"books": Prefetch(Book, "author_id", "id", lambda viewer: Q(pages__gt=100), ("pages", "title"))},
        ),
        _page_total,
    )
    diary: str | None = declare_field(Column("motto"), resolver_of(lambda row: row.motto), OwnRow("id"), withheld=True)
    letterbox: str = declare_field(Column("street"), resolver_of(lambda row: row.street), OwnRow("id"))
    may_letterbox: str | None = declare_field(Column("street"), resolver_of(lambda row: row.street), OwnRow("id"))
    safe: str | None = declare_field(Column("street"), resolver_of(lambda row: row.street), OwnRow("id"), WithMotto())
    ledger: str | None = declare_field(Column("street"), resolver_of(lambda row: row.street), StaffOnly())
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
    books_for_staff: int | None = aggregate(Aggregate(Book, "id", AggregateFunction.COUNT, "author_id"), StaffOnly())
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
    mark: str = computed_field(
        lambda context, row: f"{row.title}{row.price}{row.printed_at:%H:%M}", "title", "price", "printed_at"
    )


@strawberry.type(name="Note")
class NoteType(NodeType):
    model = Note

    text: str
    book: BookType | None = relation(Book, "book_id")
    author: AuthorType | None = relation(Author, "author_id")


Thing = Annotated[AuthorType | BookType | NoteType, strawberry.union("Thing")]
