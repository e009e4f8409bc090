"""Is an aggregate, such as a sum, the same by the statement and by the resolvers, for those who see the rows?"""

from typing import Any

import pytest

from server.engine.declarations import Aggregate, AggregateFunction, Filter
from server.models.conditions import Compared
from tests.engine.test_refused_declarations import nothing, refusal
from tests.engine.toy import AS_ADA, AS_CAL, STAFF, Book, Nobody, Toy, Visitor, of_author

EVERY = """
    copiesCounted pagesOfLongBooks priceTotal highestPrice turnover lastPrintedAt lastReviewedOn
    everything: bookCount few: mostCopies(most: 1)
"""


async def test_an_aggregate_is_written_as_the_scalar_of_its_column(toy: Toy):
    data = await toy.ask(of_author(EVERY), {"id": toy.id("ada")})

    assert data["author"] == {
        "copiesCounted": 8,
        "pagesOfLongBooks": 507,
        "priceTotal": "-87654319999.373",
        "highestPrice": "12345678901.125",
        "turnover": "0.00",
        "lastPrintedAt": "2024-01-01T08:07:00.000000Z",
        "lastReviewedOn": "2023-09-28",
        "everything": 8,
        "few": 1,
    }


async def test_without_rows_the_count_and_the_sum_are_zero_and_the_maximum_is_null(toy: Toy):
    data = await toy.ask(of_author(EVERY), {"id": toy.id("text0")})

    assert data["author"] == {
        "copiesCounted": 0,
        "pagesOfLongBooks": 0,
        "priceTotal": "0.000",
        "highestPrice": None,
        "turnover": "0.00",
        "lastPrintedAt": None,
        "lastReviewedOn": None,
        "everything": 0,
        "few": None,
    }


async def test_minor_units_add_up_to_a_decimal(toy: Toy):
    data = await toy.ask(of_author("turnover"), {"id": toy.id("empty")})

    assert data == {"author": {"turnover": "21474836.48"}}


@pytest.mark.parametrize(("viewer", "count"), [(None, 6), (AS_ADA, 6), (STAFF, 6)], ids=["nobody", "Ada", "staff"])
async def test_only_rows_that_the_viewer_sees_count(toy: Toy, viewer: Visitor | None, count: int):
    data = await toy.ask(of_author("bookCount"), {"id": toy.id("bob")}, viewer)

    assert data == {"author": {"bookCount": count}}


async def test_an_author_counts_their_own_hidden_rows(toy: Toy):
    of_cal = await toy.ask(of_author("bookCount lastPrintedAt"), {"id": toy.id("cal")}, AS_CAL)

    assert of_cal == {"author": {"bookCount": 2, "lastPrintedAt": "2024-01-01T08:21:00.000000Z"}}


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ('title: "book0"', 8),
        ('title: "book03"', 1),
        ('since: "2024-01-01T08:05:00+00:00"', 3),
        ('title: "book0", since: "2024-01-01T08:05:00+00:00"', 3),
        ('title: null, since: "2024-01-01T08:05:00+00:00"', 3),
        ("title: null", 8),
        ('title: "nothing like it"', 0),
    ],
)
async def test_arguments_narrow_the_rows(toy: Toy, arguments: str, count: int):
    data = await toy.ask(of_author(f"bookCount({arguments})"), {"id": toy.id("ada")})

    assert data == {"author": {"bookCount": count}}


async def test_the_values_of_arguments_are_read_when_the_statement_runs(toy: Toy):
    document = "query($id: ID!, $title: String) { author(id: $id) { bookCount(title: $title) } }"

    counts = [
        (await toy.ask(document, {"id": toy.id("ada"), **title}))["author"]["bookCount"]
        for title in ({"title": "book01"}, {"title": "book"}, {"title": None}, {})
    ]

    assert counts == [1, 8, 8, 8]


async def test_a_sum_beyond_an_int_is_an_error_at_its_place(toy: Toy):
    (result, _), expected = (
        await toy.by_engine(of_author("copiesTotal"), {"id": toy.id("ada")}),
        await toy.by_resolvers(of_author("copiesTotal"), {"id": toy.id("ada")}),
    )

    assert result is not None
    assert result.data == expected[0] == b'{"author":{"copiesTotal":null}}'
    assert [str(error.message) for error in result.errors] == [
        "Int cannot represent non 32-bit signed integer value: 9007199254740991"
    ]


async def test_each_row_of_a_list_has_its_own_aggregates(toy: Toy):
    data = await toy.ask(
        'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Author { bookCount(since: "2023-01-01T00:00:00+00:00") } } }',
        {"ids": [toy.id("ada"), toy.id("bob"), toy.id("boom")]},
    )

    assert data == {"nodes": [{"bookCount": 8}, {"bookCount": 0}, {"bookCount": 1}]}


async def test_an_aggregate_can_have_guards(toy: Toy):
    by_staff = await toy.ask(of_author("booksForStaff"), {"id": toy.id("ada")}, STAFF)
    refused = await toy.errors(of_author("booksForStaff"), {"id": toy.id("ada")}, AS_ADA)

    assert by_staff == {"author": {"booksForStaff": 8}}
    assert [error[:2] for error in refused] == [(["author", "booksForStaff"], "for the staff")]


# Declarations that are refused

SUM, COUNT, MAX = AggregateFunction.SUM, AggregateFunction.COUNT, AggregateFunction.MAX


@pytest.mark.parametrize(
    ("annotation", "plan", "reason"),
    [
        (int, Aggregate(Book, "leaves", SUM, "author_id"), "Book has no column leaves"),
        (int, Aggregate(Book, "pages", SUM, "writer_id"), "Book has no column writer_id"),
        (int, Aggregate(Nobody, "id", COUNT, "id"), "Nobody has no row policy"),
        (str, Aggregate(Book, "title", SUM, "author_id"), "a CharField has no sum"),
        (str | None, Aggregate(Book, "title", MAX, "author_id"), "a CharField has no max"),
        (bool | None, Aggregate(Book, "is_public", MAX, "author_id"), "a BooleanField has no max"),
        (int, Aggregate(Book, "printed_at", SUM, "author_id"), "a DatetimeField has no sum"),
        (int, Aggregate(Book, "pages", MAX, "author_id"), "the maximum of no rows is null, which Int! does not allow"),
        (str, Aggregate(Book, "pages", COUNT, "author_id"), "String! writes 7 differently from the database"),
        (int, Aggregate(Book, "price", SUM, "author_id"), "Int! writes Decimal('1.50') differently from the database"),
    ],
)
def test_an_aggregate_that_can_never_be_planned_is_refused(annotation: Any, plan: Aggregate, reason: str):
    assert refusal("total", annotation, nothing(plan)) == f"One.total: {reason}"


def test_an_aggregate_reads_all_arguments_of_its_field():
    plan = Aggregate(
        Book,
        "pages",
        SUM,
        "author_id",
        filters={"least": Filter("bigint", lambda least: Compared("pages", ">=", least))},
    )

    assert refusal("total", int, nothing(plan)) == "One.total: its arguments differ from its filters"
