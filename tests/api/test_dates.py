"""Which dates does each mutation take: past, now, future, before, at and after the other date (D4, E39, E42, Q7)?

Each table is what the mutation answers at a clock that stands still, the first date down and the second across:
`.` stored as it was sent, a letter for each refusal. A refusal changes nothing.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLScalarType, get_named_type

from server.resolvers.paging import moment_text
from tests.api.clocks import INSTANT, StandingClock, standing_clock
from tests.clients import Clients
from tests.databases import rolled_back
from tests.permissions.inputs import prepare, ways
from tests.permissions.test_foreign_ids import MUTATIONS
from tests.snapshots import contents
from tests.world import World

__all__ = ["standing_clock"]

MOMENTS: dict[str, Callable[[datetime], datetime | None]] = {
    "none": lambda now: None,
    "past": lambda now: now - INSTANT,
    "now": lambda now: now,
    "next": lambda now: now + INSTANT,
    "later": lambda now: now + timedelta(days=40),
    "year": lambda now: now + timedelta(days=365),
    "over": lambda now: now + timedelta(days=365) + INSTANT,
    "last": lambda now: datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
}

END_AND_REVIEW = """
          none past now  next later last
    none  .    R    R    .    .     .
    past  E    BER  BER  BE   BE    BE
    now   E    ER   BER  BE   BE    BE
    next  .    R    R    B    B     B
    later .    R    R    .    B     B
    last  .    R    R    .    .     B
"""
PERIOD = """
          none past now  next later last
    none  .    .    .    .    .     .
    past  .    U    .    .    .     .
    now   .    U    U    .    .     .
    next  .    U    U    U    .     .
    later .    U    U    U    U     .
    last  .    U    U    U    U     U
"""
EXPIRY = """
    none past now  next later year over last
    .    F    F    .    .     .    Y    Y
"""

TABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "invitePartner": (("expiresAt", "reviewAt"), END_AND_REVIEW, "partnership { expiresAt reviewAt }"),
    "acceptRequest": (("expiresAt", "reviewAt"), END_AND_REVIEW, "partnership { expiresAt reviewAt }"),
    "acceptCustomerInvitation": (("expiresAt", "reviewAt"), END_AND_REVIEW, "partnership { expiresAt reviewAt }"),
    "setPartnershipDates": (("expiresAt", "reviewAt"), END_AND_REVIEW, "partnership { expiresAt reviewAt }"),
    "requestExport": (("since", "until"), PERIOD, "export { since until }"),
    "createApiToken": (("expiresAt",), EXPIRY, "apiToken { expiresAt }"),
}
"""By mutation: its dates, what it answers, and where it gives them back."""

FUTURE = "This must be in the future."
LETTERS = {
    ("VALIDATION_FAILED", FUTURE, ("input", "expiresAt")): "E",
    ("VALIDATION_FAILED", FUTURE, ("input", "reviewAt")): "R",
    ("VALIDATION_FAILED", "The review must be before the end.", ("input", "reviewAt")): "B",
    ("VALIDATION_FAILED", "The end must be after the start.", ("input", "until")): "U",
    ("VALIDATION_FAILED", "The expiry must be in the future.", ("input", "expiresAt")): "F",
    ("VALIDATION_FAILED", "A token is valid for at most one year.", ("input", "expiresAt")): "Y",
}

Path = tuple[str, ...]


def test_every_date_that_a_mutation_takes_is_in_a_table():
    found = {name: dates(field.args["input"].type) for name, field in MUTATIONS.items() if "input" in field.args}

    assert {name: set(paths) for name, paths in found.items() if paths} == {
        name: {(field,) for field in fields} for name, (fields, _, _) in TABLES.items()
    }


def dates(type_: Any, at: Path = ()) -> list[Path]:
    """Where an input has room for a date: any scalar of ours whose name says that it is a day or a time."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        return [path for name, field in named.fields.items() for path in dates(field.type, (*at, name))]
    is_date = isinstance(named, GraphQLScalarType) and ("Date" in named.name or "Time" in named.name)
    return [at] if is_date else []


@pytest.mark.parametrize("mutation", TABLES)
async def test_a_mutation_takes_the_dates_that_its_table_says(
    world: World, engine_clients: Clients, clock: StandingClock, mutation: str
):
    fields, table, payload = TABLES[mutation]
    who, input = ways(world, mutation)[0]
    await prepare(world, mutation, input)
    before = await contents()

    async def cell(*names: str) -> str:
        chosen = [MOMENTS[name](clock.moment) for name in names]
        sent = {field: moment and moment_text(moment) for field, moment in zip(fields, chosen, strict=True)}
        async with rolled_back():
            asked = f"{payload} userErrors {{ code message field }}"
            answer = (await engine_clients.change(mutation, input | sent, asked, as_=who)).data[mutation]
            errors = answer.pop("userErrors")
            (given,) = answer.values()
            if errors:
                assert (given, await contents()) == (None, before)
            elif mutation != "createApiToken" or sent != {"expiresAt": None}:
                assert given == sent
            return "".join(sorted(LETTERS[e["code"], e["message"], tuple(e["field"])] for e in errors)) or "."

    found = [[await cell(*names) for names in row] for row in rows(table, len(fields))]
    assert found == cells(table, len(fields))


def rows(table: str, number: int) -> Iterator[list[tuple[str, ...]]]:
    """The names of the times of each cell."""
    across, *lines = dedent(table).strip().splitlines()
    if number == 1:
        yield [(name,) for name in across.split()]
        return
    for line in lines:
        yield [(line.split()[0], name) for name in across.split()]


def cells(table: str, number: int) -> list[list[str]]:
    return [line.split()[number - 1 :] for line in dedent(table).strip().splitlines()[1:]]


@pytest.mark.parametrize("kind", ["ACCESS_REVIEW", "MANAGED_CUSTOMERS"])
async def test_a_list_without_dates_takes_no_period(
    world: World, engine_clients: Clients, clock: StandingClock, kind: str
):
    moment, before = moment_text(clock.moment), await contents()
    organisation, who = ("alpina", world.cL) if kind == "ACCESS_REVIEW" else ("nova", world.pL)
    input = {"organisationId": world.id(organisation), "kind": kind}

    for fields in (["since"], ["until"], ["since", "until"]):
        answer = await engine_clients.change("requestExport", input | dict.fromkeys(fields, moment), as_=who)
        assert answer.data["requestExport"]["userErrors"] == [
            {
                "code": "VALIDATION_FAILED",
                "message": "This list cannot be filtered by time.",
                "field": ["input", field],
            }
            for field in fields
        ]
    assert await contents() == before
