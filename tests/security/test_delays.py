"""Does an attack by one client keep another waiting?

A second client keeps asking while each attack runs. `make test-long` sends all of each attack and holds the slowest answer to
100 ms; otherwise less is sent, and the bound leaves room for a busy machine. The table of the slowest answers is
printed and left in `.artifacts`.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from graphql import get_introspection_query

from tests.databases import BACKEND, Databases
from tests.long import LONG, amount
from tests.security.connection_attacks import ON_CONNECTIONS
from tests.security.delays import Attacker, Bystander, attacker, body, bystander
from tests.security.sign_in_flood import wrong_passwords
from tests.servers import DemoServer, demo_server

# What an attack costs, it costs before the database: PostgreSQL is looked at only in the long form.
pytestmark = [pytest.mark.postgres, pytest.mark.scaled, *([pytest.mark.long] if BACKEND == "postgres" else [])]

BOUND: Final = amount(0.5, long=0.1)
"""Seconds."""
TIMES: Final = amount(4, long=20)
"""How often an attack is repeated within a run."""

SIGN_IN: Final = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"
NODES: Final = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
CATALOGUE: Final = "query($filter: CatalogueFilter) { catalogue(filter: $filter) { totalCount } }"

Attack = Callable[[Attacker], Awaitable[None]]


async def nothing(attacker: Attacker) -> None:
    """What the bystander waits when nobody attacks."""


async def keys_that_no_input_has(attacker: Attacker) -> None:
    sent = body(SIGN_IN, {"input": {f"k{number}": 1 for number in range(20_000)}})

    await attacker.post(*[sent] * TIMES)


async def variables_that_no_operation_has(attacker: Attacker) -> None:
    sent = body("{ __typename }", {f"k{number}": 1 for number in range(20_000)})

    await attacker.post(*[sent] * TIMES)


async def lists_for_ids(attacker: Attacker) -> None:
    await attacker.post(*[body(NODES, {"ids": [[]] * 80_000})] * TIMES)


async def numbers_for_ids(attacker: Attacker) -> None:
    await attacker.post(*[body(NODES, {"ids": [0] * 125_000})] * TIMES)


async def long_texts_of_the_wrong_type(attacker: Attacker) -> None:
    sent = body(CATALOGUE, {"filter": {"category": "x" * 250_000}})

    await attacker.post(*[sent] * TIMES)


async def introspection(attacker: Attacker) -> None:
    query = get_introspection_query(descriptions=True, input_value_deprecation=True)

    await attacker.post(*[body(f"{query} # {number}") for number in range(TIMES)])


async def mistakes_within_the_limits(attacker: Attacker) -> None:
    """As many as variables may hold, and as many long ids as a list may have."""
    objects = body(NODES, {"ids": [{f"k{number}": number for number in range(18)}] * 100})
    ids = body(NODES, {"ids": ["x" * 2_400] * 100})

    await attacker.post(*[objects, ids] * TIMES)


async def documents_that_hold_as_much_as_they_may(attacker: Attacker) -> None:
    """Each another, of many tokens, of many mistakes, and of operations that share a long chain of fragments."""
    fragments = " ".join(f"fragment F{number} on User {{ {'email ' * 35}}}" for number in range(45))
    pages = " ".join(f"organisations(first: {number}) {{ nodes {{ id name }} }}" for number in range(99))
    chain = " ".join(f"fragment F{number} on Viewer {{ ...F{number + 1} }}" for number in range(100))
    operations = " ".join(f"query Q{number} {{ viewer {{ ...F0 }} }}" for number in range(100))
    last = "fragment F100 on Viewer { __typename }"

    for number in range(TIMES):
        await attacker.post(
            body(f"{{ __typename }} {fragments} # {number}"),
            body(f"{{ viewer {{ {pages} }} }} # {number}"),
            body(f"{operations} {chain} {last} # {number}", operationName="Q7"),
            as_owner=number % 2 == 0,
        )


async def long_names_and_headers(attacker: Attacker) -> None:
    name = body("query Q { __typename }", operationName="x" * 200_000)
    headers = {"Accept": ", ".join(["a/b;q=0.1"] * 2_500), "X-Request-Id": "x" * 64}

    async def ask(number: int) -> None:
        await attacker.http.get(f"/graphql?query={{__typename}}&n={number}", headers=headers)

    await attacker.post(*[name] * TIMES)
    await attacker.together((ask(number) for number in range(TIMES)), 4)


async def documents_that_take_long_to_validate(attacker: Attacker) -> None:
    """Each another, of the most fields that are admitted, all of them in fragments that are spread everywhere."""
    fields = " ".join(["name", "id", "__typename", "category"] * 12)

    await attacker.post(
        *[
            body(
                "{ " + f"a{number}: catalogue {{ nodes {{ ...F ...G }} }} }} "
                f"fragment F on CatalogueItem {{ {fields} ...G }} fragment G on CatalogueItem {{ {fields} }}"
            )
            for number in range(TIMES * 5)
        ]
    )


async def plans_that_differ(attacker: Attacker) -> None:
    """One document whose fields are asked for or not, each time in another combination, all of them at once."""
    names = [f"b{number}" for number in range(12)]
    page = "nodes { id serviceName category } pageInfo { hasNextPage endCursor } totalCount"
    pages = " ".join(f"p{name}: products(first: 1) @include(if: ${name}) {{ {page} }}" for name in names)
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    query = f"query({declared}) {{ viewer {{ organisations(first: 1) {{ nodes {{ {pages} }} }} }} }}"

    def combination(number: int) -> dict[str, bool]:
        return {name: bool(number >> place & 1) for place, name in enumerate(names)}

    first = next(_combinations)
    sent = [body(query, combination(first * TIMES * 5 + number)) for number in range(TIMES * 5)]
    await attacker.post(*sent, as_owner=True, at_a_time=50)


async def addresses_of_many_parameters(attacker: Attacker) -> None:
    address = "/graphql?" + "%41=%41&" * 4_000

    async def ask(_: int) -> None:
        assert (await attacker.http.get(address)).status_code == HTTPStatus.BAD_REQUEST

    await attacker.together((ask(number) for number in range(TIMES * 5)), 50)


_combinations: Final = count()
"""Counts the runs of an attack: what was planned once is known."""

ATTACKS: Final[dict[str, Attack]] = {
    "nothing": nothing,
    "20,000 keys that no input has": keys_that_no_input_has,
    "20,000 variables that no operation has": variables_that_no_operation_has,
    "80,000 lists in the place of ids": lists_for_ids,
    "125,000 numbers in the place of ids": numbers_for_ids,
    "a text of 250,000 characters in the place of a category": long_texts_of_the_wrong_type,
    "introspection, each time in another document": introspection,
    "documents that take long to validate": documents_that_take_long_to_validate,
    "as many mistakes as variables may hold": mistakes_within_the_limits,
    "documents that hold as much as they may": documents_that_hold_as_much_as_they_may,
    "long names of operations and long headers": long_names_and_headers,
    "one document in plans that differ": plans_that_differ,
    "addresses of 4,000 parameters": addresses_of_many_parameters,
    "wrong passwords from many sources": wrong_passwords,
    **ON_CONNECTIONS,
}


@pytest.fixture(scope="module")
def attacked_server(request: pytest.FixtureRequest) -> DemoServer:
    """A server with the demo world: in the long form one of its own, since it is left with what the attacks did."""
    return request.getfixturevalue("own_server" if LONG else "demo_server")


@pytest.fixture(scope="module")
async def own_server(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoServer]:
    chosen = {} if BACKEND == "sqlite" else {"RESELLER_DATABASE_URL": await all_databases.copy()}
    with demo_server(tmp_path_factory.mktemp("attacked"), **chosen) as server:
        yield server


@pytest.fixture(scope="module")
async def second(attacked_server: DemoServer) -> AsyncIterator[Bystander]:
    async with bystander(attacked_server) as found:
        yield found


@pytest.fixture(scope="module")
def delays(artifacts: Path) -> Iterator[dict[str, float]]:
    """The slowest answer during each attack, in seconds; written out at the end."""
    found = dict[str, float]()
    yield found
    lines = [f"{seconds * 1000:8.1f} ms  {name}" for name, seconds in found.items()]
    table = "\n".join([f"The slowest answer to a second client on {BACKEND}, during", *lines, ""])
    (artifacts / f"delays-{BACKEND}.txt").write_text(table)
    sys.stdout.write(f"\n{table}")


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_keeps_nobody_else_waiting(
    name: str, attacked_server: DemoServer, second: Bystander, delays: dict[str, float]
):
    async def attack() -> None:
        async with attacker(attacked_server) as found:
            await ATTACKS[name](found)
        assert all(status < HTTPStatus.INTERNAL_SERVER_ERROR for status in found.answers), found.answers

    delays[name] = await second.worst_delay(attack, BOUND)

    assert delays[name] <= BOUND, f"a second client waited {delays[name]:.3f} s"
