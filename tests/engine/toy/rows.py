"""The rows of the toy, with texts that look like SQL, JSON and placeholders among them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.engine.toy.models import Author, Book, Loan, Mood, Note, Renamed

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
