"""Are wrong cursors and page sizes refused, and does an invented cursor show nothing?"""

from uuid import uuid4

import pytest

from tests.clients import Clients
from tests.security.values import read_refusal
from tests.world import World

PRODUCTS = """
    query($id: ID!, $after: String, $field: ProductOrderField!) {
      organisation(id: $id) { products(after: $after, orderBy: {field: $field}) { totalCount nodes { id } } }
    }
"""
CATALOGUE = """
    query($after: String, $before: String, $first: Int, $last: Int) {
      catalogue(after: $after, before: $before, first: $first, last: $last) { nodes { id } }
    }
"""
BAD_CURSOR = "This is not a cursor for this list."


def place(key: bytes) -> str:
    """A cursor with this sort key."""
    return uuid4().hex + key.hex()


GARBAGE = {
    "nothing": "",
    "a word": "x",
    "an offset": "YXJyYXljb25uZWN0aW9uOjk5OTk5OTk5OTk=",
    "no hexadecimal digits": "z" * 40,
    "capitals": "A" * 40,
    "31 digits": "1" * 31,
    "an odd number of digits": "1" * 33,
    "digits of another script": "\u0661" * 32,
    "underscores between the digits": "1_" * 20,
    "spaces": " " * 40,
    "dashes": str(uuid4()) + "61",
    "a line break": place(b"a") + "\n",
    "10,000 digits": "a" * 10_000,
    "a NUL": place(b"\0"),
    "a NUL within": place(b"a\0b"),
    "no UTF-8": place(b"\xff"),
    "a surrogate": place(b"\xed\xa0\x80"),
    "half a character": place("é".encode()[:1]),
}
MOMENTS = {
    "nothing": b"",
    "a name": b"alpina",
    "a day": b"2026-11-23",
    "no time zone": b"2026-11-23T08:30:00",
    "month 13": b"2026-13-01T00:00:00+00:00",
    "year 1 in the east": b"0001-01-01T00:00:00+14:00",
    "year 9999 in the west": b"9999-12-31T23:59:59-14:00",
    "infinity": b"infinity",
    "a number": b"5",
}


@pytest.mark.parametrize("what", GARBAGE)
async def test_a_cursor_that_is_none_is_refused(world: World, clients: Clients, what: str):
    after = await clients.ask(CATALOGUE, {"after": GARBAGE[what]})
    before = await clients.ask(CATALOGUE, {"before": GARBAGE[what], "last": 2})

    assert read_refusal(after) == ("BAD_USER_INPUT", BAD_CURSOR, ["after"])
    assert read_refusal(before) == ("BAD_USER_INPUT", BAD_CURSOR, ["before"])


@pytest.mark.parametrize("what", MOMENTS)
async def test_a_cursor_with_a_wrong_timestamp_is_refused(world: World, clients: Clients, what: str):
    variables = {"id": world.id("alpina"), "after": place(MOMENTS[what]), "field": "EXPIRES_AT"}

    answer = await clients.ask(PRODUCTS, variables, as_=world.cL)

    assert read_refusal(answer) == ("BAD_USER_INPUT", BAD_CURSOR, ["after"])


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("moment", "found"), [(b"0001-01-01T00:00:00+00:00", 4), (b"9999-12-31T23:59:59.999999+00:00", 0)]
)
async def test_a_cursor_may_stand_at_the_ends_of_the_calendar(
    world: World, clients: Clients, moment: bytes, found: int
):
    variables = {"id": world.id("alpina"), "after": place(moment), "field": "EXPIRES_AT"}

    answer = await clients.ask(PRODUCTS, variables, as_=world.cL)

    assert len(answer.data["organisation"]["products"]["nodes"]) == found


@pytest.mark.postgres
@pytest.mark.parametrize("key", ["", "a", "zzz", "'", "%", "a" * 241, "a" * 4_000, "é" * 500])
async def test_an_invented_cursor_shows_no_row_that_the_list_has_not(world: World, clients: Clients, key: str):
    variables = {"id": world.id("alpina"), "after": place(key.encode()), "field": "NAME"}

    answer = await clients.ask(PRODUCTS, variables, as_=world.cL)

    shown = {row["id"] for row in answer.data["organisation"]["products"]["nodes"]}
    assert shown <= {world.id(name) for name in ("granted", "watched", "kept", "rivals")}


@pytest.mark.postgres
async def test_a_cursor_of_another_list_or_order_shows_nothing_that_is_hidden(world: World, clients: Clients):
    mine = await clients.ask(
        PRODUCTS.replace("nodes { id }", "edges { cursor }"),
        {"id": world.id("alpina"), "field": "NAME"},
        as_=world.cL,
    )
    (first, *_) = (edge["cursor"] for edge in mine.data["organisation"]["products"]["edges"])

    by_moment = await clients.ask(
        PRODUCTS, {"id": world.id("alpina"), "after": first, "field": "CREATED_AT"}, as_=world.pE
    )
    elsewhere = await clients.ask(PRODUCTS, {"id": world.id("borea"), "after": first, "field": "NAME"}, as_=world.pE)
    of_the_catalogue = await clients.ask(CATALOGUE, {"after": first, "first": 1}, as_=world.pE)

    assert read_refusal(by_moment) == ("BAD_USER_INPUT", BAD_CURSOR, ["after"])
    assert {row["id"] for row in elsewhere.data["organisation"]["products"]["nodes"]} <= {world.id("borean")}
    assert len(of_the_catalogue.data["catalogue"]["nodes"]) <= 1


SIZES: list[tuple[dict[str, int], str, str]] = [
    ({"first": -1}, "`first` must be a number from 0 to 100.", "first"),
    ({"first": 101}, "`first` must be a number from 0 to 100.", "first"),
    ({"last": -(2**31)}, "`last` must be a number from 0 to 100.", "last"),
    ({"last": 2**31 - 1}, "`last` must be a number from 0 to 100.", "last"),
    ({"first": 1, "last": 1}, "Use either `first` or `last`, not both.", "last"),
]


@pytest.mark.parametrize(("sizes", "message", "field"), SIZES)
async def test_a_page_that_cannot_be_is_refused(
    world: World, clients: Clients, sizes: dict[str, int], message: str, field: str
):
    answer = await clients.ask(CATALOGUE, sizes)

    assert read_refusal(answer) == ("BAD_USER_INPUT", message, [field])
