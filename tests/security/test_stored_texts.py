"""Is there a text argument that stores what no text may have in it?

The arguments are read from the schema: one that is added, and that bypasses the rules of `server.domain.text`, is found
here. So is one of which we do not know whether it is stored. SQLite would store anything.

Such an argument is found with any of these characters, so that each is tried with three of them; `make test-long` tries
all. That each is refused by the rules is proved in tests/domain/test_text.py.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLScalarType

from tests.clients import Clients
from tests.databases import rolled_back
from tests.long import amount
from tests.permissions.inputs import Input, Path, prepare, ways
from tests.permissions.walks import SCHEMA
from tests.rows import Person
from tests.snapshots import contents
from tests.world import World

pytestmark = pytest.mark.scaled

MUTATIONS: dict[str, Any] = dict(SCHEMA.mutation_type.fields)
NO_TEXT = {"ID", "Int", "Float", "Boolean", "DateTime", "Decimal"}
"""Scalars that are stored as something else."""

NOT_STORED = {
    *(("signIn", "email"), ("signIn", "password"), ("recoverOrganisation", "email")),
    *(("signUp", "token"), ("signUp", "newPerson.password")),
    *(("acceptMemberInvitation", "token"), ("acceptMemberInvitation", "newPerson.password")),
    *(
        ("acceptCustomerInvitation", "token"),
        ("declineCustomerInvitation", "token"),
        ("declineMemberInvitation", "token"),
    ),
    *(("terminatePartnership", "confirmation"), ("terminateProduct", "confirmation")),
}
"""Compared, or kept as a digest."""

HARMLESS = {"email": "mark@er.example", "country": "NO", "locale": "es_ES", "registrationNumber": "HRB 4321 Q"}
STORED_AS = {"registrationNumber": "HRB4321Q"}
"""By the argument's name: a text that is taken, and how it is found in the tables."""

BESIDE: dict[str, Input] = {"registrationNumber": {"country": "DE"}}
"""What stands next to a text: where a check digit is looked at, nothing else would be."""

HOSTILE = (
    "\x1b",
    "\x00",
    "\x85",
    "\u2028",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\xad",
    "\uffff",
    "\U000e0041",
)


def places(type_: Any, at: Path = ()) -> Iterator[Path]:
    """Where an input has room for a text; `*` is each place in a list."""
    if isinstance(type_, (GraphQLNonNull, GraphQLList)):
        yield from places(type_.of_type, (*at, "*") if isinstance(type_, GraphQLList) else at)
    elif isinstance(type_, GraphQLInputObjectType):
        for name, member in type_.fields.items():
            yield from places(member.type, (*at, name))
    elif isinstance(type_, GraphQLScalarType) and type_.name not in NO_TEXT:
        yield at


CASES = [(name, at) for name, field in MUTATIONS.items() for at in places(field.args["input"].type)]


def with_text(input: Input, at: Path, text: str) -> Input:
    """The input with this text at a place, which may be one that it left out."""
    whole = deepcopy(input)
    inner: Any = whole
    for part in at[:-1]:
        inner = inner[-1 if part == "*" else part]
    inner[-1 if at[-1] == "*" else at[-1]] = text
    if at[-1] in BESIDE:
        inner.update(BESIDE[at[-1]])
    return whole


def asked_with(world: World, mutation: str, at: Path) -> tuple[Person | None, Input]:
    """Who asks, with an input that has room for the text."""
    for who, input in ways(world, mutation):
        with suppress(KeyError, IndexError, TypeError):
            with_text(input, at, "")
            return who, input
    raise AssertionError(f"add a way to ask {mutation} with {'.'.join(at)} to BESIDES of tests/permissions/inputs.py")


def is_in(row: str, text: str) -> bool:
    """Whether a row has the text: as it is, in JSON, or in JSON within JSON."""
    escaped = json.dumps(text)[1:-1]
    return any(form in row for form in (text, escaped, json.dumps(escaped)[1:-1]))


async def new_rows(clients: Clients, world: World, mutation: str, at: Path, text: str) -> set[str]:
    """The rows that a mutation with this text adds to the tables, or changes."""
    who, input = asked_with(world, mutation, at)
    async with rolled_back():
        await prepare(world, mutation, input)
        before = await contents()
        await clients.change(mutation, with_text(input, at, text), as_=who)
        return set(await contents()) - set(before)


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize(("mutation", "at"), CASES, ids=[f"{name}-{'.'.join(at)}" for name, at in CASES])
async def test_no_argument_stores_what_no_text_may_have(
    world: World, engine_clients: Clients, mutation: str, at: Path
) -> None:
    harmless = HARMLESS.get(at[-1], "Mark Er")
    halves = harmless[:4], harmless[4:]
    turn = CASES.index((mutation, at))

    rows = await new_rows(engine_clients, world, mutation, at, harmless)
    is_stored = any(is_in(row, STORED_AS.get(at[-1], harmless)) for row in rows)
    hostile = []
    for mark in amount([HOSTILE[(turn + step) % len(HOSTILE)] for step in (0, 4, 8)], long=list(HOSTILE)):
        rows = await new_rows(engine_clients, world, mutation, at, mark.join(halves))
        hostile += [mark for row in rows if is_in(row, mark)]

    assert is_stored is ((mutation, ".".join(at)) not in NOT_STORED)
    assert hostile == []
