"""Which pages and cursors are refused, and when are rows counted?"""

import pytest

from tests.api.lists import LISTS, PAGE, every_list, grow
from tests.statements import collect_statements

pytestmark = pytest.mark.postgres
IMPOSSIBLE = {
    "first: 101": "first",
    "first: -1": "first",
    "first: 2147483647": "first",
    "last: 101": "last",
    "last: -1": "last",
    "first: 1, last: 1": "last",
    "first: 0, last: 0": "last",
}


@every_list
async def test_an_impossible_page_is_refused_by_the_name_of_the_argument(world, clients, name):
    for arguments, named in IMPOSSIBLE.items() if name == "products" else (("first: 101", "first"),):
        assert await LISTS[name].refuse(world, clients, arguments) == ("BAD_USER_INPUT", [named]), arguments


_ID = "00" * 16
GARBAGE = {
    "nothing": "",
    "a word": "garbage",
    "a number": "20",
    "an offset in base64": "YXJyYXljb25uZWN0aW9uOjE=",
    "an id cut short": _ID[:-1],
    "half a digit": _ID + "0",
    "no digits": _ID + "zz",
    "no text": _ID + "ff",
    "a zero byte": _ID + "00",
    "an accent": "é" * 40,
    "an id as callers see it": "org_" + _ID,
    "a quote": "'" * 40,
    "very much": "g" * 5_000,
}


@every_list
async def test_garbage_is_not_a_cursor_of_any_list(world, clients, name):
    for argument in ("after", "before"):
        answer = await LISTS[name].refuse(world, clients, f'{argument}: "garbage"')

        assert answer == ("BAD_USER_INPUT", [argument])


@pytest.mark.parametrize("name", ["products", "members"])
async def test_no_garbage_is_a_cursor(world, clients, name):
    for what, garbage in GARBAGE.items():
        answer = await LISTS[name].refuse(world, clients, f'after: "{garbage}"')

        assert answer == ("BAD_USER_INPUT", ["after"]), what


async def test_a_cursor_of_another_order_is_not_a_cursor_of_timestamps(world, clients):
    for text in ("Alpina", "2026-11-23", "2026-11-23T08:30:00", "23:59", "٢٠٢٦", "2026-13-45T99:00:00+00:00"):
        answer = await LISTS["members"].refuse(world, clients, f'after: "{_ID + text.encode().hex()}"')

        assert answer == ("BAD_USER_INPUT", ["after"]), text


@every_list
async def test_rows_are_counted_only_when_that_is_asked(world, resolver_clients, name):
    listed = LISTS[name]
    await grow(world, listed)

    with collect_statements() as plain:
        await listed.ask(world, resolver_clients, "first: 2")
    with collect_statements() as counting:
        page = await listed.ask(world, resolver_clients, "first: 2", f"{PAGE} totalCount")
    with collect_statements() as only_counting:
        await listed.ask(world, resolver_clients, "first: 2", "totalCount")

    assert page["totalCount"] > 2
    assert not any("COUNT(" in statement for statement in plain)
    assert sum("COUNT(" in statement for statement in counting) == 1
    assert len(counting) == len(plain) + 1
    assert sum("COUNT(" in statement for statement in only_counting) == 1
