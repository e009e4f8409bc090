"""How do tests ask the server? Over HTTP, in the same process, as somebody of the world.

Each operation is answered twice, by the engine and only by resolvers, and the two answers must be equal.
"""

import asyncio
import re
from collections.abc import AsyncIterator, MutableMapping
from copy import copy
from typing import Any, Self
from uuid import uuid4

import httpx2
from starlette.applications import Starlette

from tests.databases import rolled_back
from tests.rows import Person

URL = "http://127.0.0.1:8000"


ITEM_BY_ITEM = frozenset({"changeProductAccesses", "revokeProductAccesses"})
"""Mutations of many things, of which each is done or refused on its own."""
_MADE_ANEW = re.compile(
    r"[0-9a-f]{32}|/exports/[\w-]+|rsl_pat_\w+|session=[\w-]+|expires=[^;,]+, [^;]+|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|(?<=lastFour\":\")\w+"
)


def _comparable(response: httpx2.Response, *, changes: bool) -> tuple[object, ...]:
    """All of an answer but the order of its errors; ids, timestamps and secrets are new with each change."""
    json = response.json()
    errors = sorted(str(error) for error in json.get("errors", [])) if isinstance(json, dict) else []
    data = response.text.partition('"data":')[2]
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    parts = (response.status_code, headers, errors, data)
    return tuple(_MADE_ANEW.sub("…", str(part)) for part in parts) if changes else parts


def errors_of(mutation: str) -> str:
    """What to ask back to learn why something was refused."""
    by_item = " results { userErrors { code } }" if mutation in ITEM_BY_ITEM else ""
    return "userErrors { code message field }" + by_item


class Answer:
    """What came back."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.json: dict[str, Any] = response.json()

    @property
    def data(self) -> Any:
        """The data of an operation without errors."""
        assert "errors" not in self.json, self.json["errors"]
        return self.json["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.json.get("errors", [])

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def code(self) -> str:
        """The code of the one error there is."""
        (code,) = self.codes
        return code

    def refusals(self, mutation: str) -> list[str]:
        """The codes of what was refused: all of it, or items of it (`errors_of`)."""
        payload = self.data[mutation]
        return [error["code"] for part in (payload, *payload.get("results", ())) for error in part["userErrors"]]


class Transport(httpx2.AsyncBaseTransport):
    """Hands a request to the application, in one piece unless its body streams.

    httpx's own one looks for another event loop each time. `client` is the address that requests come from.
    """

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.client = ("127.0.0.1", 123)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        sent, answered = list[MutableMapping[str, Any]](), asyncio.Event()
        body = _body(request)

        async def receive() -> MutableMapping[str, Any]:
            async for message in body:
                return message
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered.set()

        await self.app(scope_of(request, self.client), receive, send)
        start, *parts = sent
        content = b"".join(part.get("body", b"") for part in parts)
        return httpx2.Response(start["status"], headers=start["headers"], content=content)


async def _body(request: httpx2.Request) -> AsyncIterator[MutableMapping[str, Any]]:
    """The messages that bring the body: one, or one for each piece of a stream and an empty one at the end."""
    if isinstance(request.stream, httpx2.ByteStream):
        yield {"type": "http.request", "body": await request.aread(), "more_body": False}
        return
    async for piece in request.stream:
        yield {"type": "http.request", "body": piece, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


def scope_of(request: httpx2.Request, client: tuple[str, int]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": client,
        "root_path": "",
    }


class Clients:
    """Asks as anybody: `await clients.ask(query, as_=world.cL)`.

    With a `shadow`, an application without the engine, it answers too, and must answer the same.
    """

    def __init__(self, app: Starlette, shadow: Starlette | None = None) -> None:
        self.http = httpx2.AsyncClient(transport=Transport(app), base_url=URL)
        self.shadow = shadow and httpx2.AsyncClient(transport=Transport(shadow), base_url=URL)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        if self.shadow:
            await self.shadow.aclose()

    @property
    def engine_alone(self) -> "Clients":
        """The same without the shadow."""
        alone = copy(self)
        alone.shadow = None
        return alone

    async def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        as_: Person | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send an operation: as a signed-in person, with a token's secret, or as nobody."""
        sent = {"X-Request-Id": uuid4().hex} | (headers or {})
        if isinstance(as_, str):
            sent["Authorization"] = f"Bearer {as_}"
        elif as_ is not None:
            sent["Cookie"] = f"session={as_.session}"
        body = {"query": query, "variables": variables or {}}
        return Answer(await self._post_to_all(body, sent))

    async def _post_to_all(self, body: dict[str, Any], headers: dict[str, str]) -> httpx2.Response:
        self.http.cookies.clear()
        if self.shadow is None:
            return await self.http.post("/graphql", json=body, headers=headers)
        self.shadow.cookies.clear()
        changes = re.search(r"^\s*mutation\b", body["query"], re.MULTILINE) is not None
        first = None
        async with rolled_back():
            first = await self.shadow.post("/graphql", json=body, headers=headers)
        assert first is not None
        second = await self.http.post("/graphql", json=body, headers=headers)
        assert _comparable(second, changes=changes) == _comparable(first, changes=changes), body["query"]
        return second

    async def change(
        self, mutation: str, input: dict[str, Any], payload: str = "userErrors { code message field }", **how: Any
    ) -> Answer:
        """Run one mutation with its input, asking back `payload`."""
        type_ = mutation[0].upper() + mutation[1:] + "Input"
        query = f"mutation($input: {type_}!) {{ {mutation}(input: $input) {{ {payload} }} }}"
        return await self.ask(query, {"input": input}, **how)
