"""Are the variables of a request counted before anything looks into them, however they are sent?"""

import asyncio
import json
import time
from typing import Any

import pytest

from server.app import create_app
from server.schema.variable_limits import Bounds, variable_excess
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.security.refusals import errors
from tests.waiting import until
from tests.world import World

SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
INVITE = "mutation($input: InvitePartnerInput!) { invitePartner(input: $input) { userErrors { code } } }"
CATALOGUE = "query($filter: CatalogueFilter) { catalogue(filter: $filter) { totalCount } }"
ANYTHING = "{ __typename }"
BOUNDS = Bounds(fields=200, items=100, values=2_000, characters=10_000)
SECONDS = 0.3
"""Of this process, for an attack that took seconds: parsing its JSON takes most of that."""

FIELDS, ITEMS = "Give at most 200 fields.", "Give at most 100 values."
TEXT, ALL = "A text can have at most 10,000 characters.", "The variables contain more than 2,000 values."
DEEP = "The variables are nested deeper than 64 levels."


def nest(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


REFUSED: dict[str, tuple[str, Any, str, list[str] | None]] = {
    "20,000 unknown fields": (SIGN_IN, {"input": {f"k{n}": 1 for n in range(20_000)}}, FIELDS, ["input"]),
    "20,000 unknown variables": (SIGN_IN, {f"k{n}": 1 for n in range(20_000)}, FIELDS, None),
    "30 objects of 90 objects": (
        CATALOGUE,
        {"filter": [{f"k{n}": {f"k{m}": 1 for m in range(90)} for n in range(30)}]},
        ALL,
        ["filter", "0"],
    ),
    "80,000 empty lists": (NODES, {"ids": [[]] * 80_000}, ITEMS, ["ids"]),
    "125,000 zeros": (NODES, {"ids": [0] * 125_000}, ITEMS, ["ids"]),
    "100 lists of 100 lists": (NODES, {"ids": [[[]] * 100] * 100}, ALL, ["ids", "81"]),
    "101 ids": (NODES, {"ids": ["x"] * 101}, ITEMS, ["ids"]),
    "a text of 250,000 characters": (CATALOGUE, {"filter": {"category": "x" * 250_000}}, TEXT, ["filter", "category"]),
    "an id of 10,001 characters": (NODES, {"ids": ["x", "x" * 10_001]}, TEXT, ["ids", "1"]),
    "the name of a field of 200,000 characters": (SIGN_IN, {"input": {"x" * 200_000: 1}}, TEXT, ["input"]),
    "the name of a variable of 200,000 characters": (SIGN_IN, {"x" * 200_000: 1}, TEXT, None),
    "a text in a field that no input has": (SIGN_IN, {"input": {"pasword": "x" * 10_001}}, TEXT, ["input"]),
    "a text in a variable that is no name": (SIGN_IN, {"a secret": {"email": "x" * 10_001}}, TEXT, None),
    "a text in a variable with an underscore": (
        SIGN_IN,
        {"sign_in": {"email": "x" * 10_001}},
        TEXT,
        ["sign_in", "email"],
    ),
    "101 rights, deep inside": (
        INVITE,
        {"input": {"access": {"limited": {"products": [{"rights": [1] * 101}]}}}},
        ITEMS,
        ["input", "access", "limited", "products", "0", "rights"],
    ),
    "lists nested 65 deep": (NODES, {"ids": nest(65)}, DEEP, ["ids"] + ["0"] * 62),
    "variables that nothing asks for": (ANYTHING, {"x": [0] * 101}, ITEMS, ["x"]),
    "variables of an unknown operation": ("{ viewr }", {"x": [0] * 101}, ITEMS, ["x"]),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_too_much_in_the_variables_is_refused_quickly_and_named(world: World, clients: Clients, what: str):
    query, variables, message, field = REFUSED[what]
    body = json.dumps({"query": query, "variables": variables}, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"}

    started = time.process_time()
    lenient = await clients.http.post("/graphql", content=body, headers=headers)
    taken = time.process_time() - started
    strict = await clients.http.post(
        "/graphql", content=body, headers=headers | {"Accept": "application/graphql-response+json"}
    )

    assert (lenient.status_code, strict.status_code) == (200, 400)
    for response in (lenient, strict):
        (error,) = errors(response)
        request_id = response.headers["x-request-id"]
        named = {} if field is None else {"field": field}
        assert error == {
            "message": message,
            "extensions": {"code": "BAD_USER_INPUT", "requestId": request_id} | named,
        }
    assert taken < SECONDS


async def test_too_much_is_refused_in_an_address_as_in_a_body(world: World, clients: Clients):
    got = await clients.http.get("/graphql", params={"query": NODES, "variables": json.dumps({"ids": [0] * 101})})

    (error,) = errors(got)
    assert (error["message"], error["extensions"]["field"]) == (ITEMS, ["ids"])


async def test_too_much_is_refused_a_program_that_is_known(world: World, clients: Clients):
    for _ in range(3):
        answer = await clients.ask(NODES, {"ids": ["x"] * 101}, as_=world.tokens["pL"])

    assert (answer.code, answer.errors[0]["message"]) == ("BAD_USER_INPUT", ITEMS)


async def test_the_limits_are_settings(settings: Settings):
    strict = settings.model_copy(update={"max_input_items": 2, "max_input_characters": 1_000})

    async with Clients(create_app(strict)) as clients:
        items = await clients.ask(NODES, {"ids": ["x"] * 3})
        text = await clients.ask(NODES, {"ids": ["x" * 1_001]})

    assert items.errors[0]["message"] == "Give at most 2 values."
    assert text.errors[0]["message"] == "A text can have at most 1,000 characters."


WITHIN: list[dict[str, Any]] = [
    {},
    {"a": None},
    {"a": {f"k{n}": n for n in range(200)}},
    {"a": ["x" * 10_000] * 100},
    {"a": [[0] * 100] * 18},
    {"a": nest(63)},
    {"a": 10**15, "b": True, "c": 1.5, "d": "ﷺ" * 10_000},
]


@pytest.mark.parametrize("variables", WITHIN, ids=range(len(WITHIN)))
def test_variables_just_within_the_limits_are_accepted(variables: dict[str, Any]):
    assert variable_excess(variables, BOUNDS) is None


MISTAKES: dict[str, tuple[str, Any]] = {
    "100 fractions": (NODES, {"ids": [True] * 100}),
    "200 unknown fields": (SIGN_IN, {"input": {f"k{n}": 1 for n in range(200)}}),
    "30 objects of the wrong fields": (NODES, {"ids": [{f"k{n}": n for n in range(30)}] * 30}),
}


@pytest.mark.parametrize("what", MISTAKES)
async def test_the_twentieth_mistake_in_a_variable_is_the_last(world: World, clients: Clients, what: str):
    query, variables = MISTAKES[what]

    answer: Answer = await clients.ask(query, variables)

    assert answer.codes == ["VALIDATION_FAILED"] * 20
    assert all(len(error["message"]) < 120 for error in answer.errors)


async def test_a_mistake_in_a_variable_names_the_field(world: World, clients: Clients):
    answer = await clients.ask(SIGN_IN, {"input": {"email": "nobody", "pasword": "secret"}})

    told = [(error["message"], error["extensions"]["field"]) for error in answer.errors]
    assert told == [
        (
            "Variable '$input' has invalid value at .email: This is not an e-mail address.",
            ["input", "email"],
        ),
        ("Variable '$input' has invalid value: 'SignInInput' requires the field 'password'.", ["input"]),
        ("Variable '$input' has invalid value: 'SignInInput' has no field 'pasword'.", ["input"]),
    ]


async def test_a_large_request_and_one_for_resolvers_wait_for_their_turn_and_others_do_not(
    world: World, settings: Settings
):
    app: Any = create_app(settings)
    ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    large = {"ids": [dict.fromkeys("abcdefghijklmnopqr", 0) for _ in range(100)]}

    async with Clients(app) as clients:
        for query, variables in (
            (ids, {"ids": []}),
            (ids, large),
            ("{ __typename }", {}),
            ('{ node(id: "x") { id } }', {}),
        ):
            await clients.ask(query, variables)  # from now on it is known
        turns = app.fast_path.endpoint.time_slices._one_at_a_time
        async with turns:
            waiting = [
                asyncio.create_task(clients.http.post("/graphql", json=sent))
                for sent in ({"query": ids, "variables": large}, {"query": '{ node(id: "x") { id } }'})
            ]
            others = [await clients.ask("{ __typename }"), await clients.ask(ids, {"ids": []})]
            await until(lambda: len(turns._waiters or ()) == len(waiting))
            are_answered = [task.done() for task in waiting]
        codes = [Answer(await task).errors[0]["extensions"]["code"] for task in waiting]

    assert [other.data for other in others] == [{"__typename": "Query"}, {"nodes": []}]
    assert are_answered == [False, False]
    assert codes == ["VALIDATION_FAILED", "BAD_USER_INPUT"]
