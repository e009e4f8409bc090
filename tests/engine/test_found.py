"""Where does the engine not do what it promises?

What a test finds stays here until the engine holds it; then it moves to `test_once_found.py`.
"""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tests.engine import toy as toys
from tests.engine.both import Both
from tests.engine.test_bounds import large_document, resident
from tests.engine.toy import Author, Book, Toy, taken_back

pytestmark = pytest.mark.postgres

ADA = UUID(int=1)


async def test_an_infinite_timestamp_does_not_take_the_rows_around_it(toy: Toy) -> None:
    """What Python calls the last possible time, asyncpg stores as infinity."""
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    async with taken_back():
        await Book.create(id=UUID(int=6000), author_id=UUID(int=5), title="never", printed_at=last, revised_at=last)
        await Author.filter(id=UUID(int=5)).update(born_on=date.max)
        document = (
            "query($id: ID!) { author(id: $id) { bornOn books { totalCount nodes { title printedAt revisedAt } } } }"
        )
        expected = await toy.by_resolvers(document, {"id": toy.id("empty")})
        result, _ = await toy.by_engine(document, {"id": toy.id("empty")})

    assert result is not None
    assert (result.data, toys.comparable_errors(result.errors)) == expected


async def test_long_values_do_not_fill_the_memory(both: Both) -> None:
    """Anybody may ask this. 500 documents would hold 40 times as much."""
    before = resident()
    for place in range(12):
        document = f"query($s: String!) {{ catalogue(first: 1, filter: {{search: $s}}) {{ a{place}: totalCount }} }}"
        for number in range(128):
            await both.by_engine(document, {"s": f"{number} {'x' * 9_900}"}, "AN")

    assert resident() - before < 40


async def test_large_documents_do_not_fill_the_memory(both: Both) -> None:
    """500 would hold 20 times as much; on SQLite most of it are prepared statements."""
    before = resident()
    for place in range(25):
        document = large_document(480).replace("totalCount", f"a{place}: totalCount", 1)
        await both.by_engine(document, {}, "pL")

    assert resident() - before < 25


async def test_an_error_within_an_object_of_a_computed_field_is_at_its_field(toy: Toy) -> None:
    ada = {"id": toy.id("ada")}
    async with taken_back():
        await Author.filter(id=ADA).update(name="a!0c")
        places = [
            [error[0] for error in await toy.errors(f"query($id: ID!) {{ author(id: $id) {{ {selection} }} }}", ada)]
            for selection in (
                "letters { place sign }",
                "mayLetters { place sign }",
                "mayLetters { sign twin { sign } }",
            )
        ]

    nullable = [["author", "mayLetters", 1, "sign"], ["author", "mayLetters", 2, "sign"]]
    assert places == [[["author", "letters", 1, "sign"]], nullable, nullable]
