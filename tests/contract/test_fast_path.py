"""Does it ever show, in an answer or in the log, which way in a request has taken?

What is compared is the application as it is, where a program's posts take the fast path, with its full path alone.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Scope

from server.app import Application, create_app
from server.domain.people.tokens import new_token
from server.models import Session
from server.settings import Settings
from tests.databases import BACKEND, Databases, connected_to, rolled_back, settings_for
from tests.logs import Lines
from tests.wire import serve_app
from tests.world import PASSWORD, World, build_world

pytestmark = pytest.mark.database

ID = "the-request-0001"
CANARY = "canary-7f3a"
WHO = "{ viewer { user { email } token { id } } }"
NODE = "query Node($id: ID!) { node(id: $id) { __typename id } }"
NAMES = "query Names($id: ID!) { organisation(id: $id) { name } }"
PRODUCTS = """query($id: ID!, $first: Int, $filter: ProductFilter, $full: Boolean = false) {
  organisation(id: $id) { products(first: $first, filter: $filter) { totalCount @include(if: $full) nodes { serviceName } } }
}"""
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
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
    """On a database of its own, since only what is committed is known."""
    own = settings_for(await all_databases.copy())
    app = create_app(own)
    async with connected_to(own):
        found = Ways(own, await build_world(), app)

        async def counting(scope: Any, receive: Any, send: Any) -> None:
            found.long_taken["all"] += 1
            await app.full_path(scope, receive, send)

        app.fast_path.app = counting
        async with app.router.lifespan_context(app):
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


SENT = json.dumps({"query": WHO}).encode()

SHORT: dict[str, Case] = {
    "the least": with_members(query=WHO),
    "variables null": with_members(query=WHO, variables=None),
    "no variables": with_members(query=WHO, variables={}),
    "operationName null": with_members(query=WHO, operationName=None),
    "an operation's name": with_members(query="query Who " + WHO, operationName="Who"),
    "one of two operations": with_members(query=f"query Who {WHO} query Other {{ __typename }}", operationName="Who"),
    "all members": with_members(query="query Who " + WHO, operationName="Who", variables={}),
    "__typename": with_members(query="{ __typename }"),
    "an alias and a fragment": with_members(query="{ me: viewer { ...F } } fragment F on Viewer { user { email } }"),
    "text that is not ASCII": with_members(query=f"# é 🏃\n{WHO}"),
    "JSON with escapes": with_body(b'{"qu\\u0065ry": "{ viewer { user { em\\u0061il } } }"}'),
    "JSON with space around": with_body(b" \r\n\t" + SENT + b"\n "),
    "a member twice": with_body(b'{"query": "{ nosuch }", "query": "{ viewer { user { email } } }"}'),
    "any type is taken": with_headers(accept="*/*"),
    "no accept": with_headers(accept=None),
    "an empty accept": with_headers(accept=""),
    "JSON is asked for": with_headers(accept="application/json"),
    "GraphQL's type is asked for": with_headers(accept="application/graphql-response+json"),
    "GraphQL's type before JSON": with_headers(accept="application/graphql-response+json, application/json;q=0.9"),
    "JSON before GraphQL's type": with_headers(accept="application/json, application/graphql-response+json"),
    "GraphQL's type is not wanted": with_headers(accept="application/json, application/graphql-response+json;q=0"),
    "an odd accept": with_headers(accept="ThIs/that;q=x, APPLICATION/JSON ;q=0.1,,"),
    "an accept that is not ASCII": with_headers(accept="é, */*".encode()),
    "French": with_headers(accept_language="fr"),
    "an odd language": with_headers(accept_language="x-y-z;q=é, " + "de," * 200),
    "an id of 8 characters": with_headers(x_request_id="abcd-_09"),
    "an id of 64 characters": with_headers(x_request_id="a" * 64),
    "no id": with_headers(x_request_id=None),
    "an id of 7 characters": with_headers(x_request_id="a" * 7),
    "an id of 65 characters": with_headers(x_request_id="a" * 65),
    "an id with a line's end": with_headers(x_request_id=b"abcdefgh\n"),
    "an id that is not ASCII": with_headers(x_request_id="éééééééé".encode()),
    "no content-length": with_headers(content_length=None),
    "a content-length that is too small": with_headers(content_length="1"),
    "a content-length that is too large": with_headers(content_length="9000"),
    "a cookie of somebody else": lambda world, secret: post(
        secret, {"cookie": f"session={world.cL.session}"}, query=WHO
    ),
    "a cookie that is none": with_headers(cookie="session=x; =; a"),
    "from a foreign page": with_headers(origin="https://evil.example", sec_fetch_site="cross-site"),
    "forwarded for another": with_headers(x_forwarded_for="1.2.3.4", forwarded="for=1.2.3.4"),
    "nobody's address": lambda world, secret: post(secret, how={"client": None}, query=WHO),
    "headers just within the limit": with_headers(x_filler="x" * 32_000),
    "a row": of("alpina"),
    "a row that is hidden": of("rival"),
    "a node": of("granted", NODE),
    "a node that is hidden": of("kept", NODE),
    "an int": of("alpina", PRODUCTS, first=1),
    "a boolean": of("alpina", PRODUCTS, full=True),
    "a null": of("alpina", PRODUCTS, first=None, filter=None),
    "an object": of("alpina", PRODUCTS, filter={"search": "É🏃%_\\'\"", "category": "WEB_HOSTING"}),
    "a variable that nobody asked for": of("alpina", NAMES, other=1.5),
    "a list": lambda world, secret: post(
        secret, query=NODES, variables={"ids": [world.id("alpina"), world.id("kept"), world.id("nova")]}
    ),
    "an empty list": with_members(query=NODES, variables={"ids": []}),
    "a right that is missing": lambda world, secret: post(
        world.tokens["products"],
        query="query($id: ID!) { organisation(id: $id) { partnerships(first: 1) { totalCount } } }",
        variables={"id": world.id("nova")},
    ),
    "ten kilobytes of spaces": lambda world, secret: post(secret, query=WHO + " " * 10_000),
}

LONG: dict[str, Case] = {
    "sixty kilobytes of spaces": lambda world, secret: post(secret, query=WHO + " " * 60_000),
    "extensions": with_members(query=WHO, extensions={"a": {"b": 1}}),
    "extensions null": with_members(query=WHO, extensions=None),
    "extensions that are text": with_members(query=WHO, extensions="x"),
    "an unknown member": with_members(query=WHO, other=1),
    "a batch": with_body(b"[" + SENT + b"," + SENT + b"]"),
    "an empty batch": with_body(b"[]"),
    "a batch of one": with_body(b"[" + SENT + b"]"),
    "text": with_body(b'"x"'),
    "null": with_body(b"null"),
    "an empty object": with_body(b"{}"),
    "no body": with_body(b""),
    "half of the JSON": with_body(SENT[:-1]),
    "JSON and more": with_body(SENT + b"x"),
    "two objects": with_body(SENT + SENT),
    "no UTF-8": with_body(SENT[:-3] + b"\xff" + SENT[-3:]),
    "UTF-16": with_body(SENT.decode().encode("utf-16")),
    "a byte order mark": with_body(b"\xef\xbb\xbf" + SENT),
    "half a character": with_body(b'{"query": "{ __typename } # \\ud800"}'),
    "not a number": with_body(b'{"query": "{ __typename }", "variables": {"a": NaN}}'),
    "brackets without end": with_body(b"[" * 60_000),
    "variables without end": with_body(
        b'{"query": "{ __typename }", "variables": {"a":' + b"[" * 200 + b"]" * 200 + b"}}"
    ),
    "variables nested 60 deep": with_body(
        b'{"query": "{ __typename }", "variables": {"a":' + b"[" * 60 + b"]" * 60 + b"}}"
    ),
    "variables nested 64 deep": with_body(
        b'{"query": "{ __typename }", "variables": {"a":' + b"[" * 64 + b"]" * 64 + b"}}"
    ),
    "variables nested in objects": with_members(query="{ __typename }", variables={"a": {"b": {"c": 1}}}),
    "variables as text": with_members(query=WHO, variables="{}"),
    "variables as empty text": with_members(query=WHO, variables=""),
    "variables as a list": with_members(query=WHO, variables=[]),
    "variables as zero": with_members(query=WHO, variables=0),
    "variables as false": with_members(query=WHO, variables=False),
    "operationName as a number": with_members(query=WHO, operationName=1),
    "operationName empty": with_members(query="query Who " + WHO, operationName=""),
    "operationName unknown": with_members(query="query Who " + WHO, operationName="Other"),
    "two operations and no name": with_members(query=f"query Who {WHO} query Other {{ __typename }}"),
    "query null": with_members(query=None),
    "query empty": with_members(query=""),
    "query as a number": with_members(query=7),
    "a query of spaces": with_members(query=" "),
    "a query that is too long": with_members(query=WHO + " " * 100_000),
    "a syntax error": with_members(query="{"),
    "a field that is none": with_members(query="{ nosuch { thing } viewer { user { nosuch } } }"),
    "a subscription": with_members(query="subscription { x }"),
    "the schema": with_members(query="{ __schema { queryType { name } } }"),
    "a variable that is missing": with_members(query=NAMES),
    "a variable that is null": with_members(query=NAMES, variables={"id": None}),
    "a variable of the wrong type": with_members(query=NAMES, variables={"id": {"a": 1}}),
    "an id of another kind": of("granted", NAMES),
    "an id that is none": with_members(query=NAMES, variables={"id": "x"}),
    "an int that is too large": of("alpina", PRODUCTS, first=2**31),
    "an int of 70 bits": with_body(
        b'{"query": "query($a: Int) { __typename }", "variables": {"a": 1180591620717411303424}}'
    ),
    "a page that is too large": of("alpina", PRODUCTS, first=101),
    "a float for an int": of("alpina", PRODUCTS, first=1.5),
    "text with a nul": of("alpina", PRODUCTS, filter={"search": "\0"}),
    "an enum that is none": of("alpina", PRODUCTS, filter={"category": "NOSUCH"}),
    "an input field that is none": of("alpina", PRODUCTS, filter={"nosuch": 1}),
    "a list of lists": with_members(query=NODES, variables={"ids": [["a"]]}),
    "101 ids": lambda world, secret: post(secret, query=NODES, variables={"ids": [world.id("alpina")] * 101}),
    "too many aliases": with_members(
        query="{" + " ".join(f"a{n}: viewer {{ user {{ id }} }}" for n in range(300)) + "}"
    ),
    "too many tokens": with_members(query="{" + " __typename" * 3_000 + "}"),
    "a fragment in itself": with_members(query="{ ...F } fragment F on Query { ...F }"),
    "no type": with_headers(content_type=None),
    "a type with its charset": with_headers(content_type="application/json; charset=utf-8"),
    "a type in capitals": with_headers(content_type="Application/JSON"),
    "another charset": with_headers(content_type="application/json; charset=latin-1"),
    "a form": with_headers(content_type="application/x-www-form-urlencoded"),
    "text/plain": with_headers(content_type="text/plain"),
    "a document": with_headers(content_type="application/graphql"),
    "a type with a space": with_headers(content_type=" application/json"),
    "a type that is taken by nobody": with_headers(accept="text/html"),
    "nothing is wanted": with_headers(accept="application/json;q=0, */*;q=0"),
    "a lower-case scheme": lambda world, secret: post("", {"authorization": f"bearer {secret}"}, query=WHO),
    "two spaces after the scheme": lambda world, secret: post("", {"authorization": f"Bearer  {secret}"}, query=WHO),
    "a space after the token": lambda world, secret: post("", {"authorization": f"Bearer {secret} "}, query=WHO),
    "a token in quotes": lambda world, secret: post("", {"authorization": f'Bearer "{secret}"'}, query=WHO),
    "two tokens": lambda world, secret: post("", {"authorization": f"Bearer {secret}, Bearer {secret}"}, query=WHO),
    "another scheme": lambda world, secret: post("", {"authorization": f"Basic {secret}"}, query=WHO),
    "an unknown token": lambda world, secret: post(new_token(), query=WHO),
    "a token that is not ASCII": lambda world, secret: post("", {"authorization": "Bearer é".encode()}, query=WHO),
    "no token": with_headers(authorization=None),
    "an empty token": with_headers(authorization=""),
    "authorization twice": lambda world, secret: post(
        secret, how={"more": [("authorization", f"Bearer {new_token()}")]}, query=WHO
    ),
    "another authorization first": lambda world, secret: post(
        "",
        {"authorization": None},
        {"more": [("authorization", "Bearer x"), ("authorization", f"Bearer {secret}")]},
        query=WHO,
    ),
    "content-type twice": lambda world, secret: post(secret, how={"more": [("content-type", "text/plain")]}, query=WHO),
    "another content-type first": lambda world, secret: post(
        secret,
        {"content-type": None},
        {"more": [("content-type", "text/plain"), ("content-type", "application/json")]},
        query=WHO,
    ),
    "accept twice": lambda world, secret: post(secret, how={"more": [("accept", "text/html")]}, query=WHO),
    "an id twice": lambda world, secret: post(secret, how={"more": [("x-request-id", "another-00")]}, query=WHO),
    "cookies twice": lambda world, secret: post(
        secret, how={"more": [("cookie", "a=b"), ("cookie", "c=d")]}, query=WHO
    ),
    "headers over the limit": with_headers(x_filler="x" * 33_000),
    "a header over the limit without a value": lambda world, secret: post(secret, {"x" * 33_000: ""}, query=WHO),
    "the body in two pieces": with_body(SENT[:9], SENT[9:]),
    "the body byte for byte": with_body(*(bytes([byte]) for byte in SENT)),
    "the body and an empty piece": with_body(SENT, b""),
    "an empty piece and the body": with_body(b"", SENT),
    "the body in pieces, and wrong": with_body(SENT[:9], b"x", SENT[9:]),
    "a body of 100 kilobytes": with_body(SENT + b" " * 100_000),
    "a body over the limit": with_body(SENT + b" " * 300_000),
    "a body over the limit without its length": with_body(SENT + b" " * 300_000, headers={"content-length": None}),
    "a body over the limit in pieces": with_body(SENT, *[b" " * 30_000] * 10, headers={"content-length": None}),
    "a body over the limit of which the length lies": with_body(
        SENT, *[b" " * 30_000] * 10, headers={"content-length": "9"}
    ),
    "half of the body and away": with_body(SENT[:9], goes_away=True),
    "all of the body and away before it ends": with_body(SENT, goes_away=True),
    "away before the body": with_body(),
    "GET": lambda world, secret: request(secret, method="GET", query=b"query={__typename}"),
    "GET with a body": lambda world, secret: request(secret, SENT, method="GET"),
    "GET of a mutation": lambda world, secret: request(secret, method="GET", query=b"query=mutation{__typename}"),
    "HEAD": lambda world, secret: request(secret, method="HEAD", query=b"query={__typename}"),
    "PUT": lambda world, secret: request(secret, SENT, method="PUT"),
    "post in lower case": lambda world, secret: request(secret, SENT, method="post"),
    "OPTIONS": lambda world, secret: request(secret, method="OPTIONS"),
    "another path": lambda world, secret: request(secret, SENT, path="/graphqlx"),
    "a slash at the end": lambda world, secret: request(secret, SENT, path="/graphql/"),
    "a path in capitals": lambda world, secret: request(secret, SENT, path="/GraphQL"),
    "two slashes": lambda world, secret: request(secret, SENT, path="//graphql"),
    "a content-length that is no number": with_headers(content_length="x"),
    "a negative content-length": with_headers(content_length="-5"),
    "a query string": lambda world, secret: post(secret, how={"query": b"query={__typename}&variables=x"}, query=WHO),
    "no path": lambda world, secret: request(secret, SENT, path=""),
}


@pytest.mark.parametrize("case", SHORT)
async def test_the_fast_path_answers_as_the_full_one_does(ways: Ways, case: str):
    secret = ways.world.tokens["pL"]
    asked = SHORT[case](ways.world, secret)
    own = dict(asked.headers)["authorization"]
    assert isinstance(own, str)

    long, short, is_short = await ways.both(asked, own.removeprefix("Bearer "))

    assert short == long
    assert is_short


@pytest.mark.parametrize("case", LONG)
async def test_what_is_not_for_the_fast_path_is_answered_as_if_there_were_none(ways: Ways, case: str):
    secret = ways.world.tokens["pL"]

    long, short, _ = await ways.both(LONG[case](ways.world, secret), secret)

    assert short == long


async def test_of_two_tokens_the_same_one_counts_whichever_way_is_taken(ways: Ways):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)
    first = post(secret, how={"more": [("authorization", "Bearer x")]}, query=WHO)
    last = post("x", how={"more": [("authorization", f"Bearer {secret}")]}, query=WHO)

    statuses = [
        (await fetch_answer(app, asked))[0] for app in (ways.app, ways.app.full_path) for asked in (first, last)
    ]

    assert statuses[:2] == statuses[2:]
    assert 200 not in statuses[1::2]


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


@pytest.mark.parametrize("case", MUTATIONS)
async def test_the_fast_path_changes_and_answers_as_the_full_one_does(ways: Ways, case: str):
    secret = ways.world.tokens["pL"]

    long, short, _ = await ways.both(MUTATIONS[case](ways.world, secret), secret, changes=True)

    assert short == long


async def test_who_signs_in_with_a_token_gets_a_cookie_on_the_fast_path(ways: Ways):
    secret = ways.world.tokens["pL"]
    asked = MUTATIONS["sign in"](ways.world, secret)

    long, short, is_short = await ways.both(asked, secret, changes=True)

    cookies = [value for name, value in short[1] if name == "set-cookie"]
    assert is_short
    assert short == long
    assert cookies == ["session=…; HttpOnly; Max-Age=43200; Path=/; SameSite=lax"]


async def test_a_mutation_is_run_once(ways: Ways):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)
    before = await Session.all().count()

    status, _, body = await fetch_answer(ways.app, MUTATIONS["sign in"](ways.world, secret))

    assert status == 200
    assert "cl@alpina.example" in body
    assert await Session.all().count() == before + 1


async def test_who_is_not_known_yet_is_answered_alike(ways: Ways):
    secret = ways.world.tokens["pL"]
    asked = post(secret, query=WHO)
    await ways.get_to_know(secret)
    known = await fetch_answer(ways.app, asked)

    ways.app.fast_path.endpoint.viewer_cache.drop()
    unknown = await fetch_answer(ways.app, asked)

    assert unknown == known


async def test_fifty_requests_at_once_are_answered_each_to_its_own(ways: Ways):
    names = ["pL", "pE", "cL", "products", "only_borea"]
    asked = [
        post(
            ways.world.tokens[name],
            {"x-request-id": f"request-{number:04}-{name}"},
            query=NAMES,
            variables={"id": ways.world.id("borea")},
        )
        for number in range(10)
        for name in names
    ]
    for name in names * 2:
        await fetch_answer(ways.app, post(ways.world.tokens[name], query=WHO))

    short = await asyncio.gather(*(fetch_answer(ways.app, one) for one in asked))
    long = [await fetch_answer(ways.app.full_path, one) for one in asked]

    assert short == long
    assert len({dict(headers)["x-request-id"] for _, headers, _ in short}) == 50


# The log

LOGGED: dict[str, Case] = {
    "an answer": with_members(query=WHO),
    "an id that is bad": with_headers(x_request_id="a b"),
    "a row that is hidden": of("rival"),
    "an error": SHORT["a right that is missing"],
    "a wrong variable": LONG["an id that is none"],
    "a syntax error": LONG["a syntax error"],
    "a wrong body": LONG["half of the JSON"],
    "away before the body": LONG["away before the body"],
    "half of the body and away": LONG["half of the body and away"],
    "a mutation": MUTATIONS["sign in with a wrong password"],
}


@pytest.mark.parametrize("case", LOGGED)
async def test_the_fast_path_logs_as_the_full_one_does(ways: Ways, log: Lines, case: str):
    secret = ways.world.tokens["pL"]
    asked = LOGGED[case](ways.world, secret)
    for name in ("pL", "products"):
        await fetch_answer(ways.app, post(ways.world.tokens[name], query=WHO))
    async with rolled_back():
        await fetch_answer(ways.app.full_path, asked)
    await ways.get_to_know(secret)
    log()

    async with rolled_back():
        await fetch_answer(ways.app.full_path, asked)
    long = log()
    await ways.get_to_know(secret)
    log()
    async with rolled_back():
        await fetch_answer(ways.app, asked)
    short = log()

    assert comparable(short) == comparable(long)
    assert long[-1]["event"] == "answered"


def comparable(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of the log without timestamps, durations and ids, which differ each time, and without DEBUG lines."""
    made = ("timestamp", "milliseconds", "database_milliseconds")
    return [
        {name: _MADE_ANEW.sub("…", str(value)) for name, value in line.items() if name not in made}
        for line in lines
        if line["level"] != "debug"
    ]


async def test_no_password_token_or_cookie_reaches_the_log_by_the_fast_path(ways: Ways, log: Lines):
    secret = ways.world.tokens["pL"]
    documents = [
        (SIGN_IN, {"input": {"email": "cl@alpina.example", "password": CANARY}}),
        (SIGN_IN, {"input": {"email": f"{CANARY}@alpina.example", "password": PASSWORD}}),
        (SIGN_IN, {"input": {"email": "cl@alpina.example", "password": PASSWORD}}),
        (SIGN_IN, {"input": {"email": "cl@alpina.example", "pasword": CANARY}}),
        (f'mutation {{ signIn(input: {{email: "{CANARY}", password: "{CANARY}"}}) {{ userErrors {{ code }} }} }}', {}),
        (f'{{ node(id: "{CANARY}") {{ id }} }}', {}),
        (f"{{ viewer {{ user {{ email }} }} }} # {CANARY}", {}),
        (WHO, {"password": CANARY}),
        (PRODUCTS, {"id": ways.world.id("alpina"), "filter": {"search": CANARY}}),
    ]

    for query, variables in documents:
        await ways.get_to_know(secret)
        headers = {
            "cookie": f"session={CANARY}",
            "x-other": CANARY,
            "accept-language": CANARY,
            "x-request-id": f"{CANARY} ",
        }
        async with rolled_back():
            await fetch_answer(
                ways.app, post(secret, headers, {"query": f"a={CANARY}".encode()}, query=query, variables=variables)
            )

    written = str(log())
    assert written.count("answered") >= 2 * len(documents)
    for hidden in (CANARY, PASSWORD, secret, secret[8:]):
        assert hidden not in written


# Behind a real server


async def said_to(port: int, *sent: bytes, leaves: bool = False) -> str:
    """What the server answers to these pieces until it is silent or closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        for piece in sent:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
    heard = b""
    if not leaves:
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.4):
                while piece := await reader.read(65_536):
                    heard += piece
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    # The two ways write their headers in another order.
    answers = re.split(r"(?=HTTP/1\.1 \d)", _MADE_ANEW.sub("…", heard.decode()))
    return "".join(
        "\r\n".join(sorted(answer.partition("\r\n\r\n")[0].split("\r\n"))) + "|" + answer.partition("\r\n\r\n")[2]
        for answer in answers
    )


def over_the_wire(secret: str, body: bytes = SENT, length: int | str | None = None, *more: str) -> bytes:
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {secret}",
        "Content-Type: application/json",
        f"X-Request-Id: {ID}",
        f"Content-Length: {len(body) if length is None else length}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


WIRE: dict[str, Callable[[str], list[bytes]]] = {
    "one request": lambda secret: [over_the_wire(secret, SENT, None, "Connection: close")],
    "the body later": lambda secret: [over_the_wire(secret, b"", len(SENT), "Connection: close"), SENT],
    "the body in two": lambda secret: [over_the_wire(secret, SENT[:9], len(SENT), "Connection: close"), SENT[9:]],
    "three in a row": lambda secret: [
        over_the_wire(secret) * 2 + over_the_wire(secret, SENT, None, "Connection: close")
    ],
    "a length that is too small": lambda secret: [over_the_wire(secret, SENT, 9)],
    "a length that is too large": lambda secret: [over_the_wire(secret, SENT, 90)],
    "a length of nothing": lambda secret: [over_the_wire(secret, b"", 0, "Connection: close")],
    "two lengths": lambda secret: [over_the_wire(secret, SENT, None, "Content-Length: 9")],
    "a length and pieces": lambda secret: [over_the_wire(secret, b"0\r\n\r\n", None, "Transfer-Encoding: chunked")],
    "a length over the limit": lambda secret: [over_the_wire(secret, SENT, 900_000)],
    "a body over the limit": lambda secret: [over_the_wire(secret, SENT + b" " * 270_000, None, "Connection: close")],
    "in chunks": lambda secret: [
        over_the_wire(secret, b"", "x").replace(
            b"Content-Length: x", b"Transfer-Encoding: chunked\r\nConnection: close"
        ),
        f"{len(SENT):x}\r\n".encode() + SENT + b"\r\n",
        b"0\r\n\r\n",
    ],
    "who waits to be told to go on": lambda secret: [
        over_the_wire(secret, b"", len(SENT), "Expect: 100-continue", "Connection: close"),
        SENT,
    ],
}


class LongWay:
    """The application with its full path alone."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.connections = app.connections

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        await self.app.full_path(scope, receive, send)


@pytest.fixture(scope="module")
async def ports(ways: Ways) -> AsyncIterator[tuple[int, int]]:
    """Where the application is served, and where its full path alone."""
    async with serve_app(ways.app) as short, serve_app(LongWay(ways.app)) as long:
        yield short, long


@pytest.mark.parametrize("case", WIRE)
async def test_over_the_wire_the_fast_path_answers_like_the_full_path(ways: Ways, ports: tuple[int, int], case: str):
    secret = ways.world.tokens["pL"]
    short, long = ports
    await ways.get_to_know(secret)

    by_short, by_long = await asyncio.gather(*(said_to(port, *WIRE[case](secret)) for port in (short, long)))

    assert by_short == by_long


async def test_those_who_go_away_in_the_middle_leave_nothing_behind(ways: Ways, ports: tuple[int, int], log: Lines):
    secret = ways.world.tokens["pL"]
    short, _ = ports
    await ways.get_to_know(secret)
    log()

    for pieces in (
        [over_the_wire(secret, b"", 90)],
        [over_the_wire(secret, SENT[:9], 90)],
        [over_the_wire(secret)],
        [b"POST /graphql HTTP"],
    ):
        await asyncio.gather(*(said_to(short, *pieces, leaves=True) for _ in range(10)))
    await asyncio.sleep(0.1)
    lines = [line for line in log() if line["level"] != "debug"]
    after = await said_to(short, over_the_wire(secret, SENT, None, "Connection: close"))

    assert "HTTP/1.1 200 OK" in after
    assert [line for line in lines if line["level"] in ("warning", "error", "critical")] == []
    assert Counter(line["status"] for line in lines if line["event"] == "answered") == {None: 20, 200: 10}


async def test_the_fast_path_is_taken_on_this_database(ways: Ways):
    secret = ways.world.tokens["pL"]
    await ways.get_to_know(secret)
    before = ways.long_taken["all"]

    for _ in range(5):
        await fetch_answer(ways.app, post(secret, query=WHO))

    assert ways.long_taken["all"] == before, BACKEND
    assert datetime.now(UTC) < ways.world.token_pL.expires_at
