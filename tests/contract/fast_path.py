"""Requests by the fast path and by the full path, and their answers."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Scope

from server.app import Application, create_app
from server.authentication import token_uses
from server.settings import Settings
from tests.databases import Databases, connected_to, rolled_back, settings_for
from tests.rows import PASSWORD
from tests.world import World, build_world

ID = "the-request-0001"
WHO = "{ viewer { user { email } token { id } } }"
NAMES = "query Names($id: ID!) { organisation(id: $id) { name } }"
PRODUCTS = """query($id: ID!, $first: Int, $filter: ProductFilter, $full: Boolean = false) {
  organisation(id: $id) { products(first: $first, filter: $filter) { totalCount @include(if: $full) nodes { serviceName } } }
}"""
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { email } } userErrors { code message field } } }"
SIGN_OUT = "mutation { signOut(input: { everywhere: false }) { userErrors { code message } } }"
GRANT = """mutation($input: GrantProductAccessInput!) {
  grantProductAccess(input: $input) { access { rights } userErrors { code message field } } }"""
REVOKE = "mutation($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code } } }"
_MADE_ANEW = re.compile(
    r"(?<=requestId\":\")[0-9a-f]{32}(?=\")|^[0-9a-f]{32}$|(?<=session=)[\w-]{20,}|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT"
)


@dataclass
class Asked:
    """A request as a server hands it over."""

    pieces: list[bytes]
    headers: list[tuple[str, str | bytes]] = field(default_factory=list)
    method: str = "POST"
    path: str = "/graphql"
    query: bytes = b""
    goes_away: bool = False
    client: tuple[str, int] | None = ("127.0.0.1", 50_000)

    def scope(self) -> Scope:
        headers = [
            (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in self.headers
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": self.query,
            "headers": headers,
            "client": self.client,
            "server": ("127.0.0.1", 8000),
            "state": {},
        }


@dataclass
class Ways:
    """The application, and a count of what has come to its full path."""

    settings: Settings
    world: World
    app: Application
    long_taken: Counter[str] = field(default_factory=Counter)

    async def get_to_know(self, secret: str) -> None:
        """Ask until the token is known, so that the next request may take the fast path."""
        for _ in range(200):
            taken = self.long_taken["all"]
            await fetch_answer(self.app, post(secret, query=WHO))
            if self.long_taken["all"] == taken:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the token is never known")

    async def both(self, asked: Asked, secret: str, *, changes: bool = False) -> tuple[Any, Any, bool]:
        """What the full path answers, what the application answers, and whether it has taken the fast path."""
        async with rolled_back() if changes else AsyncExitStack():
            long = await fetch_answer(self.app.full_path, asked)
        await self.get_to_know(secret)
        taken = self.long_taken["all"]
        async with rolled_back() if changes else AsyncExitStack():
            short = await fetch_answer(self.app, asked)
        return long, short, self.long_taken["all"] == taken


@pytest.fixture(scope="module")
async def ways(all_databases: Databases) -> AsyncIterator[Ways]:
    """On a database of its own, since only what is committed is known. Without a worker, whose commits drop viewers."""
    own = settings_for(await all_databases.copy())
    app = create_app(own)
    with pytest.MonkeyPatch.context() as patch:
        # A use of a token is stored at the end only: it drops the viewer, perhaps just before a test asks.
        patch.setattr(token_uses, "_PAUSE_SECONDS", 600)
        patch.setattr("server.app.run_worker_alongside", lambda _: nullcontext())
        async for found in _both_ways(own, app):
            yield found


async def _both_ways(own: Settings, app: Application) -> AsyncIterator[Ways]:
    async with connected_to(own):
        found = Ways(own, await build_world(), app)

        async def counting(scope: Any, receive: Any, send: Any) -> None:
            found.long_taken["all"] += 1
            await app.full_path(scope, receive, send)

        app.fast_path.app = counting
        async with app.router.lifespan_context(app):
            # The fast path takes only documents that are known; this one is that of many cases.
            await fetch_answer(app, post(found.world.tokens["pL"], query="{ __typename }"))
            yield found


async def fetch_answer(app: ASGIApp, asked: Asked) -> tuple[int | None, list[tuple[str, str]], str]:
    """Status, headers in the order of their names and body, without what differs in each answer."""
    waiting: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": number < len(asked.pieces) or asked.goes_away}
        for number, piece in enumerate(asked.pieces, 1)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(asked.scope(), receive, send)
    if not sent:
        return None, [], ""
    start, *rest = sent
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * len(rest)
    assert not rest[-1].get("more_body", False)
    headers = sorted((name.decode(), _MADE_ANEW.sub("…", value.decode())) for name, value in start["headers"])
    body = b"".join(message.get("body", b"") for message in rest)
    assert dict(headers).get("content-length", str(len(body))) == str(len(body)) or asked.method == "HEAD"
    return start["status"], headers, _MADE_ANEW.sub("…", body.decode())


def request(secret: str, *pieces: bytes, headers: dict[str, str | bytes | None] | None = None, **how: Any) -> Asked:
    """A post of these bytes; a header that is None is not sent."""
    given: dict[str, str | bytes | None] = {
        "host": "127.0.0.1:8000",
        "accept": "*/*",
        "content-type": "application/json",
        "content-length": str(sum(len(piece) for piece in pieces)),
        "x-request-id": ID,
        "authorization": f"Bearer {secret}",
    }
    given |= headers or {}
    more = how.pop("more", [])
    return Asked(list(pieces), [(name, value) for name, value in given.items() if value is not None] + more, **how)


def post(
    secret: str, headers: dict[str, Any] | None = None, how: dict[str, Any] | None = None, **members: Any
) -> Asked:
    return request(secret, json.dumps(members).encode(), headers=headers, **(how or {}))


Case = Callable[[World, str], Asked]


def with_members(**members: Any) -> Case:
    return lambda world, secret: post(secret, **members)


def with_headers(**headers: Any) -> Case:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda world, secret: post(secret, named, query=WHO)


def with_body(*pieces: bytes, **how: Any) -> Case:
    return lambda world, secret: request(secret, *pieces, **how)


def of(name: str, query: str = NAMES, **variables: Any) -> Case:
    """About a row of the world."""
    return lambda world, secret: post(secret, query=query, variables={"id": world.id(name), **variables})


def grant(world: World, **other: Any) -> dict[str, Any]:
    return {
        "partnershipId": world.id("limited"),
        "productIds": [world.id("kept")],
        "rights": ["VIEW_STATISTICS"],
    } | other


MUTATIONS: dict[str, Case] = {
    "sign in": lambda world, secret: post(
        secret, query=SIGN_IN, variables={"input": {"email": "cl@alpina.example", "password": PASSWORD}}
    ),
    "sign in with a wrong password": lambda world, secret: post(
        secret,
        {"accept-language": "fr"},
        query=SIGN_IN,
        variables={"input": {"email": "cl@alpina.example", "password": "x"}},
    ),
    "sign in with another's cookie": lambda world, secret: post(
        secret,
        {"cookie": f"session={world.pA.session}"},
        query=SIGN_IN,
        variables={"input": {"email": "cl@alpina.example", "password": PASSWORD}},
    ),
    "sign in without a password": lambda world, secret: post(
        secret, query=SIGN_IN, variables={"input": {"email": "x"}}
    ),
    "sign in with words of its own": with_members(
        query=f'mutation {{ signIn(input: {{email: "cl@alpina.example", password: "{PASSWORD}"}}) {{ viewer {{ token {{ id }} }} }} }}'
    ),
    "sign in, twice": with_members(
        query='mutation { a: signIn(input: {email: "a", password: "b"}) { __typename } b: signIn(input: {email: "a", password: "b"}) { __typename } }'
    ),
    "sign out": with_members(query=SIGN_OUT),
    "revoke a token": lambda world, secret: post(
        secret, query=REVOKE, variables={"input": {"apiTokenId": world.id("token_cL")}}
    ),
    "make a token": lambda world, secret: post(
        secret,
        query="mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret } }",
        variables={"input": {"organisationId": world.id("nova"), "name": "x", "scopes": ["PRODUCTS_READ"]}},
    ),
    "decline an invitation": lambda world, secret: post(
        secret,
        query="mutation($input: DeclineInvitationInput!) { declineInvitation(input: $input) { partnership { status } userErrors { code } } }",
        variables={"input": {"partnershipId": world.id("invitation")}},
    ),
    "accept an invitation in Italian": lambda world, secret: post(
        secret,
        {"accept-language": "it", "accept": "application/graphql-response+json"},
        query="mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { partnership { status } userErrors { code message } } }",
        variables={"input": {"partnershipId": world.id("limited")}},
    ),
    "grant as who may not": lambda world, secret: post(secret, query=GRANT, variables={"input": grant(world)}),
    "a mutation that does nothing": with_members(query="mutation { __typename }"),
    "a mutation beside a name that is none": with_members(query="mutation { __typename nosuch }"),
}
