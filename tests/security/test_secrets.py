"""Does an error ever tell a caller, or a line of the log anybody, what they must not know?"""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from starlette.applications import Starlette
from tortoise.exceptions import OperationalError

from server import authentication
from server.app import graphql
from server.engine.engine import Engine
from server.resolvers.context import Context
from tests.clients import Answer, Clients
from tests.logs import Lines
from tests.security.canaries import CANARY, talkative
from tests.world import World

__all__ = ["talkative"]
SECRET = "secret: postgresql://app:hunter2@db/prod"
OUR_FAULT = "Something went wrong on our side. Quote the requestId when you report it."


@pytest.fixture
async def talkative_engine(world: World, app: Starlette, log: Lines) -> Clients:
    """The same where the engine answers."""
    return Clients(app)


ERRORS: list[Exception] = [
    RuntimeError(SECRET),
    KeyError(SECRET),
    ValueError(SECRET),
    TypeError(SECRET),
    OSError(5, SECRET),
    TimeoutError(SECRET),
    RecursionError(SECRET),
    UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
    ExceptionGroup(SECRET, [RuntimeError(SECRET)]),
    OperationalError(SECRET),
    asyncpg.PostgresError(SECRET),
    AssertionError(SECRET),
]


def failing(error: Exception) -> Callable[..., Any]:
    """Something that raises this error, whatever it is asked."""

    async def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def check_told_nothing(answer: Answer, status: int) -> None:
    """The answer has one error, which says no more than that there was one."""
    (error,) = answer.errors
    assert answer.status == status
    assert error["message"] == OUR_FAULT
    assert error["extensions"] == {"code": "INTERNAL", "requestId": answer.response.headers["x-request-id"]}
    for word in ("secret", "hunter2", "postgresql", "Error", "Traceback"):
        assert word not in answer.response.text
        assert word not in str(answer.response.headers)


def check_logged_once(lines: list[dict[str, Any]], request_id: str) -> None:
    """The log has the error's traceback, under the request's id, without the password."""
    (failed,) = [line for line in lines if line["event"] == "failed"]
    assert failed["request_id"] == request_id
    assert failed["level"] == "error"
    assert "Traceback (most recent call last)" in failed["exception"]
    assert "postgresql://[hidden]@db/prod" in failed["exception"]
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_error_in_a_resolver_is_logged_and_stays_hidden(
    world: World, talkative: Clients, log: Lines, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr(Context, "row", failing(error))

    answer = await talkative.ask(
        "query($id: ID!) { __typename node(id: $id) { id } }", {"id": world.id("alpina")}, as_=world.cL
    )

    check_told_nothing(answer, 200)
    assert answer.json["data"] == {"__typename": "Query", "node": None}
    assert answer.errors[0]["path"] == ["node"]
    check_logged_once(log(), answer.response.headers["x-request-id"])


async def test_an_error_in_a_mutation_is_logged_and_stays_hidden(
    world: World, talkative: Clients, log: Lines, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.resolvers.people.passwords.compare_password", failing(RuntimeError(SECRET)))

    answer = await talkative.change("signIn", {"email": "cl@alpina.example", "password": CANARY})

    check_told_nothing(answer, 200)
    assert answer.json["data"] is None
    lines = log()
    check_logged_once(lines, answer.response.headers["x-request-id"])
    assert CANARY not in str(lines)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_error_of_the_database_is_logged_and_stays_hidden(
    world: World, talkative_engine: Clients, log: Lines, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr(Engine, "fetch", failing(error))

    answer = await talkative_engine.ask("{ viewer { user { id } } }", as_=world.cL)

    check_told_nothing(answer, 200)
    assert answer.json["data"] is None
    check_logged_once(log(), answer.response.headers["x-request-id"])


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_error_in_a_hole_is_logged_and_stays_hidden(
    world: World, talkative_engine: Clients, log: Lines, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr("server.resolvers.people.organisations.INVITABLE_PARTNERS", Failing(error))
    monkeypatch.setattr("server.schema.people.organisations.INVITABLE_PARTNERS", Failing(error))

    answer = await talkative_engine.ask(
        "query($id: ID!) { organisation(id: $id) { name isPartner } }", {"id": world.id("nova")}, as_=world.cL
    )

    check_told_nothing(answer, 200)
    assert answer.json["data"] == {"organisation": None}
    assert answer.errors[0]["path"] == ["organisation", "isPartner"]
    check_logged_once(log(), answer.response.headers["x-request-id"])


class Failing:
    """A collection that raises this error when it is looked into."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __contains__(self, _: object) -> bool:
        raise self.error


@pytest.mark.parametrize(
    "place",
    [(authentication, "memberships_of"), (graphql, "authenticate"), (graphql, "_execute")],
    ids=lambda place: place[1],
)
async def test_an_error_outside_of_resolvers_is_logged_and_stays_hidden(
    world: World, talkative: Clients, log: Lines, monkeypatch: pytest.MonkeyPatch, place: tuple[object, str]
):
    monkeypatch.setattr(*place, failing(RuntimeError(SECRET)))

    answer = await talkative.ask("{ __typename }", as_=world.cL)

    check_told_nothing(answer, 500)
    assert answer.response.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.response.headers["cache-control"] == "no-store"
    check_logged_once(log(), answer.response.headers["x-request-id"])


async def test_each_of_several_errors_is_hidden(world: World, talkative: Clients, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Context, "row", failing(RuntimeError(SECRET)))

    answer = await talkative.ask(
        '{ a: node(id: "x") { id } b: viewer { nosuch: __typename } c: node(id: "' + world.id("alpina") + '") { id } }',
        as_=world.cL,
    )

    assert [(error["path"], error["message"]) for error in answer.errors] == [
        (["a"], "This is not an id of this API."),
        (["c"], OUR_FAULT),
    ]
