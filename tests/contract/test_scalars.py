"""Does each scalar take what its standard has, and nothing else, however it is sent?"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from server.domain.errors import Refused
from server.domain.people.organisations import existing_country
from server.domain.people.users import normal_email
from server.schema.scalars import SCALARS, CountryCode, EmailAddress
from tests.clients import Clients
from tests.databases import rolled_back
from tests.permissions.inputs import prepare, ways
from tests.permissions.walks import SCHEMA
from tests.world import World

LONGEST_LOCAL = "x" * 64


def read(scalar: object, value: object) -> Any:
    parse = SCALARS[scalar].parse_value
    assert parse
    return parse(value)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "a@b.ch",
            "A.B+c@b.ch",
            "o'neil@b.ch",
            "!#$%&'*+/=?^_`{|}~-@b.ch",
            "a@localhost",
            "a@b-c.d1",
            "a@[192.0.2.1]",
        ),
        *(
            '"a b"@c.ch',
            '"a\\"@b"@c.ch',
            "rené@b.ch",
            "rene\u0301@b.ch",
            "用户@例子.公司",
            "a@zürich.example",
            "a@[IPv6:::1]",
        ),
        *(f"{LONGEST_LOCAL}@b.ch", f"a@{'x' * 63}.{'y' * 63}.{'z' * 63}.{'w' * 57}.ch"),
    ],
)
def test_an_e_mail_address_is_what_the_rfc_has(address: str):
    assert read(EmailAddress, address) == normal_email(address) != ""
    assert read(EmailAddress, f" {address}\n") == normal_email(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            " ",
            "@",
            "a",
            "a@",
            "@b",
            "a@b@c",
            "a b@c.ch",
            ".a@b.ch",
            "a.@b.ch",
            "a..b@c.ch",
            "a@b..ch",
            "a@.ch",
            "a@b.",
        ),
        *(
            "a@-b.ch",
            "a@b-.ch",
            "a@b_c.ch",
            "a,b@c.ch",
            "a;b@c.ch",
            "<a@b.ch>",
            "a(b)@c.ch",
            '"a@b.ch',
            "a\x00@b.ch",
            "a\n@b.ch",
        ),
        *(
            "a\u202eb@c.ch",
            "a\u200bb@c.ch",
            "a@b\xad.ch",
            "a\xa0b@c.ch",
            "\ud800@b.ch",
            f"x{LONGEST_LOCAL}@b.ch",
            "a@[192.0.2",
        ),
        *(
            f"{'é' * 33}@b.ch",
            f"a@{'x' * 63}.{'y' * 63}.{'z' * 63}.{'w' * 58}.ch",
            "x" * 10_000,
            "a@" + "b-" * 5_000 + ".ch",
        ),
        *(5, True, None, ["a@b.ch"], {"a": "a@b.ch"}),
    ],
)
def test_anything_else_is_not_an_e_mail_address(address: object):
    with pytest.raises(GraphQLError, match=r"^This is not an e-mail address\.$"):
        read(EmailAddress, address)


@pytest.mark.parametrize("text", ["0", "-0", "12.50", "-12.5", "007", "9" * 15 + "." + "9" * 6])
def test_a_decimal_is_a_number_in_a_string(text: str):
    assert read(Decimal, text) == Decimal(text)


@pytest.mark.parametrize(
    "value", ["", "+1", "1.", ".5", "1e3", "NaN", "Infinity", "١", "1_000", "1 ", "9" * 16, 1, 1.5, None]
)
def test_anything_else_is_not_a_decimal(value: object):
    with pytest.raises(GraphQLError, match=r"^A Decimal must be a number in a string"):
        read(Decimal, value)


@pytest.mark.parametrize(("number", "text"), [("1E+3", "1000"), ("1E-6", "0.000001"), ("12.50", "12.50")])
def test_a_decimal_is_answered_without_an_exponent(number: str, text: str):
    assert SCALARS[Decimal].serialize(Decimal(number)) == text  # type: ignore[misc]


@pytest.mark.parametrize("value", ["", "C", "CHE", "ch", "C1", "Ｃh", "CH ", 1, None])
def test_a_country_has_two_capital_letters(value: object):
    with pytest.raises(GraphQLError, match=r"^A CountryCode must be two capital letters"):
        read(CountryCode, value)


@pytest.mark.parametrize(
    "code", ["AC", "CP", "DG", "EA", "IC", "TA", "EU", "EZ", "UN", "UK", "AN", "SU", "XX", "ZZ", "AA"]
)
def test_a_code_that_no_country_has_is_refused(code: str):
    assert read(CountryCode, code) == code
    with pytest.raises(Refused):
        existing_country(code, ("country",))


@pytest.mark.parametrize("code", ["CH", "LI", "GB", "JE", "GG", "IM", "BQ", "CW", "SX", "SS", "XK", "AX", "TW"])
def test_a_code_of_a_country_is_taken(code: str):
    assert existing_country(code, ("country",)) == code


def test_the_first_year_has_four_digits():
    first = datetime.fromisoformat("0001-01-01T00:00:00+00:00")

    assert SCALARS[datetime].serialize(first) == "0001-01-01T00:00:00.000000Z"  # type: ignore[misc]


LOG = "{ organisation(id: $id) { auditLog(filter: {since: AT}) { totalCount } } }"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-11-23t08:30:00z", True),
        ("1990-12-31T23:59:60Z", True),
        ("2027-W26-3T12:00:00Z", False),
        ("20261123T083000Z", False),
    ],
)
async def test_a_timestamp_is_the_same_in_a_document_in_a_variable_and_in_an_address(
    world: World, clients: Clients, text: str, is_one: bool
):
    literal = "query($id: ID!) " + LOG.replace("AT", f'"{text}"')
    variable = "query($id: ID!, $at: DateTime) " + LOG.replace("AT", "$at")
    default = f'query($id: ID!, $at: DateTime = "{text}") ' + LOG.replace("AT", "$at")
    id = world.id("alpina")
    address = "/graphql?" + urlencode({"query": literal, "variables": f'{{"id": "{id}"}}'})

    answers = [
        (await clients.ask(literal, {"id": id}, as_=world.cL)).json,
        (await clients.ask(variable, {"id": id, "at": text}, as_=world.cL)).json,
        (await clients.ask(default, {"id": id}, as_=world.cL)).json,
        (await clients.http.get(address, headers={"Authorization": f"Bearer {world.tokens['cL']}"})).json(),
    ]

    assert [("data" in answer) and not answer.get("errors") for answer in answers] == [is_one] * 4
    assert text not in str(answers)


def places(type_: Any, at: tuple[str, ...] = ()) -> Any:
    """Where an input takes a timestamp."""
    if isinstance(type_, (GraphQLNonNull, GraphQLList)):
        yield from places(type_.of_type, at)
    elif isinstance(type_, GraphQLInputObjectType):
        for name, member in type_.fields.items():
            yield from places(member.type, (*at, name))
    elif type_.name == "DateTime":
        yield at


MUTATIONS: dict[str, Any] = dict(SCHEMA.mutation_type.fields)
CASES = [(name, at) for name, field in MUTATIONS.items() for at in places(field.args["input"].type)]
ENDS = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59")


@pytest.mark.postgres
@pytest.mark.parametrize(("mutation", "at"), CASES, ids=[f"{name}-{'.'.join(at)}" for name, at in CASES])
async def test_the_ends_of_the_calendar_are_answered(
    world: World, engine_clients: Clients, mutation: str, at: tuple[str, ...]
) -> None:
    who, input = ways(world, mutation)[0]
    assert len(at) == 1, "put the moment where it belongs"
    for end in ENDS:
        async with rolled_back():
            await prepare(world, mutation, input)
            answer = await engine_clients.change(mutation, {**input, at[0]: end}, as_=who)
        assert "INTERNAL" not in answer.codes, answer.json


@pytest.mark.postgres
@pytest.mark.parametrize("end", ENDS)
async def test_a_list_is_narrowed_by_the_ends_of_the_calendar(world: World, clients: Clients, end: str):
    query = """query($id: ID!, $end: DateTime) { organisation(id: $id) {
        auditLog(filter: {since: $end, until: $end}) { totalCount nodes { id } } } }"""

    answer = await clients.ask(query, {"id": world.id("alpina"), "end": end}, as_=world.cL)

    is_one = not end.endswith(":59") or ("+" not in end and end.count("-") == 2)
    assert ("errors" not in answer.json) is is_one
    assert "INTERNAL" not in answer.codes
