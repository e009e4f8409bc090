"""Is a refused document cheap the second time, refused in the same words, and no danger to the documents of others?"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from server.app import Application, create_app
from server.app.graphql import GraphQLEndpoint
from server.app.refusals import MAX_REFUSAL_BYTES, MAX_REFUSALS, RefusedDocuments
from server.schema import documents, query_cost
from server.settings import Settings
from tests.clients import URL, Transport
from tests.logs import Lines
from tests.world import World

LANGUAGES = ("en", "de", "fr", "it")
SECRET = "sekret-4711"
MANY_ROWS = """query($n: Int) { viewer { organisations(first: $n) { nodes { products(first: $n) { nodes {
    organisation { products(first: $n) { totalCount } } } } } } } }"""
REFUSED: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "a syntax error": ("{ catalogue(first: 1) { nodes { id } ", {}, None),
    "too many tokens": ("{ " + "a: catalogue { totalCount } " * 500 + "}", {}, None),
    "700 fields": ("{ catalogue(first: 1) { nodes { " + "id " * 699 + "} } }", {}, None),
    "500 aliases": ("{ catalogue { " + " ".join(f"a{n}: totalCount" for n in range(495)) + " } }", {}, None),
    "too many rows": (MANY_ROWS, {"n": 100}, None),
    "unknown fields": ("{ catalogue { nodes { idd ide idf } } }", {}, None),
    "a literal of the wrong type": (f'{{ catalogue(first: "{SECRET}") {{ totalCount }} }}', {}, None),
    "a variable of an unknown type": ("query($x: Nothing) { catalogue { totalCount } }", {"x": SECRET}, None),
    "no operation name": ("query A { catalogue { totalCount } } query B { catalogue { totalCount } }", {}, None),
    "an unknown field under a name": ("query A { catalogue { totalCountt } }", {}, "A"),
    "a large document": ("{ catalogue { totalCount } } # " + "é" * 90_000 + "\n{", {}, None),
}
ANSWERED = "{ catalogue(first: 2) { nodes { id } totalCount } }"
Ask = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
async def fresh(world: World, settings: Settings) -> AsyncIterator[tuple[GraphQLEndpoint, Ask]]:
    """A server that has refused nothing yet, and how to ask it."""
    app: Application = create_app(settings)

    async def ask(
        query: str,
        variables: dict[str, Any] | None = None,
        name: str | None = None,
        *,
        as_: str | None = None,
        **more: str,
    ) -> httpx2.Response:
        headers = {"X-Request-Id": "a" * 32} | more
        if as_ == "a person":
            headers["Cookie"] = f"session={world.cL.session}"
        elif as_ == "a program":
            headers["Authorization"] = f"Bearer {world.tokens['pL']}"
        body = {"query": query, "variables": variables or {}, "operationName": name}
        client.cookies.clear()
        return await client.post("/graphql", json=body, headers=headers)

    async with httpx2.AsyncClient(transport=Transport(app), base_url=URL) as client:
        yield app.fast_path.endpoint, ask


def parts_of(response: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    return response.status_code, response.content, sorted(response.headers.items())


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("as_", [None, "a person", "a program"])
async def test_a_document_is_refused_the_second_time_as_it_was_the_first(
    fresh: tuple[GraphQLEndpoint, Ask], log: Lines, name: str, as_: str | None
) -> None:
    endpoint, ask = fresh
    for language in LANGUAGES:
        how = {"as_": as_, "Accept-Language": language, "Accept": "application/graphql-response+json"}
        endpoint.refusals = RefusedDocuments()
        log()

        first = parts_of(await ask(*REFUSED[name], **how))
        logged = [line for line in log() if line["event"] == "refused"]
        assert len(endpoint.refusals) == 1
        second = parts_of(await ask(*REFUSED[name], **how))

        assert first[0] == 400
        assert second == first
        assert [without_time(line) for line in log() if line["event"] == "refused"] == list(map(without_time, logged))
        assert logged
        other = parts_of(await ask(*REFUSED[name], **how, **{"X-Request-Id": "b" * 32}))
        assert other[1] == first[1].replace(b"a" * 32, b"b" * 32) != first[1]


def without_time(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "timestamp"}


async def test_the_variables_of_each_request_decide(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    _, ask = fresh

    outcomes = [
        "errors" in (await ask(MANY_ROWS, variables, as_="a person")).json()
        for variables in ({"n": 100}, {"n": 2}, {"n": 100}, {"n": 3}, {"n": 100}, {}, {"n": None}, {"n": 100})
    ]

    assert outcomes == [True, False, True, False, True, False, False, True]


async def test_the_number_of_ids_of_each_request_decides(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    _, ask = fresh
    text = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Organisation {
        products(first: 50) { nodes { organisation { products(first: 90) { totalCount } } } } } } }"""

    answers = [
        (await ask(text, {"ids": ["org_" + "0" * 32] * number}, as_="a person")).json() for number in (90, 1, 90, 1)
    ]

    assert ["errors" in answer for answer in answers] == [True, False, True, False]


async def test_what_nobody_may_ask_unsigned_somebody_signed_in_may(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    _, ask = fresh
    text = "{ catalogue { " + " ".join(f"a{n}: totalCount" for n in range(20)) + " } }"

    outcomes = ["errors" in (await ask(text, as_=as_)).json() for as_ in (None, "a person", None, "a program", None)]

    assert outcomes == [True, False, True, False, True]


async def test_the_operation_name_decides(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    _, ask = fresh
    text, _, _ = REFUSED["no operation name"]

    outcomes = ["errors" in (await ask(text, {}, name)).json() for name in (None, "A", None, "B", "C", "A", "C")]

    assert outcomes == [True, False, True, False, True, False, True]


async def test_a_mutation_by_get_is_refused_for_its_method_and_by_post_for_its_text(
    fresh: tuple[GraphQLEndpoint, Ask], world: World, settings: Settings
) -> None:
    endpoint, ask = fresh
    text = "mutation { signOutt { userErrors { code } } }"
    transport = Transport(create_app(settings))
    assert (await ask(text, Accept="application/graphql-response+json")).status_code == 400
    assert len(endpoint.refusals) == 1
    transport.app.fast_path.endpoint.refusals = endpoint.refusals

    async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
        answer = await client.get(f"/graphql?query={quote(text)}")

    assert answer.status_code == 405


async def test_nothing_of_a_refused_request_is_kept_but_the_answer(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    endpoint, ask = fresh
    for text, variables, name in REFUSED.values():
        await ask(f"{text}\n# kept", variables, name)

    kept = endpoint.refusals._refusals
    assert endpoint.engine is not None
    assert len(kept) == len(REFUSED)
    assert {type(key) for key in kept} == {bytes}
    assert {len(key) for key in kept} == {32}
    assert SECRET not in "".join(str(kept.get(key)) for key in kept)
    elsewhere = {
        *documents._documents.waiting,
        *query_cost._cached_literals.waiting,
        *(text for text, *_ in query_cost._cached_costs.waiting),
        *(text for text, _ in endpoint.engine._operations.waiting),
    }
    assert not [text for text in elsewhere if "# kept" in str(text)]


async def test_a_new_bad_document_each_time_pushes_out_no_good_one(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    endpoint, ask = fresh
    assert endpoint.engine is not None
    good = [ANSWERED.replace("totalCount", f"a{number}: totalCount") for number in range(5)]
    for text in good:
        assert "errors" not in (await ask(text)).json()
        assert "errors" not in (await ask(text)).json()
    operations = [endpoint.engine.operation(text, None) for text in good]
    costs, literals = set(query_cost._cached_costs.admitted), set(query_cost._cached_literals.admitted)

    for number in range(1_200):
        shape = (f"{{ x{number} }}", f"{{ x{number} ", "{ catalogue { " + "totalCount " * 310 + f"}} }} # {number}")
        assert "errors" in (await ask(shape[number % 3])).json()

    assert all(documents.is_admitted(text) for text in good)
    assert [endpoint.engine.operation(text, None) for text in good] == operations
    assert set(query_cost._cached_costs.admitted) == costs
    assert set(query_cost._cached_literals.admitted) == literals
    assert len(endpoint.refusals) <= MAX_REFUSALS
    assert 0 < endpoint.refusals._refusals.size <= MAX_REFUSAL_BYTES


async def test_a_document_that_others_run_stays_although_somebody_may_not(fresh: tuple[GraphQLEndpoint, Ask]) -> None:
    endpoint, ask = fresh
    text = "{ catalogue { " + " ".join(f"a{n}: totalCount" for n in range(20)) + " } }"
    assert endpoint.engine is not None
    await ask(text, as_="a person")
    operation = endpoint.engine.operation(text, None)

    for number in range(3):
        await ask(text)
        await ask(text, {"x": number})

    assert documents.is_admitted(text)
    assert endpoint.engine.operation(text, None) is operation


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_takes_no_longer_than_an_answer(fresh: tuple[GraphQLEndpoint, Ask], name: str) -> None:
    _, ask = fresh
    refused, answered = list[float](), list[float]()

    for _ in range(60):
        started = time.process_time()
        await ask(*REFUSED[name])
        between = time.process_time()
        await ask(ANSWERED + REFUSED[name][0].partition("#")[1] + REFUSED[name][0].partition("#")[2][:-2])
        refused.append(between - started)
        answered.append(time.process_time() - between)

    assert median(refused) < 1.3 * median(answered)
