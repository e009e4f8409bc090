"""Does a password, a token or a mistyped document reach the log or a table?"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from tortoise import Tortoise

from server.domain.people.tokens import new_token
from server.models.database import APP
from tests.clients import Clients
from tests.logs import Lines
from tests.rows import PASSWORD
from tests.security.canaries import CANARY, talkative
from tests.world import World

__all__ = ["talkative"]
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"


@pytest.mark.usefixtures("cheap_passwords")
async def test_passwords_and_tokens_reach_no_line_of_the_log(world: World, talkative: Clients, log: Lines):
    good, unknown = world.tokens["cL"], new_token()
    input = {"email": "cl@alpina.example", "password": CANARY}

    await talkative.ask(SIGN_IN, {"input": input})
    await talkative.ask(SIGN_IN, {"input": input | {"password": PASSWORD}})
    await talkative.ask(SIGN_IN, {"input": input | {"password": CANARY * 2_000}})
    await talkative.ask(SIGN_IN, {"input": input | {"password": CANARY + "\0"}})
    await talkative.ask(SIGN_IN, {"input": input | {"pasword": CANARY}})
    await talkative.ask(SIGN_IN, {"input": input | {"email": CANARY}})
    for secret in (good, unknown, good[:-1] + "!", f"rsl_pat_{CANARY}", CANARY):
        await talkative.ask("{ viewer { user { id } } }", as_=secret)
        await talkative.http.get("/graphql", params={"query": "{ __typename }", "token": secret})
    await talkative.http.post("/graphql", json={"query": "{ __typename }"}, headers={"Cookie": f"session={CANARY}"})
    made = await talkative.change(
        "createApiToken",
        {"organisationId": world.id("alpina"), "name": "x", "scopes": ["PRODUCTS_READ"]},
        "secret",
        as_=world.cL,
    )

    written = str(log())
    assert written.count("answered") == 18
    for secret in (CANARY, PASSWORD, good, unknown, good[:-1], world.cL.session, made.data["createApiToken"]["secret"]):
        assert secret not in written


MISTYPED = [
    f'mutation {{ signIn(input: {{email: "a@b.example", password: "{CANARY}", x: 1}}) {{ viewer {{ user {{ id }} }} }} }}',
    f'mutation {{ signIn(input: {{email: "a@b.example", password: "{CANARY}"}}) {{ nosuch }} }}',
    f'mutation {{ signIn(input: {{email: "{CANARY}", password: "x"}}) {{ userErrors {{ code }} }} }}',
    f'mutation {{ signIn(input: {{email: "a@b.example", password: "{CANARY}" }}',
    f'mutation {{ signIn(input: {{email: "a@b.example", password: "{CANARY}',
    f'{{ node(id: "{CANARY}") {{ id }} }}',
    f'{{ node(id: {{password: "{CANARY}"}}) {{ id }} }}',
    f'{{ catalogue(first: "{CANARY}") {{ totalCount }} }}',
    f'{{ catalogue(after: "{CANARY}") {{ totalCount }} }}',
    f'{{ catalogue(filter: {{search: "{CANARY}\\u0000"}}) {{ totalCount }} }}',
    f'query($password: String = "{CANARY}") {{ __typename }}',
    f"{{ x # {CANARY}\n }}",
    f'{{ viewer @skip(if: "{CANARY}") {{ user {{ id }} }} }}',
    f"{{ {CANARY.replace('-', '_')} }}",
    f"query {CANARY.replace('-', '_')} {{ x }}",
]


@pytest.mark.parametrize("document", MISTYPED)
async def test_the_content_of_a_mistyped_document_never_reaches_the_log(
    world: World, talkative: Clients, log: Lines, document: str
):
    variables = {"password": CANARY, "x": {"y": CANARY}}

    await talkative.ask(document, variables, as_=world.cL)
    await talkative.http.get("/graphql", params={"query": document, "variables": json.dumps(variables)})
    await talkative.http.post(
        "/graphql", content=f'{{"password": "{CANARY}"', headers={"Content-Type": "application/json"}
    )
    await talkative.http.post("/graphql", content=CANARY, headers={"Content-Type": CANARY, "Accept": CANARY})
    await talkative.http.post(
        "/graphql", json={"query": "{", "operationName": CANARY}, headers={"X-Request-Id": f"{CANARY} "}
    )

    written = str(log())
    assert written.count("answered") == 5
    assert CANARY not in written
    assert CANARY.replace("-", "_") not in written


async def test_no_table_keeps_a_password_or_a_token(world: World, talkative: Clients):
    input = {"email": "cl@alpina.example", "password": CANARY}
    await talkative.ask(SIGN_IN, {"input": input})
    await talkative.ask("{ __typename }", as_=f"rsl_pat_{CANARY}")
    made = await talkative.change(
        "createApiToken",
        {"organisationId": world.id("alpina"), "name": "x", "scopes": ["PRODUCTS_READ"]},
        "secret",
        as_=world.cL,
    )

    stored = "".join([str(await model.all().values()) for model in Tortoise.apps[APP].values()])

    assert "apiToken.created" in stored
    for secret in (CANARY, PASSWORD, made.data["createApiToken"]["secret"], *world.tokens.values(), world.cL.session):
        assert secret not in stored


async def test_neither_addresses_nor_headers_reach_the_log_of_the_real_server(world: World, app: Starlette, log: Lines):
    header = f"Cookie: session={CANARY}\r\nAuthorization: Basic {CANARY}\r\nX-Other: {CANARY}"
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    requests = [
        f"GET /graphql?query={{x}}&password={CANARY} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n",
        f"GET /graphql?token={CANARY} HTTP/1.1\r\nHost: x\r\n{header}\r\n{upgrade}\r\n\r\n",
        f"POST /graphql HTTP/1.1\r\nHost: x\r\n{header}\r\nContent-Length: -1\r\n\r\n{CANARY}",
        f"{CANARY}\r\n{header}\r\n\r\n",
    ]

    async with serve_app(app) as port:
        answers = [await said_to(port, request) for request in requests]

    assert [answer.split(" ")[1] for answer in answers] == ["401", "403", "400", "400"]
    lines = log()
    assert {line["event"] for line in lines} >= {"answered", "Invalid HTTP request received."}
    assert CANARY not in str(lines)


@asynccontextmanager
async def serve_app(app: Starlette) -> AsyncIterator[int]:
    """The application behind uvicorn, which logs as much as it can; gives its port."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=True, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait for
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def said_to(port: int, request: str) -> str:
    """What the server answers to these bytes before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


def test_only_our_own_lines_may_say_more_at_debug(log: Lines):
    loud = [
        "tortoise",
        "tortoise.db_client",
        "aiosqlite",
        "asyncpg",
        "uvicorn.error",
        "websockets",
        "strawberry",
        "x.y",
    ]

    for name in loud:
        logging.getLogger(name).debug("SELECT %s", CANARY)
    for name in ("uvicorn.access", "strawberry.execution", "tortoise"):
        logging.getLogger(name).info("GET /graphql?password=%s", CANARY)

    assert log() == []
    assert not any(logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in loud)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"rsl_pat_{'A' * 36}", "[hidden]"),
        (f"Bearer rsl_pat_{'A' * 36}, rsl_pat_x", "Bearer [hidden], [hidden]"),
        ("asyncpg://app:hunter2@db:5432/prod", "asyncpg://[hidden]@db:5432/prod"),
        ("asyncpg://app:hunter2@2@db/prod", "asyncpg://[hidden]@db/prod"),
        ("asyncpg://app:hunter:2@db/prod", "asyncpg://[hidden]@db/prod"),
        ("redis://:hunter2@db", "redis://[hidden]@db"),
        ('"WebSocket /graphql?token=hunter2" 403', '"WebSocket /graphql?[hidden]" 403'),
        ('"path": "/exports/hunter2_x-y", "status"', '"path": "/exports/[hidden]", "status"'),
        ("/x?a=hunter2&b=hunter2 y", "/x?[hidden] y"),
        ("http://127.0.0.1:8000/graphiql", "http://127.0.0.1:8000/graphiql"),
        ("http://host:80 and a@b.example", "http://host:80 and a@b.example"),
        ("Why? Because a=b", "Why? Because a=b"),
        ("é 🏃 \x1b[31m \n", "é 🏃 \x1b[31m \n"),
    ],
)
def test_secrets_are_hidden_wherever_they_stand_in_a_line(log: Lines, written: str, shown: str):
    logging.getLogger("some.library").warning("%s", written)
    logging.getLogger("server.x").warning("said", extra={"unused": 1})

    first, second = log()
    assert (first["event"], first["level"], second["event"]) == (shown, "warning", "said")


@pytest.mark.parametrize(
    "hostile", ["://" + ":" * 50_000, "://a" * 20_000, "?" * 50_000, "?a" * 20_000, "rsl_pat_" * 8_000]
)
def test_a_hostile_line_is_written_quickly(log: Lines, hostile: str):
    started = time.process_time()

    logging.getLogger("server.x").warning(hostile)

    assert len(log()) == 1
    assert time.process_time() - started < 1
